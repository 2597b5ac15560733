// cbrt and hypot.
#pragma once

#include "ir/ops/math_log.h"

namespace tjit::math {
namespace detail {

// About m^(-1/3) for m in [1/2, 3]: starts from 1 + f in [sqrt(1/2), sqrt(2)), where the relative error of an own
// minimax fit, 6.1e-6, is made 1.1e-10 by a step of Newton's.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> inverse_cbrt(Vec<double, N> f) {
  using V = Vec<double, N>;
  const V z = polynomial(f, f * f, 0x1.00003c8a8441ep+0, -0x1.5541a5f1e0c1p-2, 0x1.c5e522bafa261p-3,
                         -0x1.68540cb8dc31dp-3, 0x1.47ebec9716efap-3, -0x1.b6341f954691bp-4);
  const V cube = z * z * z;
  return fma(z * V(0x1.5555555555555p-2), fma(-cube, f, V(1) - cube), z);
}

}  // namespace detail

/// The cube root; infinities, both zeros and NaN stay. A third of the bits, as an integer, are those of the logarithm's
/// third, so z = |x|^(-1/3) to 3.5 % (Kahan's start), and 1/z^3 = |x| / (1 - c). An own minimax fit of (1 - c)^(-2/3),
/// relative error 8.7e-6, gives y = x z^2 (1 - c)^(-2/3), and a step of Newton's, y - (y^3 - x) / (3 y^2), the root.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> cbrt(Vec<float, N> x) {
  using V = Vec<float, N>;
  const auto tiny = abs(x) < V(0x1p-100);  // whose remainders may be subnormal
  const V cube = select(tiny, x * V(0x1p24), x), size = abs(cube);
  const V bits = fma(convert<float>(bit_cast<int32_t>(size)), V(-1.0 / 3), V(0x54a1e666));
  const V z = bit_cast<float>(convert<int32_t>(bits));
  const V z2 = z * z;
  const V c = fma(-size * z, z2, V(1));
  const V p = fma(c, fma(c, V(0x1.ffedf6p-2), V(0x1.1e79c6p-1)), V(0x1.5553aap-1));
  const V about = cube * z2, slope = z2 * V(1.0 / 3);
  const V y = fma(about * c, p, about);
  const V near = fma(fma(-y, y * y, cube), fma(slope * c, p, slope), y);
  return select(x + x == x, x, select(tiny, near * V(0x1p-8), near));
}

/// f64: for x = 2^(3n + j) m with |j| <= 1, y = cbrt(2^j m) by a last step of Newton's, y - (y^3 - 2^j m) / (3 y^2),
/// whose remainder is exact.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> cbrt(Vec<double, N> x) {
  using V = Vec<double, N>;
  using F = detail::Format<double>;
  const V size = abs(x);
  const auto [k, part] = detail::split(size);
  const V f = part - V(1);
  const V magic(F::kUnit * 1.5 + F::kBias);
  const V shifted = fma(k, V(1.0 / 3), magic);
  const V j = fma(shifted - magic, V(-3), k);
  const auto up = j > V(0), down = j < V(0);
  const V m = part * select(up, V(2), select(down, V(0.5), V(1)));
  const V root = select(up, V(0x1.965fea53d6e3dp-1), select(down, V(0x1.428a2f98d728bp+0), V(1)));  // 2^(-j/3)
  const V z = detail::inverse_cbrt(f) * root;
  const V z2 = z * z;
  const V y = m * z2;
  const V y2 = y * y;
  const V remainder = fma(-fma(y, y, -y2), y, fma(-y2, y, m));
  const V near = fma(remainder, z2 * V(1.0 / 3), y);
  const V scale = bit_cast<double>(detail::bits_of(shifted) << detail::BitsOf<double, N>(F::kMantissaBits));
  const V finite = select(size < V(F::kInfinity), near * scale, size);
  return copysign(select(size > V(0), finite, size), x);
}

/// sqrt(x^2 + y^2) without overflow or underflow on the way; infinite where one of them is, even beside NaN.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> hypot(Vec<T, N> x, Vec<T, N> y) {
  using V = Vec<T, N>;
  using F = detail::Format<T>;
  constexpr bool kSingle = sizeof(T) == 4;
  const V a = abs(x), b = abs(y);
  const V larger = select(a > b, a, b), smaller = select(a > b, b, a);
  // Powers of two that bring the squares into range.
  const auto large = larger > V(kSingle ? 0x1p62 : 0x1p510), small = larger < V(kSingle ? 0x1p-40 : 0x1p-450);
  const V down(kSingle ? 0x1p-66 : 0x1p-514), up(kSingle ? 0x1p100 : 0x1p700);
  const V to = select(large, down, select(small, up, V(1)));
  const V back = select(large, V(kSingle ? 0x1p66 : 0x1p514), select(small, V(kSingle ? 0x1p-100 : 0x1p-700), V(1)));
  const V p = larger * to, q = smaller * to;
  const V r = sqrt(fma(p, p, q * q)) * back;
  const V infinity(F::kInfinity);
  return select((a == infinity) | (b == infinity), infinity, r);
}

}  // namespace tjit::math
