// erf, erfc, erf_inv, cbrt, hypot, lgamma, digamma against wider arithmetic, and functions on bits against C's: errors,
// special values, and the same bits at every width.
#include <bit>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <vector>

#include "tests/unit/math_checks.h"
#include "tests/unit/special_oracles.h"

namespace tjit {
namespace {

using namespace test;

TEST_CASE_TEMPLATE("math: erf", T, float, double) {
  const auto f = [](auto x) { return math::erf(x); };
  check_unary<Erf, T>([](auto x) { return std::erf(x); });
  check_cases<T>(f, {{0, 0}, {T(-0.0), T(-0.0)}, {kInf<T>, 1}, {-kInf<T>, -1}, {kNan<T>, kNan<T>}, {7, 1}, {-7, -1}});
}

TEST_CASE_TEMPLATE("math: erfc", T, float, double) {
  const auto f = [](auto x) { return math::erfc(x); };
  check_unary<Erfc, T>([](auto x) { return std::erfc(x); });
  check_cases<T>(f, {{0, 1}, {T(-0.0), 1}, {kInf<T>, 0}, {-kInf<T>, 2}, {kNan<T>, kNan<T>}, {28, 0}, {-7, 2}});
}

TEST_CASE_TEMPLATE("math: erf_inv", T, float, double) {
  const auto f = [](auto x) { return math::erf_inv(x); };
  std::vector<T> near_one;  // all scales of the distance to 1
  for (T scale : random_between<T>(0, std::numeric_limits<T>::digits, 20'000, 1))
    near_one.push_back(1 - std::exp2(-scale));
  check_unary<ErfInv, T>([](auto x) { return erf_inv(x); }, near_one);
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {1, kInf<T>},
                     {-1, -kInf<T>},
                     {std::nextafter(T(1), T(2)), kNan<T>},
                     {kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>}});
}

TEST_CASE_TEMPLATE("math: cbrt", T, float, double) {
  const auto f = [](auto x) { return math::cbrt(x); };
  check_unary<Cbrt, T>([](auto x) { return std::cbrt(x); });
  check_cases<T>(f, {{0, 0},
                     {T(-0.0), T(-0.0)},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, -kInf<T>},
                     {kNan<T>, kNan<T>},
                     {27, 3},
                     {-8, -2},
                     {T(0x1p-126), T(0x1p-42)}});
}

TEST_CASE_TEMPLATE("math: lgamma", T, float, double) {
  const auto f = [](auto x) { return math::lgamma(x); };
  std::vector<T> near_zero;  // of which the doubles are the nearest to one of its zeros
  for (int step = -8; step <= 8; ++step)
    near_zero.push_back(T(-2.4570247382208006) + T(step) * 2 * std::numeric_limits<T>::epsilon());
  check_unary<Lgamma, T>([](auto x) { return std::lgamma(x); }, near_zero);
  check_cases<T>(f, {{0, kInf<T>},
                     {T(-0.0), kInf<T>},
                     {1, 0},
                     {2, 0},
                     {-3, kInf<T>},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, kInf<T>},
                     {kNan<T>, kNan<T>},
                     {std::numeric_limits<T>::max(), kInf<T>},
                     {-std::numeric_limits<T>::max(), kInf<T>}});
}

// Both neighbours of zeros left of 0 at some distance: between -n and -n + 1/2, and on the other side, they are near
// -n +- 1/n!.
TEST_CASE("math: lgamma around its zeros") {
  Worst<double> worst;
  for (double zero : {-2.4570247382208006, -2.7476826467274127, -3.1435808883499798, -3.955294284858598, -4.0399,
                      -4.991544640560047, -5.008218168474, -5.9986, -6.0013852945, -9.9999997244}) {
    for (int scale = -40; scale < -5; ++scale)
      for (double sign : {-1.0, 1.0}) {
        const double x = zero + sign * std::ldexp(1 + std::fabs(zero), scale);
        const double got = math::lgamma(Vec<double, 1>(x)).raw;
        worst.add(ulps(got, std::lgamma(static_cast<long double>(x))), x);
      }
  }
  check_worst(worst, 1.5);
}

TEST_CASE_TEMPLATE("math: digamma", T, float, double) {
  const auto f = [](auto x) { return math::digamma(x); };
  check_cases<T>(f, {{0, -kInf<T>},
                     {T(-0.0), kInf<T>},
                     {-1, kNan<T>},
                     {T(-1e30), kNan<T>},
                     {kInf<T>, kInf<T>},
                     {-kInf<T>, kNan<T>},
                     {kNan<T>, kNan<T>}});
  Worst<T> worst;
  for (auto inputs : {edge_values<T>(), random_bits<T>(100'000, 1), random_between<T>(-20, 20, 100'000, 2),
                      random_between<T>(-1e4, 1e4, 20'000, 3), random_between<T>(1.45, 1.47, 50'000, 4)})
    for (T x : inputs) {
      const Wide<T> wide = x;
      worst.add(ulps(math::digamma(Vec<T, 1>(x)).raw, Exact(digamma(wide), forgiven_digamma(wide))), x);
    }
  check_bound<Digamma>(worst);
  auto inputs = edge_values<T>();
  for (T x : random_between<T>(-10, 10, 4000, 6)) inputs.push_back(x);
  check_widths<T>(inputs, inputs, [&](auto x, auto) { return f(x); });
}

/// Every edge value with every other, and random pairs.
template <class T>
void add_pairs(std::vector<T>& xs, std::vector<T>& ys) {
  for (T x : edge_values<T>())
    for (T y : edge_values<T>()) {
      xs.push_back(x);
      ys.push_back(y);
    }
  for (T x : random_bits<T>(50'000, 1)) xs.push_back(x);
  for (T y : random_bits<T>(50'000, 2)) ys.push_back(y);
}

TEST_CASE_TEMPLATE("math: hypot", T, float, double) {
  const auto f = [](auto x, auto y) { return math::hypot(x, y); };
  std::vector<T> xs, ys;
  add_pairs(xs, ys);
  const auto scales = random_between<T>(-12, 12, 100'000, 3);
  const auto sizes = random_bits<T>(100'000, 4);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    xs.push_back(sizes[i]);
    ys.push_back(sizes[i] * std::exp2(scales[i]));
  }
  Worst<T> worst;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const T got = f(Vec<T, 1>(xs[i]), Vec<T, 1>(ys[i])).raw;
    worst.add(ulps(got, std::hypot(Wide<T>(xs[i]), Wide<T>(ys[i]))), xs[i], ys[i]);
  }
  check_bound<Hypot>(worst);
  check_widths<T>(xs, ys, f);
  const auto of = [&](T x, T y) { return f(Vec<T, 1>(x), Vec<T, 1>(y)).raw; };
  CHECK(of(kInf<T>, kNan<T>) == kInf<T>);
  CHECK(of(kNan<T>, -kInf<T>) == kInf<T>);
  CHECK(same(of(kNan<T>, 1), kNan<T>));
  CHECK(same(of(T(-0.0), T(-0.0)), T(0)));
  CHECK(of(std::numeric_limits<T>::max() / 2, 0) == std::numeric_limits<T>::max() / 2);
}

TEST_CASE_TEMPLATE("math: copysign and next_after on bits", T, float, double) {
  std::vector<T> xs, ys;
  add_pairs(xs, ys);
  int wrong = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const T x = xs[i], y = ys[i];
    wrong += !same(math::next_after(Vec<T, 1>(x), Vec<T, 1>(y)).raw, std::nextafter(x, y));
    wrong += !same(math::with_sign_of(Vec<T, 1>(x), Vec<T, 1>(y)).raw, std::copysign(x, y != y ? T(1) : y));
  }
  CHECK(wrong == 0);
  check_widths<T>(xs, ys, [](auto x, auto y) { return math::next_after(x, y); });
  check_widths<T>(xs, ys, [](auto x, auto y) { return math::with_sign_of(x, y); });
}

// The halves in order, with one zero: each is next to the one before.
TEST_CASE("math: next_after steps through all halves") {
  const auto next = [](Half x, Half y) { return math::next_after(Vec<Half, 8>(x), Vec<Half, 8>(y))[7]; };
  const Half inf = kInf<Half>;
  Half x = -inf;
  int steps = 0;
  for (; x != inf && steps < 0x10000; ++steps) {
    const Half after = next(x, inf);
    REQUIRE(static_cast<float>(after) > static_cast<float>(x));
    REQUIRE(static_cast<float>(next(after, -inf)) == static_cast<float>(x));
    x = after;
  }
  CHECK(steps == 2 * 0x7c00);
  CHECK(same(next(Half(1), kNan<Half>), kNan<Half>));
  CHECK(same(next(Half(0), Half(-0.0)), Half(-0.0)));
  CHECK(math::with_sign_of(Vec<Half, 4>(Half(2)), Vec<Half, 4>(Half(-0.0)))[3].bits == Half(-2).bits);
}

TEST_CASE_TEMPLATE("math: population_count", T, uint8_t, int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t) {
  std::vector<T> xs = edge_values<T>();
  for (T x : random_bits<T>(5000, 1)) xs.push_back(x);
  for (T x : xs) {
    INFO(+x);
    const int bits = std::popcount(static_cast<std::make_unsigned_t<T>>(x));
    REQUIRE(math::population_count(Vec<T, 1>(x)).raw == static_cast<T>(bits));
    REQUIRE(math::population_count(Vec<T, 16>(x))[9] == static_cast<T>(bits));
  }
}

}  // namespace
}  // namespace tjit
