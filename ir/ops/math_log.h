// log, log1p and the inverse hyperbolic functions, which are logarithms. x = 2^k m with m = 1 + f in
// [sqrt(1/2), sqrt(2)), so that k = 0 around 1, where the logarithm is small.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

template <Float T, int N>
struct Split {
  Vec<T, N> k;  // the exponent, as a float
  Vec<T, N> m;  // x / 2^k
};

// For finite x > 0, subnormals included unless told that there are none; anything else gives some finite numbers. The
// exponent becomes a float by way of the low bits of `unit`: AVX2 has no conversion from int64.
template <Float T, int N, bool kSubnormals = true>
[[gnu::always_inline]] inline Split<T, N> split(Vec<T, N> x) {
  using V = Vec<T, N>;
  using B = BitsOf<T, N>;
  using F = Format<T>;
  constexpr auto kSqrtHalf = std::bit_cast<typename F::Bits>(static_cast<T>(0x1.6a09e667f3bcdp-1));
  constexpr auto kOne = std::bit_cast<typename F::Bits>(T(1));
  const auto tiny = kSubnormals ? x < V(F::kSmallestNormal) : Mask<T, N>(false);
  const B bits = bits_of(select(tiny, x * V(F::kUnit), x)) + B(kOne - kSqrtHalf);
  const B exponent = (bits >> B(F::kMantissaBits)) | B(F::kUnitBits);
  const V offset = select(tiny, V(F::kUnit + F::kBias + F::kMantissaBits), V(F::kUnit + F::kBias));
  return {bit_cast<T>(exponent) - offset, bit_cast<T>((bits & B(F::kMantissaMask)) + B(kSqrtHalf))};
}

// The bits of finite a > 0, those of subnormal numbers as if exponents went on below those of normal ones; and `split`
// of them.
template <int N>
[[gnu::always_inline]] inline Vec<std::int32_t, N> unbounded_bits(Vec<float, N> a) {
  using I = Vec<std::int32_t, N>;
  using F = Format<float>;
  const I scaled = bit_cast<std::int32_t>(a * Vec<float, N>(F::kUnit));
  return select(a < Vec<float, N>(F::kSmallestNormal), scaled - I(F::kMantissaBits << F::kMantissaBits),
                bit_cast<std::int32_t>(a));
}
template <int N>
[[gnu::always_inline]] inline Split<float, N> split(Vec<std::int32_t, N> bits) {
  using I = Vec<std::int32_t, N>;
  using F = Format<float>;
  constexpr auto kSqrtHalf = std::bit_cast<std::int32_t>(0x1.6a09e6p-1f);
  const I above = bits - I(kSqrtHalf);
  return {convert<float>(above >> I(F::kMantissaBits)), bit_cast<float>((above & I(F::kMantissaMask)) + I(kSqrtHalf))};
}

// (log(1 + f) - f + f^2/2) / f^3 in f32, an own minimax fit (as in math_exp.h), relative error of the logarithm 5.9e-9.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> log_tail(Vec<float, N> f, Vec<float, N> f2) {
  return polynomial(f, f2, 0x1.55554ap-2, -0x1.00022p-2, 0x1.99a5aap-3, -0x1.547884p-3, 0x1.226d04p-3, -0x1.0cdfcep-3,
                    0x1.07d834p-3, -0x1.4201d8p-4);
}

// log(1 + f) - f + sum, where `sum` is f and more.
//
// f32: log(1 + f) = f - f^2/2 + f^3 log_tail.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> log_near_one(Vec<float, N> f, TwoPart<Vec<float, N>> sum) {
  using V = Vec<float, N>;
  const V f2 = f * f;
  return sum.hi + fma(f2, fma(f, log_tail(f, f2), V(-0.5)), sum.lo);
}

// f64: with s = f / (2 + f), log(1 + f) = 2 atanh(s) = 2 s + s R(s^2). As 2 s = f - s f, and f is exact, the sum
// f - (f^2/2 - s (f^2/2 + R)) has no rounding error in its large part (the arrangement of fdlibm's e_log.c). R is an
// own minimax fit, relative error 2.5e-18.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> log_near_one(Vec<double, N> f, TwoPart<Vec<double, N>> sum) {
  using V = Vec<double, N>;
  const V s = f / (V(2) + f);
  const V z = s * s;
  const V r = z * polynomial(z, z * z, 0x1.5555555555593p-1, 0x1.999999997fa3cp-2, 0x1.2492494223ae5p-2,
                             0x1.c71c51defead0p-3, 0x1.746647e5183f7p-3, 0x1.39a0cae10c66ep-3, 0x1.2f0f260f090c7p-3);
  const V half_square = V(0.5) * f * f;
  return sum.hi + (fma(s, half_square + r, sum.lo) - half_square);
}

// log(x) for finite x > 0.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> log_positive(Vec<T, N> x) {
  using V = Vec<T, N>;
  using F = Format<T>;
  const auto [k, m] = split(x);
  const V f = m - V(1);
  const auto head = add_smaller(k * V(F::kLn2Hi), f);
  return log_near_one(f, {head.hi, fma(k, V(F::kLn2Lo), head.lo)});
}

// Exactly 1 + x, for finite x >= -1.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> add_to_one(V x) {
  const auto below = x < V(1);
  return add_smaller(select(below, V(1), x), select(below, x, V(1)));
}

// log(x.hi + x.lo) for finite x.hi >= 2^-mantissa_bits: with l = x.lo / 2^k, log(1 + f) + l / (1 + f), where three
// terms of the quotient's series are enough.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> log_positive(TwoPart<Vec<T, N>> x) {
  using V = Vec<T, N>;
  using B = BitsOf<T, N>;
  using F = Format<T>;
  const auto [k, m] = split<T, N, false>(x.hi);
  // 2^-k; or 0 where x.lo is nothing and 2^-k too small.
  constexpr auto kOne = std::bit_cast<typename F::Bits>(T(1));
  const V inverse = bit_cast<T>(B(kOne) + bits_of(m) - bits_of(x.hi));
  const V l = x.lo * select(x.hi < V(8 * F::kUnit), inverse, V(0));
  const V f = m - V(1);
  const auto head = add_smaller(k * V(F::kLn2Hi), f);
  return log_near_one(f, {head.hi, fma(k, V(F::kLn2Lo), head.lo + fma(l, f * f - f, l))});
}

// log(a) with a relative error of 2^-65: what pow needs where y = 1000. 2 atanh(s) = 2 (s + s z (1/3 + z Q(z))),
// z = s^2, s = f / (2 + f); only z Q(z) is small enough for plain double. Q is an own minimax fit, relative error of
// the logarithm 7e-23.
template <int N>
[[gnu::always_inline]] inline TwoPart<Vec<double, N>> log_in_two_parts(Vec<double, N> a) {
  using V = Vec<double, N>;
  const auto [k, m] = split(a);
  const V f = m - V(1);
  const auto d = add_smaller(V(2), f);
  const V inverse = V(1) / d.hi;
  const V quotient = f * inverse;
  const TwoPart<V> s{quotient, fma(-quotient, d.lo, fma(-quotient, d.hi, f)) * inverse};
  const TwoPart<V> z = product(s, s);
  const V q = polynomial(z.hi, z.hi * z.hi, 0x1.9999999999996p-3, 0x1.2492492492f56p-3, 0x1.c71c71c59595ep-4,
                         0x1.745d1829eeaa4p-4, 0x1.3b13649a62146p-4, 0x1.112076f667d71p-4, 0x1.de3c1cf493f37p-5,
                         0x1.ead16b4fa3b2ep-5);
  const auto third = add_smaller(V(0x1.5555555555555p-2), z.hi * q);
  const TwoPart<V> u = product(s, product(z, TwoPart<V>{third.hi, third.lo + V(0x1.5555555555555p-56)}));
  const auto half = add_smaller(s.hi, u.hi);
  const auto head = add_smaller(k * V(Format<double>::kLn2Hi), V(2) * half.hi);
  const V rest = fma(V(2), half.lo + (s.lo + u.lo), fma(k, V(Format<double>::kLn2Lo), head.lo));
  return add_smaller(head.hi, rest);
}

}  // namespace detail

/// Natural logarithm; -inf at ±0, NaN below.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> log(Vec<T, N> x) {
  using V = Vec<T, N>;
  using F = detail::Format<T>;
  // One selection per case: joined conditions on one value become LLVM's is.fpclass, which is slow integer code on
  // vectors.
  const V finite_or_not = select(x < V(F::kInfinity), detail::log_positive(x), x);
  return select(x <= V(0), select(x < V(0), V(F::kNan), V(-F::kInfinity)), finite_or_not);
}

/// log(1 + x); -inf at -1, NaN below.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> log1p(Vec<T, N> x) {
  using V = Vec<T, N>;
  using F = detail::Format<T>;
  const V log = copysign(detail::log_positive(detail::add_to_one(x)), x);
  const V finite_or_not = select(x < V(F::kInfinity), log, x);
  return select(x <= V(-1), select(x < V(-1), V(F::kNan), V(-F::kInfinity)), finite_or_not);
}

namespace detail {

// From here on x^2 + 1 and x^2 - 1 are x^2, as far as their logarithms matter.
template <Float T>
constexpr T kSquareIsAll = sizeof(T) == 4 ? 0x1p12 : 0x1p29;

// f32: log(s) + rest for s >= 1; log(2 s) where `twice`.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> log_of_sum(Vec<float, N> s, Vec<float, N> rest, Mask<float, N> twice) {
  using V = Vec<float, N>;
  const auto [k, m] = split<float, N, false>(s);
  const V f = m - V(1);
  const V head = fma(select(twice, k + V(1), k), V(Format<float>::kLn2), f);
  return log_near_one(f, {head, select(twice, V(0), rest)});
}

// f64: log(1 + a + b) for |b| <= a.
template <class V>
[[gnu::always_inline]] inline V log1p_of_sum(V a, V b) {
  const TwoPart<V> sum = add_smaller(a, b);
  const TwoPart<V> one = add_to_one(sum.hi);
  return log_positive(TwoPart<V>{one.hi, one.lo + sum.lo});
}

}  // namespace detail

/// Inverse hyperbolic sine: log(x + w), w = sqrt(x^2 + 1), for x >= 0. As 1 / (x + w) = w - x, what the sum leaves out
/// is added without a division; so is what the root leaves out, (x^2 + 1 - w^2) / (2 w), where 1 / (2 w) ~ d - d^2 / 2
/// for d = w - x is right to the first order around 0, the place where it matters.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> asinh(Vec<float, N> x) {
  using V = Vec<float, N>;
  const V a = abs(x);
  const auto large = a >= V(detail::kSquareIsAll<float>);  // log(2 a)
  const V w = sqrt(fma(a, a, V(1)));
  const V sum = a + w, d = w - a;
  const V of_root = fma(a, a, fma(-w, w, V(1)));
  const V rest = fma(of_root, fma(V(-0.5) * d, d, d), (w - sum) + a) * d;
  const V log = detail::log_of_sum(select(large, a, sum), rest, large);
  return detail::with_sign_of(select(a == V(detail::Format<float>::kInfinity), a, log), x);
}

/// f64: log(x + w) = log(1 + x + x^2 / (1 + w)).
template <int N>
[[gnu::always_inline]] inline Vec<double, N> asinh(Vec<double, N> x) {
  using V = Vec<double, N>;
  const V a = abs(x);
  const auto large = a >= V(detail::kSquareIsAll<double>);  // log(2 a)
  const V w = sqrt(fma(a, a, V(1)));
  const V log = detail::log1p_of_sum(a, select(large, V(-1), a * a / (V(1) + w)));
  const V finite = select(large, log + V(detail::Format<double>::kLn2), log);
  return select(a < V(detail::Format<double>::kInfinity), copysign(finite, x), x);
}

/// Inverse hyperbolic cosine: log(x + w) with w = sqrt(x^2 - 1) = sqrt(t^2 + 2 t), t = x - 1. As 1 / (x + w) = x - w,
/// what the sum leaves out is added without a division. Below 1 a factor |t| makes w NaN, which is added, too.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> acosh(Vec<float, N> x) {
  using V = Vec<float, N>;
  const V t = x - V(1);
  const auto large = x >= V(detail::kSquareIsAll<float>);  // log(2 x)
  const V w = sqrt(fma(t, abs(t), t + t));
  const V sum = x + w;
  const V rest = ((x - sum) + w) * (x - w);
  const V log = detail::log_of_sum(select(large, x, sum), rest, large);
  return select(x == V(detail::Format<float>::kInfinity), x, log);
}

/// f64: log(1 + t + sqrt(t^2 + 2 t)); NaN below 1.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> acosh(Vec<double, N> x) {
  using V = Vec<double, N>;
  using F = detail::Format<double>;
  const V t = x - V(1);
  const auto large = x >= V(detail::kSquareIsAll<double>);  // log(2 x)
  const V root = sqrt(fma(t, t, t + t));
  const V log = detail::log1p_of_sum(select(large, t, root), select(large, V(0), t));
  const V finite = select(large, log + V(F::kLn2), log);
  return select(x < V(1), V(F::kNan), select(x < V(F::kInfinity), finite, x));
}

/// Inverse hyperbolic tangent; the infinity of x's sign at +-1, NaN beyond. For x >= 0 and c = 2^j,
///   log((1 + x) / (1 - x)) / 2 = j ln 2 / 2 + atanh s,   s = ((1 + x) - c (1 - x)) / ((1 + x) + c (1 - x)),
/// where 1 - x is in c^-1 [3/4, 3/2), but j = 0 up to x = 1/4: s = x there, and between -0.09 and 0.46 elsewhere.
/// atanh s = s + s^3 P(s^2), an own minimax fit (as in math_exp.h), relative error of the result 2.7e-9.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> atanh(Vec<float, N> x) {
  using V = Vec<float, N>;
  using F = detail::Format<float>;
  using B = detail::BitsOf<float, N>;
  constexpr auto kOne = std::bit_cast<F::Bits>(1.0F);
  constexpr auto kLift = std::bit_cast<F::Bits>(2.0F) - std::bit_cast<F::Bits>(1.5F);
  constexpr auto kExponentMask = std::bit_cast<F::Bits>(F::kInfinity);
  const V a = abs(x);
  // The bits of 2^-j, and j 2^kMantissaBits.
  const B inverse = (detail::bits_of(V(1) - a) + B(kLift)) & B(kExponentMask);
  const V j = convert<float>(bit_cast<int32_t>(B(kOne) - inverse));
  const V c = bit_cast<float>(B(2 * kOne) - inverse);
  const V t = fma(a, c, V(1) - c);  // 1 - c (1 - a)
  const V s = (a + t) / (V(2) + (a - t));
  const V z = s * s;
  const V tail =
      detail::polynomial(z, z * z, 0x1.555584p-2, 0x1.997cf4p-3, 0x1.275986p-3, 0x1.8dab7cp-4, 0x1.3787c2p-3);
  const V near = fma(s * z, tail, fma(j, V(F::kLn2 / 2 / F::kUnit), s));
  return detail::with_sign_of(select(a < V(1), near, select(a == V(1), V(F::kInfinity), V(F::kNan))), x);
}

/// f64: log(1 + 2 x / (1 - x)) / 2.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> atanh(Vec<double, N> x) {
  using V = Vec<double, N>;
  using F = detail::Format<double>;
  const V a = abs(x);
  const auto d = detail::add_smaller(V(1), -a);
  const V inverse = V(1) / d.hi;
  const V quotient = (a + a) * inverse;
  const V rest = fma(-quotient, d.lo, fma(-quotient, d.hi, a + a)) * inverse;
  const auto one = detail::add_to_one(quotient);
  const V log = V(0.5) * detail::log_positive(detail::TwoPart<V>{one.hi, one.lo + rest});
  return copysign(select(a < V(1), log, select(a == V(1), V(F::kInfinity), V(F::kNan))), x);
}

/// 1 / sqrt(x); the infinity of the zero's sign at ±0.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> rsqrt(Vec<T, N> x) {
  return Vec<T, N>(1) / sqrt(x);
}

}  // namespace tjit::math
