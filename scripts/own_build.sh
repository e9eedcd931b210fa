#!/usr/bin/env bash
# Removes build folders that came with a copy of the project, or with one that was moved: they would
# build the sources of the original. Other build folders stay as they are.
# Usage: scripts/own_build.sh FOLDER...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for folder in "$@"; do
  cache=$folder/CMakeCache.txt
  [[ -f $cache ]] || continue
  made_in=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$cache")
  if [[ ! $made_in -ef $folder ]]; then
    echo "$folder was made for another copy of the project: it is built anew" >&2
    rm -rf "$folder"
  fi
done
