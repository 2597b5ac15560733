#!/usr/bin/env bash
# All C++ is formatted as .clang-format says. With --fix, formats it.
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run --Werror)
[ "${1:-}" = --fix ] && mode=(-i)
git ls-files -co --exclude-standard '*.h' '*.cpp' '*.cc' | xargs -d '\n' clang-format-19 "${mode[@]}"
