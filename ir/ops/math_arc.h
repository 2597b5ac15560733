// asin, acos, atan, atan2: an odd function of a small number, added to a multiple of pi/2 or subtracted from it.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

// turns pi/2 + (a + a z tail), where `sign` has the sign bit set to subtract; turns is 0, 1 or 2, and 0 <= a <= pi/2.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> turned(Vec<T, N> turns, BitsOf<T, N> sign, Vec<T, N> a, Vec<T, N> z,
                                               Vec<T, N> tail) {
  using V = Vec<T, N>;
  using F = Format<T>;
  a = bit_cast<T>(bits_of(a) ^ sign);
  const auto head = add_smaller(turns * V(F::kHalfPi), a);
  return head.hi + fma(a * z, tail, fma(turns, V(F::kHalfPiLo), head.lo));
}

template <Float T, int N>
[[gnu::always_inline]] inline BitsOf<T, N> sign_of(Vec<T, N> x) {
  return bits_of(x) & bits_of(Vec<T, N>(-0.0));
}

// asin a = a + a^3 P(a^2). Minimax fits (Sollya's fpminimax) on [0, 1/2], relative errors: f32 5e-9, f64 1e-18.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> asin_tail(Vec<float, N> z) {
  return polynomial(z, z * z, 0x1.5555c8p-3, 0x1.330206p-4, 0x1.747b72p-5, 0x1.8c415ap-6, 0x1.5959aap-5);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> asin_tail(Vec<double, N> z) {
  return polynomial(z, z * z, 0x1.5555555555577p-3, 0x1.333333332e133p-4, 0x1.6db6db721247bp-5, 0x1.f1c71a95002fbp-6,
                    0x1.6e8bdedebf9dfp-6, 0x1.1c49f077d5bc7p-6, 0x1.ca1f8af1f0a3ap-7, 0x1.75859dad05d79p-7,
                    0x1.613c1e6ed73f2p-7, 0x1.e5fbe88dfba57p-9, 0x1.639a894e228e8p-6, -0x1.57fad0deac45ep-6,
                    0x1.0b45e9f72edb3p-5);
}

// atan a = a + a^3 P(a^2). Minimax fits (Sollya's fpminimax) on [0, 1] (f32: to 1.012, with which atan 1 is the number
// nearest to pi/4), relative errors: f32 3e-9, f64 5e-18.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> atan_tail(Vec<float, N> z) {
  return polynomial(z, z * z, -0x1.55553ap-2, 0x1.9990dap-3, -0x1.24147ap-3, 0x1.c0048p-4, -0x1.566182p-4,
                    0x1.d42892p-5, -0x1.f0e088p-6, 0x1.55eec8p-7, -0x1.b8cadp-10);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> atan_tail(Vec<double, N> z) {
  return polynomial(z, z * z, -0x1.5555555555526p-2, 0x1.99999999955b4p-3, -0x1.249249237f57dp-3, 0x1.c71c717fcf76dp-4,
                    -0x1.745d11ae74c7ap-4, 0x1.3b13669a2a047p-4, -0x1.110e5126fd02dp-4, 0x1.e1bba66c1a4b8p-5,
                    -0x1.ae5e72c0e6984p-5, 0x1.82dad79d1736p-5, -0x1.59a3ff2ac6667p-5, 0x1.2c2e5ccfd4e26p-5,
                    -0x1.e9fa0da6643e9p-6, 0x1.683cc98472e13p-6, -0x1.c78fcd542af16p-7, 0x1.d7b927bbdceedp-8,
                    -0x1.7a399ad4364a2p-9, 0x1.b3facbcd7bb8ap-11, -0x1.3f364d4b9695cp-13, 0x1.bbed9f7b04237p-17);
}

// asin |x| as a + a z tail up to 1/2; beyond that its complement, pi/2 - asin |x| = 2 asin sqrt((1 - |x|) / 2).
template <Float T, int N>
struct ArcSine {
  Mask<T, N> complement;
  Vec<T, N> a, z, tail;
};

template <Float T, int N>
[[gnu::always_inline]] inline ArcSine<T, N> arc_sine(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V a = abs(x);
  const auto complement = a > V(0.5);
  const V z = select(complement, fma(a, V(-0.5), V(0.5)), a * a);
  const V root = sqrt(z);
  return {complement, select(complement, root + root, a), z, asin_tail(z)};
}

}  // namespace detail

/// Inverse sine; NaN beyond +-1.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> asin(Vec<T, N> x) {
  using V = Vec<T, N>;
  const auto arc = detail::arc_sine(x);
  const V turns = select(arc.complement, V(1), V(0));
  const auto sign = detail::bits_of(select(arc.complement, V(-0.0), V(0)));
  return copysign(detail::turned(turns, sign, arc.a, arc.z, arc.tail), x);
}

/// Inverse cosine, from 0 to pi; NaN beyond +-1.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> acos(Vec<T, N> x) {
  using V = Vec<T, N>;
  const auto arc = detail::arc_sine(x);
  const V turns = select(arc.complement, select(x < V(0), V(2), V(0)), V(1));
  const auto sign = detail::sign_of(x) ^ detail::bits_of(select(arc.complement, V(0), V(-0.0)));
  return detail::turned(turns, sign, arc.a, arc.z, arc.tail);
}

/// Inverse tangent: that of 1 / x beyond +-1, subtracted from pi/2.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> atan(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V size = abs(x);
  const auto steep = size > V(1);
  const V a = select(steep, V(1) / size, size);
  const V z = a * a;
  const auto sign = detail::bits_of(select(steep, V(-0.0), V(0)));
  return copysign(detail::turned(select(steep, V(1), V(0)), sign, a, z, detail::atan_tail(z)), x);
}

/// The angle of the point (x, y), from -pi to pi, as C99 defines it for zeros and infinities.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> atan2(Vec<T, N> y, Vec<T, N> x) {
  using V = Vec<T, N>;
  using F = detail::Format<T>;
  const V height = abs(y), width = abs(x);
  const auto steep = height > width;
  const V large = select(steep, height, width), small = select(steep, width, height);
  // Of two zeros 0, of two infinities 1.
  const V divisor = select(large == V(0), V(1), large);
  const V a = select(small == V(F::kInfinity), V(1), small / divisor);
  const V z = a * a;
  const auto left = detail::sign_of(x);
  const V turns = select(steep, V(1), select(left != detail::BitsOf<T, N>(0), V(2), V(0)));
  const auto sign = left ^ detail::bits_of(select(steep, V(-0.0), V(0)));
  const V angle = copysign(detail::turned(turns, sign, a, z, detail::atan_tail(z)), y);
  return select((x != x) | (y != y), V(F::kNan), angle);
}

}  // namespace tjit::math
