#!/usr/bin/env bash
# Builds the lab's page and tests it in Chromium against the native library. LAB_LOSSES names the program lab_losses
# (build/release's unless set), CHROMIUM another browser than /usr/bin/chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  echo "lab tests: $1" >&2
  exit 2
}

chromium=${CHROMIUM:-/usr/bin/chromium}
[[ -x $chromium ]] || fail "$chromium is missing (Debian: apt-get install chromium, or set CHROMIUM)"
../../../scripts/lab.sh --build
../../../scripts/lab.sh --single-file

CHROMIUM=$chromium node --test all_test.mjs
