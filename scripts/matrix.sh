#!/usr/bin/env bash
# Builds the library with several compilers, settings and instruments and runs its tests with each;
# a table at the end says which passed. Five minutes on two idle cores; later runs build only what changed.
# Usage: scripts/matrix.sh [--xtensor FOLDER] [ENTRY...]      (without any: all)
#   --xtensor FOLDER            takes the headers of another version from FOLDER/xtensor and
#                               FOLDER/xtl; and FOLDER/xtensor-blas and FOLDER/xflens, if they are
#                               there, otherwise there is no BLAS
#   gcc-debug, clang-debug      bounds checks of xtensor and libstdc++
#   gcc-release, clang-release  as users build it
#   sanitize                    AddressSanitizer and UndefinedBehaviorSanitizer
#   threads                     ThreadSanitizer: the runs of a study, side by side
#   portable                    any CPU with SSE 4.2 (-march=x86-64-v2), with the study
#   memcheck                    Valgrind on the tests of the layers and optimizers and a small study
# Exit code 1 when an entry fails; build/matrix/ENTRY.log tells why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
self=scripts/matrix.sh

all=(gcc-debug clang-debug gcc-release clang-release sanitize threads portable memcheck)
xtensor=
case ${1:-} in
  -h | --help)
    sed -n '2,15s/^# \?//p' "$self"
    exit 0
    ;;
  --xtensor)
    xtensor=$(realpath -e "${2:-}/xtensor" 2> /dev/null) || {
      echo "matrix: --xtensor ${2:-}: no folder xtensor in it" >&2
      exit 2
    }
    xtensor=${xtensor%/xtensor}
    shift 2
    ;;
esac
for entry in "$@"; do
  [[ " ${all[*]} " == *" $entry "* ]] || {
    echo "matrix: no such entry: $entry (try --help)" >&2
    exit 2
  }
done
(($#)) || set -- "${all[@]}"
inside=false
[[ -z ${THINNET_MATRIX_ENTRY:-} ]] || inside=true

library_tests=(core_tests panels_tests layers_tests optim_tests nets_tests data_tests training_tests)

# Another xtensor stands before Debian's, for both compilers.
builds=build/matrix
other_xtensor=()
if [[ -n $xtensor ]]; then
  export CPLUS_INCLUDE_PATH=$xtensor
  [[ -d $xtensor/xtensor-blas ]] || other_xtensor+=(-DTHINNET_BLAS=OFF)
  configs=("$xtensor"/xtensor/{core/,}xtensor_config.hpp) # of which one is there
  version=$(sed -n 's/^#define XTENSOR_VERSION_MINOR //p' "${configs[@]}" 2> /dev/null || true)
  builds=build/matrix-xtensor-0.$version
  # In C++20 g++ 12 warns of what its own std::string does.
  ((version < 27)) || other_xtensor+=(-DCMAKE_CXX_STANDARD=20 -DTHINNET_WERROR=OFF)
fi

# configure ENTRY ARGUMENTS FOR CMAKE...
configure() {
  local entry=$1
  shift
  scripts/own_build.sh "$builds/$entry"
  cmake -S . -B "$builds/$entry" -G Ninja -DTHINNET_WERROR=ON -DTHINNET_MPI=OFF -DTHINNET_EXAMPLES=OFF \
    -DCMAKE_UNITY_BUILD=ON \
    "${other_xtensor[@]}" "$@"
}

# build ENTRY TARGET...
build() {
  local entry=$1
  shift
  cmake --build "$builds/$entry" --parallel 2 --target "$@"
}

# run_tests ENTRY PROGRAM...: each program by itself, in the repository's root
run_tests() {
  local entry=$1 program
  shift
  for program in "$@"; do
    echo "== $program"
    "$builds/$entry/tests/$program" --gtest_brief=1
  done
}

# A study of a few seconds: six runs, two at a time.
small_study() {
  local output=$1
  shift
  rm -rf "$output"
  "$@" --keep-probs 1,0.5 --hidden 8 --training 40 --seeds 0-2 --validation 40 --epochs 2 --jobs 2 \
    --output "$output"
}

plain() { # plain ENTRY ARGUMENTS FOR CMAKE...
  configure "$@"
  build "$1" "${library_tests[@]}" allocations_tests
  run_tests "$1" "${library_tests[@]}" allocations_tests
}

# The checks make a product slow; without any optimisation the tests would take half an hour.
# (clang vectorises nothing at -O1, and would complain that it was asked to.)
debug=(-DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1 -Wno-pass-failed")

sanitize() {
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  plain sanitize -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1" -DTHINNET_SANITIZE=ON
}

# Without oneTBB: its library is not instrumented, so ThreadSanitizer does not see how it hands work
# to a thread, and would call all of it a race. What is left is what this entry is for: the threads
# of a study, which run side by side. OpenBLAS is not instrumented either; it runs on one thread.
threads() {
  configure threads -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DTHINNET_EXAMPLES=ON -DTHINNET_NATIVE=OFF -DCMAKE_DISABLE_FIND_PACKAGE_TBB=ON \
    "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1 -Wno-pass-failed -fsanitize=thread" \
    -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=thread
  build threads dropout_study
  export TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1"
  small_study "$builds"/threads-study \
    "$builds"/threads/apps/dropout_study/dropout_study
}

build_portable() {
  configure portable -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release -DTHINNET_NATIVE=OFF \
    -DTHINNET_EXAMPLES=ON "-DCMAKE_CXX_FLAGS=-march=x86-64-v2 -g1"
  build portable "${library_tests[@]}" dropout_study xor
}

portable() {
  build_portable
  run_tests portable "${library_tests[@]}"
  small_study "$builds"/portable-study "$builds"/portable/apps/dropout_study/dropout_study
}

# Valgrind knows no AVX-512: hence the portable build, and OpenBLAS's kernels for Haswell.
memcheck() {
  build_portable
  local watch=(valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite
               --errors-for-leak-kinds=definite)
  local programs=$builds/portable
  export OPENBLAS_CORETYPE=Haswell OMP_NUM_THREADS=1
  "${watch[@]}" "$programs/tests/optim_tests" --gtest_brief=1
  "${watch[@]}" "$programs/tests/layers_tests" --gtest_brief=1 \
    --gtest_filter='-*KeepsTheShare*:*KeepsTheMean*'
  "${watch[@]}" "$programs/examples/xor/xor"
  small_study "$builds"/memcheck-study "${watch[@]}" "$programs/apps/dropout_study/dropout_study"
}

run_entry() {
  case $1 in
    gcc-debug) plain gcc-debug -DCMAKE_CXX_COMPILER=g++ "${debug[@]}" ;;
    clang-debug) plain clang-debug -DCMAKE_CXX_COMPILER=clang++ "${debug[@]}" ;;
    gcc-release) plain gcc-release -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release ;;
    clang-release) plain clang-release -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Release ;;
    sanitize) sanitize ;;
    threads) threads ;;
    portable) portable ;;
    memcheck) memcheck ;;
  esac
}

# An entry runs in a process of its own: inside an `if`, bash would not stop at what fails.
if [[ $inside == true ]]; then
  run_entry "$1"
  exit
fi

scripts/install-packages.sh build test harden
mkdir -p "$builds"
table='' failed=0
for entry in "$@"; do
  echo "$entry: running, see $builds/$entry.log" >&2
  start=$SECONDS
  if THINNET_MATRIX_ENTRY=$entry "$self" ${xtensor:+--xtensor "$xtensor"} "$entry" > "$builds/$entry.log" 2>&1; then
    outcome=passed
  else
    outcome=FAILED
    failed=1
  fi
  table+=$(printf '%-16s%-8s%6d s' "$entry" "$outcome" $((SECONDS - start)))$'\n'
  echo "$entry: $outcome" >&2
done
printf '\n%s' "$table"
exit $failed
