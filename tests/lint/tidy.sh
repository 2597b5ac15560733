#!/usr/bin/env bash
# clang-tidy over the source files that changed, themselves or a header that they include, or over all (see changed.sh):
# tidy.sh <build>. What a file includes is what the build found.
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files -co --exclude-standard 'ir/*.cpp' 'runtime/*.cpp' 'passes/*.cpp' 'codegen/*.cpp' \
  'frontend/*.cpp' 'tools/*.cpp' 'examples/*.cpp' | grep -vE '^(runtime/kernels|codegen/llvm/bitcode)/')
changed=$(tests/lint/changed.sh)
if ! grep -qxE 'all|\.clang-tidy|tests/lint/tidy\.sh' <<<"$changed"; then
  # Blocks of `ninja -t deps`: a line for the object, then one a file, the source first.
  mapfile -t files < <(ninja -C "$build" -t deps | sed "s|$PWD/||; s|^ *\(\.\./\)*||" | awk '
    NR == FNR { changed[$0]; next }
    /: #deps/ { source = ""; next }
    source == "" { source = $0; told = 0 }
    !told && $0 in changed { print source; told = 1 }' <(printf '%s\n' "$changed") - |
    grep -xF -f <(printf '%s\n' "${files[@]}") | sort -u)
fi
echo "${#files[@]} files"
[ ${#files[@]} -eq 0 ] && exit
# Fails when any of them complains; its counts of warnings in system headers are left out.
printf '%s\n' "${files[@]}" | xargs -d '\n' -P "$(nproc)" -n 4 clang-tidy-19 -p "$build" --quiet \
  2> >(grep -v 'warnings\? \(generated\|treated\)' >&2)
