#!/usr/bin/env bash
# Builds the library and its tests as other machines would have them, and runs the tests; a table at
# the end says which passed. Half an hour on two idle cores; later runs build only what changed.
# Usage: scripts/portability.sh [ENTRY...]      (without any: all)
#   plain     a compiler and header-only libraries: no BLAS, oneTBB, zip or MPI; with the small
#             examples and the coursework's student folder, its solutions left in
#   libc++    clang++ with its own standard library
#   i686      32-bit x86, under qemu-user
#   aarch64   64-bit ARM, under qemu-user
# Exit code 1 when an entry fails; build/portability/ENTRY.log tells why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
self=scripts/portability.sh

all=(plain libc++ i686 aarch64)
case ${1:-} in
  -h | --help)
    sed -n '2,11s/^# \?//p' "$self"
    exit 0
    ;;
esac
for entry in "$@"; do
  [[ " ${all[*]} " == *" $entry "* ]] || {
    echo "portability: no such entry: $entry (try --help)" >&2
    exit 2
  }
done
(($#)) || set -- "${all[@]}"

tests=(core_tests layers_tests optim_tests nets_tests data_tests training_tests)
nothing_found=(-DTHINNET_BLAS=OFF -DTHINNET_TBB=OFF -DTHINNET_ZIP=OFF -DTHINNET_MPI=OFF
               -DTHINNET_FMT_LIBRARY=OFF)
# It is about compiling and about results, not about speed: several sources are one for the compiler,
# which reads xtensor once for all of them.
quickly=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O1" -DCMAKE_UNITY_BUILD=ON
         -DCMAKE_UNITY_BUILD_BATCH_SIZE=10 -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON)
# Of one architecture or another, their headers are the same.
packages=(-Dxtensor_DIR=/usr/lib/x86_64-linux-gnu/cmake/xtensor)

# configure ENTRY ARGUMENTS FOR CMAKE...
configure() {
  local entry=$1
  shift
  scripts/own_build.sh "build/portability/$entry"
  cmake -S . -B "build/portability/$entry" -G Ninja -DTHINNET_WERROR=ON -DTHINNET_NATIVE=OFF \
    -DTHINNET_EXAMPLES=OFF "${quickly[@]}" "$@"
}

# build_tests ENTRY
build_tests() {
  cmake --build "build/portability/$1" --parallel "$(nproc)" --target "${tests[@]}"
}

# run_tests ENTRY COMMAND THAT RUNS A PROGRAM...
run_tests() {
  local entry=$1 program
  shift
  for program in "${tests[@]}"; do
    echo "== $program"
    "$@" "build/portability/$entry/tests/$program" --gtest_brief=1
  done
}

# googletest ENTRY ARGUMENTS FOR CMAKE...: Debian's source, by the entry's compiler
googletest() {
  local folder=build/portability/$1-googletest
  shift
  cmake -S /usr/src/googletest -B "$folder" -G Ninja -DBUILD_GMOCK=OFF "${quickly[@]}" \
    -DCMAKE_INSTALL_PREFIX="$PWD/$folder/prefix" -DCMAKE_INSTALL_LIBDIR=lib "$@"
  cmake --build "$folder" --parallel "$(nproc)" --target install
}

plain() {
  configure plain "${nothing_found[@]}" -DTHINNET_RENAMEAT2= -DTHINNET_MEMFD= -DTHINNET_EXAMPLES=ON \
    -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON
  tests+=(examples_tests)
  build_tests plain
  run_tests plain

  local student=build/portability/student
  rm -rf "$student"
  coursework/make_student --solution --no-pdf "$student"
  cmake -S "$student" -B "$student/build" -G Ninja -DFMT_LIBRARY=OFF \
    -DCMAKE_DISABLE_FIND_PACKAGE_BLAS=ON -DCMAKE_DISABLE_FIND_PACKAGE_TBB=ON \
    -DCMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON -DLIBZIP=OFF "${quickly[@]}"
  "$student/grade"
  cmake --build "$student/build" --parallel "$(nproc)" --target experiment_program
}

libcxx() {
  local compiler=(-DCMAKE_CXX_COMPILER=clang++
                  "-DCMAKE_CXX_FLAGS=-stdlib=libc++ -Wno-pass-failed")
  googletest libc++ "${compiler[@]}"
  # oneTBB and fmt's library are libstdc++'s.
  configure libc++ "${compiler[@]}" -DTHINNET_TBB=OFF -DTHINNET_FMT_LIBRARY=OFF -DTHINNET_MPI=OFF \
    -DGTest_DIR="$PWD/build/portability/libc++-googletest/prefix/lib/cmake/GTest"
  build_tests libc++
  run_tests libc++
}

# crossed ENTRY QEMU FLAGS [LINKER FLAGS]: the tests under qemu-user
crossed() {
  local entry=$1 qemu=$2 flags=$3 linker_flags=${4:-}
  local compiler=(-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$entry"
                  -DCMAKE_CXX_COMPILER="$entry-linux-gnu-g++" "-DCMAKE_CXX_FLAGS=$flags"
                  "-DCMAKE_EXE_LINKER_FLAGS=$linker_flags")
  googletest "$entry" "${compiler[@]}"
  configure "$entry" "${nothing_found[@]}" "${compiler[@]}" "${packages[@]}" \
    -DGTest_DIR="$PWD/build/portability/$entry-googletest/prefix/lib/cmake/GTest"
  build_tests "$entry"
  run_tests "$entry" "$qemu" -L "/usr/$entry-linux-gnu"
}

run_entry() {
  case $1 in
    plain) plain ;;
    libc++) libcxx ;;
    # x87 would round a double when it is stored, and not before. Linked to libc.so, a program waits
    # for ever under qemu-i386 7.2 when it starts a thread.
    i686) crossed i686 qemu-i386 "-msse2 -mfpmath=sse" -static ;;
    aarch64) crossed aarch64 qemu-aarch64 "" ;;
  esac
}

# An entry runs in a process of its own: inside an `if`, bash would not stop at what fails.
if [[ -n ${THINNET_PORTABILITY_ENTRY:-} ]]; then
  run_entry "$1"
  exit
fi

scripts/install-packages.sh build test portability
mkdir -p build/portability
table='' failed=0
for entry in "$@"; do
  echo "$entry: running, see build/portability/$entry.log" >&2
  start=$SECONDS
  if THINNET_PORTABILITY_ENTRY=$entry "$self" "$entry" > "build/portability/$entry.log" 2>&1; then
    outcome=passed
  else
    outcome=FAILED
    failed=1
  fi
  table+=$(printf '%-10s%-8s%6d s' "$entry" "$outcome" $((SECONDS - start)))$'\n'
  echo "$entry: $outcome" >&2
done
printf '\n%s' "$table"
exit $failed
