#!/usr/bin/env bash
# Installs the npm packages that a folder's package-lock.json names, unless they are there. Whoever
# calls it while another installs them waits, and then finds them.
# Usage: scripts/npm_packages.sh FOLDER...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for folder in "$@"; do
  installed=$folder/node_modules/.package-lock.json # npm's own, written last
  exec {lock}< "$folder"
  flock "$lock"
  if [[ ! -e $installed || $folder/package-lock.json -nt $installed ]]; then
    echo "Installing the packages of $folder" >&2
    log=$(cd "$folder" && npm ci --no-audit --no-fund 2>&1) || {
      printf '%s\nnpm_packages: npm ci failed in %s\n' "$log" "$folder" >&2
      exit 2
    }
  fi
  exec {lock}<&-
done
