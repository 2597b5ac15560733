// Numbers that find mistakes, and comparisons that count every NaN as equal; for the tests of numeric code.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "tjit/bfloat16.h"
#include "tjit/complex.h"
#include "tjit/half.h"

namespace tjit::test {

/// Floats, those that only tensors hold among them.
template <class T>
concept Floating = std::is_floating_point_v<T> || requires { typename T::Compute; };
template <class T>
constexpr bool kHasSign = !std::is_unsigned_v<T>;

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;
template <class T>
constexpr T kInf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T kNan = std::numeric_limits<T>::quiet_NaN();

// Equal, where all NaNs are, and zeros of different sign are not.
template <class T>
bool same(T a, T b) {
  if constexpr (Floating<T>) {
    return (a != a && b != b) || std::bit_cast<BitsOf<T>>(a) == std::bit_cast<BitsOf<T>>(b);
  } else if constexpr (kIsComplex<T>) {
    return same(a.re, b.re) && same(a.im, b.im);
  } else {
    return a == b;
  }
}

// a * b + c as sums of products join it: by fma, or wrapping.
template <class T>
T multiply_add(T a, T b, T c) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fma(a, b, c);
  } else if constexpr (kIsComplex<T>) {
    return T(std::fma(-a.im, b.im, std::fma(a.re, b.re, c.re)), std::fma(a.im, b.re, std::fma(a.re, b.im, c.im)));
  } else {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b) +
                          static_cast<std::uint64_t>(c));
  }
}

// Zeros, subnormals, powers of two and their neighbours, thresholds of exp, limits of the integers; both signs.
template <Floating T>
std::vector<T> edge_values() {
  using L = std::numeric_limits<T>;
  std::vector<T> v{T(0),     L::denorm_min(), T(3 * L::denorm_min()), T(L::min() - L::denorm_min()),
                   L::min(), L::epsilon(),    T(L::max() / 2),        L::max(),
                   kInf<T>,  kNan<T>};
  for (double x : {1e-10,
                   1e-3,
                   0.1,
                   0.34657359,
                   0.5,
                   0.70710678,
                   1.0,
                   1.41421356,
                   1.5,
                   2.0,
                   2.5,
                   3.0,
                   10.0,
                   64.5,
                   88.7228,
                   103.97,
                   127.0,
                   128.0,
                   255.0,
                   256.0,
                   709.782712893384,
                   745.133,
                   16777215.0,
                   2147483648.0,
                   4294967296.0,
                   9007199254740992.0,
                   9223372036854775808.0,
                   18446744073709551616.0,
                   1e30}) {
    const auto bits = std::bit_cast<BitsOf<T>>(static_cast<T>(x));
    for (const int step : {-1, 0, 1})
      v.push_back(std::bit_cast<T>(static_cast<BitsOf<T>>(bits + static_cast<BitsOf<T>>(step))));
  }
  const std::size_t positive = v.size();
  for (std::size_t i = 0; i < positive; ++i) v.push_back(-v[i]);
  return v;
}

template <class T>
  requires std::is_integral_v<T>
std::vector<T> edge_values() {
  using L = std::numeric_limits<T>;
  std::vector<T> v;
  for (int i = -9; i <= 9; ++i) v.push_back(static_cast<T>(i));
  for (int i = 0; i < 4; ++i) {
    v.push_back(static_cast<T>(L::min() + i));
    v.push_back(static_cast<T>(L::max() - i));
  }
  for (int bit = 4; bit < L::digits; bit += 3) {
    for (int near : {-1, 0, 1}) {
      v.push_back(static_cast<T>((uint64_t{1} << bit) + static_cast<uint64_t>(near)));
      v.push_back(static_cast<T>(uint64_t{0} - (uint64_t{1} << bit) + static_cast<uint64_t>(near)));
    }
  }
  return v;
}

template <class T>
std::vector<T> random_bits(int count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<T> v(static_cast<std::size_t>(count));
  for (T& x : v) {
    if constexpr (Floating<T>) {
      x = std::bit_cast<T>(static_cast<BitsOf<T>>(random()));
    } else {
      x = static_cast<T>(random());
    }
  }
  return v;
}

// `value` as an element of [low, high), from 53 random bits.
template <class T>
std::vector<T> random_between(double low, double high, int count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<T> v(static_cast<std::size_t>(count));
  for (T& x : v) x = static_cast<T>(low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53));
  return v;
}

// What oracles compute in for results of type T: double for float and 16-bit floats, 64 bits of long double for double.
template <class T>
using Wide = std::conditional_t<sizeof(T) <= 4, double, long double>;

/// What an oracle gives.
template <class W>
struct Exact {
  W value, forgiven;  ///< `forgiven`: an error that is no mistake
  Exact(W exact, W forgiven_error = 0) : value(exact), forgiven(forgiven_error) {}
};

// |got - exact| in units in the last place that T has at `exact`. An infinity stands for the number one step beyond the
// largest. Errors that are forgiven count as none.
template <class T, class W>
double ulps(T got, Exact<W> oracle) {
  using L = std::numeric_limits<T>;
  const W exact = oracle.value;
  if (got != got || exact != exact) return (got != got) == (exact != exact) ? 0 : 1e30;
  if (std::isinf(exact)) return same(got, static_cast<T>(exact)) ? 0 : 1e30;
  const W value = std::isinf(got) ? std::copysign(std::ldexp(W(1), L::max_exponent), W(got)) : W(got);
  if (std::isinf(got) && std::fabs(exact) >= std::fabs(value)) return 0;
  const int exponent = std::max(std::ilogb(exact), L::min_exponent - 1);
  const W error = std::fabs(value - exact);
  return error <= oracle.forgiven ? 0 : static_cast<double>(std::ldexp(error, L::digits - 1 - exponent));
}
template <class T, std::floating_point W>
double ulps(T got, W exact) {
  return ulps(got, Exact<W>(exact));
}

}  // namespace tjit::test
