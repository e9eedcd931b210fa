#!/usr/bin/env bash
# Writes docs/dependencies.md, the packages that Thinnet was tested with, or compares it with what is
# installed here.
# Usage: scripts/dependencies.sh --write      (after a test with newer packages)
#        scripts/dependencies.sh --check      warns of every other version on stderr; the exit code stays 0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

document=docs/dependencies.md

die() {
  echo "dependencies: $1" >&2
  exit 2
}
command -v dpkg-query > /dev/null || die "this is not Debian: compare with $document by hand"

installed() { # installed PACKAGE: its version, or nothing
  dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2> /dev/null | sed -n '1s/^installed //p' || true
}

licence() { # licence PACKAGE: of its main files, as its copyright file has it
  local file=/usr/share/doc/$1/copyright found=
  [[ -r $file ]] && found=$(awk '/^Files: *(\*|$)/ { main = 1 }
    main && /^License:/ { sub(/^License: */, ""); print; exit }' "$file")
  echo "${found:-see its copyright file}"
}

rows_of_debian() {
  local package version
  scripts/install-packages.sh --list | while read -r package; do
    version=$(installed "$package")
    [[ -z $version ]] || echo "| $package | $version | $(licence "$package") |"
  done
}

rows_of_npm() {
  git ls-files --cached --others --exclude-standard '*package-lock.json' | while read -r lock; do
    python3 - "$lock" << 'END'
import json
import sys

for path, about in sorted(json.load(open(sys.argv[1]))["packages"].items()):
    if path and "os" not in about:  # not those that exist once a platform
        name = path.rpartition("node_modules/")[2]
        print(f"| {name} | {about['version']} | {about.get('license', 'see its package')} | {sys.argv[1].rpartition('/')[0]} |")
END
  done
}

write() {
  {
    cat << 'END'
# What Thinnet was tested with

Made by `scripts/dependencies.sh --write` on Debian 12 from what was installed when all tests
passed; `scripts/dependencies.sh --check` names what differs on another machine. Thinnet itself is
under the MIT licence. Only what it links (xtensor, xtensor-blas, OpenBLAS, oneTBB, Random123, fmt,
zlib, libzip, and in the programs CLI11, nlohmann-json, Boost.Math, OpenSSL) becomes part of a
program; the rest builds, tests, draws and measures.

## Debian packages

| package | version | licence |
|---|---|---|
END
    rows_of_debian
    cat << 'END'

## npm packages

Pinned by the lock file of the folder they belong to. What a page uses is put into it, so that it
loads nothing from elsewhere; the rest builds and tests.

| package | version | licence | of |
|---|---|---|---|
END
    rows_of_npm
  } > "$document.partial"
  mv "$document.partial" "$document"
}

check() {
  [[ -r $document ]] || die "$document is missing: scripts/dependencies.sh --write makes it"
  local package tested version
  while IFS='| ' read -r _ package tested _; do
    version=$(installed "$package")
    [[ -z $version || $version == "$tested" ]] ||
      echo "dependencies: warning: $package $version is installed, Thinnet was tested with $tested" >&2
  done < <(sed -n '/^## Debian/,/^## npm/p' "$document" | grep '^| [a-z]' | tail -n +2)
  local others
  others=$(rows_of_npm | grep -vxFf "$document" | cut -d '|' -f 2,3 | tr -d '|' | xargs || true)
  [[ -z $others ]] ||
    echo "dependencies: warning: lock files hold npm packages that $document does not: $others" >&2
}

case ${1:-} in
  --write) write ;;
  --check) check ;;
  -h | --help) sed -n '2,5s/^# //p' "$0" ;;
  *) die "one of --write and --check is needed; --help tells more" ;;
esac
