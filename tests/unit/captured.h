// Functions that are captured for one call, for the tests of control flow.
#pragma once

#include <doctest/doctest.h>

#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tjit {

/// What `f(args...)` gives eagerly; captured, it must give the same.
template <class F, class... A>
auto eager_and_captured(F f, const A&... args) {
  auto captured = function(f);
  const auto eager = f(args...);
  const auto compiled = captured(args...);
  if constexpr (std::is_same_v<decltype(f(args...)), Tensor>) {
    CHECK(eager.repr() == compiled.repr());
  } else {
    CHECK(std::apply([](auto&... t) { return (t.repr() + ...); }, eager) ==
          std::apply([](auto&... t) { return (t.repr() + ...); }, compiled));
  }
  return eager;
}

/// The error of `f(args...)` while it is captured.
template <class F, class... A>
Error capture_error(F f, const A&... args) {
  auto captured = function(f);
  return caught([&] { captured(args...); });
}

}  // namespace tjit
