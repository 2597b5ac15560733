#!/usr/bin/env bash
# What would dangle or make no sense must not compile; beside each such line, one that does and differs in this only.
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler=clang++-19
standard=c++20
compile() {
  local eigen=''
  [[ $1 != *as_eigen* ]] || eigen='#include <tjit/eigen.h>'
  printf '%s\n#include <tjit/tjit.h>\nvoid f(tjit::Tensor t) {\n%s\n}\n' "$eigen" "$1" |
    "$compiler" -std="$standard" -fsyntax-only -w -I frontend -I ir -isystem /usr/include/eigen3 -x c++ - 2>&1
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
# With both compilers, in one error and few lines.
expect_one() {
  for compiler in clang++-19 g++; do
    expect "$1" "$2" "$3"
    if (($(grep -c 'error:' <<<"$output") != 1 || $(wc -l <<<"$output") > 24)); then
      printf '%s says more than one error of few lines for %s:\n%s\n' "$compiler" "$2" "$output"
      exit 1
    fi
  done
  compiler=clang++-19
}
sum='auto sum = tjit::function([](tjit::Tensor x, std::vector<tjit::Tensor> y) { return x + y[0]; });'
expect_one 'tjit::function([](tjit::Tensor x) { return x; })(t);' \
  'tjit::function([](const char*) { return tjit::Tensor(); })("t");' 'expected Tensors and numbers'
expect_one "$sum auto r = sum(t, std::vector{t}); r += 1;" "$sum auto r = sum(t); r += 1;" 'cannot be called with arguments of these'
expect_one "$sum sum(3.0f, std::vector{t});" "$sum sum(t, t);" 'can_be_called_with<.*Tensor, tjit::Tensor>'
expect_one "$sum (void)(sum(t, std::vector{t}) * 2);" "$sum (void)(sum(t, \"t\") * 2);" 'expected Tensors and numbers'
expect_one 'tjit::function([](tjit::Tensor x) { return x += 1; })(t);' 'tjit::function([](tjit::Tensor& x) { return x += 1; })(t);' \
  'would change a copy'
expect_one 'tjit::function([](const std::vector<tjit::Tensor>& x) {})(std::vector{t});' \
  'tjit::function([](std::vector<tjit::Tensor>& x) {})(std::vector{t});' 'would change a copy'
expect_one 'tjit::function([](auto x) { x += 1; })(t);' 'tjit::function([](auto& x) { x += 1; })(t);' 'would change a copy'
expect_one 'tjit::function([](tjit::Tensor x, int n) {})(t, 1);' 'tjit::function([](tjit::Tensor x, int& n) { ++n; })(t, 1);' \
  'would change a copy'
expect 'tjit::function([](tjit::Tensor x) { return std::tuple(x); })(t);' \
  'tjit::function([](tjit::Tensor x) { return std::tuple(std::vector{x}); })(t);' 'cannot hold vectors'
expect 'tjit::cond(t, [&] { return t; }, [&] { return t; });' 'tjit::cond(t, [&] { return t; }, [&] { return std::tuple(t); });' \
  'both branches must give the same type'

# A compiler of an older C++ says what it should be told, and stops. Only custom_call.h is C, and for any compiler.
standard=c++17
for compiler in clang++-19 g++; do
  for header in frontend/tjit/*.h frontend/tjit/ops/*.h ir/tjit/*.h; do
    [[ $header != */custom_call.h ]] || continue
    output=$(echo "#include \"$header\"" |
      "$compiler" -std=c++17 -fsyntax-only -I frontend -I ir -isystem /usr/include/eigen3 -x c++ - 2>&1 || true)
    if (($(grep -c 'error:' <<<"$output") != 1)) || ! grep -q 'tjit needs C++20: compile with' <<<"$output"; then
      printf 'expected one error about C++20 for %s, found with %s:\n%s\n' "$header" "$compiler" "$output"
      exit 1
    fi
  done
done
