#!/usr/bin/env bash
# Downloads CIFAR-10 (170 MB) into the user's cache, once, and prints its folder.
# Usage: scripts/get-cifar10.sh
# The folder is ${XDG_CACHE_HOME:-$HOME/.cache}/thinnet/cifar-10-batches-bin.
# An interrupted download goes on where it stopped at the next call.
# Environment variables:
#   CIFAR10_URL  where to download cifar-10-binary.tar.gz from instead, such as a mirror
#   CIFAR10_MD5  that file's MD5, when it is not the original
# Exit code 2 and one line on stderr when something goes wrong.
set -euo pipefail

url=${CIFAR10_URL:-https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz}
md5=${CIFAR10_MD5:-c32a1d4ab5d03f1284b67883e8d87530}

die() {
  echo "get-cifar10: $1" >&2
  exit 2
}

case ${1:-} in
  "") ;;
  -h | --help)
    sed -n '2,/^set/s/^# \?//p' "$0"
    exit 0
    ;;
  *) die "unknown argument $1 (try --help)" ;;
esac

command -v curl > /dev/null || die "curl is missing (scripts/install-packages.sh installs it)"
[[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] || die "neither XDG_CACHE_HOME nor HOME is set"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/thinnet
target=$cache/cifar-10-batches-bin
archive=$cache/cifar-10-binary.tar.gz.partial
unpacking=$cache/.cifar-10.unpacking

finish() {
  printf '%s\n' "$target"
  exit 0
}
[[ ! -d $target ]] || finish

mkdir -p "$cache" 2> /dev/null || die "cannot make the folder $cache"
{ exec 9> "$cache/.cifar-10.lock"; } 2> /dev/null || die "cannot write to $cache"
if ! flock -n 9; then
  echo "Waiting for another download of CIFAR-10" >&2
  flock 9
fi
[[ ! -d $target ]] || finish # the other one has done it

complete() {
  local sum
  [[ -f $archive ]] && sum=$(md5sum < "$archive") && [[ ${sum%% *} == "$md5" ]]
}

# Goes on with $archive where it ends. Gives up on a host that does not answer within 5 s, and on
# one that sends nearly nothing for 10 s. Sets status to "<HTTP status> <error message>".
download() {
  local progress=(--silent)
  [[ ! -t 2 ]] || progress=(--progress-bar)
  status=$(curl --fail --location "${progress[@]}" --connect-timeout 5 \
    --speed-limit 1000 --speed-time 10 --continue-at - --output "$archive" \
    --write-out '%{http_code} %{errormsg}' -- "$url")
}

if ! complete; then
  echo "Downloading CIFAR-10 from $url" >&2
  code=0
  download || code=$?
  # 33: the server cannot resume; 36 and HTTP 416: the part we have is longer than the file.
  if [[ -s $archive ]] && { [[ $code == 33 || $code == 36 ]] || [[ $status == 416* ]]; }; then
    rm -f "$archive"
    code=0
    download || code=$?
  fi
  ((code == 0)) || die "the download of $url failed: ${status#* }"
  if ! complete; then
    rm -f "$archive"
    die "the file from $url has a wrong MD5 (not $md5) and was deleted; try again"
  fi
fi

echo "Unpacking CIFAR-10" >&2
trap 'rm -rf "$unpacking"' EXIT
rm -rf "$unpacking"
mkdir "$unpacking" || die "cannot make the folder $unpacking"
why=$(tar -xzf "$archive" -C "$unpacking" --no-same-owner --no-same-permissions 2>&1) ||
  die "cannot unpack $archive: ${why%%$'\n'*}"
for name in data_batch_{1..5} test_batch; do
  size=$(stat -c %s "$unpacking/cifar-10-batches-bin/$name.bin" 2> /dev/null || echo 0)
  if ((size != 30730000)); then
    rm -f "$archive"
    die "the file from $url was deleted: its $name.bin has $size bytes, not 30730000"
  fi
done
mv -T "$unpacking/cifar-10-batches-bin" "$target" 2> /dev/null || die "cannot make $target"
rm -f "$archive"
finish
