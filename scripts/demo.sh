#!/usr/bin/env bash
# Builds the main program, dropout_cifar10, and runs it on CIFAR-10; all arguments go to the program (try --help).
# The program runs in the repository's root: a relative path in an argument starts there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-packages.sh build

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  "$@" > "$log" 2>&1 && return
  cat "$log" >&2
  echo "demo: this failed: $*" >&2
  exit 2
}
scripts/own_build.sh build/release
echo "Configuring build/release" >&2
quietly cmake --preset release
echo "Building dropout_cifar10 (the first time takes half a minute)" >&2
quietly cmake --build --preset release --target dropout_cifar10

needs_data() {
  local argument
  for argument in "$@"; do
    case $argument in --data | --data=* | -h | --help) return 1 ;; esac
  done
  [[ -z ${THINNET_DATA:-} && ! -d ../shared/data/cifar-10-batches-bin ]]
}
# Without CIFAR-10 the program says so and takes Fashion-MNIST.
if needs_data "$@"; then scripts/get-cifar10.sh > /dev/null || true; fi

rm -f "$log" # exec skips the trap
exec build/release/examples/dropout_cifar10/dropout_cifar10 "$@"
