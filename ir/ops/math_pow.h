// pow: floats as C99 defines it, integers by repeated squaring.
#pragma once

#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"

namespace tjit::math {
namespace detail {

// |x|^y for finite |x| > 0; `a` is |x|.
//
// f32 in double: 2^(y log2 a), wrong by at most 2^-33 before the one rounding at the end. With s = f / (2 + f) as in
// log, log2(1 + f) = s L(s^2). L and the polynomial for 2^r are own minimax fits (as in math_exp.h), relative
// errors 2.6e-14 and 4e-11.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> pow_positive(Vec<float, N> a, Vec<float, N> y) {
  using V = Vec<double, N>;
  using B = BitsOf<double, N>;
  using F = Format<double>;
  const auto [k, m] = split<double, N, false>(convert<double>(a));
  const V f = m - V(1);
  const V s = f / (V(2) + f);
  const V z = s * s;
  const V l = polynomial(z, z * z, 0x1.71547652b8250p+1, 0x1.ec709dc53f3ddp-1, 0x1.2776c28fb91e7p-1,
                         0x1.a61a31b544cb7p-2, 0x1.4794d9a7e366dp-2, 0x1.21b81d6416aa1p-2);
  V t = convert<double>(y) * fma(s, l, k);
  t = select(t < V(-200), V(-200), t);  // beyond the range of float, within that of double
  t = select(t > V(200), V(200), t);
  const V magic(F::kUnit * 1.5 + F::kBias);
  const V shifted = t + magic;
  const V r = t - (shifted - magic);
  const V p =
      polynomial(r, r * r, 0x1.ffffffffabb55p-1, 0x1.62e42ff11648ep-1, 0x1.ebfbe0a4cbcf4p-3, 0x1.c6b08aaf070dap-5,
                 0x1.3b29dc33691b0p-7, 0x1.5d8a709c29d2ap-10, 0x1.446a2d4a4b71cp-13, 0x1.fe1794f332792p-17);
  return convert<float>(p * bit_cast<double>(bits_of(shifted) << B(F::kMantissaBits)));
}

// f64: e^(y log a), both in two parts.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> pow_positive(Vec<double, N> a, Vec<double, N> y) {
  using V = Vec<double, N>;
  using F = Format<double>;
  const TwoPart<V> l = log_in_two_parts(a);
  const V exact = y * l.hi;
  V t = select(exact < V(kExpLowest<double>), V(kExpLowest<double>), exact);
  t = select(t > V(kExpHighest<double>), V(kExpHighest<double>), t);
  // Out of range, or infinite, the low part means nothing.
  const V t_lo = select(t == exact, fma(y, l.lo, fma(y, l.hi, -exact)), V(0));
  const auto e = nearest_exponent(t);
  const auto r = add_smaller(fma(-e.n, V(F::kLn2Hi), t), fma(-e.n, V(F::kLn2Lo), t_lo));
  const auto head = add_smaller(V(1), r.hi);
  const V r2 = r.hi * r.hi;
  return scale(head.hi + (head.lo + fma(r2, exp_tail(r.hi, r2), fma(r.lo, r.hi, r.lo))), e.biased_twice);
}

}  // namespace detail

/// x^y with every special case of C99: 1 for y = 0 and for x = 1 whatever the other is; NaN for finite x < 0 unless y
/// is an integer.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> pow(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  using B = detail::BitsOf<T, N>;
  const V zero(0), one(1), infinity(detail::Format<T>::kInfinity), nan(detail::Format<T>::kNan);
  const V a = abs(x);
  const V half = y * V(0.5);
  const auto fraction = trunc(y) != y;
  const auto odd = !fraction & (trunc(half) != half);
  V r = select(a == one, one, detail::pow_positive(a, y));
  r = select((x < zero) & fraction, nan, r);
  r = select(a == infinity, select(y > zero, infinity, zero), r);
  r = select(a == zero, select(y > zero, zero, infinity), r);
  const B sign = detail::bits_of(x) & detail::bits_of(select(odd, V(-0.0), zero));
  r = bit_cast<T>(detail::bits_of(r) ^ sign);
  r = select((x != x) | (y != y), nan, r);
  return select((x == one) | (y == zero), one, r);
}

/// x^y, wrapping, by squaring; 0 in lanes with negative y (callers raise).
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> pow(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  V result(1);
  if constexpr (std::is_signed_v<T>) {
    result = select(y < V(0), V(0), V(1));
    y = select(y < V(0), V(0), y);
  }
  // One turn per bit of the largest exponent.
  while (any(y != V(0))) {
    result = select((y & V(1)) != V(0), result * x, result);
    x = x * x;
    y = y >> V(1);
  }
  return result;
}

}  // namespace tjit::math
