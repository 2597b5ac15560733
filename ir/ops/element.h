// Element<T>: what arithmetic on elements stored as T needs to know of the type, beyond the list in tjit/dtype.h.
#pragma once

#include <limits>

#include "tjit/dtype.h"

namespace tjit {

/// What numbers a type holds. Floats are ±m 2^e with m < 2^digits and are no smaller than 2^lowest_exponent, which is
/// the unit of the subnormal numbers.
struct NumberLimits {
  int digits;           ///< bits of a magnitude, or of a significand
  int lowest_exponent;  ///< of the smallest number but 0: 0 for integers
  int exponent;         ///< all magnitudes are below 2^exponent, but that of the lowest integer
};

namespace detail {
template <class T>
struct ComputeTrait {
  using type = T;
};
template <class T>
  requires requires { typename T::Compute; }
struct ComputeTrait<T> {
  using type = typename T::Compute;
};
template <class T>
using ComputeOf = typename ComputeTrait<T>::type;
}  // namespace detail

template <class T>
struct Element {
  using Limits = std::numeric_limits<T>;
  static constexpr DType dtype = dtype_of<T>;
  /// What ops compute in, with one rounding each, and what reductions and products join in, with one rounding at the
  /// end.
  using Compute = detail::ComputeOf<T>;
  using Accumulator = Compute;
  static constexpr bool is_float = tjit::is_float(dtype), is_integer = tjit::is_integer(dtype);
  static constexpr NumberLimits limits =
      is_float ? NumberLimits{Limits::digits, Limits::min_exponent - Limits::digits, Limits::max_exponent}
               : NumberLimits{Limits::digits, 0, Limits::digits};
  /// The ends of the type's order: infinities for floats.
  static constexpr T lowest = Limits::has_infinity ? static_cast<T>(-Limits::infinity()) : Limits::lowest();
  static constexpr T highest = Limits::has_infinity ? Limits::infinity() : Limits::max();

  /// Numbers that tell whether an operand of an op joins without a trace.
  static constexpr T extremes[] = {lowest, highest, static_cast<T>(-0.0)};

  /// The number in this type.
  static constexpr T from(double number) {
    if constexpr (is_float) return static_cast<T>(number);
    return static_cast<T>(static_cast<std::int64_t>(number));
  }
};

constexpr NumberLimits limits_of(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return Element<T>::limits; });
}

constexpr DType compute_type(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return dtype_of<typename Element<T>::Compute>; });
}
constexpr DType accumulator_type(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return dtype_of<typename Element<T>::Accumulator>; });
}

/// Whether every value of `from` is a value of `to`.
constexpr bool holds_all(DType to, DType from) {
  const NumberLimits a = limits_of(from), b = limits_of(to);
  return is_float(from) <= is_float(to) && is_signed(from) <= is_signed(to) && a.digits <= b.digits &&
         a.exponent <= b.exponent && a.lowest_exponent >= b.lowest_exponent;
}

}  // namespace tjit
