#!/usr/bin/env bash
# Builds and runs every test, then once more with AddressSanitizer and UndefinedBehaviorSanitizer.
# Usage: scripts/test.sh [--fast]      (--fast: without the sanitizers)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

presets=(release sanitize)
case ${1:-} in
  "") ;;
  --fast) presets=(release) ;;
  -h | --help)
    sed -n '2,3s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "test: unknown argument $1; usage: scripts/test.sh [--fast]" >&2
    exit 2
    ;;
esac

scripts/install-packages.sh build test

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
for preset in "${presets[@]}"; do
  echo "== $preset: configuring"
  cmake --preset "$preset"
  echo "== $preset: building"
  cmake --build --preset "$preset" --parallel "$(nproc)"
  echo "== $preset: testing"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)"
done
