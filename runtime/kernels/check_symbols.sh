#!/bin/sh
# check_symbols.sh <nm> <objects of the kernels>...: fails when the kernels of two CPU levels define the same function, as
# the linker would keep one of them for every machine.
nm=$1
shift
total=0
for level in base v3 v4; do
  objects=$(printf '%s\n' "$@" | tr ';' '\n' | grep "/kernels_$level/")
  [ -n "$objects" ] || { echo "no objects of level $level" >&2; exit 1; }
  # T and W: functions that other objects see.
  "$nm" --defined-only $objects | awk '$2 ~ /^[TW]$/ {print $3}' | sort -u > "${TMPDIR:-/tmp}/tjit_symbols_$$.$level"
  total=$((total + $(wc -l < "${TMPDIR:-/tmp}/tjit_symbols_$$.$level")))
done
shared=$(sort "${TMPDIR:-/tmp}"/tjit_symbols_$$.* | uniq -d)
rm -f "${TMPDIR:-/tmp}"/tjit_symbols_$$.*
[ "$total" -gt 0 ] || { echo "found no functions at all" >&2; exit 1; }
if [ -n "$shared" ]; then
  echo "functions that CPU levels share:" >&2
  echo "$shared" | c++filt >&2
  exit 1
fi
echo "$total functions, none shared between levels"
