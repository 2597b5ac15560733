// Captured functions beside eager execution: the same results, the same errors.
#pragma once

#include <doctest/doctest.h>
#include <sstream>
#include <string>

#include "frontend/trace.h"
#include "tests/unit/caught.h"
#include "tjit/function.h"

namespace tjit {

inline std::string printed(const Tensor& t) {
  std::ostringstream out;
  out << t;
  return out.str();
}

inline void check_same(const Tensor& a, const Tensor& b) {
  CHECK(a.dtype() == b.dtype());
  CHECK(a.shape() == b.shape());
  CHECK(a.repr() == b.repr());
  CHECK(identical(to_array(a), to_array(b)));
}

/// Runs functions eagerly for a scope.
struct Eagerly {
  Eagerly() { run_functions_eagerly(true); }
  ~Eagerly() { run_functions_eagerly(false); }
};

/// The results of a function's call compiled and run eagerly, which must be the same.
template <class F, class... A>
Tensor both_ways(F& f, const A&... args) {
  const Tensor compiled = f(args...);
  const Eagerly scope;
  check_same(compiled, f(args...));
  return compiled;
}

/// The error of a call, which must be the same compiled and eagerly.
template <class F, class... A>
Error error_both_ways(F& f, const A&... args) {
  const Error compiled = caught([&] { f(args...); });
  const Eagerly scope;
  const Error eager = caught([&] { f(args...); });
  CHECK(std::string_view(compiled.what()) == eager.what());
  CHECK(compiled.kind() == eager.kind());
  CHECK(compiled.location() == eager.location());
  return compiled;
}

}  // namespace tjit
