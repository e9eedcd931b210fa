#!/usr/bin/env bash
# Feeds the parsers with inputs that libFuzzer makes up, under AddressSanitizer and
# UndefinedBehaviorSanitizer, beginning with those of tests/hardening/fuzz/regressions and of
# tests/hardening/fuzz/corpus, which has one archive a target. The lab page's parsers, which are
# TypeScript, get theirs from fast-check.
# Usage: scripts/fuzz.sh [OPTION...] [TARGET...]      (no target: all of them)
#   --runs N      inputs for every target, those of the corpus among them (default 1000000)
#   --seed N      of libFuzzer's random numbers (default 1)
#   --build-only  builds the targets in build/fuzz and ends
#   --no-build    takes them as they are there
#   --grow        keeps what reached new code: the corpus grows, is made as small as it can be, and
#                 packed
#   --pack FOLDER TARGET   packs the files of FOLDER as the corpus of TARGET and ends: after corpora
#                 were merged. An archive is unpacked with tar -xzf. The same files give the same bytes
#   --list        names the targets
# Says for every target how many inputs it ran and what they reached, in build/fuzz/runs.txt too. An
# input that breaks a parser is left in build/fuzz/findings, and the exit code is 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

targets=(cifar10 csv idx npy npz weights checkpoint grid_file journal_line journal)
# The page's sources come with the lab; without them there is nothing to feed.
[[ -d apps/lab/page/src ]] && targets+=(lab_csv lab_permalink)
build=build/fuzz
corpora=tests/hardening/fuzz/corpus
runs=1000000 seed=1 build_it=1 run_them=1 grow=0 folder_to_pack='' chosen=()

die() {
  echo "fuzz: $1 (--help shows the options)" >&2
  exit 2
}
pack() { # pack FOLDER TARGET
  local archive=$corpora/$2.tar.gz
  tar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r \
    -C "$1" -c --no-recursion -T <(cd "$1" && find . -maxdepth 1 -type f -printf '%f\n' | LC_ALL=C sort) |
    gzip -9n > "$archive.partial"
  mv "$archive.partial" "$archive"
}
number() { # number OPTION VALUE
  [[ ${2:-} =~ ^[0-9]{1,12}$ ]] || die "$1 takes a whole number"
  echo "$2"
}

while (($#)); do
  case $1 in
    --runs) runs=$(number "$1" "${2:-}") && shift ;;
    --seed) seed=$(number "$1" "${2:-}") && shift ;;
    --build-only) run_them=0 ;;
    --no-build) build_it=0 ;;
    --grow) grow=1 ;;
    --pack)
      folder_to_pack=${2:-}
      [[ -d $folder_to_pack ]] || die "--pack takes a folder"
      shift
      ;;
    --list)
      printf '%s\n' "${targets[@]}"
      exit 0
      ;;
    -h | --help)
      sed -n '2,/^set /{/^set /d;s/^# //p}' "$0"
      exit 0
      ;;
    *)
      [[ " ${targets[*]} " == *" $1 "* ]] || die "there is no option and no target $1"
      chosen+=("$1")
      ;;
  esac
  shift
done
if [[ -n $folder_to_pack ]]; then
  if ((${#chosen[@]} != 1)) || [[ ${chosen[0]} == lab_* ]]; then die "--pack takes one target of libFuzzer"; fi
  pack "$folder_to_pack" "${chosen[0]}"
  exit 0
fi
((${#chosen[@]})) || chosen=("${targets[@]}")

if ((build_it)); then
  scripts/install-packages.sh build fuzz
  scripts/own_build.sh "$build"
  mkdir -p "$build"
  {
    cmake --preset fuzz && cmake --build --preset fuzz --parallel "$(nproc)"
  } > "$build/build.log" 2>&1 || {
    tail -n 40 "$build/build.log" >&2
    die "the targets cannot be built, see $build/build.log"
  }
fi
build_lab() {
  local lab=tests/hardening/fuzz/lab
  scripts/npm_packages.sh "$lab" apps/lab/page || return 1
  # One of the page's files asks the browser for its colours as soon as it is loaded.
  "$lab/node_modules/.bin/esbuild" "$lab/main.ts" --bundle --platform=node --log-level=warning \
    --banner:js='globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });' \
    --outfile="$build/lab.cjs"
}
if ((build_it)) && [[ -d apps/lab/page/src ]]; then
  build_lab > "$build/lab.log" 2>&1 || {
    tail -n 20 "$build/lab.log" >&2
    die "the lab's parsers cannot be built, see $build/lab.log"
  }
fi
((run_them)) || exit 0

dictionary_of() {
  case $1 in
    cifar10) echo "" ;;
    weights | checkpoint) echo npz ;;
    journal_line) echo journal ;;
    *) echo "$1" ;;
  esac
}

# No input is longer than 8 KiB, and no honest parser takes memory beyond what deflate, which packs
# 1,032 bytes into one, could hold in it.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# An input takes less than a millisecond. The seconds after which one counts as endless are of wall
# clock, so there are enough of them for a machine that has no time for this process.
limits=(-print_funcs=0 -entropic=0 -max_len=8192 -malloc_limit_mb=24 -rss_limit_mb=1024 -timeout=300)

findings=$build/findings
mkdir -p "$findings"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for target in "${chosen[@]}"; do
  if [[ $target == lab_* ]]; then
    log=$build/$target.log
    node "$build/lab.cjs" "${target#lab_}" "$runs" "$seed" "tests/hardening/fuzz/lab/corpus/${target#lab_}" \
      > "$log" 2>&1 || { echo "$target: FINDING, see $log" >> "$log" && failed=1; }
    tail -n 1 "$log" | tee -a "$build/runs.txt"
    continue
  fi
  program=$build/tests/hardening/fuzz/${target}_fuzz corpus=$build/corpus/$target log=$build/$target.log
  [[ -x $program ]] || die "$program is not built"
  options=("${limits[@]}")
  dictionary=$(dictionary_of "$target")
  [[ -z $dictionary ]] || options+=(-dict="tests/hardening/fuzz/dictionaries/$dictionary.dict")
  rm -rf "$corpus"
  mkdir -p "$corpus" "$work/$target"
  [[ ! -e $corpora/$target.tar.gz ]] || tar -xzf "$corpora/$target.tar.gz" -C "$corpus"
  folders=("$work/$target" "$corpus")
  # What once broke a parser, or a parser with a planted fault; never minimised away.
  [[ ! -d tests/hardening/fuzz/regressions/$target ]] || folders+=("tests/hardening/fuzz/regressions/$target")
  begin=$SECONDS
  if "$program" "${options[@]}" -runs="$runs" -seed="$seed" -print_final_stats=1 \
    -artifact_prefix="$findings/$target-" "${folders[@]}" > "$log" 2>&1; then
    result="no finding"
  elif grep -q 'libFuzzer: run interrupted' "$log"; then
    result="interrupted" failed=1
  else
    result="FINDING, see $log and $findings" failed=1
  fi
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(grep -o ' cov: [0-9]*' "$log" | tail -n 1 | tr -dc 0-9 || true)
  line="$target: ${inputs:-?} inputs in $((SECONDS - begin)) s, ${edges:-?} edges reached, $result"
  echo "$line" | tee -a "$build/runs.txt"
  if ((grow)) && [[ $result == "no finding" ]]; then
    mkdir -p "$work/smallest"
    "$program" "${limits[@]}" -set_cover_merge=1 -use_counters=0 "$work/smallest" "$corpus" "$work/$target" >> "$log" 2>&1
    pack "$work/smallest" "$target"
    rm -rf "$work/smallest"
  fi
done
exit "$failed"
