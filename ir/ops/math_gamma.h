// lgamma and digamma of f64, and with less work for what is rounded to f32: left of 0, near zeros, large terms cancel.
//
// With a = |x|: fractions around 1 and 2, Stirling's series for larger a, and for negative x the reflections
//   lgamma(-a) = -lgamma(a) - log(a |sin(pi a)| / pi),   digamma(-a) = digamma(a) + 1 / a + pi cot(pi a).
// All coefficients are own minimax fits (as in math_erf.h).
#pragma once

#include "ir/ops/math_erf.h"
#include "ir/ops/math_log.h"

namespace tjit::math {
namespace detail {

// log(a) for what is rounded to float, or with what it needs where it is multiplied, or cancels.
template <bool kTwoParts, int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> log_parts(Vec<double, N> a) {
  if constexpr (kTwoParts) {
    return log_in_two_parts(a);
  } else {
    return {log_positive(a), Vec<double, N>(0)};
  }
}

// lgamma(1 + u) / (u (u - 1)) for -1/2 <= u <= 2, less 5/8 - 5/32 u, by t = u + 1/2; relative error of lgamma 5.9e-18.
template <class V>
[[gnu::always_inline]] inline Fraction<V> lgamma_correction(V t) {
  const V t2 = t * t;
  return {polynomial(t, t2, 0x1.ebc06134d7a6bp-5, 0x1.01c392dbf7fddp-9, -0x1.17e26d2fb49a7p+0, -0x1.6d99c350a7307p+1,
                     -0x1.540e05f3a67acp+1, -0x1.3a2eb0622b76p-1, 0x1.c346ee3e6d03ap-2, 0x1.0d6fad856571ap-2,
                     0x1.666f6bac9bcf8p-5, 0x1.0b75c4aaa9238p-9),
          polynomial(t, t2, 1, 0x1.c9042eb96c001p+2, 0x1.49643f7e953dbp+4, 0x1.ed2e57a21cfacp+4, 0x1.9b8a369b44b22p+4,
                     0x1.7ed3a73fa6f5p+3, 0x1.78893dd5a386p+1, 0x1.58fb9913a42cdp-2, 0x1.acd5aa1750da8p-7,
                     -0x1.88aa25742da24p-22)};
}

// zero * (c + slope * u + rest), with what is rounded off on the way.
template <class V>
[[gnu::always_inline]] inline V times_line(TwoPart<V> zero, V u, double c, double slope, V rest) {
  const V line = fma(u, V(slope), V(c));
  const V low = rest + fma(u, V(slope), V(c) - line);
  return fma(zero.hi, line, fma(zero.hi, low, zero.lo * (line + low)));
}

// a (lgamma(a) - (a - 1/2) (log(a) - 1) - (log(2 pi) - 1) / 2) - 1/12 for a >= 3, z = 1 / a^2; error of the sum 3e-18.
template <class V>
[[gnu::always_inline]] inline V lgamma_series(V z) {
  return z * polynomial(z, z * z, -0x1.6c16c16bb3463p-9, 0x1.a01a001dee3f4p-11, -0x1.3812d2c194eabp-11,
                        0x1.b925744e8be2ap-11, -0x1.f32017905252ep-10, 0x1.8be3fbdbc5c87p-8, -0x1.6f718f8fae357p-6,
                        0x1.3bca042170fc3p-4, -0x1.85a783f54c0e4p-3, 0x1.dd692f69d0d9bp-3);
}

// a |sin(pi r)| / pi for r = a less the nearest integer; 0 where a is one. What is fitted is sin(pi r) / (pi r), error
// 8e-20.
template <class V>
[[gnu::always_inline]] inline V reflection(V a, V r) {
  const V z = r * r;
  const V sinc = polynomial(z, z * z, 1, -0x1.a51a6625307d3p+0, 0x1.9f9cb402bc44ap-1, -0x1.86a8e4720c459p-3,
                            0x1.ac6805ce443cep-6, -0x1.33816a4cfee71p-9, 0x1.3746f4d7630b6p-13, -0x1.d4122ba53240dp-18,
                            0x1.0d4d480db658fp-22, -0x1.61d416116b162p-28);
  return a * (abs(r) * sinc);
}

// c[0] + c[1] x + ... + x^n top, by Horner's rule in two parts.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> two_part_polynomial(V, TwoPart<V> top) {
  return top;
}
template <class V, class... C>
[[gnu::always_inline]] inline TwoPart<V> two_part_polynomial(V x, TwoPart<V> top, TwoPart<double> c, C... rest) {
  const TwoPart<V> inner = two_part_polynomial(x, top, rest...);
  const TwoPart<V> p = product(inner.hi, x);
  const TwoPart<V> sum = add_any(V(c.hi), p.hi);
  return {sum.hi, sum.lo + (p.lo + fma(inner.lo, x, V(c.lo)))};
}

template <class V>
[[gnu::always_inline]] inline TwoPart<V> two_part_polynomial(TwoPart<V>, TwoPart<V> top) {
  return top;
}
template <class V, class... C>
[[gnu::always_inline]] inline TwoPart<V> two_part_polynomial(TwoPart<V> x, TwoPart<V> top, TwoPart<double> c,
                                                             C... rest) {
  const TwoPart<V> p = product(two_part_polynomial(x, top, rest...), x);
  const TwoPart<V> sum = add_any(V(c.hi), p.hi);
  return {sum.hi, sum.lo + (p.lo + V(c.lo))};
}

// (1 / Gamma(1 + r) - 1) / r for |r| <= 1/2, error 2^-105.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> inverse_gamma_tail(V r) {
  const V top = polynomial(r, r * r, -0x1.44b4cedc67ff8p-30, 0x1.cae7675416024p-34, 0x1.11d0652aab7fep-37,
                           -0x1.0423b8dcdd74bp-38, 0x1.1f2034d4f18d2p-41, -0x1.72d05b1c11825p-46,
                           -0x1.81829dc135ecbp-48, 0x1.620cc8f933ad5p-50, -0x1.0aaf333a75ebp-53);
  return two_part_polynomial(r, TwoPart<V>{top, V(0)}, TwoPart<double>{0x1.2788cfc6fb619p-1, -0x1.6cb90701fbf9ep-58},
                             TwoPart<double>{-0x1.4fcf4026afa2ep-1, 0x1.8a3db7a90c3c7p-56},
                             TwoPart<double>{-0x1.5815e8fa27048p-5, 0x1.b85ea59bbc7bcp-60},
                             TwoPart<double>{0x1.5512320b43fbep-3, 0x1.77e9bfd85a334p-57},
                             TwoPart<double>{-0x1.59af103c34092p-5, -0x1.ef8da0222676p-59},
                             TwoPart<double>{-0x1.3b4af28483e21p-7, -0x1.38dbcf8f5a06bp-61},
                             TwoPart<double>{0x1.d919c527f60b2p-8, -0x1.a91718beabe4dp-62},
                             TwoPart<double>{-0x1.317112ce3a2a8p-10, 0x1.0b49085d471a4p-64},
                             TwoPart<double>{-0x1.c364fe6f1563dp-13, 0x1.6752dbfb6b9dep-69},
                             TwoPart<double>{0x1.0c8a78cd9f9d2p-13, -0x1.61fc354059557p-67},
                             TwoPart<double>{-0x1.51ce8af47eabep-16, -0x1.0e3c4d0cef1p-76},
                             TwoPart<double>{-0x1.4fad41fc34fbap-20, -0x1.ab995633aa90ap-75},
                             TwoPart<double>{0x1.302509dbc0de6p-20, -0x1.1119ee150e7bep-77},
                             TwoPart<double>{-0x1.b9986666c22b5p-23, -0x1.3c6eda18f911ap-77},
                             TwoPart<double>{0x1.a44b7ba22b51fp-28, -0x1.a9d0c36bb3f61p-82},
                             TwoPart<double>{0x1.57bc3fc389ddap-28, -0x1.460495c0aac5p-85});
}

// 1 / |Gamma(-a)| for a = n - r, n an integer from 0 to 18, in two parts: r (1 - r) ... (n - r) / Gamma(1 + r), whose
// factors are exact. Where lgamma(-a) is near its zeros, it is the logarithm of this as nothing has cancelled. Lanes
// that are not `wanted` get some number.
template <class M, class V>
[[gnu::always_inline]] inline TwoPart<V> inverse_gamma(M wanted, V a, V r) {
  const V zero(0), one(1);
  TwoPart<V> p{abs(r), zero};
  V factors = select(wanted, a + r, zero);
  while (any(factors > zero)) {
    const V factor = select(factors > zero, a, one);
    const TwoPart<V> next = product(p.hi, factor);
    p = add_smaller(next.hi, fma(p.lo, factor, next.lo));
    a = a - one;
    factors = factors - one;
  }
  const TwoPart<V> tail = product(inverse_gamma_tail(r), TwoPart<V>{r, zero});
  const TwoPart<V> sum = add_smaller(one, tail.hi);
  return product(p, TwoPart<V>{sum.hi, sum.lo + tail.lo});
}

// lgamma(-a) = result but next to its zero at -2.457, where 1 / Gamma(x) has too few bits: by its first derivatives
// there.
template <class V>
[[gnu::always_inline]] inline V lgamma_at_zero(V a, V result) {
  const V from_zero = V(0x1.3a7fc9600f86cp+1) - a;
  const V d = from_zero + V(0x1.55f64f98af8dp-55);
  const V slope = fma(d, fma(d, V(0x1.694a6058a7858p+0), V(0x1.36eebb002f55dp+2)), V(0x1.83fe966af535fp+0));
  return select(abs(from_zero) < V(0x1p-20), d * slope, result);
}

// lgamma(x) for x <= -1/2, a = -x; `right` is lgamma(a) in two parts. The zeros left of -18.5 are so close to integers
// that no double is near them; in f64 all that is right of it goes by 1 / Gamma(x).
template <bool kTwoParts, int N>
[[gnu::always_inline]] inline Vec<double, N> lgamma_left(Vec<double, N> a, TwoPart<Vec<double, N>> right) {
  using V = Vec<double, N>;
  const V zero(0);
  const V r = a - round_even(a);
  TwoPart<V> y{reflection(a, r), zero};
  if constexpr (kTwoParts) {
    const auto by_product = a < V(18.5);
    const TwoPart<V> p = inverse_gamma(by_product, a, -r);
    y = {select(by_product, p.hi, y.hi), select(by_product, p.lo, zero)};
    right = {select(by_product, zero, right.hi), select(by_product, zero, right.lo)};
  }
  const TwoPart<V> l = log_parts<kTwoParts>(y.hi);
  const TwoPart<V> sum = add_any(right.hi, l.hi);
  V result = -(sum.hi + (sum.lo + (right.lo + l.lo + y.lo / y.hi)));
  if constexpr (kTwoParts) result = lgamma_at_zero(a, result);
  return select(r == zero, V(Format<double>::kInfinity), result);
}

template <bool kTwoParts, int N>
[[gnu::always_inline]] inline Vec<double, N> lgamma(Vec<double, N> x) {
  using V = Vec<double, N>;
  constexpr double kInfinity = Format<double>::kInfinity;
  const V a = abs(x);
  const auto small = a < V(0.5), near = a < V(3), left = x <= V(-0.5);
  const TwoPart<V> l = log_parts<kTwoParts>(a);

  // Below 1/2, lgamma(1 + x) - log(a).
  const V u = select(small, x, a - V(1));
  const Fraction<V> f = lgamma_correction(u + V(0.5));
  const V quotient = select(near, f.numerator, V(1)) / select(near, f.denominator, a);
  const V by_one = times_line(product(u, u - V(1)), u, 5.0 / 8, -5.0 / 32, quotient);
  const V around = select(small, (by_one - l.lo) - l.hi, by_one);

  // (a - 1/2) (log(a) - 1) + (log(2 pi) - 1) / 2 + 1 / (12 a) + ..., where quotient is 1 / a.
  const V half_less = a - V(0.5);
  const TwoPart<V> less = add_smaller(l.hi, V(-1));
  const TwoPart<V> p = product(half_less, less.hi);
  const TwoPart<V> head = add_any(p.hi, V(0x1.acfe390c97d69p-2));
  const V z = quotient * quotient;
  const V series = fma(quotient, lgamma_series(z), quotient * V(0x1.5555555555555p-4));
  const V low = head.lo + (fma(half_less, less.lo + l.lo, p.lo) + fma(-((half_less - a) + V(0.5)), less.hi, series));
  const TwoPart<V> g{select(near, around, head.hi), select(near, V(0), low)};
  V result = g.hi + g.lo;

  // Results do not depend on whether it is left out where no lane needs it.
  if (any(left)) result = select(left, lgamma_left<kTwoParts>(a, g), result);
  result = select(a > V(0x1.754d9278b51a7p+1014), V(kInfinity), result);  // overflow, and x infinite
  return select(a == V(0), V(kInfinity), result);
}

}  // namespace detail

/// log(|Gamma(x)|); inf at integers up to 0 and at both infinities.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> lgamma(Vec<double, N> x) {
  return detail::lgamma<true>(x);
}

namespace detail {

// digamma(1 + u) / (u - u0) for 0 <= u <= 2 and its zero u0, less 19/16 - 5/16 u; relative error of digamma 2.5e-18.
template <class V>
[[gnu::always_inline]] inline Fraction<V> digamma_correction(V u) {
  const V u2 = u * u;
  return {polynomial(u, u2, 0x1.018e9a62525dfp-4, -0x1.9cfe92679ba7dp-2, -0x1.586b0135f62f8p-2, 0x1.918b8a8d9af9dp-5,
                     0x1.7c380c9b1607ep-4, 0x1.8f057d3dcce31p-6, 0x1.2361f2d72b6fp-9, 0x1.ee73d4ee3802dp-15),
          polynomial(u, u2, 1, 0x1.1ab425a07b84fp+1, 0x1.ba7d288b9713cp+0, 0x1.3bf85852c43aap-1, 0x1.adb94024bc148p-4,
                     0x1.00514239fe53cp-7, 0x1.8bade726d7ad6p-13)};
}

// (digamma(a) - log(a) + 1 / (2 a)) a^2 for a >= 3, z = 1 / a^2; error of the sum 7.5e-18.
template <class V>
[[gnu::always_inline]] inline V digamma_series(V z) {
  return polynomial(z, z * z, -0x1.55555555551adp-4, 0x1.1111110d1d2dbp-7, -0x1.04103b0c044b6p-8, 0x1.110ecb64a2e96p-8,
                    -0x1.eff928a912c5dp-8, 0x1.54d03abbb3e2fp-6, -0x1.36bf54b069f21p-4, 0x1.38133ef959478p-2,
                    -0x1.145037cc58bb1p+0, 0x1.554db98db732p+1, -0x1.9ce6bc3123c9ap+1);
}

// pi cot(pi r) = 1 / r - 2 r / (1 - r^2) - r T(r^2) for |r| <= 1/2; error of r T 1.5e-18.
template <class V>
[[gnu::always_inline]] inline V pi_cot_pi(V r) {
  const V z = r * r;
  const V t = polynomial(z, z * z, 0x1.4a34cc4a60fa6p+0, 0x1.51322ac7d86a3p-3, 0x1.1c26130221b3cp-5,
                         0x1.0b36af9b493edp-7, 0x1.04b8c863a6212p-9, 0x1.020b73559969ap-11, 0x1.00c5e19446567p-13,
                         0x1.028235adf248dp-15, 0x1.d3b02d6618588p-18, 0x1.7e2fac05383a4p-19);
  return fma(-r, t, fma(V(-3), z, V(1)) / (r * (V(1) - z)));
}

template <class V>
[[gnu::always_inline]] inline TwoPart<V> sum(TwoPart<V> a, TwoPart<V> b) {
  const TwoPart<V> s = add_any(a.hi, b.hi);
  return {s.hi, s.lo + (a.lo + b.lo)};
}

// n / d, error 2^-105.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> quotient(TwoPart<V> n, TwoPart<V> d) {
  const V inverse = V(1) / d.hi;
  const V hi = n.hi * inverse;
  return {hi, (fma(-hi, d.hi, n.hi) + fma(-hi, d.lo, n.lo)) * inverse};
}

// n / (a + b).
template <class V>
[[gnu::always_inline]] inline TwoPart<V> quotient(double n, V a, V b) {
  return quotient(TwoPart<V>{V(n), V(0)}, add_any(a, b));
}

// pi cot(pi r) in two parts, error 1e-19: as 1 / r - 1 / (1 - r) + 1 / (1 + r) - r T.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> pi_cot_pi_in_two_parts(V r) {
  const V z = r * r, zero(0), one(1);
  const V top = polynomial(z, z * z, 0x1.1c261302495d2p-5, 0x1.0b36af86018b4p-7, 0x1.04b8ceae15e33p-9,
                           0x1.020a5552f914fp-11, 0x1.00e5a1a64a9f3p-13, 0x1.004b2c3413636p-15, 0x1.01edcfc84972dp-17,
                           0x1.da0bdbf96d358p-20, 0x1.720de02a40ccap-21);
  const TwoPart<V> t =
      two_part_polynomial(z, TwoPart<V>{top, zero}, TwoPart<double>{0x1.4a34cc4a60fa6p+0, 0x1.1981b95218fap-54},
                          TwoPart<double>{0x1.51322ac7d8481p-3, -0x1.df95559f4f8ddp-57});
  const TwoPart<V> poles = sum(quotient(-1, one, -r), quotient(1, one, r));
  return sum(quotient(1, r, zero), sum(poles, product(t, TwoPart<V>{-r, zero})));
}

// digamma(1 + a) in two parts, error 2^-60: that of b = a + 4 by the series, less the inverses of a + 1, a + 2, a + 3.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> digamma_in_two_parts(Vec<double, N> a) {
  using V = Vec<double, N>;
  const TwoPart<V> b = add_any(a, V(4));
  const V inverse = V(1) / b.hi, z = inverse * inverse;
  // As digamma_series, for b >= 4 with error 4e-20.
  const V series = polynomial(z, z * z, -0x1.555555555554cp-4, 0x1.11111110ffa4cp-7, -0x1.041040d69ee7fp-8,
                              0x1.1110f345e4bcp-8, -0x1.f070a1e256164p-8, 0x1.58dff118dc943p-6, -0x1.4dc29aaeeb40dp-4,
                              0x1.8d5b1e363a5fcp-2, -0x1.dca5f6a504c25p+0, 0x1.ba8efcf03d67cp+2, -0x1.ad379b304f655p+3);
  TwoPart<V> s = log_in_two_parts(b.hi);
  s.lo = s.lo + fma(z, series, b.lo * inverse);
  s = sum(s, quotient(-0.5, b.hi, b.lo));
  for (int i = 1; i < 4; ++i) s = sum(s, quotient(-1, a, V(i)));
  return s;
}

// pi cot(pi r), error 2^-104 of the larger terms: 1 / r - 1 / (1 - r) + 1 / (1 + r) - r T(r^2), T by its Taylor series.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> long_pi_cot_pi(V r) {
  using D = TwoPart<double>;
  const V zero(0), one(1);
  const TwoPart<V> z = product(r, r);
  const V top = polynomial(z.hi, z.hi * z.hi, 0x1.00005782aaebep-29, 0x1.000026e3f644fp-31, 0x1.00001148ad653p-33,
                           0x1.000007ae797ffp-35, 0x1.00000369f9ff9p-37, 0x1.000001846e551p-39, 0x1.000000aca29ebp-41,
                           0x1.0000004cba013p-43, 0x1.0000002219c49p-45, 0x1.0000000f27e4dp-47, 0x1.00000006bc658p-49,
                           0x1.00000002fe65fp-51);
  const TwoPart<V> t = two_part_polynomial(
      z, TwoPart<V>{top, zero}, D{0x1.4a34cc4a60fa6p+0, 0x1.1873d8912200cp-54},
      D{0x1.51322ac7d8483p-3, 0x1.afc89088cb729p-57}, D{0x1.1c26130249124p-5, -0x1.049a1e95fe1f7p-60},
      D{0x1.0b36af86396e9p-7, -0x1.0698d6c892967p-61}, D{0x1.04b8ce96ee5f8p-9, 0x1.811f3054300cp-63},
      D{0x1.020a5b2cd3042p-11, -0x1.91bdf43d1ea35p-65}, D{0x1.00e4af2b4e156p-13, 0x1.e18438a6b48bep-69},
      D{0x1.0064cdeb22f0fp-15, 0x1.d0156affdbc11p-70}, D{0x1.002c9953744ccp-17, -0x1.b59478ccd48a2p-71},
      D{0x1.0013c594466eap-19, -0x1.de0792137e167p-73}, D{0x1.0008c66cec77dp-21, -0x1.158c16e0e2054p-75},
      D{0x1.0003e59ffde12p-23, -0x1.2be263ae7d962p-80}, D{0x1.0001bb316ccdap-25, -0x1.bf98c5790f889p-79},
      D{0x1.0000c4ed05ae3p-27, -0x1.1ab8db7603983p-81});
  const TwoPart<V> poles = sum(quotient(-1, one, -r), quotient(1, one, r));
  const TwoPart<V> rest = sum(poles, product(t, TwoPart<V>{-r, zero}));
  return sum(quotient(1, r, zero), rest);
}

// log(b) for b.hi from 1 to 2^60, error 2^-105 of the larger terms; by s as log_in_two_parts, but by the Taylor series.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> long_log(TwoPart<Vec<double, N>> b) {
  using V = Vec<double, N>;
  using D = TwoPart<double>;
  const auto [k, m] = split<double, N, false>(b.hi);
  const V low = b.lo * (m / b.hi), f = m - V(1);
  TwoPart<V> d = add_smaller(V(2), f);
  d.lo = d.lo + low;
  const TwoPart<V> s = quotient(TwoPart<V>{f, low}, d);
  const TwoPart<V> z = product(s, s);
  const V top = polynomial(z.hi, z.hi * z.hi, 0x1.47ae147ae147bp-4, 0x1.2f684bda12f68p-4, 0x1.1a7b9611a7b96p-4,
                           0x1.0842108421084p-4, 0x1.f07c1f07c1f08p-5, 0x1.d41d41d41d41dp-5, 0x1.bacf914c1badp-5,
                           0x1.a41a41a41a41ap-5, 0x1.8f9c18f9c18fap-5, 0x1.7d05f417d05f4p-5);
  const TwoPart<V> l = two_part_polynomial(
      z, TwoPart<V>{top, V(0)}, D{0x1.5555555555555p-1, 0x1.5555555555555p-55},
      D{0x1.999999999999ap-2, -0x1.999999999999ap-56}, D{0x1.2492492492492p-2, 0x1.2492492492492p-56},
      D{0x1.c71c71c71c71cp-3, 0x1.c71c71c71c71cp-57}, D{0x1.745d1745d1746p-3, -0x1.745d1745d1746p-58},
      D{0x1.3b13b13b13b14p-3, -0x1.3b13b13b13b14p-57}, D{0x1.1111111111111p-3, 0x1.1111111111111p-59},
      D{0x1.e1e1e1e1e1e1ep-4, 0x1.e1e1e1e1e1e1ep-60}, D{0x1.af286bca1af28p-4, 0x1.af286bca1af28p-58},
      D{0x1.8618618618618p-4, 0x1.8618618618618p-58}, D{0x1.642c8590b2164p-4, 0x1.642c8590b2164p-59});
  const TwoPart<V> of_m = sum(TwoPart<V>{s.hi + s.hi, s.lo + s.lo}, product(s, product(z, l)));
  // ln 2 in three parts, of which the first is exact times k.
  const TwoPart<V> of_k = product(k, V(-0x1.8432a1b0e2634p-43));
  return sum(TwoPart<V>{k * V(0x1.62e42fefa4p-1), fma(k, V(0x1.f97b57a079a19p-103), of_k.lo)},
             sum(of_m, TwoPart<V>{of_k.hi, V(0)}));
}

// digamma(1 + a), error 2^-104 of the larger terms: where a < 20, of 19 more, by the inverses between; then by
// Stirling's series. Lanes that are not `wanted` get some number.
template <class M, int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> long_digamma(M wanted, Vec<double, N> a) {
  using V = Vec<double, N>;
  using D = TwoPart<double>;
  const V zero(0), one(1), end = select(wanted & (a < V(20)), V(20), one);
  const TwoPart<V> b = add_any(a, end);
  const TwoPart<V> inverse = quotient(1, b.hi, b.lo);
  const TwoPart<V> z = product(inverse, inverse);
  const V top = polynomial(z.hi, z.hi * z.hi, -0x1.5555555555555p-4, 0x1.c5e5e5e5e5e5ep-2, -0x1.86e7f9b9fe6e8p+1,
                           0x1.a74ca514ca515p+4, -0x1.1975cc0ed7304p+8, 0x1.c2f0566566566p+11, -0x1.ac572aaaaaaabp+15,
                           0x1.dc0b1a5cfbe16p+19, -0x1.31fad7cbf3cp+24);
  const TwoPart<V> series =
      product(z, two_part_polynomial(
                     z, TwoPart<V>{top, zero}, D{-0x1.5555555555555p-4, -0x1.5555555555555p-58},
                     D{0x1.1111111111111p-7, 0x1.1111111111111p-63}, D{-0x1.041041041041p-8, -0x1.041041041041p-62},
                     D{0x1.1111111111111p-8, 0x1.1111111111111p-64}, D{-0x1.f07c1f07c1f08p-8, 0x1.f07c1f07c1f08p-63},
                     D{0x1.5995995995996p-6, -0x1.9a99a99a99a9ap-60}));
  TwoPart<V> s = sum(TwoPart<V>{V(-0.5) * inverse.hi, V(-0.5) * inverse.lo}, series);
  for (V i = one; any(i < end); i = i + one)
    s = sum(s, quotient(TwoPart<V>{select(i < end, -one, zero), zero}, add_any(a, i)));
  return sum(long_log(b), s);
}

// digamma(-a) for a > 0; `right` is digamma(1 + a).
template <bool kTwoParts, int N>
[[gnu::always_inline]] inline Vec<double, N> digamma_left(Vec<double, N> a, Vec<double, N> right) {
  using V = Vec<double, N>;
  const V r = a - round_even(a);
  V result;
  if constexpr (kTwoParts) {
    const TwoPart<V> both = sum(digamma_in_two_parts(a), pi_cot_pi_in_two_parts(r));
    result = both.hi + both.lo;
    // Around the zeros; results do not depend on whether it is left out where no lane needs it.
    const auto small = abs(result) < V(0x1p-5);
    if (any(small)) {
      const TwoPart<V> all = sum(long_digamma(small, a), long_pi_cot_pi(r));
      result = select(small, all.hi + all.lo, result);
    }
  } else {
    result = right + pi_cot_pi(r);
  }
  return select(r == V(0), V(Format<double>::kNan), result);
}

template <bool kTwoParts, int N>
[[gnu::always_inline]] inline Vec<double, N> digamma(Vec<double, N> x) {
  using V = Vec<double, N>;
  const V a = abs(x);
  const auto below_one = a < V(1), near = a < V(3), left = x < V(0);
  const V inverse = V(1) / a;
  // digamma(1 + u); below 1, digamma(a) is 1 / a less.
  const V u = select(below_one, a, a - V(1));
  const Fraction<V> f = digamma_correction(u);
  auto zero = add_any(u, V(-0x1.d8b618d5af8fep-2));
  zero.lo = zero.lo + V(0x1.1e563779a1f5bp-56);
  const V by_zero = times_line(zero, u, 19.0 / 16, -5.0 / 16, f.numerator / f.denominator);
  const V around = select(below_one, (by_zero - fma(-inverse, a, V(1)) * inverse) - inverse, by_zero);
  const V z = inverse * inverse;
  const V far = log_positive(a) + fma(V(-0.5), inverse, z * digamma_series(z));
  V result = select(near, around, far);
  // Results do not depend on whether it is left out where no lane needs it.
  if (any(left)) {
    const V right = select(below_one, by_zero, result + inverse);
    result = select(left, digamma_left<kTwoParts>(a, right), result);
  }
  // At infinity the parts are NaN, and so close to 0 that 1 / a overflows.
  result = select(inverse == V(Format<double>::kInfinity), -copysign(inverse, x), result);
  return select(x < V(Format<double>::kInfinity), result, x);
}

}  // namespace detail

/// The derivative of log(|Gamma(x)|); -inf and inf at 0 and -0, NaN at negative integers and -inf.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> digamma(Vec<double, N> x) {
  return detail::digamma<true>(x);
}

}  // namespace tjit::math
