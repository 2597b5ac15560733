// exp, expm1, log, log1p, tanh, sigmoid, rsqrt and pow against wider arithmetic: errors, special values, and the same
// bits at every width.
#include "ir/ops/math.h"

#include <cmath>
#include <doctest/doctest.h>
#include <vector>

#include "tests/unit/math_checks.h"

namespace tjit {
namespace {

using namespace test;

TEST_CASE_TEMPLATE("math: exp", T, float, double) {
  const auto f = [](auto x) { return math::exp(x); };
  check_unary<Exp, T>([](auto x) { return std::exp(x); });
  check_cases<T>(
      f, {{0, 1}, {T(-0.0), 1}, {kInf<T>, kInf<T>}, {-kInf<T>, 0}, {kNan<T>, kNan<T>}, {1000, kInf<T>}, {-1000, 0}});
}

TEST_CASE_TEMPLATE("math: expm1", T, float, double) {
  const auto f = [](auto x) { return math::expm1(x); };
  check_unary<Expm1, T>([](auto x) { return std::expm1(x); });
  constexpr T kTiny = std::numeric_limits<T>::denorm_min();
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, -1},
                     {kNan<T>, kNan<T>},
                     {kTiny, kTiny},
                     {-3 * kTiny, -3 * kTiny},
                     {1000, kInf<T>},
                     {-1000, -1}});
}

TEST_CASE_TEMPLATE("math: log", T, float, double) {
  const auto f = [](auto x) { return math::log(x); };
  check_unary<Log, T>([](auto x) { return std::log(x); });
  check_cases<T>(f, {{1, 0},
                     {0, -kInf<T>},
                     {T(-0.0), -kInf<T>},
                     {-1, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>}});
}

TEST_CASE_TEMPLATE("math: log1p", T, float, double) {
  const auto f = [](auto x) { return math::log1p(x); };
  check_unary<Log1p, T>([](auto x) { return std::log1p(x); });
  constexpr T kTiny = std::numeric_limits<T>::denorm_min();
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {-1, -kInf<T>},
                     {-2, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>},
                     {kTiny, kTiny},
                     {-3 * kTiny, -3 * kTiny}});
}

TEST_CASE_TEMPLATE("math: tanh", T, float, double) {
  const auto f = [](auto x) { return math::tanh(x); };
  check_unary<Tanh, T>([](auto x) { return std::tanh(x); });
  constexpr T kTiny = std::numeric_limits<T>::denorm_min();
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, 1},
                     {-kInf<T>, -1},
                     {kNan<T>, kNan<T>},
                     {kTiny, kTiny},
                     {-30, -1},
                     {T(1e30), 1}});
}

TEST_CASE_TEMPLATE("math: sigmoid", T, float, double) {
  const auto f = [](auto x) { return math::sigmoid(x); };
  check_unary<Sigmoid, T>([](auto x) { return 1 / (1 + std::exp(-x)); });
  check_cases<T>(
      f, {{0, T(0.5)}, {T(-0.0), T(0.5)}, {kInf<T>, 1}, {-kInf<T>, 0}, {kNan<T>, kNan<T>}, {1000, 1}, {-1000, 0}});
}

TEST_CASE_TEMPLATE("math: rsqrt", T, float, double) {
  const auto f = [](auto x) { return math::rsqrt(x); };
  check_unary<Rsqrt, T>([](auto x) { return 1 / std::sqrt(x); });
  check_cases<T>(f, {{0, kInf<T>}, {T(-0.0), -kInf<T>}, {kInf<T>, 0}, {-1, kNan<T>}, {kNan<T>, kNan<T>}, {4, T(0.5)}});
}

// Pairs whose power is within the range of T, over all of it: y = e / log2(x) for a uniform exponent e.
template <class T>
void add_pow_pairs(std::vector<T>& xs, std::vector<T>& ys, int count, auto base) {
  using L = std::numeric_limits<T>;
  const auto exponents = random_between<double>(L::min_exponent - L::digits - 2, L::max_exponent + 1, count, 8);
  const auto unit = random_between<double>(-1, 1, count, 9);
  for (std::size_t i = 0; i < exponents.size(); ++i) {
    xs.push_back(static_cast<T>(base(unit[i])));
    ys.push_back(static_cast<T>(exponents[i] / std::log2(static_cast<double>(xs.back()))));
  }
}

TEST_CASE_TEMPLATE("math: pow", T, float, double) {
  const auto f = [](auto x, auto y) { return math::pow(x, y); };
  std::vector<T> xs = random_bits<T>(50'000, 10), ys = random_bits<T>(50'000, 11);
  for (T x : random_between<T>(-20, 20, 20'000, 12)) {
    xs.push_back(std::round(x));
    ys.push_back(std::trunc(x * 7));
  }
  const int count = 150'000;
  add_pow_pairs(xs, ys, count, [](double u) { return std::exp2(u * (std::numeric_limits<T>::max_exponent + 10)); });
  add_pow_pairs(xs, ys, count, [](double u) { return 1.25 + 0.75 * u; });
  add_pow_pairs(xs, ys, count, [](double u) { return 1 + std::copysign(std::exp2(-54 * std::fabs(u)), u) / 4; });
  check_bound<Power>(worst_error<T>(f, [](auto x, auto y) { return std::pow(x, y); }, xs, ys));
  xs.resize(100'000);
  ys.resize(100'000);
  check_widths<T>(xs, ys, f);
}

// All edge values with each other; libm's pow is exact enough to tell the special values.
TEST_CASE_TEMPLATE("math: pow at edge values", T, float, double) {
  const auto values = edge_values<T>();
  std::vector<T> xs, ys;
  for (T x : values) {
    for (T y : values) {
      xs.push_back(x);
      ys.push_back(y);
      const T got = math::pow(Vec<T, 1>(x), Vec<T, 1>(y)).raw;
      const T expected = std::pow(x, y);
      INFO(x, " to the power ", y, " is ", got);
      REQUIRE(ulps(got, Wide<T>(expected)) <= 1);
      REQUIRE((got != got || std::signbit(got) == std::signbit(expected)));
    }
  }
  check_widths<T>(xs, ys, [](auto x, auto y) { return math::pow(x, y); });
}

template <class T>
struct PowCase {
  T x, y, power;
};

// ISO C99, F.9.4.4.
TEST_CASE_TEMPLATE("math: pow as C99 lists it", T, float, double) {
  const T inf = kInf<T>, nan = kNan<T>, zero = 0, minus_zero = T(-0.0);
  const PowCase<T> cases[] = {
      {zero, -3, inf},
      {minus_zero, -3, -inf},
      {zero, -2, inf},
      {minus_zero, -2, inf},
      {minus_zero, T(-2.5), inf},
      {minus_zero, 3, minus_zero},
      {zero, 3, zero},
      {minus_zero, 2, zero},
      {minus_zero, T(2.5), zero},
      {-1, inf, 1},
      {-1, -inf, 1},
      {1, nan, 1},
      {1, inf, 1},
      {nan, zero, 1},
      {nan, minus_zero, 1},
      {inf, zero, 1},
      {-2, T(0.5), nan},
      {-2, T(-1.5), nan},
      {T(0.5), -inf, inf},
      {T(-0.5), -inf, inf},
      {2, -inf, zero},
      {-2, -inf, zero},
      {T(0.5), inf, zero},
      {T(-0.5), inf, zero},
      {2, inf, inf},
      {-2, inf, inf},
      {zero, inf, zero},
      {zero, -inf, inf},
      {-inf, -3, minus_zero},
      {-inf, -2, zero},
      {-inf, T(-2.5), zero},
      {-inf, 3, -inf},
      {-inf, 2, inf},
      {-inf, T(2.5), inf},
      {inf, -1, zero},
      {inf, T(0.5), inf},
      {nan, 1, nan},
      {2, nan, nan},
      {nan, nan, nan},
      {-8, 3, -512},
      {-2, 5, -32},
      {2, 10, 1024},
      {10, 3, 1000},
      {3, 4, 81},
      {-1, T(1e30), 1},
  };
  for (const auto& c : cases) {
    INFO(c.x, " to the power ", c.y);
    CHECK(same(math::pow(Vec<T, 1>(c.x), Vec<T, 1>(c.y)).raw, c.power));
    CHECK(same(math::pow(Vec<T, 4>(c.x), Vec<T, 4>(c.y))[3], c.power));
  }
}

}  // namespace
}  // namespace tjit
