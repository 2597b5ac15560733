#!/usr/bin/env bash
# What would dangle or make no sense must not compile; beside each such line, one that does and differs in this only.
set -euo pipefail
cd "$(dirname "$0")/../.."
compile() {
  local eigen=''
  [[ $1 != *as_eigen* ]] || eigen='#include <tjit/eigen.h>'
  printf '%s\n#include <tjit/tjit.h>\nvoid f(tjit::Tensor t) {\n%s\n}\n' "$eigen" "$1" |
    clang++-19 -std=c++20 -fsyntax-only -w -I frontend -I ir -isystem /usr/include/eigen3 -x c++ - 2>&1
}
expect() {
  if ! output=$(compile "$1"); then
    printf 'does not compile: %s\n%s\n' "$1" "$output"
    exit 1
  fi
  if output=$(compile "$2"); then
    printf 'compiles, but should not: %s\n' "$2"
    exit 1
  fi
  if ! grep -q "$3" <<<"$output"; then
    printf 'expected "%s" for %s, found:\n%s\n' "$3" "$2" "$output"
    exit 1
  fi
}

expect 'auto m = tjit::as_eigen<float, 2>(t);' 'auto m = tjit::as_eigen<float, 2>(t + t);' 'deleted'
expect 'auto* p = t.data<float>();' 'auto* p = (t + t).data<float>();' 'deleted'
expect 'auto* p = t.mutable_data<float>();' 'auto* p = (t + t).mutable_data<float>();' 'expects an lvalue'
expect 'auto* p = t.data<float>();' 'auto* p = t.data<char>();' 'ElementTypes'
expect 'if (t) return;' 'bool b = t;' 'no viable conversion'
expect 'tjit::function([](tjit::Tensor x) { return x; })(t);' \
  'tjit::function([](const char*) { return tjit::Tensor(); })("t");' 'expected Tensors and numbers'
expect 'tjit::function([](tjit::Tensor x) { return std::tuple(x); })(t);' \
  'tjit::function([](tjit::Tensor x) { return std::tuple(std::vector{x}); })(t);' 'cannot hold vectors'
expect 'tjit::cond(t, [&] { return t; }, [&] { return t; });' 'tjit::cond(t, [&] { return t; }, [] { return 1; });' \
  'both branches must give the same type'
