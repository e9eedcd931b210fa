#!/usr/bin/env bash
# Makes the autograder ready, once, when Gradescope builds its image: packages, an ordinary user to run
# the students' code, and the objects that are the same for all submissions.
# Usage: setup.sh [FOLDER]      (the folder that holds source/, Gradescope's /autograder without it)
set -euo pipefail
root=${1:-/autograder}

if ((EUID != 0)); then
  echo "setup.sh: must run as root" >&2
  exit 2
fi
bash "$root/source/thinnet/scripts/install-packages.sh" autograder

id thinnet-student > /dev/null 2>&1 ||
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --user-group thinnet-student

# The solutions, the cases and the salt are nobody else's business.
chown -R root:root "$root/source"
chmod -R go= "$root/source"
/usr/bin/python3 -B "$root/source/thinnet/coursework/autograder/prepare.py" "$root"
