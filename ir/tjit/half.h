// Half: 16-bit floating numbers as tensors store them.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit {

/// A 16-bit float (IEEE 754 binary16: 11 significant bits, up to 65504) as it is stored. It computes as the float that
/// it is; making a Half of the result rounds once.
struct Half {
  using Compute = float;  ///< what ops on tensors of it compute in

  std::uint16_t bits;

  Half() = default;
  /// The nearest one, ties to even; from 65520 on an infinity. A NaN becomes the quiet NaN.
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr explicit Half(T value) : bits(rounded(static_cast<double>(value))) {}
  static constexpr Half of(std::uint16_t bits) {
    Half h{};
    h.bits = bits;
    return h;
  }

  constexpr operator float() const {
    const std::uint32_t sign = (bits & 0x8000u) << 16, size = bits & 0x7fffu;
    if (size < 0x400) return (sign != 0 ? -0x1p-24f : 0x1p-24f) * static_cast<float>(size);
    const std::uint32_t exponent = size >= 0x7c00 ? 0x70000000u : 0x38000000u;  // what a float's is larger by
    return __builtin_bit_cast(float, sign | (exponent + (size << 13)));
  }
  constexpr Half operator-() const { return of(static_cast<std::uint16_t>(bits ^ 0x8000u)); }

 private:
  static constexpr std::uint16_t rounded(double value) {
    const auto all = __builtin_bit_cast(std::uint64_t, value);
    const std::uint64_t size = all & INT64_MAX, fraction = size & ((1ull << 52) - 1);
    const auto sign = static_cast<std::uint16_t>(all >> 48 & 0x8000u);
    const int exponent = static_cast<int>(size >> 52) - 1023;
    if (exponent == 1024 && fraction != 0) return 0x7e00;
    if (exponent > 15) return sign | 0x7c00u;
    if (exponent < -25) return sign;
    // Below 2^-14 numbers are multiples of 2^-24.
    const int dropped = 42 + (exponent < -14 ? -14 - exponent : 0);
    const std::uint64_t significand = fraction | 1ull << 52, rest = significand & ((1ull << dropped) - 1);
    std::uint64_t kept = significand >> dropped;
    const std::uint64_t tie = 1ull << (dropped - 1);
    if (rest > tie || (rest == tie && kept % 2 != 0)) ++kept;
    // The highest bit of `kept`, and a carry, add to the exponent.
    if (exponent >= -14) kept += static_cast<std::uint64_t>(exponent + 14) << 10;
    return static_cast<std::uint16_t>(sign | kept);
  }
};

}  // namespace tjit

template <>
class std::numeric_limits<tjit::Half> {
 public:
  static constexpr bool is_specialized = true, is_signed = true, is_integer = false, is_exact = false;
  static constexpr bool has_infinity = true, has_quiet_NaN = true, is_iec559 = true, is_bounded = true;
  static constexpr int radix = 2, digits = 11, digits10 = 3, max_digits10 = 5;
  static constexpr int min_exponent = -13, max_exponent = 16;
  static constexpr tjit::Half min() { return tjit::Half::of(0x0400); }
  static constexpr tjit::Half max() { return tjit::Half::of(0x7bff); }
  static constexpr tjit::Half lowest() { return tjit::Half::of(0xfbff); }
  static constexpr tjit::Half epsilon() { return tjit::Half::of(0x1400); }
  static constexpr tjit::Half denorm_min() { return tjit::Half::of(0x0001); }
  static constexpr tjit::Half infinity() { return tjit::Half::of(0x7c00); }
  static constexpr tjit::Half quiet_NaN() { return tjit::Half::of(0x7e00); }
};
