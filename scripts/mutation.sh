#!/usr/bin/env bash
# Breaks core, layers and optim on purpose in every small way tests/hardening/mutation/mutators.py knows, and
# counts what the tests notice: twenty minutes on two idle cores, and it goes on where it was stopped.
# Usage: scripts/mutation.sh [arguments of tests/hardening/mutation/mutation.py, such as --sample 100]
# Exit code 1 when a mutant survives that tests/hardening/mutation/survivors.txt does not explain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  -h | --help)
    sed -n '2,5s/^# //p' "$0"
    exec python3 tests/hardening/mutation/mutation.py --help
    ;;
esac
scripts/install-packages.sh build test
exec nice -n 19 python3 tests/hardening/mutation/mutation.py "$@"
