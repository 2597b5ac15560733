// BFloat16: the upper halves of floats as tensors store them.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit {

/// A bfloat16: a float with 8 significant bits instead of 24 and the same exponents, as it is stored. It computes as
/// the float that it is; making a BFloat16 of the result rounds once.
struct BFloat16 {
  using Compute = float;                   ///< what ops on tensors of it compute in
  static constexpr bool in_numpy = false;  ///< files of NumPy's hold it as bytes without a meaning

  std::uint16_t bits;

  BFloat16() = default;
  /// The nearest one, ties to even; beyond the largest an infinity. A NaN becomes the quiet NaN.
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr explicit BFloat16(T value) : bits(rounded(value)) {}
  static constexpr BFloat16 of(std::uint16_t bits) {
    BFloat16 b{};
    b.bits = bits;
    return b;
  }

  constexpr operator float() const { return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16); }
  constexpr BFloat16 operator-() const { return of(static_cast<std::uint16_t>(bits ^ 0x8000u)); }

 private:
  template <class T>
    requires(std::is_integral_v<T> && sizeof(T) == 8)
  static constexpr std::uint16_t rounded(T value) {
    // A double has 53 bits: of larger numbers the lowest 11 become one that tells whether any of them is set.
    const auto back = static_cast<double>(value);
    const bool exact = back > -0x1p53 && back < 0x1p53;
    return rounded(static_cast<double>(exact ? value : (value & ~T{0x7ff}) | ((value & 0x7ff) != 0 ? 0x800 : 0)));
  }
  static constexpr std::uint16_t rounded(double value) {
    if (value != value) return 0x7fc0;
    // Of the float next to it on the side of 0, with the last bit set where digits were lost, rounding gives the same.
    auto nearest = static_cast<float>(value);
    auto odd = __builtin_bit_cast(std::uint32_t, nearest);
    const double back = nearest;
    if (back != value) odd = ((back < 0 ? -back : back) > (value < 0 ? -value : value) ? odd - 1 : odd) | 1;
    return static_cast<std::uint16_t>((odd + 0x7fff + (odd >> 16 & 1)) >> 16);
  }
};

}  // namespace tjit

template <>
class std::numeric_limits<tjit::BFloat16> {
 public:
  static constexpr bool is_specialized = true, is_signed = true, is_integer = false, is_exact = false;
  static constexpr bool has_infinity = true, has_quiet_NaN = true, is_iec559 = true, is_bounded = true;
  static constexpr int radix = 2, digits = 8, digits10 = 2, max_digits10 = 4;
  static constexpr int min_exponent = -125, max_exponent = 128;
  static constexpr tjit::BFloat16 min() { return tjit::BFloat16::of(0x0080); }
  static constexpr tjit::BFloat16 max() { return tjit::BFloat16::of(0x7f7f); }
  static constexpr tjit::BFloat16 lowest() { return tjit::BFloat16::of(0xff7f); }
  static constexpr tjit::BFloat16 epsilon() { return tjit::BFloat16::of(0x3c00); }
  static constexpr tjit::BFloat16 denorm_min() { return tjit::BFloat16::of(0x0001); }
  static constexpr tjit::BFloat16 infinity() { return tjit::BFloat16::of(0x7f80); }
  static constexpr tjit::BFloat16 quiet_NaN() { return tjit::BFloat16::of(0x7fc0); }
};
