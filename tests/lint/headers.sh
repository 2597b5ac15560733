#!/usr/bin/env bash
# Every public header compiles by itself, without warnings, with clang++ and g++; and <tjit/tjit.h> is parsed quickly, for
# which its size stands: the time is that of the machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flags=(-std=c++20 -Wall -Wextra -Wpedantic -Werror -I frontend -I ir -isystem /usr/include/eigen3)

for header in $(find frontend/tjit ir/tjit -name '*.h'); do
  echo "#include <tjit/${header#*/tjit/}>" >"$scratch/one.cpp"
  for compiler in clang++-19 g++; do
    "$compiler" "${flags[@]}" -fsyntax-only "$scratch/one.cpp" || { echo "$header does not compile with $compiler"; exit 1; }
  done
done

echo '#include <tjit/tjit.h>' >"$scratch/all.cpp"
bytes=$(clang++-19 "${flags[@]}" -E -P "$scratch/all.cpp" | wc -c)
echo "<tjit/tjit.h> with all that it includes is $bytes bytes"
((bytes <= 1200000)) || { echo "expected at most 1200000, which an idle machine parses in 300 ms"; exit 1; }
