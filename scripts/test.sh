#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs all tests: the release build, the same tests under ASan and UBSan,
# formatting, static analysis, and the checks of the repository itself. Ends with ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
cmake --preset dev >/dev/null
cmake --build --preset dev
cmake --preset release -DTJIT_TESTS=ON -DTJIT_BENCH=ON -DTJIT_SANITIZED_TESTS="$PWD/build/dev" >/dev/null
cmake --build --preset release
exec ctest --preset release -j "$(nproc)"
