// What the tests of math functions share: errors within bounds, special values, and the same bits at every width.
#pragma once

#include <doctest/doctest.h>
#include <initializer_list>

#include "ir/ops/apply.h"
#include "ir/ops/ops.h"
#include "tests/math/errors.h"

namespace tjit::test {

template <class T>
void check_worst(const Worst<T>& worst, double bound) {
  INFO("at x = ", worst.x, ", y = ", worst.y);
  CHECK(worst.error <= bound);
}

template <class T, int N>
void check_width(const std::vector<T>& x, const std::vector<T>& y, auto f) {
  int different = 0;
  for (std::size_t from = 0; from + N <= x.size(); from += N) {
    const auto got = f(Vec<T, N>::load(&x[from]), Vec<T, N>::load(&y[from]));
    for (std::size_t i = 0; i < N; ++i) {
      different += !same(got[static_cast<int>(i)], f(Vec<T, 1>(x[from + i]), Vec<T, 1>(y[from + i])).raw);
    }
  }
  CHECK(different == 0);
}

// Widths 4, 8 and 16 give the bits of width 1.
template <class T>
void check_widths(std::vector<T> x, std::vector<T> y, auto f) {
  x.resize((x.size() + 15) / 16 * 16, T(1));
  y.resize(x.size(), T(1));
  check_width<T, 4>(x, y, f);
  check_width<T, 8>(x, y, f);
  check_width<T, 16>(x, y, f);
}

/// The error is within the bound that the op states, which is what was found, rounded up to a half: so most of that is
/// found again.
template <class Op, class T>
void check_bound(const Worst<T>& worst) {
  const double bound = ulp_of(Op::info.ulp, dtype_of<T>);
  check_worst(worst, bound);
  CHECK(worst.error > bound - 1);
}

/// An op of one operand. Tried are `samples` and `more`, every 251st float (thousands in each binade), and all numbers
/// of 16 bits.
template <class Op, class T>
void check_unary(auto oracle, const std::vector<T>& more = {}) {
  const auto f = [](auto x) { return Op::eval(x); };
  Worst<T> worst = worst_error<T>(f, oracle, samples<T>(30'000, 1), {});
  add_errors(worst, more, f, oracle);
  if constexpr (sizeof(T) == 4) {
    const Worst<T> of_all = worst_error_of_all<T>(f, oracle, 251);
    worst.add(of_all.error, of_all.x);
    check_bound<Op>(worst_error_of_all<Half>([](auto x) { return apply_op<Op, Half>(x); }, oracle, 1));
    check_bound<Op>(worst_error_of_all<BFloat16>([](auto x) { return apply_op<Op, BFloat16>(x); }, oracle, 1));
  }
  check_bound<Op>(worst);
  auto inputs = samples<T>(500, 2);
  check_widths<T>(inputs, inputs, [&](auto x, auto) { return f(x); });
}

template <class T>
struct Case {
  T x, y;
};

template <class T>
void check_cases(auto f, std::initializer_list<Case<T>> cases) {
  for (const Case<T>& c : cases) {
    INFO("at ", c.x);
    CHECK(same(f(Vec<T, 1>(c.x)).raw, c.y));
    CHECK(same(f(Vec<T, 8>(c.x))[7], c.y));
  }
}

}  // namespace tjit::test
