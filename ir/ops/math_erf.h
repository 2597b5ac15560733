// erf, erfc and the inverse of erf. All coefficients are own minimax fits (Remez' algorithm in 260 bits). Quotients of
// polynomials lose some units in the last place; so they only correct something simple that is nearly right.
#pragma once

#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"

namespace tjit::math {
namespace detail {

// erf(x) / x - 1 for |x| <= 1, z = x^2; relative error of erf 1.3e-17.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> erf_small(Vec<double, N> z) {
  return polynomial(z, z * z, 0x1.06eba8214db68p-3, -0x1.812746b0379aap-2, 0x1.ce2f21a040432p-4, -0x1.b82ce311ddee4p-6,
                    0x1.565bccf60fc32p-8, -0x1.c02dafd602a8cp-11, 0x1.f9a2b207804bep-14, -0x1.f4c9d5a8ec75ap-17,
                    0x1.b97b9bb6feef1p-20, -0x1.5bef505bce4eep-23, 0x1.d681c22566c1ap-27, -0x1.aa022094aa298p-31);
}

// From here on erf rounds to 1.
template <Float T>
constexpr T kErfOne = static_cast<T>(sizeof(T) == 4 ? 3.93 : 6);

// log(erfc(a)) for 1 <= a <= kErfOne, exact enough for 1 - erfc(a): error of that 6.8e-18.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> log_erfc(Vec<double, N> a) {
  return polynomial(a, a * a, -0x1.0e4ef15e843b1p-21, -0x1.20dd1fba6f81cp+0, -0x1.45f62830d4192p-1,
                    -0x1.a4ac4a17ec049p-4, 0x1.37220b9d797e1p-6, 0x1.aec21aa6c50fcp-12, -0x1.f64d01d2d546fp-10,
                    0x1.941dc1ed93519p-11, -0x1.1b6af4b479b86p-13, -0x1.5339fbf201f07p-16, 0x1.7e95502a05e2fp-16,
                    -0x1.22a00a1469f5fp-17, 0x1.1e748ff3480b2p-19, -0x1.908d0624195dcp-22, 0x1.8e77c68f3c2fap-25,
                    -0x1.0e22d30a02687p-28, 0x1.c14816608ee8ep-33, -0x1.5a7906b0becd9p-38);
}

// From here on erfc rounds to 0.
template <Float T>
constexpr T kErfcZero = static_cast<T>(sizeof(T) == 4 ? 10.1 : 27.3);

// e^(a^2) erfc(a) = (1 + a Q(a)) / (1 + 57/32 a), where a Q(a) < 0.19.
constexpr double kErfcSlope = 57.0 / 32;

template <class V>
struct Fraction {
  V numerator, denominator;
};

// Q for 0 <= a <= kErfcZero, relative error of erfc: f32 3.2e-9, f64 2.6e-17.
template <int N>
[[gnu::always_inline]] inline Fraction<Vec<float, N>> erfc_correction(Vec<float, N> a) {
  const auto a2 = a * a;
  return {polynomial(a, a2, 0x1.4e451ep-1, 0x1.1e734cp-1, 0x1.ca5c8ap-3, 0x1.48cc66p-5, 0x1.5e8efep-12),
          polynomial(a, a2, 1, 0x1.33b17p+1, 0x1.3e189ep+1, 0x1.67679p+0, 0x1.c65a1ep-2, 0x1.1389d8p-4)};
}
template <int N>
[[gnu::always_inline]] inline Fraction<Vec<double, N>> erfc_correction(Vec<double, N> a) {
  const auto a2 = a * a;
  return {polynomial(a, a2, 0x1.4e4515f7ac8f3p-1, 0x1.2bf858d45f063p+0, 0x1.0b4ac6f64716fp+0, 0x1.2d62036ef4256p-1,
                     0x1.d1dbb164bb629p-3, 0x1.f848a031b7daap-5, 0x1.76ee94ba7d313p-7, 0x1.633c490c68414p-10,
                     0x1.592a49aa52d28p-14, 0x1.4e1c75e3aa615p-21),
          polynomial(a, a2, 1, 0x1.abbc1497bf3e1p+1, 0x1.4c500c97d62a5p+2, 0x1.3d049ac6d628p+2, 0x1.9c8b8f0b81b9dp+1,
                     0x1.80143ff7baaf4p+0, 0x1.0450d8e70f7ep-1, 0x1.fe707e412398ep-4, 0x1.5d48bc1b131f4p-6,
                     0x1.30e11a6d4d76bp-9, 0x1.06fc88a685794p-13)};
}

// c + slope * w + rest, c = sqrt(pi)/2, with what is rounded off in the second part.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> erf_inv_line(V w, double slope, double c, double c_low, V rest) {
  const V hi = fma(w, V(slope), V(c));
  return {hi, rest + (fma(w, V(slope), V(c) - hi) + V(c_low))};
}

// The inverse of erf(x) / x by w = -log(1 - x^2): a line and what is fitted, divided by w. f32: relative error 4e-9.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> erf_inv_bent(Vec<float, N> w) {
  const auto w2 = w * w;
  return polynomial(w, w2, 0x1.d9501p-6, 0x1.d1f686p-7, -0x1.2b7a5ep-12, 0x1.d2a82ap-14, -0x1.9b3fbap-17,
                    -0x1.17ba54p-21) /
         polynomial(w, w2, 1, 0x1.7ab61p-4, 0x1.1635f4p-5, 0x1.201d94p-9, 0x1.df57acp-13, 0x1.98dac2p-19);
}

// -log(x) for normal x > 0, with an absolute error of 3.4e-8 and the rounding errors; +0 for 1.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> about_minus_log(Vec<float, N> x) {
  using V = Vec<float, N>;
  const auto [k, m] = split<float, N, false>(x);
  const V f = V(1) - m;
  const V p = polynomial(f, f * f, 0x1.fffffap-1, 0x1.0000ep-1, 0x1.555caap-2, 0x1.ff2a94p-3, 0x1.97056ap-3,
                         0x1.63055ap-3, 0x1.5027c8p-3, 0x1.9d5068p-4);
  return fma(k, V(-Format<float>::kLn2), f * p);
}

// f64, w > 5, that is |x| > 0.9966: s = sqrt(w) and what is fitted, for w <= 14 and up to the 37 that doubles reach;
// relative errors 2.3e-17 and 9.3e-18.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> erf_inv_tail(Vec<double, N> w) {
  using V = Vec<double, N>;
  const auto far = w > V(14);
  const V root = sqrt(w);
  const V s = root - select(far, V(3.625), V(2.125));
  const V s2 = s * s;
  const V near_numerator = polynomial(s, s2, -0x1.340d072c34866p-3, -0x1.3b44f818181fap-3, -0x1.05888ec79884fp-4,
                                      -0x1.b55e769873d1cp-4, -0x1.0aaf86345fabcp-8, -0x1.63644feb8ed58p-6,
                                      -0x1.0422fbbea7767p-11, -0x1.632a89abde981p-10, -0x1.002265ac09a6fp-16);
  const V near_denominator =
      polynomial(s, s2, 1, 0x1.3a64178d9b6f4p-1, 0x1.8340d01a94033p-1, 0x1.5f21376a7805ap-2, 0x1.9bdbb987b1c2ap-3,
                 0x1.21fd42a8ed2cbp-4, 0x1.855a602dd7f75p-6, 0x1.6ac34ca1c6f87p-8, 0x1.ed2bb16d6f7f4p-11);
  const V far_numerator = polynomial(s, s2, -0x1.4ef1149f9ad2dp-3, -0x1.280a648e9f4e7p-2, -0x1.32e5426f31ea5p-2,
                                     -0x1.a7ceb3234de88p-3, -0x1.a17a273e4b0dp-4, -0x1.1ecb911dac3fdp-5,
                                     -0x1.90d03d2e5aa35p-8, -0x1.92f49607f2712p-12, -0x1.77f508cb17e8ap-20);
  const V far_denominator =
      polynomial(s, s2, 1, 0x1.d136612849bffp+0, 0x1.f039f1ad9b0aap+0, 0x1.615b6907da88fp+0, 0x1.6b0a43da9cbc2p-1,
                 0x1.0803b3044d412p-2, 0x1.b830ca351a267p-5, 0x1.6a6307f6e7409p-8, 0x1.894a4a5a08489p-13);
  return {root, select(far, far_numerator, near_numerator) / select(far, far_denominator, near_denominator)};
}

// f64: a line and what is fitted, for w <= 5, relative error 2e-17. Where no lane is above, which is usual, its
// fractions are left out: no result depends on that.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> erf_inv_ratio(Vec<double, N> w) {
  using V = Vec<double, N>;
  const V w2 = w * w;
  const V numerator =
      polynomial(w, w2, -0x1.358134046958cp-9, 0x1.65cdec7ec5cdp-7, 0x1.32b93ed083d7bp-11, 0x1.ea878fdb71843p-18,
                 -0x1.a53f9f905b68ep-21, -0x1.2877a782cdd62p-17, -0x1.50fa3c63484c8p-23, -0x1.3980c95e17f1bp-24);
  const V denominator =
      polynomial(w, w2, 1, 0x1.1135aae5b0edp-2, 0x1.17cdf31547da8p-4, 0x1.a8621a8b0b88dp-7, 0x1.6de5c9a2d457p-10,
                 0x1.77aa5c4f892dep-13, 0x1.08b8d1f7d77e1p-17, 0x1.2ca90dbd27219p-21, -0x1.6a670fe906759p-29);
  TwoPart<V> ratio =
      erf_inv_line(w, 15.0 / 64, 0x1.c5bf891b4ef6bp-1, -0x1.618f13eb7ca89p-55, w * numerator / denominator);
  const auto tail = w > V(5);
  if (any(tail)) {
    const TwoPart<V> other = erf_inv_tail(w);
    ratio = {select(tail, other.hi, ratio.hi), select(tail, other.lo, ratio.lo)};
  }
  return ratio;
}

}  // namespace detail

/// The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x: 1 - e^log(erfc |x|), where the logarithm
/// is -2/sqrt(pi) |x| - x^2 G(|x|). Relative error of erf 4.0e-9.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> erf(Vec<float, N> x) {
  using V = Vec<float, N>;
  const V limit(detail::kErfOne<float>), size = abs(x);
  const V a = select(size > limit, limit, size);
  const V bent = detail::polynomial(a, a * a, -0x1.d0e374p-25, 0x1.45f2fap-1, 0x1.a4fa4ap-4, -0x1.39cc9cp-6,
                                    -0x1.516f9ep-13, 0x1.b52192p-10, -0x1.4bed7ep-11, 0x1.edba5p-14, -0x1.36daecp-17);
  const auto e = detail::decay(fma(V(-0x1.20dd76p+0), a, -a * bent));
  return detail::with_sign_of(fma(-e.s, e.m, V(1) - e.s), x);
}

/// f64: x + x P(x^2) up to 1, then the same.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> erf(Vec<double, N> x) {
  using V = Vec<double, N>;
  constexpr double kOne = detail::kErfOne<double>;
  const V size = abs(x);
  const V small = fma(x, detail::erf_small(x * x), x);
  const V rest = detail::exp_between(detail::log_erfc(select(size > V(kOne), V(kOne), size)));
  return select(size <= V(1), small, copysign(V(1) - rest, x));
}

/// 1 - erf(x), without loss where that is tiny: e^(-a^2) (1 + a Q) / line for a = |x|, e^(-a^2) = (1 + m) 2^n.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> erfc(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = detail::Format<float>;
  const V limit(detail::kErfcZero<float>), size = abs(x);
  const V a = select(size > limit, limit, size);
  // -a^2 = n ln 2 + r, with one rounding and that of r. `inverse` is 2^-64 too small and the power of two as much too
  // large, so that both are normal numbers.
  const V square = a * a;
  const V offset(F::kUnit * 1.5F + F::kBias + 64);
  const V shifted = fma(square, V(-F::kLog2E), offset);
  const V n = shifted - offset;
  const V r = -fma(n, V(F::kLn2Lo), fma(a, a, n * V(F::kLn2Hi)));
  const V r2 = r * r;
  const V m = fma(r2, detail::exp_tail(r, r2), r);
  const V power = detail::power_of_two<float>(detail::bits_of(shifted));
  // What the roundings of the inverse and of the line left out joins a Q.
  const V slope(detail::kErfcSlope);
  const V line = fma(a, slope, V(1));
  const V line_lo = fma(a, slope, V(1) - line);
  const V inverse = V(0x1p-64) / line;
  const V lost = fma(-inverse, line_lo, fma(-inverse, line, V(0x1p-64)));
  const detail::Fraction<V> q = detail::erfc_correction(a);
  const V correction = fma(lost, V(0x1p64), a * q.numerator / q.denominator);
  const V right = fma(inverse, fma(m, correction, m + correction), inverse) * power;
  return select(x < V(0), V(2) - right, right);
}

/// f64: likewise, with the quotients in two parts.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> erfc(Vec<double, N> x) {
  using V = Vec<double, N>;
  constexpr double kZero = detail::kErfcZero<double>;
  const V size = abs(x);
  const V a = select(size > V(kZero), V(kZero), size);
  // e^(-a^2) = (1 + m) 2^n, with what the rounding of a^2 left out.
  const V square = a * a;
  const auto [m, biased_twice] = detail::exp_parts(-square, -fma(a, a, -square));
  const detail::Fraction<V> q = detail::erfc_correction(a);
  const V slope(detail::kErfcSlope);
  const V line = fma(a, slope, V(1));
  // (1 + m) (1 + a Q) / line, both in two parts; one division for both quotients.
  const V both = V(1) / (q.denominator * line);
  const V correction = a * q.numerator * line * both, inverse = q.denominator * both;
  const auto numerator = detail::add_smaller(V(1), fma(m, correction, m + correction));
  const V quotient = numerator.hi * inverse;
  const V rest = fma(-quotient, line, numerator.hi) + fma(-quotient, fma(a, slope, V(1) - line), numerator.lo);
  const V right = detail::scale(fma(rest, inverse, quotient), biased_twice);
  return select(x < V(0), V(2) - right, right);
}

/// The inverse of erf: ±inf at ±1, NaN beyond.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> erf_inv(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = detail::Format<float>;
  const V rest = fma(-x, x, V(1));
  const V w = detail::about_minus_log(rest);
  const V line = fma(w, V(13.0 / 64), V(0x1.c5bf8ap-1));  // w slope + sqrt(pi)/2
  const V outside = select(rest == V(0), V(F::kInfinity), V(F::kNan));
  return fma(x, select(rest > V(0), line, outside), x * w * detail::erf_inv_bent(w));
}

/// f64: likewise, the ratio to x in two parts.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> erf_inv(Vec<double, N> x) {
  using V = Vec<double, N>;
  using F = detail::Format<double>;
  const V size = abs(x);
  const V w = -detail::log_positive(fma(-x, x, V(1)));  // exact enough: with w the result changes little
  const V outside = select(size == V(1), V(F::kInfinity), V(F::kNan));
  const auto ratio = detail::erf_inv_ratio(w);
  return copysign(select(size < V(1), fma(size, ratio.hi, size * ratio.lo), outside), x);
}

}  // namespace tjit::math
