#!/usr/bin/env bash
# Installs what is missing, builds everything in release, and runs all tests. Ends with ctest's summary. With --full, also the same tests
# under ASan and UBSan, clang-tidy, and the check that adding an op touches three files.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
options=(-DTJIT_TESTS=ON -DTJIT_BENCH=ON -DTJIT_SANITIZED_TESTS= -DTJIT_FULL_CHECKS=OFF)
if [ "${1:-}" = --full ]; then
  cmake --preset dev >/dev/null
  cmake --build --preset dev
  options=(-DTJIT_TESTS=ON -DTJIT_BENCH=ON -DTJIT_SANITIZED_TESTS="$PWD/build/dev" -DTJIT_FULL_CHECKS=ON)
fi
cmake --preset release "${options[@]}" >/dev/null
cmake --build --preset release
exec ctest --preset release -j "$(nproc)"
