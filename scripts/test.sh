#!/usr/bin/env bash
# Builds the library and the programs, and tests them as their users meet them. Under five minutes
# on two free cores, the build included.
# Usage: scripts/test.sh [--all]
#   --all   and then all else, 40 minutes in all: the pages in browsers, the coursework's mistakes
#           and attacks, fuzzing, crashes, MPI, mutants; the library again as built for any CPU; and
#           everything again with AddressSanitizer and UndefinedBehaviorSanitizer
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=false
case ${1:-} in
  "") ;;
  --all) all=true ;;
  -h | --help)
    sed -n '2,7s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "test: unknown argument $1; usage: scripts/test.sh [--all]" >&2
    exit 2
    ;;
esac

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
reports=build/test-reports
rm -rf "$reports"
mkdir -p "$reports"
failed=0

die() {
  echo "test: $1" >&2
  exit 2
}

build() { # build PRESET FOLDER ARGUMENTS FOR CMAKE...
  local preset=$1 folder=$2
  shift 2
  scripts/own_build.sh "$folder"
  cmake --preset "$preset" -B "$folder" "$@" > "$reports/configure.log" || {
    cat "$reports/configure.log" >&2
    die "$folder cannot be configured"
  }
  cmake --build "$folder" --parallel "$(nproc)" || die "$folder cannot be built"
}

# The report's name is what the summary calls these tests. One more at a time than there are
# processors, for some wait for a server or a page.
run() { # run NAME FOLDER ARGUMENTS FOR CTEST...
  local name=$1 folder=$2
  shift 2
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel "$(($(nproc) + 1))" \
    --output-junit "$PWD/$reports/$name.xml" "$@" || failed=1
}

echo "== Packages that are missing are installed: libraries, GoogleTest, NumPy"
scripts/install-packages.sh build test
scripts/dependencies.sh --check || true # says what is another than the tested version, no more
echo "== The library and the programs are built (three to four minutes on two free cores)"
build release build/release -DTHINNET_ALL_TESTS=OFF
echo "== Their tests run (a minute and a half)"
run release build/release

if $all; then
  echo "== All else. Packages that are missing are installed: browser, compilers, MPI"
  scripts/install-packages.sh all-tests
  echo "== Pages, coursework, fuzzing, crashes, MPI, mutants (twenty minutes)"
  build release build/release -DTHINNET_ALL_TESTS=ON
  run all build/release --label-regex '^all$'
  echo "== The library as built for any CPU (four minutes)"
  # In a folder of its own: whoever builds this preset gets the programs too.
  build portable build/portable-tests -DTHINNET_EXAMPLES=OFF
  run portable build/portable-tests --exclude-regex '^(Package|Scripts|Pages)\.'
  echo "== Everything with AddressSanitizer and UndefinedBehaviorSanitizer (ten minutes)"
  build sanitize build/sanitize -DTHINNET_ALL_TESTS=ON
  # But not what runs the same code again for minutes: the experiment at its full length, programs
  # that are killed again and again, four ranks beside two. Nor what is no C++ of ours.
  run sanitize build/sanitize \
    --exclude-regex '^(PublishedExperiment|Crashes|Mpi.TrainingOn4Ranks|Package|Scripts|Pages)'
fi

scripts/test_summary.py "$reports"/*.xml
exit $failed
