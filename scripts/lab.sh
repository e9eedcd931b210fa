#!/usr/bin/env bash
# Installs what is missing, builds the dropout lab (the library as WebAssembly, and the page) and serves it.
# Usage: scripts/lab.sh [--build | --single-file] [--port N]
#   --build         only builds: build/lab/ is then a folder of static files for any web server
#   --single-file   only builds, and all into build/lab-single/thinnet-lab.html: it opens from a disk
#   --port N        serves it at http://localhost:N/ (default 8080)
# What has not changed is not built again. Exit code 2 and one line on stderr when something goes wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "lab: $1" >&2
  exit 2
}

port=8080 serve=true single=false
while (($#)); do
  case $1 in
    --build) serve=false ;;
    --single-file) serve=false single=true ;;
    --port)
      port=${2:-}
      if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
        die "--port needs a number from 1 to 65535"
      fi
      shift
      ;;
    -h | --help)
      sed -n '2,/^set/s/^# \?//p' "$0"
      exit 0
      ;;
    *) die "unknown argument $1 (try --help)" ;;
  esac
  shift
done

scripts/install-packages.sh lab

page=apps/lab/page engine=build/lab-engine
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  "$@" > "$log" 2>&1 && return
  cat "$log" >&2
  die "this failed: $*"
}

# Where Debian puts the modules that Emscripten's JavaScript optimizer loads, and the toolchain.
export NODE_PATH=/usr/share/nodejs EM_FROZEN_CACHE=1
toolchain=${EMSCRIPTEN:-/usr/share/emscripten}/cmake/Modules/Platform/Emscripten.cmake
[[ -f $toolchain ]] || die "$toolchain is missing (EMSCRIPTEN names the folder of another Emscripten)"
scripts/own_build.sh "$engine"
if [[ ! -f $engine/build.ninja ]]; then
  echo "Configuring $engine" >&2
  quietly cmake -S apps/lab/engine -B "$engine" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$toolchain"
fi
if [[ $(cmake --build "$engine" -- -n 2>&1) != *"no work to do"* ]]; then
  echo "Building the library as WebAssembly (the first time takes half a minute)" >&2
  quietly cmake --build "$engine"
fi

scripts/npm_packages.sh "$page"
# Of what whoever passes the page on passes parts on.
licences() {
  local package
  for package in libxtensor-dev librandom123-dev libboost-math-dev libfmt-dev nlohmann-json3-dev emscripten; do
    printf '== %s\n\n' "$package"
    cat "/usr/share/doc/$package/copyright"
  done
  for package in d3-dsv fflate uplot; do
    printf '== %s\n\n' "$package"
    cat "$page/node_modules/$package/LICENSE"
  done
}
# build_page SCRIPT FOLDER: builds the page into FOLDER with one of package.json's scripts, if anything has changed. The
# stamp is as old as the start of the build: what changes meanwhile is built the next time.
build_page() {
  local script=$1 folder=$2 stamp=$engine/page-is-built-by-$1
  if [[ -f $folder/LICENCES.txt && -f $stamp &&
    -z $(find "$page" -path "$page/node_modules" -prune -o -newer "$stamp" -print -quit) ]]; then
    return
  fi
  echo "Building the page" >&2
  touch "$stamp.partial"
  (cd "$page" && quietly npm run "$script")
  if [[ $script == build ]]; then cp docs/dropout_study.html "$folder/"; fi
  licences > "$folder/LICENCES.txt"
  mv "$stamp.partial" "$stamp"
}
if $single; then
  build_page single build/lab-single
  echo "build/lab-single/thinnet-lab.html is the whole lab; pass LICENCES.txt on with it" >&2
else
  build_page build build/lab
fi
$serve || exit 0

if (: < "/dev/tcp/localhost/$port") 2> /dev/null; then die "port $port is taken: try another with --port"; fi
rm -f "$log" # exec skips the trap
cd "$page"
exec node_modules/.bin/vite preview --host localhost --port "$port" --strictPort
