#!/usr/bin/env bash
# How much of core, layers and optim their own tests run, in lines and branches, by gcc and gcovr.
# Usage: scripts/coverage.sh [--html]      (--html: build/coverage/report/index.html as well)
# Exit code 1 when less than 95 % of the lines are run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

html=()
case ${1:-} in
  "") ;;
  --html) html=(--html-details build/coverage/report/index.html) ;;
  -h | --help)
    sed -n '2,4s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "coverage: unknown argument $1; usage: scripts/coverage.sh [--html]" >&2
    exit 2
    ;;
esac

scripts/install-packages.sh build test harden
tests=(core_tests panels_tests layers_tests optim_tests nets_tests)
# Counters are shared by threads.
scripts/own_build.sh build/coverage
cmake -S . -B build/coverage -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 -g1 --coverage -fprofile-update=atomic" \
  -DTHINNET_EXAMPLES=OFF -DTHINNET_MPI=OFF > /dev/null
cmake --build build/coverage --parallel 2 --target "${tests[@]}" > /dev/null
find build/coverage -name '*.gcda' -delete
for program in "${tests[@]}"; do
  # OpenBLAS's kernels are left to core/blas.cpp to choose.
  env -u OPENBLAS_CORETYPE "build/coverage/tests/$program" --gtest_brief=1
done

measure() {
  gcovr --root . --object-directory build/coverage --filter '(core|layers|optim)/' \
    build/coverage/CMakeFiles/thinnet.dir build/coverage/tests "$@" 2> build/coverage/gcovr.log ||
    { code=$?; ((code & 2)) || cat build/coverage/gcovr.log >&2; return "$code"; }
}
mkdir -p build/coverage/report
measure --branches --txt --exclude-throw-branches --exclude-unreachable-branches
echo "With the branches that gcc adds for exceptions, which any call may throw:"
measure --branches --txt | tail -n 3
measure --txt --fail-under-line 95 "${html[@]}"
