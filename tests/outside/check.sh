#!/usr/bin/env bash
# Installs a build to a scratch folder, then configures, builds and runs a project outside the repository against it, with g++, with
# clang++, and with the containers of _GLIBCXX_DEBUG, whose layout is not that of the library's. check.sh <build>
set -euo pipefail
build=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/usr" >/dev/null

expected='Tensor(5, shape=(), dtype=int32)
Tensor(11.0, shape=(), dtype=float32)
Tensor([4. 6.], shape=(2,), dtype=float32)
Tensor(102, shape=(), dtype=int32) ()(2, 3)
Tensor(3, shape=(), dtype=int32)'
cd "$scratch"
for with in g++ clang++-19 "g++ -D_GLIBCXX_DEBUG"; do
  read -r compiler flags <<<"$with"
  folder="$scratch/${with// /}"
  cmake -S "$here" -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$scratch/usr" \
    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror $flags" >/dev/null
  cmake --build "$folder"
  found=$("$folder/outside")
  [ "$found" = "$expected" ] || { printf 'with %s, found:\n%s\nexpected:\n%s\n' "$with" "$found" "$expected"; exit 1; }
done
"$scratch/usr/bin/tjit" version
