#!/usr/bin/env bash
# Installs what is missing, builds everything in release, and runs all tests. Ends with ctest's summary. With --full, first the
# same tests under ASan and UBSan, and in release also those labelled slow: clang-tidy, and adding an op to a copy.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
presets=(release) filter=(-LE slow)
if [ "${1:-}" = --full ]; then
  presets=(dev release) filter=()
fi
for preset in "${presets[@]}"; do
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  ctest --preset "$preset" -j "$(nproc)" "${filter[@]}"
done
