#!/usr/bin/env bash
# What docs/tour.md shows is what its commands print: tour.sh BUILD_FOLDER. TJIT_BLESS=1 writes what they print into the page.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
[ -x "$build/tools/tjit" ] || { echo "there is no $build/tools/tjit"; exit 1; }
export PATH="$build/tools:$PATH"
page=docs/tour.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT

inside= commands=0
while IFS= read -r line; do
  case $inside$line in
    '```console') inside=yes ;;
    'yes```') inside= ;;
    'yes$ '*)
      ((++commands))
      printf '%s\n' "$line"
      bash -c "${line#$ }" 2>&1 </dev/null
      continue
      ;;
    yes*) continue ;;  # what the command printed when the page was written
  esac
  printf '%s\n' "$line"
done <$page >"$new"
if [ "${TJIT_BLESS:-}" = 1 ]; then cat "$new" >$page; fi
diff -u --label "$page" --label "what its commands print" $page "$new" && [ "$commands" -gt 5 ]
