// Conversions between f16, which is stored as its bits, and the types that compute: integer operations, as not every
// machine has instructions for it, and code made at run time cannot call a library.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {

/// Exact.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> widen(Vec<Half, N> x) {
  using B = Vec<int32_t, N>;
  const B bits = convert<int32_t>(bit_cast<uint16_t>(x)), size = bits & B(0x7fff);
  const B sign = (bits ^ size) << B(16);
  // What the exponent of a float is larger by: 112, or twice that for infinities and NaN. Below 2^-14 there is none:
  // numbers are multiples of 2^-24.
  const B exponent = select(size >= B(0x7c00), B(0x70000000), B(0x38000000));
  const B tiny = bit_cast<int32_t>(convert<float>(size) * Vec<float, N>(0x1p-24f));
  return bit_cast<float>(sign | select(size < B(0x400), tiny, exponent + (size << B(13))));
}

/// To the nearest, ties to even; from 65520 on infinite. A NaN becomes the quiet NaN.
template <int N>
[[gnu::always_inline]] inline Vec<Half, N> narrow(Vec<float, N> x) {
  using B = Vec<int32_t, N>;
  const B bits = bit_cast<int32_t>(x), size = bits & B(0x7fffffff), sign = (bits ^ size) >> B(16) & B(0x8000);
  // The exponent is smaller by 112. A carry of the rounding runs into it.
  const B odd = (size >> B(13)) & B(1);
  const B rounded = (size - B(0x38000000 - 0xfff) + odd) >> B(13);
  // Below 2^-14: adding 0.5, whose unit in the last place is 2^-24, rounds to a multiple of that.
  const B tiny = bit_cast<int32_t>(bit_cast<float>(size) + Vec<float, N>(0.5f)) - B(0x3f000000);
  const B large = select(size > B(0x7f800000), B(0x7e00), B(0x7c00));
  const B all = select(size < B(0x38800000), tiny, select(size < B(0x47800000), rounded, large));
  return bit_cast<Half>(convert<uint16_t>(select(size > B(0x7f800000), B(0x7e00), sign | all)));
}

/// The float on the side of 0 with its last bit set where digits are lost: rounded to fewer digits, it gives what x
/// does.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> round_to_odd(Vec<double, N> x) {
  using B = Vec<int32_t, N>;
  const Vec<float, N> nearest = convert<float>(x);
  const Vec<double, N> back = convert<double>(nearest);
  const B bits = bit_cast<int32_t>(nearest);
  const B below = select(abs(back) > abs(x), bits - B(1), bits);
  return bit_cast<float>(select((back != x) & (x == x), below | B(1), bits));
}

template <int N>
[[gnu::always_inline]] inline Vec<Half, N> narrow(Vec<double, N> x) {
  return narrow(round_to_odd(x));
}

template <int N>
[[gnu::always_inline]] inline Mask<float, N> is_nan(Vec<Half, N> x) {
  const Vec<float, N> wide = widen(x);
  return wide != wide;
}

}  // namespace tjit::math
