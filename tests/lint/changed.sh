#!/usr/bin/env bash
# Files that differ from where this branch left origin/main, one a line; `all` in CI (CI=true) and where that is not known.
# For checks that take minutes over everything.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${CI:-}" = true ] || ! base=$(git merge-base HEAD origin/main 2>/dev/null); then
  echo all
  exit
fi
{ git diff --name-only "$base"; git ls-files -o --exclude-standard; } | sort -u
