#!/usr/bin/env bash
# clang-tidy over every source file of a build folder: tidy.sh <build>.
set -euo pipefail
build=$1
cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files 'ir/*.cpp' 'runtime/*.cpp' 'passes/*.cpp' 'codegen/*.cpp' 'frontend/*.cpp' 'tools/*.cpp' \
  'examples/*.cpp' | grep -vE '^(runtime/kernels|codegen/llvm/bitcode)/')
# Fails when any of them complains; its counts of warnings in system headers are left out.
printf '%s\n' "${files[@]}" | xargs -d '\n' -P "$(nproc)" -n 4 clang-tidy-19 -p "$build" --quiet \
  2> >(grep -v 'warnings\? \(generated\|treated\)' >&2)
echo "${#files[@]} files"
