#!/usr/bin/env bash
# Tests scripts/get-cifar10.sh against files and a server of this machine; needs no network.
# Usage: get_cifar10_test.sh REPOSITORY_ROOT
set -euo pipefail

script=${1:?usage: get_cifar10_test.sh REPOSITORY_ROOT}/scripts/get-cifar10.sh
work=$(mktemp -d)
server=
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  [[ -z $server ]] || kill "$server" 2> /dev/null || true
  wait # the downloads end with the server
  rm -rf "$work"
}
trap clean_up EXIT
export no_proxy='*' NO_PROXY='*'

failures=0
check() { # check WHAT COMMAND...
  if ! "${@:2}"; then
    echo "FAILED: $1" >&2
    failures=$((failures + 1))
  fi
}

wait_until() { # wait_until WHAT COMMAND...: for a state, with a backstop for what never comes
  local backstop=$((SECONDS + 1200))
  until "${@:2}"; do
    if ((SECONDS > backstop)); then
      echo "20 minutes of wall clock, the backstop, have passed, and not yet: $1" >&2
      exit 1
    fi
    sleep 0.02
  done
}

# A small stand-in for the archive: six sparse files of the right size, and 200 kB of noise.
make_archive() { # make_archive NAME SIZE_OF_THE_TEST_BATCH
  local folder=$work/made/cifar-10-batches-bin
  rm -rf "$folder"
  mkdir -p "$folder" "$work/www"
  for n in 1 2 3 4 5; do truncate -s 30730000 "$folder/data_batch_$n.bin"; done
  truncate -s "$2" "$folder/test_batch.bin"
  head -c 200000 /dev/urandom > "$folder/readme.html"
  tar -C "$work/made" -czSf "$work/www/$1" cifar-10-batches-bin
}
md5_of() { md5sum < "$1" | cut -d' ' -f1; }
make_archive good.tar.gz 30730000
make_archive short.tar.gz 30729999
echo '<html>Sorry</html>' > "$work/www/page.tar.gz"
good=$work/www/good.tar.gz
good_md5=$(md5_of "$good")
good_size=$(stat -c %s "$good")

# /ranges/NAME can resume, /plain/NAME cannot, /stall/NAME stops halfway. Also listens on a second
# port that never answers, and keeps a third one closed. Ends when the test does.
cat > "$work/server.py" << 'PYTHON'
import http.server, os, socket, sys, threading, time

folder, test = sys.argv[1], int(sys.argv[2])

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, kind, name = self.path.split("/")
        wanted = self.headers.get("Range", "")
        with open(folder + "/requests", "a") as log:
            log.write(f"{self.path} {wanted}\n")
        path = f"{folder}/www/{name}"
        if not os.path.exists(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            body = file.read()
        size, start = len(body), 0
        if kind == "ranges" and wanted:
            start = int(wanted[len("bytes="):].split("-")[0])
            if start >= size:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
        if kind == "stall":
            self.wfile.write(body[:size // 2])
            self.wfile.flush()
            self.rfile.read()  # until the other side hangs up
        else:
            self.wfile.write(body[start:])

    def log_message(self, *_):
        pass

web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
web.daemon_threads = True
silent, closed = socket.socket(), socket.socket()
silent.bind(("127.0.0.1", 0))
silent.listen()
closed.bind(("127.0.0.1", 0))
threading.Thread(target=web.serve_forever, daemon=True).start()
with open(folder + "/ports.partial", "w") as ports:
    print(web.server_port, silent.getsockname()[1], closed.getsockname()[1], file=ports)
os.rename(folder + "/ports.partial", folder + "/ports")
while os.getppid() == test:
    time.sleep(1)
PYTHON
python3 "$work/server.py" "$work" $$ &
server=$!
serves() { [[ -f $work/ports ]] || ! kill -0 "$server" 2> /dev/null; }
wait_until "the server's ports" serves
read -r web silent closed < "$work/ports"

# A curl that keeps a list of its calls, for runs that put it first in PATH.
mkdir "$work/bin"
cat > "$work/bin/curl" << SCRIPT
#!/bin/sh
echo "\$@" >> "$work/curl_calls"
exec "$(command -v curl)" "\$@"
SCRIPT
chmod +x "$work/bin/curl"

# Runs the script with a cache of its own: run CACHE URL [MD5]. Leaves code, out and err beside the
# cache.
run() {
  local code=0
  XDG_CACHE_HOME="$work/$1" CIFAR10_URL=$2 CIFAR10_MD5=${3:-$good_md5} \
    "$script" > "$work/$1.out" 2> "$work/$1.err" < /dev/null || code=$?
  echo "$code" > "$work/$1.code"
}
partial_of() { printf '%s' "$work/$1/thinnet/cifar-10-binary.tar.gz.partial"; }
put_partial() { # put_partial CACHE < CONTENT
  mkdir -p "$work/$1/thinnet"
  cat > "$(partial_of "$1")"
}
succeeded() {
  local folder="$work/$1/thinnet/cifar-10-batches-bin" name
  [[ $(< "$work/$1.code") == 0 && $(< "$work/$1.out") == "$folder" ]] || return 1
  for name in data_batch_{1..5} test_batch; do
    [[ $(stat -c %s "$folder/$name.bin") == 30730000 ]] || return 1
  done
  # Nothing else is left but the lock.
  [[ $(find "$work/$1/thinnet" -mindepth 1 -maxdepth 1 ! -name .cifar-10.lock) == "$folder" ]]
}
failed() { # failed CACHE TEXT: exit code 2, one line of error, which has TEXT in it
  [[ $(< "$work/$1.code") == 2 && ! -s $work/$1.out ]] || return 1
  [[ $(grep -c '^get-cifar10: ' "$work/$1.err") == 1 ]] || return 1
  [[ $(grep -cvE '^(get-cifar10: |Downloading |Unpacking )' "$work/$1.err") == 0 ]] || return 1
  grep -qF -- "$2" "$work/$1.err" || return 1
  [[ ! -e $work/$1/thinnet/cifar-10-batches-bin && ! -e $work/$1/thinnet/.cifar-10.unpacking ]]
}
called_curl_once() { # and did not ask it to try again by itself
  [[ $(wc -l < "$work/curl_calls") == 1 ]] && ! grep -q -- --retry "$work/curl_calls"
}
no_partial() { [[ ! -e $(partial_of "$1") ]]; }
requests() { # the Range of each request since the last call, each followed by a comma
  [[ ! -f $work/requests ]] || cut -d' ' -f2- "$work/requests" | tr '\n' ','
  rm -f "$work/requests"
}

# These two wait for the script's own patience, so they run beside all others.
run silent "http://127.0.0.1:$silent/good.tar.gz" &
waiting=($!)
run stall "http://127.0.0.1:$web/stall/good.tar.gz" &
waiting+=($!)
wait_until "the request that stops halfway" test -f "$work/requests"
rm -f "$work/requests"

run 'with space' "file://$good"
check "a fresh download" succeeded 'with space'
run 'with space' "http://127.0.0.1:$closed/"
check "a second call needs no network" succeeded 'with space'
check "a second call says nothing" test ! -s "$work/with space.err"

run http "http://127.0.0.1:$web/plain/good.tar.gz"
check "a fresh download by HTTP" succeeded http
requests > /dev/null

head -c 100000 "$good" | put_partial resumed
run resumed "http://127.0.0.1:$web/ranges/good.tar.gz"
check "resuming" succeeded resumed
check "resuming asks for the rest only" test "$(requests)" = "bytes=100000-,"

head -c 100000 "$good" | put_partial file
run file "file://$good"
check "resuming from a file" succeeded file

head -c 100000 "$good" | put_partial plain
run plain "http://127.0.0.1:$web/plain/good.tar.gz"
check "a server that cannot resume" succeeded plain

put_partial whole < "$good"
run whole "http://127.0.0.1:$closed/"
check "a complete partial file needs no network" succeeded whole

cat "$good" "$good" | put_partial long
run long "http://127.0.0.1:$web/ranges/good.tar.gz"
check "a partial file longer than the archive" succeeded long
cat "$good" "$good" | put_partial long_file
run long_file "file://$good"
check "a partial file longer than the archive's file" succeeded long_file

# Wrong bytes in the partial file: found out by the MD5, and the next run starts anew.
head -c 100000 /dev/zero | put_partial damaged
run damaged "http://127.0.0.1:$web/ranges/good.tar.gz"
check "a damaged partial file" failed damaged "wrong MD5"
check "a damaged partial file is deleted" no_partial damaged
run damaged "http://127.0.0.1:$web/ranges/good.tar.gz"
check "the run after a damaged partial file" succeeded damaged

# Of full length the server answers 416, which some versions of curl take for success.
head -c "$good_size" /dev/zero | put_partial full
run full "http://127.0.0.1:$web/ranges/good.tar.gz"
succeeded full || run full "http://127.0.0.1:$web/ranges/good.tar.gz"
check "a damaged partial file of full length, in two runs" succeeded full

run wrong_md5 "file://$good" 00000000000000000000000000000000
check "a wrong MD5" failed wrong_md5 "wrong MD5"
check "a file with a wrong MD5 is deleted" no_partial wrong_md5

run short "file://$work/www/short.tar.gz" "$(md5_of "$work/www/short.tar.gz")"
check "a batch of a wrong size" failed short "test_batch.bin has 30729999 bytes"
run page "file://$work/www/page.tar.gz" "$(md5_of "$work/www/page.tar.gz")"
check "not an archive" failed page "cannot unpack"
run absent "http://127.0.0.1:$web/plain/absent.tar.gz"
check "HTTP 404" failed absent "404"
PATH=$work/bin:$PATH run closed "http://127.0.0.1:$closed/good.tar.gz"
check "a port where nothing listens" failed closed "failed"
check "a port where nothing listens is given up at once" called_curl_once
touch "$work/no_folder"
run no_folder "file://$good"
check "a cache that cannot be made" test "$(< "$work/no_folder.code")" = 2

# Both start while the lock is taken, so that they do meet.
rm -f "$work/requests"
mkdir -p "$work/twice/thinnet"
exec 8> "$work/twice/thinnet/.cifar-10.lock"
flock 8
run twice "http://127.0.0.1:$web/plain/good.tar.gz" 8>&- &
both=($!)
XDG_CACHE_HOME="$work/twice" CIFAR10_URL=http://127.0.0.1:$web/plain/good.tar.gz \
  CIFAR10_MD5=$good_md5 "$script" > "$work/other.out" 2> "$work/other.err" 8>&- &
both+=($!)
both_wait() { grep -qs Waiting "$work/twice.err" && grep -qs Waiting "$work/other.err"; }
wait_until "both wait" both_wait
check "a second run waits" test ! -e "$work/requests"
exec 8>&-
wait "${both[@]}"
sed -i /^Waiting/d "$work/twice.err"
check "two runs at the same time" succeeded twice
check "two runs at the same time agree" cmp -s "$work/twice.out" "$work/other.out"
check "two runs at the same time download once" test "$(requests)" = ","

help=$("$script" --help)
check "--help names CIFAR10_URL" grep -q CIFAR10_URL <<< "$help"
code=0
"$script" --nonsense 2> /dev/null || code=$?
check "an unknown argument" test "$code" = 2

# In its own words, curl's patience was at an end; the server's has none.
wait "${waiting[@]}"
check "a server that never answers" failed silent "failed"
check "a server that never answers is given up" grep -q "transferred the last 10 seconds" "$work/silent.err"
check "a server that stops halfway" failed stall "failed"
check "a server that stops halfway is given up" grep -q "transferred the last 10 seconds" "$work/stall.err"
run stall "http://127.0.0.1:$web/ranges/good.tar.gz"
check "the run after a server that stopped halfway" succeeded stall

if ((failures)); then
  echo "$failures checks of get-cifar10.sh failed" >&2
  exit 1
fi
echo "get-cifar10.sh: all checks passed"
