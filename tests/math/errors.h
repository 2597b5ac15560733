// The largest errors of functions on vectors, against oracles in wider arithmetic.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "ir/ops/math.h"
#include "tests/unit/numbers.h"

namespace tjit::test {

/// An error in units in the last place, and where it was found.
template <class T>
struct Worst {
  double error = 0;
  T x{}, y{};
  void add(double new_error, T new_x, T new_y = T()) {
    if (!(new_error <= error)) *this = {new_error, new_x, new_y};
  }
};

template <class F, class X = Vec<float, 1>>
concept Unary = requires(F f, X x) { f(x); };

/// f(x, y), or f(x) of a function of one operand.
template <class F, class X>
auto applied(F& f, X x, X y) {
  if constexpr (Unary<F, X>) {
    return f(x);
  } else {
    return f(x, y);
  }
}

/// The errors at 8 places; a zero of the wrong sign is one.
template <class T>
void add_errors(Worst<T>& worst, auto& f, auto& oracle, const T* x, const T* y) {
  const auto got = applied(f, Vec<T, 8>::load(x), Vec<T, 8>::load(y));
  for (int i = 0; i < 8; ++i) {
    const Exact<Wide<T>> exact = applied(oracle, Wide<T>(x[i]), Wide<T>(y[i]));
    const bool wrong_zero = exact.value == 0 && std::signbit(got[i]) != std::signbit(exact.value);
    worst.add(wrong_zero ? 1e30 : ulps(got[i], exact), x[i], y[i]);
  }
}

template <class T>
Worst<T> worst_error(auto f, auto oracle, std::vector<T> x, std::vector<T> y) {
  x.resize((x.size() + 7) / 8 * 8, T(1));
  y.resize(x.size(), T(1));
  Worst<T> worst;
  for (std::size_t i = 0; i < x.size(); i += 8) add_errors(worst, f, oracle, &x[i], &y[i]);
  return worst;
}

template <class T>
void add_errors(Worst<T>& worst, const std::vector<T>& x, auto f, auto oracle) {
  const Worst<T> more = worst_error<T>(f, oracle, x, {});
  worst.add(more.error, more.x);
}

/// At every Nth of the numbers that a type of up to 32 bits has.
template <class T>
Worst<T> worst_error_of_all(auto f, auto oracle, std::uint64_t every) {
  Worst<T> worst;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 8 * sizeof(T); bits += 8 * every) {
    T x[8];
    for (std::uint64_t i = 0; i < 8; ++i) x[i] = std::bit_cast<T>(static_cast<BitsOf<T>>(bits + i * every));
    add_errors(worst, f, oracle, x, x);
  }
  return worst;
}

/// Edge values, random bits (most are far out), the ranges where something happens, all scales around 0 and 1, and what
/// lies next to multiples of pi/2. `count` is how many there are of each range.
template <class T>
std::vector<T> samples(int count, unsigned seed) {
  std::vector<T> v = edge_values<T>();
  const auto append = [&](const std::vector<T>& more) { v.insert(v.end(), more.begin(), more.end()); };
  append(random_bits<T>(2 * count, seed));
  const std::pair<double, double> ranges[] = {{-1, 1},  {-20, 20},   {-750, -700}, {-750, 750},
                                              {0.5, 2}, {-0.1, 0.1}, {0, 1e4},     {-1e9, 1e9}};
  for (const auto& [low, high] : ranges) append(random_between<T>(low, high, count, ++seed));
  for (int scale = -60; scale < 0; scale += 3) {
    const double size = std::ldexp(1.0, scale);
    for (const double middle : {-1, 0, 1}) append(random_between<T>(middle - size, middle + size, count / 12, ++seed));
  }
  for (const double size : {0x1p4, 0x1p10, 0x1p20, 0x1p30, 0x1p50})
    for (const double k : random_between<double>(-size, size, count / 4, ++seed))
      v.push_back(static_cast<T>(std::round(k) * 1.57079632679489661923132169163975144L));
  // Of all doubles the nearest to a multiple of pi/2, and some that are nearly as near, on either side.
  for (const double x :
       {0x1.6ac5b262ca1ffp+849, 0x1.e009c53148be1p+991, 0x1.e009c53148be1p+992, 0x1.db41f3cb71d7bp+680})
    v.push_back(static_cast<T>(x));
  return v;
}

}  // namespace tjit::test
