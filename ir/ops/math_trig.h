// sin, cos, tan. x = n pi/2 + r with |r| <= pi/4: what they are follows from n mod 4 and from the sine, cosine or
// tangent of r, which is kept in two parts, as r may be tiny where x is not.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {
namespace detail {

template <Float T, int N>
struct Quarters {
  BitsOf<T, N> n;  // of which the two lowest bits count
  Vec<T, N> r, r_lo;
};

// 64 zeros and the first bits of 2 / pi, as many as matter to the largest double.
constexpr uint64_t kTwoOverPiBits[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
};

// The reduction of one x by Payne and Hanek (1983), from 2^-9 on: in the product of x and 2 / pi, bits that count
// multiples of four are not computed; of the others, 126 are kept behind the point, twice as many as there may be
// zeros. NaN for an infinity. Only inlined operations, as code made at run time cannot call a library.
[[gnu::always_inline]] inline void reduce_exactly(double x, double& n, double& r, double& r_lo) {
  using Wide = unsigned __int128;
  using F = Format<double>;
  const auto bits = __builtin_bit_cast(uint64_t, x);
  const uint64_t significand = (bits & F::kMantissaMask) | (F::kMantissaMask + 1);
  // The bit of the table whose product with the lowest bit of x, 2^(exponent - 1075), is 2.
  const auto first = static_cast<unsigned>(static_cast<int>(bits >> F::kMantissaBits) - 1075 + 62);
  const uint64_t* const words = kTwoOverPiBits + first / 64;
  const unsigned shift = first % 64;
  const auto window = [&](int i) __attribute__((always_inline)) {
    return words[i] << shift | words[i + 1] >> 1 >> (63 - shift);
  };
  const Wide quarters = (Wide{significand} * window(0) << 64) + Wide{significand} * window(1) +
                        (Wide{significand} * window(2) >> 64);  // in units of 2^-126
  n = static_cast<double>(static_cast<int>((quarters + (Wide{1} << 125)) >> 126 & 3));
  // What is beyond the nearest integer, in units of 2^-128: sign and magnitude, of which 116 bits from the first one on
  // become a sum of two doubles.
  const Wide fraction = quarters << 2;
  const bool negative = fraction >> 127 != 0;
  const Wide magnitude = negative ? -fraction : fraction;
  const int zeros = __builtin_clzll(static_cast<uint64_t>(magnitude >> 64) | 1);
  const Wide digits = magnitude << zeros;
  const double unit = __builtin_bit_cast(double, static_cast<uint64_t>(F::kBias - zeros) << F::kMantissaBits);
  const double scale = negative ? -unit : unit;
  const double high = static_cast<double>(static_cast<int64_t>(digits >> 75)) * 0x1p-53 * scale;
  const double low = static_cast<double>(static_cast<int64_t>(digits >> 12 & INT64_MAX)) * 0x1p-116 * scale;
  const double f = high + low;
  const double f_lo = (high - f) + low;
  r = f * F::kHalfPi;
  r_lo = __builtin_fma(f, F::kHalfPi, -r) + (f * F::kHalfPiLo + f_lo * F::kHalfPi) + (x - x);
}

// The cold path for all lanes; 0 where x is 0. Static, as this header is compiled for several CPU levels and the linker
// must not choose one level's code for all.
[[gnu::noinline]] static inline void reduce_exactly(double* n, double* r, double* r_lo, const double* x, int lanes) {
  for (int i = 0; i < lanes; ++i) {
    n[i] = r[i] = r_lo[i] = 0;
    if (x[i] != 0) reduce_exactly(x[i], n[i], r[i], r_lo[i]);
  }
}

// For x >= 0; NaN for an infinity.
template <Float T, int N>
[[gnu::always_inline]] inline Quarters<T, N> quarters(Vec<T, N> x) {
  using V = Vec<T, N>;
  using D = Vec<double, N>;
  using F = Format<T>;
  const V magic(F::kUnit * T(1.5));
  V shifted = fma(x, V(T(0x1.45f306dc9c883p-1)), magic);
  const V n = shifted - magic;
  // The first difference is exact, of the second one `lost` is what its rounding left out.
  const V r1 = fma(-n, V(F::kHalfPi), x);
  const V product = n * V(F::kHalfPiLo);
  V r = r1 - product;
  const V lost = ((r1 - r) - product) - fma(n, V(F::kHalfPiLo), -product);
  V r_lo = fma(-n, V(F::kHalfPiLowest), lost);
  // Up to here n is right, and n times the part of pi / 2 that was left out is nothing.
  const auto large = x > V(sizeof(T) == 4 ? 0x1p17 : 0x1p27);
  if (any(large)) {
    double ns[N], rs[N], rests[N], xs[N];
    convert<double>(select(large, x, V(0))).store(xs);
    reduce_exactly(ns, rs, rests, xs, N);
    const D exact = D::load(rs);
    const V near = convert<T>(exact);
    shifted = select(large, convert<T>(D::load(ns)) + magic, shifted);
    r = select(large, near, r);
    r_lo = select(large, convert<T>((exact - convert<double>(near)) + D::load(rests)), r_lo);
  }
  return {bits_of(shifted), r, r_lo};
}

// sin r = r + r^3 S(r^2), cos r = 1 - r^2/2 + r^4 C(r^2), tan r = r + r^3 T(r^2). Minimax fits (Sollya's fpminimax) on
// |r| <= pi/4 and a little more, relative errors: S 4e-9 and 4e-18, C 1e-10 and 6e-20, T 1e-18.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> sin_tail(Vec<float, N> z) {
  return polynomial(z, z * z, -0x1.555544p-3, 0x1.1106d8p-7, -0x1.99258p-13);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> sin_tail(Vec<double, N> z) {
  return polynomial(z, z * z, -0x1.5555555555548p-3, 0x1.111111110f76p-7, -0x1.a01a019bf2b7dp-13, 0x1.71de355fa4c72p-19,
                    -0x1.ae5e550039428p-26, 0x1.5d8e624f8bcc2p-33);
}
template <int N>
[[gnu::always_inline]] inline Vec<float, N> cos_tail(Vec<float, N> z) {
  return polynomial(z, z * z, 0x1.55554ap-5, -0x1.6c0c2p-10, 0x1.99e42cp-16);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> cos_tail(Vec<double, N> z) {
  return polynomial(z, z * z, 0x1.555555555554bp-5, -0x1.6c16c16c15018p-10, 0x1.a01a019c8f944p-16,
                    -0x1.27e4f7f1ee757p-22, 0x1.1ee9dc12a7aafp-29, -0x1.8fa6a88f8de3fp-37);
}
template <int N>
[[gnu::always_inline]] inline Vec<double, N> tan_tail(Vec<double, N> z) {
  return polynomial(z, z * z, 0x1.555555555555dp-2, 0x1.11111111106e2p-3, 0x1.ba1ba1bab1e0cp-5, 0x1.664f485fd999ep-6,
                    0x1.226e3a2cf99c9p-7, 0x1.d6d2f51d6db8dp-9, 0x1.7db0d3841150ap-10, 0x1.34c350efa1697p-11,
                    0x1.fec8ac480cbdap-13, 0x1.607e9914509fep-14, 0x1.164b0860a1be5p-14, -0x1.9bad680a7075bp-16,
                    0x1.905989f45f953p-15, -0x1.8fb603945e4b7p-16, 0x1.4574dcecb370fp-17);
}

// sin(n pi/2 + r), as magnitude and sign.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> sin_of(Quarters<T, N> q) {
  using V = Vec<T, N>;
  using B = BitsOf<T, N>;
  const V z = q.r * q.r;
  const V sine = q.r + fma(z * q.r, sin_tail(z), q.r_lo);
  const V half = V(0.5) * z;
  const V head = V(1) - half;
  const V cosine = head + (((V(1) - head) - half) + fma(z * z, cos_tail(z), -q.r * q.r_lo));
  const V value = select((q.n & B(1)) == B(0), sine, cosine);
  return bit_cast<T>(bits_of(value) ^ ((q.n & B(2)) << B(8 * sizeof(T) - 2)));
}

}  // namespace detail

/// Sine; NaN for infinities.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> sin(Vec<T, N> x) {
  return detail::with_sign_of(detail::sin_of(detail::quarters(abs(x))), x);
}

/// Cosine; NaN for infinities.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> cos(Vec<T, N> x) {
  auto q = detail::quarters(abs(x));
  q.n = q.n + detail::BitsOf<T, N>(1);
  return detail::sin_of(q);
}

/// Tangent; NaN for infinities. tan r = (r + r^3 A(r^2)) / (1 + r^2 B(r^2)), an own minimax fit with relative error
/// 1.0e-9; in odd quarters the negative inverse, which takes no other division.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> tan(Vec<float, N> x) {
  using V = Vec<float, N>;
  using B = detail::BitsOf<float, N>;
  const auto q = detail::quarters(abs(x));
  const V z = q.r * q.r;
  const V sine = q.r + fma(q.r * z, fma(z, V(0x1.19cbep-10), V(-0x1.c81d6ep-4)), q.r_lo);
  const V cosine = fma(z, fma(z, V(0x1.05acecp-6), V(-0x1.c75cbp-2)), V(1));
  const B parity = q.n << B(31);
  const auto odd = bit_cast<int32_t>(parity) < Vec<int32_t, N>(0);
  const V tangent = select(odd, cosine, sine) / select(odd, sine, cosine);
  return detail::with_sign_of(bit_cast<float>(detail::bits_of(tangent) ^ parity), x);
}

/// f64: in odd quarters -1 / tan r, of which the rounding of tan r and of the quotient are taken back.
template <int N>
[[gnu::always_inline]] inline Vec<double, N> tan(Vec<double, N> x) {
  using V = Vec<double, N>;
  using B = detail::BitsOf<double, N>;
  const auto q = detail::quarters(abs(x));
  const V z = q.r * q.r;
  const V cubic = z * q.r * detail::tan_tail(z);
  const V about = q.r + cubic;
  const V rest = cubic + fma(about * about, q.r_lo, q.r_lo);
  const V tangent = q.r + rest;
  const V tangent_lo = (q.r - tangent) + rest;
  const V quotient = V(-1) / tangent;
  const V inverse = fma(quotient, fma(tangent_lo, quotient, fma(tangent, quotient, V(1))), quotient);
  return detail::with_sign_of(select((q.n & B(1)) == B(0), tangent, inverse), x);
}

}  // namespace tjit::math
