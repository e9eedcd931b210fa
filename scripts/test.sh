#!/usr/bin/env bash
# Builds and runs every test, the library's again as built for any CPU, and every one again with
# AddressSanitizer and UndefinedBehaviorSanitizer.
# Usage: scripts/test.sh [--fast]      (--fast: the first of these only)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

presets=(release portable sanitize)
case ${1:-} in
  "") ;;
  --fast) presets=(release) ;;
  -h | --help)
    sed -n '2,4s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "test: unknown argument $1; usage: scripts/test.sh [--fast]" >&2
    exit 2
    ;;
esac

scripts/install-packages.sh build test
scripts/dependencies.sh --check || true  # says what is another than the tested version, no more

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
for preset in "${presets[@]}"; do
  folder=build/$preset options=() skip='^$'
  if [[ $preset == portable ]]; then
    # In a folder of its own: whoever builds this preset gets the examples too.
    folder=build/portable-tests options=(-DTHINNET_EXAMPLES=OFF) skip='^(Package|Scripts)\.'
  fi
  echo "== $preset: configuring"
  cmake --preset "$preset" -B "$folder" "${options[@]}"
  echo "== $preset: building"
  cmake --build "$folder" --parallel "$(nproc)"
  echo "== $preset: testing"
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --exclude-regex "$skip" \
    --parallel "$(nproc)"
done
