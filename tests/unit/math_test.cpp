// exp, log, tanh, sigmoid, rsqrt and pow against wider arithmetic: errors, special values, and the same bits at every
// width.
#include "ir/ops/math.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

#include "tests/unit/numbers.h"

namespace tjit {
namespace {

using test::edge_values;
using test::kInf;
using test::kNan;
using test::random_between;
using test::random_bits;
using test::same;
using test::ulps;
using test::Wide;

template <class T>
struct Worst {
  double error = 0;
  T x = 0, y = 0;
  void add(double new_error, T new_x, T new_y = 0) {
    if (!(new_error <= error)) *this = {new_error, new_x, new_y};
  }
};

template <class T>
void check_worst(const Worst<T>& worst, double bound) {
  INFO("at x = ", worst.x, ", y = ", worst.y);
  CHECK(worst.error <= bound);
}

template <class T>
void add_errors(Worst<T>& worst, const std::vector<T>& inputs, auto f, auto oracle) {
  for (T x : inputs) worst.add(ulps(f(Vec<T, 1>(x)).raw, oracle(Wide<T>(x))), x);
}

// Every 61st float.
Worst<float> worst_error(Vec<float, 8>, auto f, auto oracle) {
  Worst<float> worst;
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += 8 * 61) {
    float x[8];
    for (uint64_t i = 0; i < 8; ++i) x[i] = std::bit_cast<float>(static_cast<uint32_t>(bits + 61 * i));
    const auto got = f(Vec<float, 8>::load(x));
    for (int i = 0; i < 8; ++i) worst.add(ulps(got[i], oracle(static_cast<double>(x[i]))), x[i]);
  }
  return worst;
}

// Random bits (most are far out), the ranges where something happens, and all scales around 1.
Worst<double> worst_error(Vec<double, 8>, auto f, auto oracle) {
  Worst<double> worst;
  add_errors(worst, random_bits<double>(100'000, 1), f, oracle);
  const std::pair<double, double> ranges[] = {{-1, 1},  {-20, 20},   {-746, -700}, {-750, 710},
                                              {0.5, 2}, {-0.1, 0.1}, {0, 1e4}};
  for (auto [low, high] : ranges) add_errors(worst, random_between<double>(low, high, 60'000, 2), f, oracle);
  for (int scale = -60; scale < 0; scale += 3) {
    const double size = std::ldexp(1.0, scale);
    add_errors(worst, random_between<double>(-size, size, 5'000, 3), f, oracle);
    add_errors(worst, random_between<double>(1 - size, 1 + size, 5'000, 4), f, oracle);
  }
  return worst;
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

template <class T>
void check_unary(auto f, auto oracle, double f32_bound, double f64_bound) {
  auto worst = worst_error(Vec<T, 8>(), f, oracle);
  add_errors(worst, edge_values<T>(), f, oracle);
  check_worst(worst, sizeof(T) == 4 ? f32_bound : f64_bound);
  auto inputs = edge_values<T>();
  for (auto more : {random_bits<T>(2000, 5), random_between<T>(-100, 100, 2000, 6), random_between<T>(0, 2, 2000, 7)}) {
    inputs.insert(inputs.end(), more.begin(), more.end());
  }
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

TEST_CASE_TEMPLATE("math: exp", T, float, double) {
  const auto f = [](auto x) { return math::exp(x); };
  check_unary<T>(f, [](auto x) { return std::exp(x); }, 1.04, 1.01);
  check_cases<T>(
      f, {{0, 1}, {T(-0.0), 1}, {kInf<T>, kInf<T>}, {-kInf<T>, 0}, {kNan<T>, kNan<T>}, {1000, kInf<T>}, {-1000, 0}});
}

TEST_CASE_TEMPLATE("math: log", T, float, double) {
  const auto f = [](auto x) { return math::log(x); };
  check_unary<T>(f, [](auto x) { return std::log(x); }, 0.91, 0.86);
  check_cases<T>(f, {{1, 0},
                     {0, -kInf<T>},
                     {T(-0.0), -kInf<T>},
                     {-1, kNan<T>},
                     {-kInf<T>, kNan<T>},
                     {kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>}});
}

TEST_CASE_TEMPLATE("math: tanh", T, float, double) {
  const auto f = [](auto x) { return math::tanh(x); };
  check_unary<T>(f, [](auto x) { return std::tanh(x); }, 2.05, 2.11);
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
  check_unary<T>(f, [](auto x) { return 1 / (1 + std::exp(-x)); }, 1.97, 1.95);
  check_cases<T>(
      f, {{0, T(0.5)}, {T(-0.0), T(0.5)}, {kInf<T>, 1}, {-kInf<T>, 0}, {kNan<T>, kNan<T>}, {1000, 1}, {-1000, 0}});
}

TEST_CASE_TEMPLATE("math: rsqrt", T, float, double) {
  const auto f = [](auto x) { return math::rsqrt(x); };
  check_unary<T>(f, [](auto x) { return 1 / std::sqrt(x); }, 1.5, 1.5);
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
  Worst<T> worst;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const T got = math::pow(Vec<T, 1>(xs[i]), Vec<T, 1>(ys[i])).raw;
    worst.add(ulps(got, std::pow(Wide<T>(xs[i]), Wide<T>(ys[i]))), xs[i], ys[i]);
  }
  check_worst(worst, sizeof(T) == 4 ? 0.51 : 1.02);
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
