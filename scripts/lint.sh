#!/usr/bin/env bash
# Checks the layout of our C++ files (clang-format), the shell scripts (shellcheck) and our C++ code
# (clang-tidy). Says nothing about files that git ignores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-packages.sh build test mpi lint

# Files of ours that exist, matching the patterns; each ends with a zero byte.
ours() {
  local file
  git ls-files -z --cached --others --exclude-standard --deduplicate -- "$@" |
    while IFS= read -r -d '' file; do
      [[ ! -f $file ]] || printf '%s\0' "$file"
    done
}

echo "== clang-format"
ours '*.cpp' '*.hpp' | xargs -0r clang-format --dry-run -Werror

echo "== shellcheck"
ours '*.sh' .ci/run coursework/handout_pdf \
  coursework/starter/experiment coursework/autograder/run_autograder | xargs -0r shellcheck

echo "== clang-tidy"
# A build folder of its own: clang cannot read gcc's precompiled headers, nor knows every -march.
# gcc's default is C++17 and clang's is not, so the standard must be named; clang's own warnings are
# left to gcc's.
mkdir -p build/lint
scripts/own_build.sh build/lint
cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Release -DTHINNET_NATIVE=OFF -DTHINNET_ALL_TESTS=ON \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON > build/lint/configure.log 2>&1 || {
  cat build/lint/configure.log >&2
  exit 1
}
cmake --build build/lint --target thinnet_headers > /dev/null # for those who include <thinnet/…>
tidy() { # tidy ARGUMENTS FOR CLANG-TIDY..., the files on stdin
  xargs -0r -n1 -P "$(nproc)" clang-tidy -p build/lint --quiet \
    --extra-arg=-std=c++17 --extra-arg=-Wno-error "$@" \
    2> >(grep -vE '[0-9]+ warnings? generated\.$' >&2)
}
failed=0
# Without the lab's binding: Emscripten's headers are for its own compiler, which warns as gcc does.
ours '*.cpp' ':!tests/' ':!apps/lab/engine/binding.cpp' |
  tidy || failed=1
# The analyzer would take twice as long for the tests, most of it inside GoogleTest's macros.
# One of their files is a mistake on purpose.
ours 'tests/*.cpp' ':!tests/system/package/type_error.cpp' | tidy '--checks=-clang-analyzer-*' || failed=1
exit $failed
