#!/usr/bin/env bash
# Tests scripts/npm_packages.sh with an npm that lasts until it is told to end.
# Usage: npm_packages_test.sh REPOSITORY_ROOT
set -euo pipefail

root=${1:?usage: npm_packages_test.sh REPOSITORY_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  touch "$work/end" # for those that still wait
  echo "FAILED: $1" >&2
  exit 1
}
wait_until() { # wait_until COMMAND...: what it waits for comes, if all is well
  until "$@" > /dev/null; do sleep 0.05; done
}

mkdir -p "$work/scripts" "$work/page" "$work/bin"
cp "$root/scripts/npm_packages.sh" "$work/scripts"
echo '{}' > "$work/page/package-lock.json"
cat > "$work/bin/npm" <<END
#!/usr/bin/env bash
echo "\$*" >> "$work/calls"
while [[ -d "$work" && ! -e "$work/end" ]]; do sleep 0.05; done
[[ ! -e "$work/broken" ]] || { echo "npm: no such package"; exit 1; }
mkdir -p node_modules && touch node_modules/.package-lock.json
END
chmod +x "$work/bin/npm"
export PATH=$work/bin:$PATH
calls() { grep -c . "$work/calls"; }

# Two at once: the second waits for the first, then finds all in place.
"$work/scripts/npm_packages.sh" page 2> "$work/first" &
first=$!
wait_until test -s "$work/calls"
"$work/scripts/npm_packages.sh" page 2> "$work/second" &
second=$!
child_of_second() { tail -n 1 "/proc/$(tr -d ' ' < "/proc/$second/task/$second/children")/comm"; }
waits_or_installs() { [[ $(child_of_second 2> /dev/null) == flock ]] || (($(calls) > 1)); }
wait_until waits_or_installs
(($(calls) == 1)) || fail "two install at the same time"
touch "$work/end"
wait "$first" || fail "the first: $(cat "$work/first")"
wait "$second" || fail "the second: $(cat "$work/second")"
(($(calls) == 1)) || fail "the second installs again"
[[ ! -s $work/second ]] || fail "the second says what it does not do: $(cat "$work/second")"

# Other packages are asked for: they are installed, and a failure is told.
touch -d '1 minute' "$work/page/package-lock.json"
touch "$work/broken"
code=0
"$work/scripts/npm_packages.sh" page 2> "$work/said" || code=$?
((code == 2)) || fail "npm failed, and the exit code is $code"
grep -q 'no such package' "$work/said" || fail "what npm said is lost: $(cat "$work/said")"
(($(calls) == 2)) || fail "a newer package-lock.json is not followed"
