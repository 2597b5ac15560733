// Special functions, roots, and functions on the bits of numbers, element by element.
#pragma once

#include "tjit/ops/core.h"

namespace tjit {

inline namespace ops {

/// The error function, of floats.
inline detail::ResultOf<struct Erf> erf(const Operand& x) { return detail::unary<Erf>(x); }
/// 1 - erf(x), without loss where that is tiny.
inline detail::ResultOf<struct Erfc> erfc(const Operand& x) { return detail::unary<Erfc>(x); }
/// The inverse of erf: ±inf at ±1, NaN beyond.
inline detail::ResultOf<struct ErfInv> erf_inv(const Operand& x) { return detail::unary<ErfInv>(x); }
/// Cube root, of floats; negative below 0.
inline detail::ResultOf<struct Cbrt> cbrt(const Operand& x) { return detail::unary<Cbrt>(x); }
/// sqrt(x*x + y*y) without overflow or underflow on the way, of floats.
inline detail::ResultOf<struct Hypot> hypot(const Operand& x, const Operand& y) { return detail::binary<Hypot>(x, y); }
/// Logarithm of |Gamma(x)|, of floats.
inline detail::ResultOf<struct Lgamma> lgamma(const Operand& x) { return detail::unary<Lgamma>(x); }
/// Derivative of lgamma, of floats.
inline detail::ResultOf<struct Digamma> digamma(const Operand& x) { return detail::unary<Digamma>(x); }
/// The magnitude of x with the sign of y, of floats; that of a NaN counts as +.
inline detail::ResultOf<struct Copysign> copysign(const Operand& x, const Operand& y) {
  return detail::binary<Copysign>(x, y);
}
/// The number of its type that follows x towards y, of floats.
inline detail::ResultOf<struct NextAfter> next_after(const Operand& x, const Operand& y) {
  return detail::binary<NextAfter>(x, y);
}
/// How many bits are 1, of integers.
inline detail::ResultOf<struct PopulationCount> population_count(const Operand& x) {
  return detail::unary<PopulationCount>(x);
}

}  // namespace ops

}  // namespace tjit
