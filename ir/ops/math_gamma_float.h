// lgamma and digamma of f32, in f32 where no large terms cancel; elsewhere they compute in double.
//
// All coefficients are own minimax fits (as in math_erf.h).
#pragma once

#include "ir/ops/math_gamma.h"

namespace tjit::math {
namespace detail {

// As lgamma_correction, by u; relative error of lgamma 2e-8.
template <class V>
[[gnu::always_inline]] inline Fraction<V> short_lgamma_correction(V u) {
  const V u2 = u * u;
  return {polynomial(u, u2, -0x1.877308p-5, -0x1.6ddf6ap-3, -0x1.00a11cp-4, 0x1.2a4faep-4, 0x1.b6fa24p-6),
          polynomial(u, u2, 1, 0x1.e046eap+0, 0x1.11d716p+0, 0x1.693f6ep-3, -0x1.40888cp-12)};
}

// digamma(3/2 + v) / (v - v0) for |v| <= 1/2 and its zero v0; relative error 2.4e-8.
template <class V>
[[gnu::always_inline]] inline V short_digamma_ratio(V v) {
  const V bent = polynomial(v, v * v, -0x1.b1cb66p-2, 0x1.ec9fcp-3, -0x1.2fec92p-3, 0x1.858f62p-4, -0x1.fc2deep-5,
                            0x1.42e464p-5, -0x1.a86f3cp-6, 0x1.866608p-6, -0x1.08d204p-6);
  return fma(v, bent, V(0x1.e6f0ccp-1));  // apart: by pairs it would be rounded twice
}

}  // namespace detail

/// log(|Gamma(x)|); inf at integers up to 0 and at both infinities.
///
/// As in double, but that log(a) - 1 in two parts is k ln 2 - 1 + f and the rest.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> lgamma(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = detail::Format<float>;
  constexpr float kLarge = 0x1p100f;
  const V a = abs(x), zero(0), one(1);
  const auto small = a < V(0.5), near = a < V(3), rare = detail::not_between(x, F::kSmallestNormal, kLarge);
  auto bits = bit_cast<std::int32_t>(a);
  if (any(rare)) bits = detail::unbounded_bits(a);

  const auto [k, m] = detail::split(bits);
  const V f = m - one, f2 = f * f;
  const auto head = detail::add_smaller(fma(k, V(F::kLn2Hi), select(small, zero, V(-1))), f);
  const V log_low = fma(f2, fma(f, detail::log_tail(f, f2), V(-0.5)), fma(k, V(F::kLn2Lo), head.lo));

  const V u = select(small, x, a - one);
  const auto fraction = detail::short_lgamma_correction(u);
  const V quotient = select(near, fraction.numerator, one) / select(near, fraction.denominator, a);
  const V slope(-5.0 / 32), c(5.0 / 8);
  const V line = fma(u, slope, c);
  const V line_low = quotient + fma(u, slope, c - line);
  // (log(2 pi) - 1) / 2 + 1 / (12 a) + ...; error of the sum 1.2e-9 of lgamma for a >= 3.
  const V z = quotient * quotient;
  const V series =
      fma(quotient, detail::polynomial(z, z * z, 0x1.555528p-4, -0x1.6b0fa2p-9, 0x1.641e4ap-11), V(0x1.acfe3ap-2));

  // u (u - 1) times the line, or (a - 1/2) (log(a) - 1).
  const V p = select(near, fma(u, u, -u), a - V(0.5));
  const V q = select(near, line, head.hi);
  const V product = p * q;
  const V rest = fma(p, q, -product) + select(near, zero, series);
  V result = product + fma(p, select(near, line_low, log_low), rest);
  result = select(small, (result - log_low) - head.hi, result);

  // Results do not depend on whether it is left out where no lane needs it.
  if (any(rare)) {
    // a (log(a) - 1) overflows in the last step only.
    const V half = V(0.5) * a, half_result = fma(half, log_low, half * head.hi);
    result = select(a > V(kLarge), half_result + half_result, result);
    result = select((a == zero) | (a == V(F::kInfinity)), V(F::kInfinity), select(x != x, x, result));
    const auto left = x <= V(-0.5);
    if (any(left)) result = select(left, convert<float>(detail::lgamma<false>(convert<double>(x))), result);
  }
  return result;
}

/// The derivative of log(|Gamma(x)|); -inf and inf at 0 and -0, NaN at negative integers and -inf.
///
/// Below 2 by its zero, where below 1 that is digamma(1 + x) = digamma(x) + 1 / x; elsewhere by Stirling's series.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> digamma(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = detail::Format<float>;
  const auto below_one = x < V(1), near = x < V(2), rare = detail::not_between(x, 0.0f, F::kLargest);
  const V inverse = V(1) / x;
  const V v = x - select(below_one, V(0.5), V(1.5));
  const V ratio = detail::short_digamma_ratio(v);
  const V shift = fma(ratio, V(-0x1.ab5f2p-27), select(below_one, -inverse, V(0)));
  const V around = fma(v + V(0x1.3a4f4p-5), ratio, shift);  // an exact sum above 1

  const auto [k, m] = detail::split(bit_cast<std::int32_t>(x));
  const V f = m - V(1);
  const auto head = detail::add_smaller(k * V(F::kLn2Hi), f);
  // digamma(x) - log(x) = -1 / (2 x) - 1 / (12 x^2) + ...; error of the sum 5e-9 of digamma for x >= 2.
  const V z = inverse * inverse;
  const V series = z * detail::polynomial(z, z * z, -0x1.555458p-4, 0x1.0ffa1ap-7, -0x1.d2c30ap-9, 0x1.df4p-10);
  const V rest = fma(V(-0.5), inverse, series) + fma(k, V(F::kLn2Lo), head.lo);
  V result = select(near, around, detail::log_near_one(f, {head.hi, rest}));

  // Results do not depend on whether it is left out where no lane needs it.
  if (any(rare)) {
    const auto left = x < V(0);
    if (any(left)) result = select(left, convert<float>(detail::digamma<false>(convert<double>(x))), result);
    result = select(abs(x) < V(F::kInfinity), result, select(left, V(F::kNan), x));
  }
  return result;
}

}  // namespace tjit::math
