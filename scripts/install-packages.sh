#!/usr/bin/env bash
# Installs those Debian packages of the named groups that are missing; this is their only list.
# Usage: scripts/install-packages.sh [GROUP ...]      (no group: build)
#        scripts/install-packages.sh --list           names all packages of all groups
# Groups: build student coursework autograder mpi lab test all-tests fuzz lint bench harden portability
set -euo pipefail

student=(g++ cmake ninja-build python3
         libxtensor-dev libxtensor-blas-dev libopenblas-dev librandom123-dev
         libtbb-dev libfmt-dev libcli11-dev nlohmann-json3-dev zlib1g-dev libzip-dev
         curl ca-certificates dataset-fashion-mnist)
coursework=(python3-numpy python3-yaml
            pandoc chromium fonts-texgyre fonts-texgyre-math fonts-dejavu-core)
autograder=(g++ python3-numpy python3-seccomp
            libxtensor-dev libxtensor-blas-dev libopenblas-dev librandom123-dev
            libfmt-dev nlohmann-json3-dev)
build=("${student[@]}" libboost-math-dev libssl-dev gnuplot-nox fonts-dejavu-core)
mpi=(libopenmpi-dev openmpi-bin)
lab=(emscripten node-acorn cmake ninja-build
     libxtensor-dev librandom123-dev libboost-math-dev libfmt-dev nlohmann-json3-dev)
fuzz=(clang libclang-rt-14-dev)
# Node may have come from elsewhere, and Debian's npm goes with no other than Debian's.
command -v npm > /dev/null || { lab+=(nodejs npm) && fuzz+=(nodejs npm); }
test=(libgtest-dev python3-numpy)
all_tests=("${mpi[@]}" "${lab[@]}" "${fuzz[@]}" "${coursework[@]}" patch poppler-utils python3-seccomp
           firefox-esr webkit2gtk-driver xvfb)
lint=(clang-format clang-tidy shellcheck git
      libbenchmark-dev libblis-dev libdnnl-dev)  # headers of the benchmarks
# scripts/matrix.sh, coverage.sh and mutation.sh.
harden=(clang valgrind gcovr)
# scripts/portability.sh.
portability=(clang libc++-dev libc++abi-dev googletest qemu-user g++-i686-linux-gnu g++-aarch64-linux-gnu)
bench=(libbenchmark-dev libblis-dev libdnnl-dev python3-torch python3-numpy)

die() {
  echo "install-packages: $1" >&2
  exit 2
}

if [[ ${1:-} == --list ]]; then
  printf '%s\n' "${build[@]}" "${test[@]}" "${all_tests[@]}" "${lint[@]}" "${harden[@]}" "${portability[@]}" "${bench[@]}" | sort -u
  exit 0
fi

wanted=()
for group in "${@:-build}"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    student) wanted+=("${student[@]}") ;;
    coursework) wanted+=("${coursework[@]}") ;;
    autograder) wanted+=("${autograder[@]}") ;;
    mpi) wanted+=("${mpi[@]}") ;;
    lab) wanted+=("${lab[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    all-tests) wanted+=("${all_tests[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    lint) wanted+=("${lint[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    harden) wanted+=("${harden[@]}") ;;
    portability) wanted+=("${portability[@]}") ;;
    -h | --help)
      sed -n '2,5s/^# //p' "$0"
      exit 0
      ;;
    *) die "no such group: $group (--help names them)" ;;
  esac
done

command -v dpkg-query > /dev/null ||
  die "this is not Debian; install what matches these packages: ${wanted[*]}"
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "installed $package" <<< "$installed" || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo > /dev/null || die "packages are missing, install them as root: ${missing[*]}"
  as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=2 "$@" < /dev/null >> "$log" 2>&1
}

echo "Installing ${missing[*]}" >&2
# The package lists may be absent or out of date: then fetch them and try once more.
apt_get install -y --no-install-recommends "${missing[@]}" ||
  { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } ||
  die "apt-get failed: $(grep '^E: ' "$log" | tail -n 1 || tail -n 1 "$log")"
