#!/usr/bin/env bash
# Installs the Debian 12 packages that tjit needs and that are missing.
set -euo pipefail

packages=(
  clang-19 llvm-19-dev libclang-rt-19-dev clang-format-19 clang-tidy-19  # compiler, code generation, checks
  cmake ninja-build ccache g++ git                                       # build; g++ tests the public headers
  libeigen3-dev doctest-dev libcli11-dev zlib1g-dev libmpfr-dev          # libraries
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
echo "installing: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
