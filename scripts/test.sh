#!/usr/bin/env bash
# Installs what is missing, builds everything, and runs all tests: first under ASan and UBSan, then the release with the
# checks of the repository itself. Ends with ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
for preset in dev release; do
  cmake --preset $preset >/dev/null
  cmake --build --preset $preset
  ctest --preset $preset -j "$(nproc)"
done
