// log. x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so that k = 0 around 1, where the logarithm is small.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

template <Float T, int N>
struct Split {
  Vec<T, N> k;  // the exponent, as a float
  Vec<T, N> f;  // exact
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
  return {bit_cast<T>(exponent) - offset, bit_cast<T>((bits & B(F::kMantissaMask)) + B(kSqrtHalf)) - V(1)};
}

// log(x) for finite x > 0, f32: log(1 + f) = f - f^2/2 + f^3 P(f). P is an own minimax fit (as in math_exp.h), relative
// error of the logarithm 5.9e-9.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> log_positive(Vec<float, N> x) {
  using V = Vec<float, N>;
  const auto [k, f] = split(x);
  const V f2 = f * f;
  const V p = polynomial(f, f2, 0x1.55554ap-2, -0x1.00022p-2, 0x1.99a5aap-3, -0x1.547884p-3, 0x1.226d04p-3,
                         -0x1.0cdfcep-3, 0x1.07d834p-3, -0x1.4201d8p-4);
  const auto head = add_smaller(k * V(Format<float>::kLn2Hi), f);
  return head.hi + fma(f2, fma(f, p, V(-0.5)), fma(k, V(Format<float>::kLn2Lo), head.lo));
}

// f64: with s = f / (2 + f), log(1 + f) = 2 atanh(s) = 2 s + s R(s^2). As 2 s = f - s f, and f is exact, the sum
// f - (f^2/2 - s (f^2/2 + R)) has no rounding error in its large part (the arrangement of fdlibm's e_log.c). R is an
// own minimax fit, relative error 2.5e-18.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> log_positive(Vec<double, N> x) {
  using V = Vec<double, N>;
  const auto [k, f] = split(x);
  const V s = f / (V(2) + f);
  const V z = s * s;
  const V r = z * polynomial(z, z * z, 0x1.5555555555593p-1, 0x1.999999997fa3cp-2, 0x1.2492494223ae5p-2,
                             0x1.c71c51defead0p-3, 0x1.746647e5183f7p-3, 0x1.39a0cae10c66ep-3, 0x1.2f0f260f090c7p-3);
  const V half_square = V(0.5) * f * f;
  const auto head = add_smaller(k * V(Format<double>::kLn2Hi), f);
  return head.hi + (fma(s, half_square + r, fma(k, V(Format<double>::kLn2Lo), head.lo)) - half_square);
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

/// 1 / sqrt(x); the infinity of the zero's sign at ±0.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> rsqrt(Vec<T, N> x) {
  return Vec<T, N>(1) / sqrt(x);
}

}  // namespace tjit::math
