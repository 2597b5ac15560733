#!/usr/bin/env bash
# Includes go one way: ir <- runtime <- passes <- codegen <- frontend <- tools. LLVM is included in codegen/llvm only, Eigen in
# the public eigen.h and tests only, and public headers leave out what is slow to parse.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
complain() { # complain <what> <lines>
  [ -z "$2" ] && return
  printf '%s:\n%s\n' "$1" "$2"
  status=1
}

layers=(ir runtime passes codegen frontend tools)
for ((i = 0; i < ${#layers[@]}; ++i)); do
  for ((j = i + 1; j < ${#layers[@]}; ++j)); do
    complain "${layers[i]} includes ${layers[j]}, which lies above it" \
      "$(grep -rn "#include \"${layers[j]}/" "${layers[i]}" || true)"
  done
done
complain "LLVM is included outside codegen/llvm" \
  "$(grep -rnE '#include [<"](llvm|clang)' ir runtime passes frontend tools codegen --include='*.h' --include='*.cpp' | grep -v '^codegen/llvm/' || true)"
complain "Eigen is included outside tjit/eigen.h and the tests" \
  "$(grep -rnE '#include <Eigen' ir runtime passes frontend tools codegen | grep -v '^frontend/tjit/eigen.h' || true)"
complain "a public header includes something slow to parse" \
  "$(grep -nE '#include <(functional|map|unordered_map|variant|memory|regex|sstream|iostream|ostream|filesystem)>' -r frontend/tjit ir/tjit || true)"
exit $status
