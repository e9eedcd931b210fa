#!/usr/bin/env bash
# Builds the lab's page and tests it in Chromium against the native library, and its core in Firefox and WebKitGTK against
# Chromium. LAB_LOSSES names the program lab_losses (build/release's unless set); CHROMIUM, FIREFOX and MINIBROWSER
# (WebKitGTK's) name other browsers than Debian's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  echo "lab tests: $1" >&2
  exit 2
}

export CHROMIUM=${CHROMIUM:-/usr/bin/chromium} FIREFOX=${FIREFOX:-/usr/bin/firefox-esr}
export MINIBROWSER=${MINIBROWSER:-/usr/lib/$(uname -m)-linux-gnu/webkit2gtk-4.1/MiniBrowser}
for program in "$CHROMIUM" "$FIREFOX" "$MINIBROWSER" WebKitWebDriver Xvfb; do
  command -v "$program" > /dev/null || fail "$program is missing (scripts/install-packages.sh all-tests)"
done
../../../scripts/lab.sh --build
../../../scripts/lab.sh --single-file

node --test all_test.mjs
