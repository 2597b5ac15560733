#!/usr/bin/env bash
# What an op is stands in its struct, what an element type is in ir/tjit/dtype.h. Elsewhere no line tests for a single op or
# lists element types, but for those counted below, each with its reason. Fails for a new one, and for a count that is too high.
set -euo pipefail
cd "$(dirname "$0")/../.."

tests_for_an_op='([=!]= *|case |\bis\([^()]*)kOpcode<[A-Z][a-z]|info\.name *[=!]= *"'
allowed_tests='
passes/check_nan.cpp 2          # knows the checks that it put in before
passes/facts.cpp 8              # knows loops that count up or down to a bound
passes/movement.cpp 1           # looks through the broadcast of a scalar
tools/executed_kernels.cpp 1    # what runs is what was fused
'
lists_of_types='DType::[A-Z][A-Za-z0-9]*\b.*DType::[A-Z][A-Za-z0-9]*\b.*DType::[A-Z]|case DType::'
allowed_lists=''

status=0
# check <what> <pattern> <allowed> [<files that are its home>]: compares the counts by file.
check() {
  local found expected
  found=$(git grep -cE "$2" -- ir passes codegen runtime frontend tools ":!$4" | tr : ' ' | sort || true)
  expected=$(sed '/^$/d; s/ *#.*//' <<<"$3" | sort)
  [ "$found" = "$expected" ] && return
  echo "$1, by file (< allowed in tests/lint/one_home.sh, > found):"
  diff <(echo "$expected") <(echo "$found") | grep '^[<>]' || true
  status=1
}
check "tests for a single op" "$tests_for_an_op" "$allowed_tests" ir/ops
check "lists of element types" "$lists_of_types" "$allowed_lists" ir/tjit/dtype.h
exit $status
