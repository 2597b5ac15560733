#!/usr/bin/env bash
# Installs what is missing, builds a release, and runs the main job: a .tir program that reads handwritten digits.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh
cmake --preset release >/dev/null
cmake --build --preset release --target digits tjit-command
build/release/examples/digits examples/digits/digits.tir examples/data/digits.npz
