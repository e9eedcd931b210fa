#!/usr/bin/env bash
# Tests scripts/own_build.sh: a copied or moved tree must not build the sources of another.
# Usage: own_build_test.sh REPOSITORY_ROOT
set -euo pipefail

root=${1:?usage: own_build_test.sh REPOSITORY_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

project=$work/first
mkdir -p "$project/scripts"
cp "$root/scripts/own_build.sh" "$project/scripts"
echo 'cmake_minimum_required(VERSION 3.21)
project(nothing LANGUAGES NONE)' > "$project/CMakeLists.txt"
cmake -S "$project" -B "$project/build/release" > /dev/null
mkdir -p "$project/build/reports"

"$project/scripts/own_build.sh" build/release build/reports build/none 2> "$work/said"
[[ -f $project/build/release/CMakeCache.txt ]] || fail "a folder's own build goes"
[[ ! -s $work/said ]] || fail "said of a folder's own build: $(cat "$work/said")"

ln -s first "$work/link"
"$work/link/scripts/own_build.sh" build/release 2> "$work/said"
[[ -f $project/build/release/CMakeCache.txt ]] || fail "a build goes when it is reached by a link"

cp -r "$project" "$work/copy"
"$work/copy/scripts/own_build.sh" build/release build/reports 2> "$work/said"
[[ ! -e $work/copy/build/release ]] || fail "the build that came with a copy stays"
grep -q 'build/release was made for another copy of the project' "$work/said" ||
  fail "nothing is said of it: $(cat "$work/said")"
[[ -d $work/copy/build/reports ]] || fail "what is no build folder goes"
[[ -f $project/build/release/CMakeCache.txt ]] || fail "the original's build goes"

mv "$project" "$work/moved"
"$work/moved/scripts/own_build.sh" build/release 2> /dev/null
[[ ! -e $work/moved/build/release ]] || fail "the build of a moved folder stays"
