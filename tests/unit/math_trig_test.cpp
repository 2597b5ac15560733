// The trigonometric and hyperbolic functions and their inverses against wider arithmetic: errors, special values, and
// the same bits at every width.
#include <cmath>
#include <doctest/doctest.h>
#include <vector>

#include "ir/ops/math.h"
#include "tests/unit/math_checks.h"

namespace tjit {
namespace {

using namespace test;

template <class T>
constexpr T kTiny = std::numeric_limits<T>::denorm_min();
template <class T>
constexpr T kPi = static_cast<T>(3.14159265358979323846264338327950288L);

TEST_CASE_TEMPLATE("math: sin", T, float, double) {
  const auto f = [](auto x) { return math::sin(x); };
  check_unary<Sin, T>([](auto x) { return std::sin(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

TEST_CASE_TEMPLATE("math: cos", T, float, double) {
  const auto f = [](auto x) { return math::cos(x); };
  check_unary<Cos, T>([](auto x) { return std::cos(x); });
  check_cases<T>(f, {{0, 1}, {T(-0.0), 1}, {kInf<T>, kNan<T>}, {-kInf<T>, kNan<T>}, {kNan<T>, kNan<T>}, {kTiny<T>, 1}});
}

TEST_CASE_TEMPLATE("math: tan", T, float, double) {
  const auto f = [](auto x) { return math::tan(x); };
  check_unary<Tan, T>([](auto x) { return std::tan(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

TEST_CASE_TEMPLATE("math: asin", T, float, double) {
  const auto f = [](auto x) { return math::asin(x); };
  check_unary<Asin, T>([](auto x) { return std::asin(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {1, kPi<T> / 2},
                     {-1, -kPi<T> / 2},
                     {T(1.5), kNan<T>},
                     {-2, kNan<T>},
                     {kInf<T>, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

TEST_CASE_TEMPLATE("math: acos", T, float, double) {
  const auto f = [](auto x) { return math::acos(x); };
  check_unary<Acos, T>([](auto x) { return std::acos(x); });
  check_cases<T>(f, {{1, 0},
                     {-1, kPi<T>},
                     {0, kPi<T> / 2},
                     {T(-0.0), kPi<T> / 2},
                     {T(1.5), kNan<T>},
                     {-2, kNan<T>},
                     {kInf<T>, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>}});
}

TEST_CASE_TEMPLATE("math: atan", T, float, double) {
  const auto f = [](auto x) { return math::atan(x); };
  check_unary<Atan, T>([](auto x) { return std::atan(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {1, kPi<T> / 4},
                     {-1, -kPi<T> / 4},
                     {kInf<T>, kPi<T> / 2},
                     {-kInf<T>, -kPi<T> / 2},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

TEST_CASE_TEMPLATE("math: sinh", T, float, double) {
  const auto f = [](auto x) { return math::sinh(x); };
  check_unary<Sinh, T>([](auto x) { return std::sinh(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, -kInf<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>},
                     {1000, kInf<T>},
                     {-1000, -kInf<T>}});
}

TEST_CASE_TEMPLATE("math: cosh", T, float, double) {
  const auto f = [](auto x) { return math::cosh(x); };
  check_unary<Cosh, T>([](auto x) { return std::cosh(x); });
  check_cases<T>(f, {{0, 1},
                     {T(-0.0), 1},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>},
                     {1000, kInf<T>},
                     {-1000, kInf<T>}});
}

TEST_CASE_TEMPLATE("math: asinh", T, float, double) {
  const auto f = [](auto x) { return math::asinh(x); };
  check_unary<Asinh, T>([](auto x) { return std::asinh(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, -kInf<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

TEST_CASE_TEMPLATE("math: acosh", T, float, double) {
  const auto f = [](auto x) { return math::acosh(x); };
  check_unary<Acosh, T>([](auto x) { return std::acosh(x); });
  check_cases<T>(f, {{1, 0},
                     {T(0.5), kNan<T>},
                     {0, kNan<T>},
                     {-1, kNan<T>},
                     {-2, kNan<T>},
                     {-1000, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>}});
}

TEST_CASE_TEMPLATE("math: atanh", T, float, double) {
  const auto f = [](auto x) { return math::atanh(x); };
  check_unary<Atanh, T>([](auto x) { return std::atanh(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {1, kInf<T>},
                     {-1, -kInf<T>},
                     {T(1.5), kNan<T>},
                     {-2, kNan<T>},
                     {kInf<T>, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny<T>, kTiny<T>},
                     {-3 * kTiny<T>, -3 * kTiny<T>}});
}

// Pairs of all edge values, and of numbers of all sizes with most quotients of an ordinary size.
TEST_CASE_TEMPLATE("math: atan2", T, float, double) {
  const auto f = [](auto y, auto x) { return math::atan2(y, x); };
  std::vector<T> ys, xs;
  for (const T y : edge_values<T>())
    for (const T x : edge_values<T>()) {
      ys.push_back(y);
      xs.push_back(x);
    }
  const auto sizes =
      random_between<double>(std::numeric_limits<T>::min_exponent, std::numeric_limits<T>::max_exponent, 500'000, 3);
  const auto heights = random_between<double>(-1, 1, 500'000, 4), widths = random_between<double>(-1, 1, 500'000, 5);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    ys.push_back(static_cast<T>(heights[i] * std::exp2(sizes[i])));
    xs.push_back(static_cast<T>(widths[i] * std::exp2(sizes[i])));
  }
  check_bound<Atan2>(worst_error<T>(f, [](auto y, auto x) { return std::atan2(y, x); }, ys, xs));
  check_widths<T>(ys, xs, f);
}

template <class T>
struct Angle {
  T y, x, angle;
};

// ISO C99, F.9.1.4.
TEST_CASE_TEMPLATE("math: atan2 as C99 lists it", T, float, double) {
  const T inf = kInf<T>, nan = kNan<T>, pi = kPi<T>, zero = 0, minus_zero = T(-0.0);
  const Angle<T> cases[] = {
      {zero, minus_zero, pi},
      {minus_zero, minus_zero, -pi},
      {zero, zero, zero},
      {minus_zero, zero, minus_zero},
      {zero, -3, pi},
      {minus_zero, -3, -pi},
      {zero, 3, zero},
      {minus_zero, 3, minus_zero},
      {-2, zero, -pi / 2},
      {-2, minus_zero, -pi / 2},
      {2, zero, pi / 2},
      {2, minus_zero, pi / 2},
      {2, -inf, pi},
      {-2, -inf, -pi},
      {2, inf, zero},
      {-2, inf, minus_zero},
      {inf, 5, pi / 2},
      {-inf, -5, -pi / 2},
      {inf, -inf, static_cast<T>(2.35619449019234492884698253745962716L)},
      {-inf, -inf, static_cast<T>(-2.35619449019234492884698253745962716L)},
      {inf, inf, pi / 4},
      {-inf, inf, -pi / 4},
      {nan, 1, nan},
      {1, nan, nan},
      {nan, zero, nan},
      {zero, nan, nan},
      {nan, inf, nan},
      {inf, nan, nan},
      {nan, nan, nan},
      {3, 3, pi / 4},
      {kTiny<T>, std::numeric_limits<T>::max(), zero},
      {-kTiny<T>, 1, -kTiny<T>},
  };
  for (const auto& c : cases) {
    INFO("of height ", c.y, ", width ", c.x);
    CHECK(same(math::atan2(Vec<T, 1>(c.y), Vec<T, 1>(c.x)).raw, c.angle));
    CHECK(same(math::atan2(Vec<T, 8>(c.y), Vec<T, 8>(c.x))[7], c.angle));
  }
}

// What other lanes hold does not matter: a large one takes the exact reduction, which must leave the others alone.
TEST_CASE_TEMPLATE("math: large arguments beside small ones", T, float, double) {
  for (const T small : samples<T>(50, 9))
    for (const T other : {T(1), std::numeric_limits<T>::max(), kInf<T>, kNan<T>}) {
      Vec<T, 4> x(small);
      x.raw[2] = other;
      INFO(small, " beside ", other);
      CHECK(same(math::sin(x)[1], math::sin(Vec<T, 1>(small)).raw));
      CHECK(same(math::tan(x)[3], math::tan(Vec<T, 1>(small)).raw));
      CHECK(same(math::cos(x)[2], math::cos(Vec<T, 1>(other)).raw));
    }
}

}  // namespace
}  // namespace tjit
