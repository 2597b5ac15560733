#!/usr/bin/env bash
# Every dump reads back, and as itself: dumps.sh BUILD_FOLDER. Takes all programs of the tests and examples, what `tjit opt` writes
# after no pass, each pass and all of them, and what `tjit compile --dump-dir` writes; a stage that reads its own dump writes it again.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tjit=$(realpath "$1")/tools/tjit
load=--load=$(realpath "$1")/tests/libtjit_test_calls.so  # which some programs call
[ -x "$tjit" ] || { echo "there is no $tjit"; exit 1; }
mapfile -t passes < <("$tjit" opt --list-passes | cut -d' ' -f1)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0 dumps=0

problem() { # problem <what> <details>
  ((++failures))
  printf '%s: %s\n%s\n' "$program" "$1" "$2"
}

# A dump is read and written in its own place.
check_dump() { # check_dump <file>
  local errors
  ((++dumps))
  cp "$1" "$1.before"
  if ! errors=$("$tjit" opt "$1" "$load" --passes=none -o "$1" 2>&1); then
    problem "its dump ${1##*/} cannot be read" "$errors"
  elif ! cmp -s "$1.before" "$1"; then
    problem "its dump ${1##*/} reads back as something else" "$(diff -u "$1.before" "$1")"
  fi
}

check_opt() { # check_opt <program> <passes>
  local dump=$1.$2.tir errors
  if errors=$("$tjit" opt "$1" "$load" ${2:+--passes=$2} -o "$dump" 2>&1); then
    check_dump "$dump"
  elif ! grep -Eq "needs known sizes|sizes are not known" <<<"$errors"; then
    problem "opt --passes=$2 fails" "$errors"
  fi
}

check_compile() { # check_compile <program> <inputs>
  local errors inputs=() folder=$1.dumps
  for spec in $2; do inputs+=(-i "$spec"); done
  if errors=$("$tjit" compile "$1" "$load" "${inputs[@]}" --emit=ir,opt --dump-dir="$folder" 2>&1); then
    for dump in "$folder"/*.tir; do check_dump "$dump"; done
  elif ! grep -Eq "needs sizes|none is @main" <<<"$errors"; then
    problem "compile fails" "$errors"
  fi
}

cd "$root"
cp -r tests examples "$scratch"
mapfile -t programs < <(git ls-files 'tests/*.tir' 'examples/*.tir' | grep -Ev '^tests/(error|cli/programs/(wrong|weights)|ir/file_data)')
for program in "${programs[@]}"; do
  file=$scratch/$program
  sed -i '/^\/\/ ----$/,$d' "$file"
  for pass in none "${passes[@]}" ""; do check_opt "$file" "$pass"; done
  # Programs with sizes that are known at the call say for which inputs they run.
  inputs=
  case $program in tests/run/*) inputs=$(sed -n 's|^// args: ||p' "$file" | head -1) ;; esac
  check_compile "$file" "$inputs"
done
echo "$dumps dumps of ${#programs[@]} programs, $failures problems"
[ "$failures" = 0 ] && [ "$dumps" -gt 1000 ]
