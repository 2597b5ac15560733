#!/usr/bin/env bash
# Runs the command `tjit` as users do: run.sh BUILD_FOLDER [CASES.txt...]. tests/cli/README.md describes the cases.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$1") && shift
[ -x "$build/tools/tjit" ] || { echo "there is no $build/tools/tjit"; exit 1; }
export PATH="$build/tools:$PATH" TJIT_TEST_DATA="$here/../golden/npy" TJIT_TEST_CALLS="$build/tests/libtjit_test_calls.so"
export TJIT_TEST_OLD_CALLS="$build/tests/libtjit_test_old_calls.so"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0 steps=0

start_case() {
  title=$1
  rm -rf "$scratch/folder" && mkdir "$scratch/folder" && cp -r "$here/programs/." "$scratch/folder"
}

problem() {
  ((++failures))
  printf '%s:%s: %s\n  $ %s\n' "${file##*/}" "$step_line" "$title" "$command"
  printf '%s\n' "$@" | sed 's/^/  /'
}

# check_stream NAME FILE EXPECTED SUBSTRINGS: without substrings the whole stream must be as expected.
check_stream() {
  local wanted=$4 part
  if [ -z "$wanted" ] && ! cmp -s "$2" "$3"; then problem "$1 differs:" "$(diff -u --label expected --label found "$3" "$2")"; fi
  while IFS= read -r part; do
    [ -z "$part" ] || grep -qF -- "$part" "$2" || problem "$1 lacks: $part" "found:" "$(head -c 2000 "$2")"
  done <<<"$wanted"
}

finish_step() {
  [ -n "$command" ] || return 0
  ((++steps))
  (cd "$scratch/folder" && bash -c "$command") >"$scratch/out" 2>"$scratch/err" </dev/null
  local code=$?
  [ "$code" = "$expected_code" ] || problem "exit code $code, expected $expected_code" "$(head -c 2000 "$scratch/err")"
  check_stream "standard output" "$scratch/out" "$scratch/expected_out" "$out_parts"
  check_stream "standard error" "$scratch/err" "$scratch/expected_err" "$err_parts"
  command=
}

start_step() {
  command=$1 step_line=$number expected_code=0 out_parts= err_parts=
  : >"$scratch/expected_out"
  : >"$scratch/expected_err"
}

run_file() {
  file=$1 number=0 command=
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    ((++number))
    case $line in
      '== '*) finish_step; start_case "${line#== }" ;;
      '$ '*) finish_step; start_step "${line#$ }" ;;
      '? '*) expected_code=${line#? } ;;
      '>~ '*) out_parts+="${line#>~ }"$'\n' ;;
      '!~ '*) err_parts+="${line#!~ }"$'\n' ;;
      '>'*) line=${line#>} && printf '%s\n' "${line# }" >>"$scratch/expected_out" ;;
      '!'*) line=${line#!} && printf '%s\n' "${line# }" >>"$scratch/expected_err" ;;
      '#'* | '') ;;
      *) echo "$file:$number: what is '$line'?"; exit 1 ;;
    esac
  done <"$file"
  finish_step
}

[ $# -gt 0 ] || set -- "$here"/cases/*.txt
for f in "$@"; do run_file "$f"; done
[ "$steps" -gt 0 ] || { echo "no commands were run"; exit 1; }
echo "$steps commands, $failures failures"
[ "$failures" = 0 ]
