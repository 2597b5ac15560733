// Sign, order and classes of numbers, rounding, shifts and casts: functions that are exact.
#pragma once

#include "ir/ops/math_float16.h"

namespace tjit::math {

using tjit::abs;
using tjit::any;
using tjit::ceil;
using tjit::copysign;
using tjit::floor;
using tjit::fma;
using tjit::round_even;
using tjit::sqrt;
using tjit::trunc;

template <Float T, int N>
[[gnu::always_inline]] inline Mask<T, N> is_nan(Vec<T, N> x) {
  return x != x;
}
template <Float T, int N>
[[gnu::always_inline]] inline Mask<T, N> is_inf(Vec<T, N> x) {
  return abs(x) == Vec<T, N>(detail::Format<T>::kInfinity);
}
template <Float T, int N>
[[gnu::always_inline]] inline Mask<T, N> is_finite(Vec<T, N> x) {
  return abs(x) < Vec<T, N>(detail::Format<T>::kInfinity);
}

/// To the nearest integer, ties to even. Integers stay.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> round(Vec<T, N> x) {
  if constexpr (Float<T>) {
    return round_even(x);
  } else {
    return x;
  }
}

/// -1, 0 or 1; NaN stays NaN and ±0 stays ±0.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> sign(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V up = select(x > V(0), V(1), x);
  if constexpr (std::is_unsigned_v<T>) {
    return up;
  } else {
    return select(x < V(0), V(-1), up);
  }
}

/// The larger one. NaN if either is NaN; -0 is below +0. `a > b ? a : b` is one instruction that gives b when the two
/// are equal or unordered. Both operand orders joined by "and" therefore order the zeros; a NaN becomes all ones.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> maximum(Vec<T, N> a, Vec<T, N> b) {
  using B = detail::BitsOf<T, N>;
  using Bits = typename B::Scalar;
  const B larger = detail::bits_of(select(a > b, a, b)) & detail::bits_of(select(b > a, b, a));
  return select((a != a) | (b != b), bit_cast<T>(B(~Bits{0})), bit_cast<T>(larger));
}

/// The smaller one, likewise. "or" orders the zeros and keeps a NaN, whatever it is joined with.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> minimum(Vec<T, N> a, Vec<T, N> b) {
  return bit_cast<T>(detail::bits_of(select(a < b, a, b)) | detail::bits_of(select(b < a, b, a)));
}

template <class T, int N>
  requires std::is_integral_v<T>
[[gnu::always_inline]] inline Vec<T, N> maximum(Vec<T, N> a, Vec<T, N> b) {
  return select(a > b, a, b);
}
template <class T, int N>
  requires std::is_integral_v<T>
[[gnu::always_inline]] inline Vec<T, N> minimum(Vec<T, N> a, Vec<T, N> b) {
  return select(a < b, a, b);
}

namespace detail {

// Whether a shift count lies in [0, width): as unsigned numbers negative counts are large.
template <Integer T, int N>
[[gnu::always_inline]] inline Mask<T, N> shifts_within(Vec<T, N> count) {
  using U = std::make_unsigned_t<T>;
  return convert<T>(bit_cast<U>(count) < Vec<U, N>(sizeof(T) * 8));
}

}  // namespace detail

/// x * 2^count, wrapping; 0 for a count that is negative or at least the width.
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> shift_left(Vec<T, N> x, Vec<T, N> count) {
  using V = Vec<T, N>;
  const auto within = detail::shifts_within(count);
  return select(within, x << select(within, count, V(0)), V(0));
}

/// floor(x / 2^count); for a count that is negative or at least the width, what is left is the sign: 0 or -1.
template <Integer T, int N>
[[gnu::always_inline]] inline Vec<T, N> shift_right(Vec<T, N> x, Vec<T, N> count) {
  using V = Vec<T, N>;
  const auto within = detail::shifts_within(count);
  if constexpr (std::is_signed_v<T>) {
    return x >> select(within, count, V(sizeof(T) * 8 - 1));
  } else {
    return select(within, x >> select(within, count, V(0)), V(0));
  }
}

/// Conversion that is defined for every value: float to integer truncates, saturates and gives 0 for NaN; integers
/// wrap; anything to bool is "is not 0"; what a float cannot hold is rounded to nearest even. Complex numbers become
/// complex numbers or bool only.
template <class U, class T, int N>
[[gnu::always_inline]] inline Vec<U, N> cast(Vec<T, N> x) {
  using V = Vec<T, N>;
  if constexpr (std::is_same_v<T, U>) {
    return x;
  } else if constexpr (kIsComplex<T> && kIsComplex<U>) {
    using P = typename U::Part;
    return {cast<P>(x.re), cast<P>(x.im)};
  } else if constexpr (kIsComplex<T>) {
    static_assert(std::is_same_v<U, bool>);
    return to_bool(x != V(0));
  } else if constexpr (kIsComplex<U>) {
    using P = typename U::Part;
    return {cast<P>(x), Vec<P, N>(0)};
  } else if constexpr (Float16<T>) {
    return cast<U>(widen(x));
  } else if constexpr (Float16<U> && std::is_same_v<T, bool>) {
    return narrow<U>(convert<float>(x));
  } else if constexpr (Float16<U>) {
    return narrow<U>(x);
  } else if constexpr (Float<T> && Integer<U>) {
    constexpr U kLowest = std::numeric_limits<U>::min();
    constexpr U kHighest = std::numeric_limits<U>::max();
    // Powers of two or 0: exact in T.
    const V low(static_cast<T>(kLowest));
    const V beyond(static_cast<T>(kHighest / 2 + 1) * 2);
    const V safe = select((x >= low) & (x < beyond), x, V(0));
    const Vec<U, N> upper = select(x >= beyond, Vec<U, N>(kHighest), convert<U>(safe));
    return select(x < low, Vec<U, N>(kLowest), upper);
  } else {
    return convert<U>(x);
  }
}

}  // namespace tjit::math
