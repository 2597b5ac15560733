// floor_div and mod: division that rounds towards minus infinity, and its remainder, which has the divisor's sign.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

// A divisor that cannot trap: for 0, and for -1 (which traps under the lowest integer), 1 instead.
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> safe_divisor(Vec<T, N> y) {
  using V = Vec<T, N>;
  y = select(y == V(0), V(1), y);
  if constexpr (std::is_signed_v<T>) y = select(y == V(-1), V(1), y);
  return y;
}

// C's x / y rounds towards 0: one too large if there is a remainder and the signs differ.
template <Integer T, int N>
[[gnu::always_inline]] inline Mask<T, N> rounded_up(Vec<T, N> remainder, Vec<T, N> y) {
  using V = Vec<T, N>;
  return (remainder != V(0)) & ((remainder ^ y) < V(0));
}

// |v| = significand * 2^(exponent - 1075).
struct Parts {
  uint64_t significand;
  int exponent;
};
constexpr uint64_t kHiddenBit = uint64_t{1} << 52;

[[gnu::always_inline]] inline Parts parts_of(double v) {
  const auto bits = __builtin_bit_cast(uint64_t, v);
  const uint64_t fraction = bits & (kHiddenBit - 1);
  const int field = static_cast<int>(bits >> 52 & 0x7ff);
  return field == 0 ? Parts{fraction, 1} : Parts{fraction | kHiddenBit, field};
}

// The remainder of finite x by y != 0, with the sign of x as in C's fmod: long division of the significands, 11 bits at
// a time. Only integer operations, as code made at run time cannot call a library.
[[gnu::always_inline]] inline double long_division(double x, double y) {
  const Parts divisor = parts_of(y);
  Parts rest = parts_of(x);
  if (rest.exponent < divisor.exponent) return x;  // also for infinite y
  rest.significand %= divisor.significand;
  while (rest.exponent > divisor.exponent) {
    const int digits = rest.exponent - divisor.exponent;
    const int step = digits < 11 ? digits : 11;
    rest.significand = (rest.significand << step) % divisor.significand;  // below 2^53 before the shift
    rest.exponent -= step;
  }
  while (rest.significand < kHiddenBit && rest.exponent > 1) {
    rest.significand <<= 1;
    --rest.exponent;
  }
  // A significand without the hidden bit is subnormal or 0; its field is 0.
  const uint64_t field = rest.significand < kHiddenBit ? 0 : static_cast<uint64_t>(rest.exponent) << 52;
  const double size = __builtin_bit_cast(double, field | (rest.significand & (kHiddenBit - 1)));
  return x < 0 ? -size : size;
}

// The cold path of `mod` for all lanes. Leaves NaN where there is one. Static, as this header is compiled for several
// CPU levels and the linker must not choose one level's code for all.
[[gnu::noinline]] static inline void mod_large_quotients(double* remainder, const double* x, const double* y,
                                                         int lanes) {
  for (int i = 0; i < lanes; ++i) {
    if (remainder[i] == remainder[i]) remainder[i] = long_division(x[i], y[i]);
  }
}

template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> mod_large_quotients(Vec<T, N> remainder, Vec<T, N> x, Vec<T, N> y) {
  double r[N], xs[N], ys[N];
  convert<double>(remainder).store(r);
  convert<double>(x).store(xs);
  convert<double>(y).store(ys);
  mod_large_quotients(r, xs, ys, N);
  return convert<T>(Vec<double, N>::load(r));
}

}  // namespace detail

/// floor(x / y), the quotient rounded first.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> floor_div(Vec<T, N> x, Vec<T, N> y) {
  return floor(x / y);
}

/// x - y * floor(x / y), computed exactly and rounded once; 0 has the sign of y. NaN for y = 0 and for infinite x; x or
/// y for infinite y.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> mod(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  // The quotient is the floor or, by its rounding, one too large, which leaves a remainder of the other sign. While its
  // unit is at most 1, the remainder is exact (or, for |x| < |y|, x + y rounded).
  const V quotient = floor(x / y);
  V remainder = select(quotient == V(0), x, fma(-quotient, y, x));  // x for infinite y, too
  if (any(abs(quotient) > V(detail::Format<T>::kUnit))) remainder = detail::mod_large_quotients(remainder, x, y);
  const auto wrong = ((remainder < V(0)) ^ (y < V(0))) & (remainder != V(0));
  remainder = select(wrong, remainder + y, remainder);
  return select(remainder == V(0), copysign(V(0), y), remainder);
}

/// x / y rounded towards minus infinity; 0 for y = 0 (callers raise). The lowest integer by -1 wraps.
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> floor_div(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  const V divisor = detail::safe_divisor(y);
  V quotient = x / divisor;
  if constexpr (std::is_signed_v<T>) {
    quotient = select(detail::rounded_up(x - quotient * divisor, divisor), quotient - V(1), quotient);
    quotient = select(y == V(-1), -x, quotient);
  }
  return select(y == V(0), V(0), quotient);
}

/// x - y * floor_div(x, y), between 0 and y; 0 for y = 0 (callers raise).
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> mod(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  const V divisor = detail::safe_divisor(y);
  V remainder = x % divisor;
  if constexpr (std::is_signed_v<T>) {
    remainder = select(detail::rounded_up(remainder, divisor), remainder + divisor, remainder);
  }
  return select(y == V(0), V(0), remainder);
}

}  // namespace tjit::math
