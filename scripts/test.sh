#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs all tests: first under ASan and UBSan, then those of threads under
# TSan, then in release, where also clang-tidy runs and an op is added to a copy. Ends with ctest's summary. With --quick,
# only the release without these two.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
presets=(dev tsan release) filter=()
if [ "${1:-}" = --quick ]; then
  presets=(release) filter=(-LE slow)
fi
for preset in "${presets[@]}"; do
  cmake --preset "$preset" >/dev/null
  cmake --build --preset "$preset"
  ctest --preset "$preset" -j "$(nproc)" "${filter[@]}"
done
