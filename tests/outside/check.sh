#!/usr/bin/env bash
# Installs a build to a scratch folder, then configures, builds and runs a project outside the repository against it, with g++ and
# with clang++. check.sh <build>
set -euo pipefail
build=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/usr" >/dev/null

expected='Tensor(5, shape=(), dtype=int32)
Tensor(11.0, shape=(), dtype=float32)
Tensor([4. 6.], shape=(2,), dtype=float32)'
for compiler in g++ clang++-19; do
  cmake -S "$here" -B "$scratch/$compiler" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$scratch/usr" \
    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" >/dev/null
  cmake --build "$scratch/$compiler"
  found=$("$scratch/$compiler/outside")
  [ "$found" = "$expected" ] || { printf 'with %s, found:\n%s\nexpected:\n%s\n' "$compiler" "$found" "$expected"; exit 1; }
done
"$scratch/usr/bin/tjit" version
