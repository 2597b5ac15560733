// Element<T>: what arithmetic on elements stored as T needs to know of the type, beyond the list in tjit/dtype.h.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <limits>

#include "ir/op.h"

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
template <class T>
struct PartTrait {
  using type = T;
};
template <class P>
struct PartTrait<Complex<P>> {
  using type = P;
};
template <class T>
using PartOf = typename PartTrait<T>::type;
}  // namespace detail

template <class T>
struct Element {
  /// A complex number's parts, or the type itself.
  using Part = detail::PartOf<T>;
  using Limits = std::numeric_limits<Part>;
  static constexpr DType dtype = dtype_of<T>;
  /// What ops compute in, with one rounding each, and what reductions and products join in, with one rounding at the
  /// end.
  using Compute = detail::ComputeOf<T>;
  using Accumulator = Compute;
  static constexpr bool is_float = tjit::is_float(dtype), is_integer = tjit::is_integer(dtype),
                        is_complex = tjit::is_complex(dtype);
  static constexpr NumberLimits limits =
      has_nan(dtype) ? NumberLimits{Limits::digits, Limits::min_exponent - Limits::digits, Limits::max_exponent}
                     : NumberLimits{Limits::digits, 0, Limits::digits};
  /// The ends of the order of real types: infinities for floats.
  static constexpr Part lowest = Limits::has_infinity ? static_cast<Part>(-Limits::infinity()) : Limits::lowest();
  static constexpr Part highest = Limits::has_infinity ? Limits::infinity() : Limits::max();

  /// Numbers that tell whether an operand of an op joins without a trace.
  static constexpr T extremes[] = {static_cast<T>(lowest), static_cast<T>(highest), static_cast<T>(-Part(0))};

  /// Whether two are the same bits, where all NaNs are.
  static constexpr bool same(T a, T b) {
    if constexpr (is_complex) {
      return Element<Part>::same(a.re, b.re) && Element<Part>::same(a.im, b.im);
    } else {
      using Bits = std::array<std::byte, sizeof(T)>;
      return (a != a && b != b) || std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
    }
  }

  /// The number in this type.
  static constexpr T from(double number) {
    if constexpr (has_nan(dtype)) return static_cast<T>(number);
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

constexpr DType part_type(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return dtype_of<typename Element<T>::Part>; });
}

/// The type of complex numbers with such parts, or the type itself where there is none.
constexpr DType complex_type(DType t) {
  return dispatch(t, []<class T>(Tag<T>) {
    if constexpr (ElementTypes::index<Complex<T>> >= 0) return dtype_of<Complex<T>>;
    return dtype_of<T>;
  });
}
/// Types that are parts of complex ones.
inline constexpr DTypes kParts = those([](DType t) { return complex_type(t) != t; });

/// The result dtype of an elementwise op of such a rule; not of `Result::Attribute`.
constexpr DType result_dtype(Result rule, DType operand) {
  switch (rule) {
    case Result::Same: return operand;
    case Result::Bool: return DType::Bool;
    case Result::Part: return part_type(operand);
    case Result::Complex: return complex_type(operand);
    case Result::Attribute: break;
  }
  __builtin_unreachable();
}

/// The largest error of an op's results of a type that has NaN, in units in the last place; 0: exact. What computes in
/// a wider type is rounded once, or, where that is not exact, nearly always so.
constexpr double ulp_of(const Ulp& ulp, DType t) {
  if (is_complex(t)) return ulp.complex;
  const DType computed = compute_type(t);
  const double error = size_of(computed) == size_of(DType::F32) ? ulp.f32 : ulp.f64;
  return computed == t || error <= 0.5 ? error : 1;
}

/// Whether every value of `from` is a value of `to`.
constexpr bool holds_all(DType to, DType from) {
  const NumberLimits a = limits_of(from), b = limits_of(to);
  return is_complex(from) <= is_complex(to) && has_nan(from) <= has_nan(to) &&
         (is_signed(from) <= is_signed(to) || is_complex(to)) && a.digits <= b.digits && a.exponent <= b.exponent &&
         a.lowest_exponent >= b.lowest_exponent;
}

}  // namespace tjit
