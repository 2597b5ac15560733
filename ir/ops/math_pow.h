// pow: floats as C99 defines it, integers by repeated squaring.
#pragma once

#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"

namespace tjit::math {
namespace detail {

// log2(a) of the `unbounded_bits` of a, in two parts, error 2^-30.5 of what is larger, 1/2 or the result. With
// s = f / (2 + f), log2(1 + f) = s (C + z Q(z)) for C = 2 / ln 2 and z = s^2, of which C s is in two parts; what s
// lacks of the quotient counts 1 / (1 - z), about 1 + z, times. Q is an own minimax fit (Sollya's fpminimax), relative
// error of the logarithm 2.9e-11.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<float, N>> log2_in_two_parts(Vec<std::int32_t, N> bits) {
  using V = Vec<float, N>;
  const auto [k, m] = split(bits);
  const V one(1), c(0x1.715476p+1), q0(0x1.ec709ep-1);
  const V f = m - one;
  const auto d = add_smaller(one, m);  // both between 1/2 and 2: as exact
  const V inverse = one / d.hi;
  const V s = f * inverse;
  const V rest = fma(-s, d.lo, fma(-s, d.hi, f));
  const V z = s * s, z2 = z * z;
  // The low part of C + z q0, z with what its rounding left out.
  const V c_low = fma(fma(s, s, -z), q0, V(0x1.4ae0cp-25));
  const V zq = fma(z2, polynomial(z, z2, 0x1.2776b2p-1, 0x1.a5f2a8p-2, 0x1.558d1p-2), fma(z, q0, c_low));
  const V h = s * c, by_rest = inverse * c;
  const auto head = add_smaller(k, h);
  return add_smaller(head.hi, fma(s, zq, head.lo + fma(rest, fma(by_rest, z, by_rest), fma(s, c, -h))));
}

// |x|^y, and the lanes where the special cases count.
template <Float T, int N>
struct UsualPower {
  Vec<T, N> value;
  Mask<T, N> rare;
};

// f32: 2^(y log2 a). The polynomial for 2^r is an own minimax fit (Sollya's fpminimax), relative error 5.9e-9.
template <int N>
[[gnu::always_inline]] inline UsualPower<float, N> usual_pow(Vec<float, N> x, Vec<float, N> y) {
  using V = Vec<float, N>;
  using B = BitsOf<float, N>;
  using F = Format<float>;
  const auto special = not_between(x, F::kSmallestNormal, F::kLargest);
  auto bits = bit_cast<std::int32_t>(x);
  if (any(special)) bits = unbounded_bits(abs(x));
  const TwoPart<V> l = log2_in_two_parts(bits);
  const V t = y * l.hi;
  const V t_low = fma(y, l.lo, fma(y, l.hi, -t));
  constexpr float kMagic = F::kUnit * 1.5f;
  const V magic(kMagic);
  const V shifted = t + magic;
  const V r = (t - (shifted - magic)) + t_low;
  const V p = fma(
      r, polynomial(r, r * r, 0x1.62e43p-1, 0x1.ebfbep-3, 0x1.c6af9cp-5, 0x1.3b2a48p-7, 0x1.5ef5e4p-10, 0x1.44251cp-13),
      V(1));
  V value = bit_cast<float>(bits_of(p) + (bits_of(shifted) << B(F::kMantissaBits)));
  const auto rare = special | !(abs(t) < V(125));
  if (any(rare)) {
    // Further out the parts mean nothing.
    const auto within = abs(t) < V(160);
    const V n = select(within, shifted, magic);
    constexpr auto kMagicBits = std::bit_cast<typename F::Bits>(kMagic);
    value =
        select(within, scale(p, bits_of(n) - B(kMagicBits - 2 * F::kBias)), select(t > V(0), V(F::kInfinity), V(0)));
  }
  return {value, rare};
}

// f64: e^(y log a), both in two parts.
template <int N>
[[gnu::always_inline]] inline UsualPower<double, N> usual_pow(Vec<double, N> x, Vec<double, N> y) {
  using V = Vec<double, N>;
  using F = Format<double>;
  const TwoPart<V> l = log_in_two_parts(abs(x));
  const V exact = y * l.hi;
  V t = select(exact < V(kExpLowest<double>), V(kExpLowest<double>), exact);
  t = select(t > V(kExpHighest<double>), V(kExpHighest<double>), t);
  // Out of range, or infinite, the low part means nothing.
  const V t_lo = select(t == exact, fma(y, l.lo, fma(y, l.hi, -exact)), V(0));
  const auto e = nearest_exponent(t);
  const auto r = add_smaller(fma(-e.n, V(F::kLn2Hi), t), fma(-e.n, V(F::kLn2Lo), t_lo));
  const auto head = add_smaller(V(1), r.hi);
  const V r2 = r.hi * r.hi;
  const V p = head.hi + (head.lo + fma(r2, exp_tail(r.hi, r2), fma(r.lo, r.hi, r.lo)));
  return {scale(p, e.biased_twice), not_between(x, F::kSmallest, F::kLargest) | !(abs(y) < V(F::kInfinity))};
}

// Corrects |x|^y, for x > 0 right where both are finite, by the special cases of C99.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> pow_special(Vec<T, N> x, Vec<T, N> y, Vec<T, N> r) {
  using V = Vec<T, N>;
  using B = BitsOf<T, N>;
  const V zero(0), one(1), infinity(Format<T>::kInfinity), nan(Format<T>::kNan);
  const V a = abs(x);
  const V half = y * V(0.5);
  const auto fraction = trunc(y) != y;
  const auto odd = !fraction & (trunc(half) != half);
  r = select(a == one, one, r);
  r = select((x < zero) & fraction, nan, r);
  r = select(a == infinity, select(y > zero, infinity, zero), r);
  r = select(a == zero, select(y > zero, zero, infinity), r);
  const B sign = bits_of(x) & bits_of(select(odd, V(-0.0), zero));
  r = bit_cast<T>(bits_of(r) ^ sign);
  r = select((x != x) | (y != y), nan, r);
  return select((x == one) | (y == zero), one, r);
}

}  // namespace detail

/// x^y with every special case of C99: 1 for y = 0 and for x = 1 whatever the other is; NaN for finite x < 0 unless y
/// is an integer. x itself for y = 1, x * x for y = 2.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> pow(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  // Results do not depend on whether what is rare is left out where no lane needs it.
  auto [value, rare] = detail::usual_pow(x, y);
  if (any(rare)) value = select(rare, detail::pow_special(x, y, value), value);
  return select(y == V(1), x, select(y == V(2), x * x, value));
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
