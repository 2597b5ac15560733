// Conversions between f16 and bf16, which are stored as their bits, and the types that compute: integer operations, as
// not every machine has instructions for it, and code made at run time cannot call a library.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {

/// The types that are stored as their bits and compute as another.
template <class T>
concept Float16 = requires { typename T::Compute; };

/// Exact.
template <int N>
[[gnu::always_inline]] inline Vec<float, N> widen(Vec<BFloat16, N> x) {
  using B = Vec<int32_t, N>;
  return bit_cast<float>(convert<int32_t>(bit_cast<uint16_t>(x)) << B(16));
}
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

/// To the nearest, ties to even; beyond the largest (f16: from 65520 on) infinite. A NaN becomes the quiet NaN.
template <class To, int N>
  requires std::is_same_v<To, BFloat16>
[[gnu::always_inline]] inline Vec<To, N> narrow(Vec<float, N> x) {
  using B = Vec<int32_t, N>;
  const B bits = bit_cast<int32_t>(x);
  const B rounded = (bits + (B(0x7fff) + ((bits >> B(16)) & B(1)))) >> B(16);
  return bit_cast<To>(convert<uint16_t>(select(x != x, B(0x7fc0), rounded)));
}
template <class To, int N>
  requires std::is_same_v<To, Half>
[[gnu::always_inline]] inline Vec<To, N> narrow(Vec<float, N> x) {
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

template <Float16 To, int N>
[[gnu::always_inline]] inline Vec<To, N> narrow(Vec<double, N> x) {
  return narrow<To>(round_to_odd(x));
}

/// Of integers: rounded once, also where a double does not hold all their digits.
template <Float16 To, Integer T, int N>
[[gnu::always_inline]] inline Vec<To, N> narrow(Vec<T, N> x) {
  if constexpr (sizeof(T) <= 2) {
    return narrow<To>(convert<float>(x));
  } else if constexpr (sizeof(T) == 4) {
    return narrow<To>(convert<double>(x));
  } else {
    // A double has 53 bits: beyond 2^53 the lowest 11 become one that tells whether any of them is set.
    using V = Vec<T, N>;
    const V low = x & V(0x7ff), high = x ^ low;
    const V sticky = high | select(low != V(0), V(0x800), V(0));
    constexpr T kExact = T{1} << 53;
    Mask<T, N> is_exact = x < V(kExact);
    if constexpr (std::is_signed_v<T>) is_exact = is_exact & (x > V(-kExact));
    return narrow<To>(convert<double>(select(is_exact, x, sticky)));
  }
}

template <Float16 T, int N>
[[gnu::always_inline]] inline Mask<float, N> is_nan(Vec<T, N> x) {
  const Vec<float, N> wide = widen(x);
  return wide != wide;
}

}  // namespace tjit::math
