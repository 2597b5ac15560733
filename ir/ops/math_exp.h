// exp, and what is built from its reduction: sigmoid, tanh, expm1, cosh, sinh.
// exp(x) = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2 and e^r = 1 + r + r^2 P(r).
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

template <Float T, int N>
struct Reduced {
  Vec<T, N> n;                // the integer, as a float
  BitsOf<T, N> biased_twice;  // n + 2 bias, positive for every n that exp meets
};

// round(x / ln 2) for |x| < 2^10 or so (NaN stays NaN in n). Adding 1.5 * 2^mantissa_bits leaves the integer in the low
// bits of the sum: fewer instructions than rounding and converting, and AVX2 has no conversion from double to int64.
template <Float T, int N>
[[gnu::always_inline]] inline Reduced<T, N> nearest_exponent(Vec<T, N> x) {
  using F = Format<T>;
  constexpr T kMagic = F::kUnit * T(1.5);
  constexpr auto kMagicBits = std::bit_cast<typename F::Bits>(kMagic);
  const Vec<T, N> offset(kMagic + 2 * F::kBias);
  const Vec<T, N> shifted = fma(x, Vec<T, N>(F::kLog2E), offset);
  return {shifted - offset, bits_of(shifted) - BitsOf<T, N>(kMagicBits)};
}

// x - n ln 2.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> reduced(Vec<T, N> x, Vec<T, N> n) {
  using V = Vec<T, N>;
  return fma(-n, V(Format<T>::kLn2Lo), fma(-n, V(Format<T>::kLn2Hi), x));
}

// The power of two whose biased exponent is given.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> power_of_two(BitsOf<T, N> biased) {
  return bit_cast<T>(biased << BitsOf<T, N>(Format<T>::kMantissaBits));
}

// p * 2^n for p near 1, in two steps so that overflow and subnormal results come out right, rounded once.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> scale(Vec<T, N> p, BitsOf<T, N> biased_twice) {
  const BitsOf<T, N> half = biased_twice >> BitsOf<T, N>(1);
  return p * power_of_two<T>(half) * power_of_two<T>(biased_twice - half);
}

// P. Own minimax fits (Lawson's reweighted least squares in 300 bits, coefficients rounded one after the other) of the
// relative error of 1 + r + r^2 P(r) against e^r on |r| <= ln 2 / 2: f32 3.1e-9, f64 3.7e-18.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> exp_tail(Vec<float, N> r, Vec<float, N> r2) {
  return polynomial(r, r2, 0x1.fffffcp-2, 0x1.555492p-3, 0x1.5558bp-5, 0x1.1239a4p-7, 0x1.6a4f84p-10);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> exp_tail(Vec<double, N> r, Vec<double, N> r2) {
  return polynomial(r, r2, 0x1.000000000000ap-1, 0x1.555555555550ap-3, 0x1.5555555550757p-5, 0x1.1111111124a3fp-7,
                    0x1.6c16c1844d9efp-10, 0x1.a01a01380a687p-13, 0x1.a01999d07fd3ep-16, 0x1.71df0b4ca8a31p-19,
                    0x1.28ad985cf8be3p-22, 0x1.ada38a5496660p-26);
}

// The same for the relative error of r + r^2 P(r) against e^r - 1: f32 4.3e-10, f64 1.8e-17.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> expm1_tail(Vec<float, N> r, Vec<float, N> r2) {
  return polynomial(r, r2, 0x1p-1, 0x1.555556p-3, 0x1.5554f6p-5, 0x1.111002p-7, 0x1.6d3c92p-10, 0x1.a2474p-13);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> expm1_tail(Vec<double, N> r, Vec<double, N> r2) {
  return polynomial(r, r2, 0x1.0000000000005p-1, 0x1.555555555555cp-3, 0x1.55555555520ecp-5, 0x1.111111110e810p-7,
                    0x1.6c16c17f3a371p-10, 0x1.a01a01b57103cp-13, 0x1.a019a67bc6202p-16, 0x1.71ddeae11ce38p-19,
                    0x1.28a2b701137e7p-22, 0x1.af7560c43a62ep-26);
}

// Below `lowest` exp is 0, above `highest` infinite; between them `scale` can represent 2^n.
template <Float T>
constexpr T kExpLowest = sizeof(T) == 4 ? -104 : -746;
template <Float T>
constexpr T kExpHighest = sizeof(T) == 4 ? 89 : 710;

// (1 + m) 2^n: what is multiplied by 1 + m need not round that first.
template <Float T, int N>
struct ExpParts {
  Vec<T, N> m;                // between -0.3 and 0.42
  BitsOf<T, N> biased_twice;  // n, as in Reduced
};

// e^(x + low) for a small `low` and x within the bounds above, or NaN.
template <Float T, int N>
[[gnu::always_inline]] inline ExpParts<T, N> exp_parts(Vec<T, N> x, Vec<T, N> low) {
  using V = Vec<T, N>;
  const Reduced<T, N> e = nearest_exponent(x);
  const V r = reduced(x, e.n) + low;
  const V r2 = r * r;
  return {fma(r2, exp_tail(r, r2), r), e.biased_twice};
}

// For x within the bounds above, or NaN.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> exp_between(Vec<T, N> x) {
  const ExpParts<T, N> p = exp_parts(x, Vec<T, N>(-0.0));  // adding -0 changes nothing
  return scale(Vec<T, N>(1) + p.m, p.biased_twice);
}

// (e^x - 1) / 2 from -40 on, up to where twice that overflows; exact enough down to the smallest x.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> half_expm1(Vec<T, N> x) {
  using V = Vec<T, N>;
  using F = Format<T>;
  const Reduced<T, N> e = nearest_exponent(x);
  // r and what its rounding lost, s = 2^(n-1), and the sum (s - 1/2) + s r + s (r^2 P + lost), of which the first
  // addition is kept exactly.
  const V r_hi = fma(-e.n, V(F::kLn2Hi), x);
  const V r = fma(-e.n, V(F::kLn2Lo), r_hi);
  const V lost = fma(-e.n, V(F::kLn2Lo), r_hi - r);
  const V s = power_of_two<T>(e.biased_twice - BitsOf<T, N>(F::kBias + 1));
  const V r2 = r * r;
  const auto head = add_smaller(s - V(0.5), s * r);
  return head.hi + fma(s, fma(r2, expm1_tail(r, r2), lost), head.lo);
}

// What f32 needs of e^x for -60 <= x <= 0, or NaN, to give 1 - e^x without loss where that is small: e^x = s (1 + m),
// where s is a power of two. ln 2 in one part is enough, as its error counts n s times.
template <int N>
struct Decay {
  Vec<float, N> s, m;
};

template <int N>
[[gnu::always_inline]] inline Decay<N> decay(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = Format<float>;
  const V offset(F::kUnit * 1.5F + F::kBias);
  const V shifted = fma(x, V(F::kLog2E), offset);
  const V r = fma(shifted - offset, V(-F::kLn2), x);
  const V r2 = r * r;
  return {power_of_two<float>(bits_of(shifted)), fma(r2, expm1_tail(r, r2), r)};
}

// x = n ln 2 + r, of which cosh and sinh are, by their addition theorems,
//   2 (sum cosh r + difference sinh r) and 2 (difference cosh r + sum sinh r),
// halved so that they overflow in the last step only.
template <Float T, int N>
struct Hyperbolic {
  Vec<T, N> up, down;         // 2^n / 4, 2^-n / 4
  Vec<T, N> sum, difference;  // up + down, up - down
  Vec<T, N> r;
  Vec<T, N> cosh_tail, sinh_tail;  // cosh r - 1, sinh r - r
};

// (cosh r - 1) / r^2 and (sinh r - r) / r^3. Minimax fits (Sollya's fpminimax) on |r| <= ln 2 / 2, relative errors of
// cosh r: f32 1e-10, f64 6e-18; of sinh r: f32 5e-11, f64 3e-19.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> cosh_tail(Vec<float, N> r2) {
  return polynomial(r2, r2 * r2, 0.5, 0x1.5554e6p-5, 0x1.6d4f58p-10);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> cosh_tail(Vec<double, N> r2) {
  return polynomial(r2, r2 * r2, 0.5, 0x1.5555555553114p-5, 0x1.6c16c17d17f67p-10, 0x1.a019aa0ca1909p-16,
                    0x1.28a0bdbfd3297p-22);
}
template <int N>
[[gnu::always_inline]] inline Vec<float, N> sinh_tail(Vec<float, N> r2) {
  return polynomial(r2, r2 * r2, 0x1.555556p-3, 0x1.110fe2p-7, 0x1.a28eep-13);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> sinh_tail(Vec<double, N> r2) {
  return polynomial(r2, r2 * r2, 0x1.5555555555559p-3, 0x1.111111110f62bp-7, 0x1.a01a01b02042fp-13,
                    0x1.71ddf7ae323f9p-19, 0x1.af5ffa6f583f1p-26);
}

// For x = n ln 2 + r >= 0, or NaN. 2^-n is left out where it is nothing.
template <Float T, int N>
[[gnu::always_inline]] inline Hyperbolic<T, N> hyperbolic(Reduced<T, N> e, Vec<T, N> r) {
  using V = Vec<T, N>;
  using B = BitsOf<T, N>;
  using F = Format<T>;
  const V up = power_of_two<T>(e.biased_twice - B(F::kBias + 2));
  const V down = select(e.n < V(64), power_of_two<T>(B(3 * F::kBias - 2) - e.biased_twice), V(0));
  const V r2 = r * r;
  return {up, down, up + down, up - down, r, r2 * cosh_tail(r2), r2 * r * sinh_tail(r2)};
}

// For x >= 0, or NaN. From `highest` on both functions overflow.
template <Float T, int N>
[[gnu::always_inline]] inline Hyperbolic<T, N> hyperbolic(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V highest(sizeof(T) == 4 ? 89.5 : 710.6);
  x = select(x > highest, highest, x);
  const Reduced<T, N> e = nearest_exponent(x);
  return hyperbolic(e, reduced(x, e.n));
}

template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> cosh_of(Hyperbolic<T, N> h) {
  const auto half = h.up + fma(h.difference, h.r, fma(h.sum, h.cosh_tail, fma(h.difference, h.sinh_tail, h.down)));
  return half + half;
}

// sinh x, of which `h` is that of |x|.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> sinh_of(Hyperbolic<T, N> h, Vec<T, N> x) {
  using V = Vec<T, N>;
  const V head = fma(h.sum, h.r, h.difference);
  const V lost = fma(h.sum, h.r, h.difference - head);
  const V half = head + fma(h.difference, h.cosh_tail, fma(h.sum, h.sinh_tail, lost));
  return select(abs(x) < V(4 * Format<T>::kSmallestNormal), x, copysign(half + half, x));
}

// numerator / (d.hi + d.lo) for d in [1, 2]. Just above 1, leaving out the rest would cost a whole unit in the last
// place; towards 2, where the correction is too large by half, the rest itself is half as large.
template <class V>
[[gnu::always_inline]] inline V divide(V numerator, TwoPart<V> d) {
  const V quotient = numerator / d.hi;
  return fma(-quotient, d.lo, quotient);
}

}  // namespace detail

/// e^x.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> exp(Vec<T, N> x) {
  using V = Vec<T, N>;
  // Both selections keep NaN.
  x = select(x < V(detail::kExpLowest<T>), V(detail::kExpLowest<T>), x);
  x = select(x > V(detail::kExpHighest<T>), V(detail::kExpHighest<T>), x);
  return detail::exp_between(x);
}

/// 1 / (1 + e^-x). By e = e^-|x|, which does not overflow: 1 / (1 + e), or e / (1 + e) for negative x.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> sigmoid(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V low = -abs(x);
  const V e = detail::exp_between(select(low < V(detail::kExpLowest<T>), V(detail::kExpLowest<T>), low));
  return detail::divide(select(x < V(0), e, V(1)), detail::add_smaller(V(1), e));
}

/// Hyperbolic tangent: (1 - e) / (1 + e) for e = e^(-2|x|).
template <int N>
[[gnu::always_inline]] inline Vec<float, N> tanh(Vec<float, N> x) {
  using V = Vec<float, N>;
  const V limit(10);  // from here on 1 - e rounds to 1
  const V size = abs(x);
  const auto e = detail::decay(V(-2) * select(size > limit, limit, size));
  return detail::with_sign_of(fma(-e.s, e.m, V(1) - e.s) / fma(e.s, e.m, V(1) + e.s), x);
}

/// f64: -m / (2 + m) for m = e^(-2|x|) - 1.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> tanh(Vec<double, N> x) {
  using V = Vec<double, N>;
  const V limit(20);  // from here on m rounds to -1
  const V size = abs(x);
  const V half = detail::half_expm1(V(-2) * select(size > limit, limit, size));
  const V m = half + half;
  return copysign(detail::divide(m, detail::add_smaller(V(2), m)), x);
}

/// e^x - 1.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> expm1(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V lowest(sizeof(T) == 4 ? -20 : -40);  // the result rounds to -1
  V t = select(x < lowest, lowest, x);
  t = select(t > V(detail::kExpHighest<T>), V(detail::kExpHighest<T>), t);
  const V m = detail::half_expm1(t);
  // Half of a subnormal number may not be one, and -0 stays.
  return select(abs(x) < V(4 * detail::Format<T>::kSmallestNormal), x, m + m);
}

/// Hyperbolic cosine.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> cosh(Vec<T, N> x) {
  return detail::cosh_of(detail::hyperbolic(abs(x)));
}

/// Hyperbolic sine.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> sinh(Vec<T, N> x) {
  return detail::sinh_of(detail::hyperbolic(abs(x)), x);
}

}  // namespace tjit::math
