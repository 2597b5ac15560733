// The math functions that have one right answer: order, division, integer powers, shifts, casts.
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <type_traits>
#include <vector>

#include "ir/ops/math.h"
#include "tests/unit/numbers.h"

namespace tjit {
namespace {

using test::edge_values;
using test::kInf;
using test::kNan;
using test::random_bits;
using test::same;

// Its own function, as doctest's macros expand to much code.
template <class T>
[[gnu::noinline]] void report(int width, T x, T y, auto got, auto expected) {
  FAIL_CHECK("width ", width, ": f(", +x, ", ", +y, ") is ", +got, ", not ", +expected);
}

// f on vectors of widths 1, 4, 8 and 16 equals g on each pair.
template <class T>
struct Pairs {
  std::vector<T> x, y;

  void add(T new_x, T new_y) {
    x.push_back(new_x);
    y.push_back(new_y);
  }
  // Every element of `values` with every other.
  void add_all(const std::vector<T>& values) {
    for (T a : values) {
      for (T b : values) add(a, b);
    }
  }

  template <int N>
  void check_width(auto f, auto g) const {
    for (std::size_t from = 0; from + N <= x.size(); from += N) {
      const auto got = f(Vec<T, N>::load(&x[from]), Vec<T, N>::load(&y[from]));
      for (std::size_t i = from; i < from + N; ++i) {
        const auto lane = got[static_cast<int>(i - from)];
        const auto expected = g(x[i], y[i]);
        if (!same(lane, expected)) report(N, x[i], y[i], lane, expected);
      }
    }
  }
  void check(auto f, auto g) {
    while (x.size() % 16 != 0) add(x.front(), y.front());
    check_width<1>(f, g);
    check_width<4>(f, g);
    check_width<8>(f, g);
    check_width<16>(f, g);
  }
};

template <class T>
Pairs<T> edge_pairs() {
  Pairs<T> pairs;
  pairs.add_all(edge_values<T>());
  const auto a = random_bits<T>(4000, 1), b = random_bits<T>(4000, 2);
  for (std::size_t i = 0; i < a.size(); ++i) pairs.add(a[i], b[i]);
  return pairs;
}

TEST_CASE_TEMPLATE("math: maximum and minimum propagate NaN and order the zeros", T, float, double) {
  auto pairs = edge_pairs<T>();
  pairs.check([](auto x, auto y) { return math::maximum(x, y); },
              [](T x, T y) {
                if (x != x || y != y) return kNan<T>;
                return x > y || (x == y && !std::signbit(x)) ? x : y;
              });
  pairs.check([](auto x, auto y) { return math::minimum(x, y); },
              [](T x, T y) {
                if (x != x || y != y) return kNan<T>;
                return x < y || (x == y && std::signbit(x)) ? x : y;
              });
}

TEST_CASE_TEMPLATE("math: sign, round and classes of floats", T, float, double) {
  auto pairs = edge_pairs<T>();
  pairs.check([](auto x, auto) { return math::sign(x); }, [](T x, T) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; });
  pairs.check([](auto x, auto) { return math::round(x); }, [](T x, T) { return std::nearbyint(x); });
  pairs.check([](auto x, auto) { return to_bool(math::is_nan(x)); }, [](T x, T) { return std::isnan(x); });
  pairs.check([](auto x, auto) { return to_bool(math::is_inf(x)); }, [](T x, T) { return std::isinf(x); });
  pairs.check([](auto x, auto) { return to_bool(math::is_finite(x)); }, [](T x, T) { return std::isfinite(x); });
}

TEST_CASE_TEMPLATE("math: floor_div and mod of floats", T, float, double) {
  auto pairs = edge_pairs<T>();
  // Quotients around the limits of the fast path, and multiples with their neighbours.
  for (T y : random_bits<T>(2000, 3)) {
    for (double factor : {1.0, 3.0, 7.5, 1e3, 1e7, 1.2e8, 5e15, 1e16, 1e20}) {
      const T x = y * static_cast<T>(factor);
      pairs.add(x, y);
      pairs.add(std::nextafter(x, T(0)), y);
      pairs.add(-std::nextafter(x, kInf<T>), y);
    }
  }
  pairs.check([](auto x, auto y) { return math::floor_div(x, y); }, [](T x, T y) { return std::floor(x / y); });
  pairs.check([](auto x, auto y) { return math::mod(x, y); },
              [](T x, T y) {
                const T remainder = std::fmod(x, y);
                if (remainder == 0) return std::copysign(T(0), y);
                return (remainder < 0) != (y < 0) ? remainder + y : remainder;
              });
}

TEST_CASE("math: mod has the divisor's sign") {
  const auto mod = [](double x, double y) { return math::mod(Vec<double, 1>(x), Vec<double, 1>(y)).raw; };
  CHECK(mod(-7, 2) == 1);
  CHECK(mod(7, -2) == -1);
  CHECK(same(mod(-4, 2), 0.0));
  CHECK(same(mod(4, -2), -0.0));
  CHECK(mod(-1e-30, 1) == 1);
  CHECK(mod(-1, kInf<double>) == kInf<double>);
  CHECK(mod(3, kInf<double>) == 3);
  CHECK(std::isnan(mod(kInf<double>, 3)));
  CHECK(std::isnan(mod(3, 0)));
}

TEST_CASE_TEMPLATE("math: integer division rounds towards minus infinity and never traps", T, uint8_t, int8_t, int32_t,
                   int64_t, uint32_t, uint64_t) {
  auto pairs = edge_pairs<T>();
  const auto floor_div = [](T x, T y) -> __int128 {
    const __int128 a = x, b = y;
    if (b == 0) return 0;
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
  };
  pairs.check([](auto x, auto y) { return math::floor_div(x, y); },
              [&](T x, T y) { return static_cast<T>(floor_div(x, y)); });
  pairs.check([](auto x, auto y) { return math::mod(x, y); },
              [&](T x, T y) { return y == 0 ? T(0) : static_cast<T>(x - floor_div(x, y) * y); });
}

TEST_CASE_TEMPLATE("math: integer order, sign and shifts", T, uint8_t, int8_t, int32_t, int64_t, uint32_t, uint64_t) {
  auto pairs = edge_pairs<T>();
  for (T x : edge_values<T>()) {
    for (int count = -2; count < 70; ++count) pairs.add(x, static_cast<T>(count));
  }
  constexpr T kWidth = sizeof(T) * 8;
  pairs.check([](auto x, auto y) { return math::maximum(x, y); }, [](T x, T y) { return x > y ? x : y; });
  pairs.check([](auto x, auto y) { return math::minimum(x, y); }, [](T x, T y) { return x < y ? x : y; });
  pairs.check([](auto x, auto) { return math::sign(x); },
              [](T x, T) {
                return static_cast<T>(x > 0 ? 1 : x < 0 ? -1 : 0);
              });
  pairs.check([](auto x, auto y) { return math::shift_left(x, y); },
              [](T x, T y) { return y >= 0 && y < kWidth ? static_cast<T>(static_cast<uint64_t>(x) << y) : T(0); });
  pairs.check([](auto x, auto y) { return math::shift_right(x, y); },
              [](T x, T y) { return y >= 0 && y < kWidth ? static_cast<T>(x >> y) : static_cast<T>(x < 0 ? -1 : 0); });
}

TEST_CASE_TEMPLATE("math: integer powers wrap", T, uint8_t, int8_t, int32_t, int64_t, uint32_t, uint64_t) {
  Pairs<T> pairs;
  for (T x : edge_values<T>()) {
    for (int y = std::is_signed_v<T> ? -3 : 0; y < 125; ++y) pairs.add(x, static_cast<T>(y));
    for (T y : edge_values<T>()) {
      if (y < 1000) pairs.add(x, y);
    }
  }
  pairs.check([](auto x, auto y) { return math::pow(x, y); },
              [](T x, T y) {
                uint64_t power = y >= 0;
                for (T i = 0; i < y; ++i) power *= static_cast<uint64_t>(x);
                return static_cast<T>(power);
              });
  const T most = std::numeric_limits<T>::max();  // odd
  CHECK(math::pow(Vec<T, 1>(-1), Vec<T, 1>(most)).raw == static_cast<T>(-1));
  CHECK(math::pow(Vec<T, 8>(2), Vec<T, 8>(most))[5] == 0);
}

// By way of long double, which holds every value of every type.
template <class To, class From>
To expected_cast(From v) {
  const long double x = v;
  if constexpr (std::is_same_v<To, bool>) {
    return x != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using L = std::numeric_limits<To>;
    if (x != x) return 0;
    if (x <= static_cast<long double>(L::min())) return L::min();
    if (x >= static_cast<long double>(L::max())) return L::max();
    return static_cast<To>(x);
  } else if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(x);
  } else {
    return static_cast<To>(v);
  }
}

template <class From, class To>
void check_cast() {
  Pairs<From> pairs;
  for (From v : edge_values<From>()) pairs.add(v, v);
  for (From v : random_bits<From>(3000, 4)) pairs.add(v, v);
  if constexpr (std::is_floating_point_v<From>) {
    for (From v : test::random_between<From>(-300, 300, 3000, 5)) pairs.add(v, v);
  }
  pairs.check([](auto x, auto) { return math::cast<To>(x); }, [](From x, From) { return expected_cast<To>(x); });
}

TEST_CASE_TEMPLATE("math: cast is defined for every value", From, uint8_t, int32_t, int64_t, uint32_t, uint64_t, float,
                   double) {
  check_cast<From, bool>();
  check_cast<From, uint8_t>();
  check_cast<From, int8_t>();
  check_cast<From, int32_t>();
  check_cast<From, int64_t>();
  check_cast<From, uint32_t>();
  check_cast<From, uint64_t>();
  check_cast<From, float>();
  check_cast<From, double>();
}

TEST_CASE_TEMPLATE("math: bool casts to 0 and 1", To, bool, uint8_t, int32_t, int64_t, float, double) {
  const bool lanes[4] = {true, false, false, true};
  const auto got = math::cast<To>(Vec<bool, 4>::load(lanes));
  for (int i = 0; i < 4; ++i) CHECK(got[i] == static_cast<To>(lanes[i]));
  CHECK(math::cast<To>(Vec<bool, 1>(true))[0] == To(1));
}

}  // namespace
}  // namespace tjit
