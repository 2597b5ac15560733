// Functions on the bits of numbers. Those of floats take any IEEE format as it is stored: signs and steps of 16-bit
// floats are not those of the floats that they compute as.
#pragma once

#include "ir/ops/math_base.h"

namespace tjit::math {

namespace detail {

// The bits of a float as a signed integer: its order is that of magnitudes, once the sign is off.
template <class T>
struct Stored {
  using Bits = SignedOfSize<sizeof(T)>;
  static constexpr Bits kSign = std::numeric_limits<Bits>::min();
  static constexpr Bits kInfinity = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
  static constexpr Bits kNan = std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
};

}  // namespace detail

/// The magnitude of x with the sign of y. That of a NaN depends on how it was computed, and counts as +.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> with_sign_of(Vec<T, N> x, Vec<T, N> y) {
  using S = detail::Stored<T>;
  using Bits = typename S::Bits;
  using B = Vec<Bits, N>;
  const B sign(S::kSign), of = bit_cast<Bits>(y);
  const B taken = select((of & ~sign) > B(S::kInfinity), B(0), of & sign);
  return bit_cast<T>((bit_cast<Bits>(x) & ~sign) | taken);
}

/// The number next to x towards y; y where they are equal (so -0 after 0 towards -0), NaN where one of them is.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> next_after(Vec<T, N> x, Vec<T, N> y) {
  using S = detail::Stored<T>;
  using Bits = typename S::Bits;
  using B = Vec<Bits, N>;
  const B sign(S::kSign), zero(0), one(1);
  const B from = bit_cast<Bits>(x), to = bit_cast<Bits>(y);
  const B size = from & ~sign, to_size = to & ~sign;
  const auto inwards = ((from ^ to) < zero) | (size > to_size);
  B next = select(inwards, from - one, from + one);
  next = select(size == zero, (to & sign) | one, next);
  next = select((from == to) | ((size | to_size) == zero), to, next);
  const auto is_nan = (size > B(S::kInfinity)) | (to_size > B(S::kInfinity));
  return bit_cast<T>(select(is_nan, B(S::kNan), next));
}

/// How many bits are set: sums of neighbours, in lanes of 2, 4, 8, ... bits; the highest byte of the product is the sum
/// of all. LLVM knows the form.
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> population_count(Vec<T, N> x) {
  using U = std::make_unsigned_t<T>;
  using V = Vec<U, N>;
  constexpr U kBytes = static_cast<U>(~U{0}) / 255;  // 1 in each byte
  const V pairs(kBytes * U{0x55}), fours(kBytes * U{0x33}), bytes(kBytes * U{0x0f});
  V count = bit_cast<U>(x);
  count = count - ((count >> V(1)) & pairs);
  count = (count & fours) + ((count >> V(2)) & fours);
  count = (count + (count >> V(4))) & bytes;
  if constexpr (sizeof(T) > 1) count = count * V(kBytes) >> V(8 * (sizeof(T) - 1));
  return bit_cast<T>(count);
}

}  // namespace tjit::math
