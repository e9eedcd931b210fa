#!/usr/bin/env bash
# Tests the page of dropout_study in Chromium. With STUDY_FOLDER=FOLDER it also tests FOLDER/study.html against
# FOLDER/study.json; CHROMIUM names another browser than /usr/bin/chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  echo "page tests: $1" >&2
  exit 2
}

command -v node > /dev/null || fail "node is missing (Debian: apt-get install nodejs)"
command -v npm > /dev/null || fail "npm is missing (Debian: apt-get install npm)"
chromium=${CHROMIUM:-/usr/bin/chromium}
[[ -x $chromium ]] || fail "$chromium is missing (Debian: apt-get install chromium, or set CHROMIUM)"

../../../scripts/npm_packages.sh apps/dropout_study/page

CHROMIUM=$chromium node --test page_test.mjs
