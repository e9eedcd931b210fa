#!/usr/bin/env bash
# Builds and runs the benchmarks: a training step against its bare matrix products, NumPy and
# PyTorch as one table, the same beside a busy loop, what fusing dw with the update would save, the
# reading of CIFAR-10, and the memory of a full training. 17 minutes.
# Usage: scripts/bench.sh [arguments of tests/benchmarks/bench.py, such as --without torch]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  -h | --help)
    sed -n '2,5s/^# //p' "$0"
    exec python3 tests/benchmarks/bench.py --help
    ;;
esac

scripts/install-packages.sh build test bench
scripts/own_build.sh build/release
cmake --preset release > /dev/null
cmake --build --preset release --target step_benchmark fused_benchmark read_cifar10_benchmark train_cifar10 > /dev/null
programs=build/release/tests/benchmarks
# Debian's NumPy and PyTorch take whatever libblas.so.3 the system's alternatives name: OpenBLAS's
# stands in a folder of its own.
openblas=$(dirname "$(dpkg-query -L libopenblas0-pthread | grep '/libblas\.so\.3$')")

echo "== A training step"
tests/benchmarks/bench.py "$programs/step_benchmark" --openblas "$openblas" "$@"
echo
echo "== What fusing dw with the update would save"
"$programs/fused_benchmark" --benchmark_repetitions=5 --benchmark_min_time=0.25 \
  --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
echo
echo "== Reading CIFAR-10"
data=${THINNET_DATA:-../shared/data/cifar-10-batches-bin}
[[ -d $data ]] || data=$(scripts/get-cifar10.sh)
THINNET_DATA=$data "$programs/read_cifar10_benchmark" --benchmark_repetitions=7 \
  --benchmark_report_aggregates_only=true
echo
echo "== Memory of a full training"
tests/benchmarks/memory.py build/release/apps/train_cifar10/train_cifar10 --data "$data"
