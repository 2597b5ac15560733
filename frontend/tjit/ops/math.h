// Arithmetic, comparison, logic and choice, element by element.
#pragma once

#include "tjit/ops/core.h"

namespace tjit {

inline namespace ops {

// ---- arithmetic ----

/// x + y; integers wrap.
inline detail::ResultOf<struct Add> add(const Operand& x, const Operand& y) { return detail::binary<Add>(x, y); }
/// x - y; integers wrap.
inline detail::ResultOf<struct Subtract> subtract(const Operand& x, const Operand& y) {
  return detail::binary<Subtract>(x, y);
}
/// x * y; integers wrap.
inline detail::ResultOf<struct Multiply> multiply(const Operand& x, const Operand& y) {
  return detail::binary<Multiply>(x, y);
}
/// True division, of complex numbers too: integers of 32 and 64 bits give float64, smaller ones float32.
Tensor divide(const Operand& x, const Operand& y);
/// Quotient rounded towards minus infinity; integer division by zero raises.
inline detail::ResultOf<struct FloorDiv> floor_div(const Operand& x, const Operand& y) {
  return detail::binary<FloorDiv>(x, y);
}
/// Remainder of floor_div, with the sign of y; integer division by zero raises.
inline detail::ResultOf<struct Mod> mod(const Operand& x, const Operand& y) { return detail::binary<Mod>(x, y); }
/// x to the power y, of complex numbers too; a negative integer exponent raises.
inline detail::ResultOf<struct Power> power(const Operand& x, const Operand& y) { return detail::binary<Power>(x, y); }
/// The larger; NaN if either is.
inline detail::ResultOf<struct Maximum> maximum(const Operand& x, const Operand& y) {
  return detail::binary<Maximum>(x, y);
}
/// The smaller; NaN if either is.
inline detail::ResultOf<struct Minimum> minimum(const Operand& x, const Operand& y) {
  return detail::binary<Minimum>(x, y);
}
/// minimum(maximum(x, lo), hi).
inline detail::ResultOf<struct Clip> clip(const Operand& x, const Operand& lo, const Operand& hi) {
  return detail::ternary<Clip>(x, lo, hi);
}
/// -x.
inline detail::ResultOf<struct Negative> negative(const Operand& x) { return detail::unary<Negative>(x); }
/// Magnitude; of complex numbers a float.
inline detail::ResultOf<struct Abs> abs(const Operand& x) { return detail::unary<Abs>(x); }
/// -1, 0 or 1; NaN for NaN.
inline detail::ResultOf<struct Sign> sign(const Operand& x) { return detail::unary<Sign>(x); }
/// 1/x, of floats and complex numbers.
inline detail::ResultOf<struct Reciprocal> reciprocal(const Operand& x) { return detail::unary<Reciprocal>(x); }
/// x * x.
inline detail::ResultOf<struct Square> square(const Operand& x) { return detail::unary<Square>(x); }
/// Square root, of floats (NaN below 0) and complex numbers.
inline detail::ResultOf<struct Sqrt> sqrt(const Operand& x) { return detail::unary<Sqrt>(x); }
/// 1/sqrt(x), of floats.
inline detail::ResultOf<struct Rsqrt> rsqrt(const Operand& x) { return detail::unary<Rsqrt>(x); }
/// e to the power x, of floats and complex numbers.
inline detail::ResultOf<struct Exp> exp(const Operand& x) { return detail::unary<Exp>(x); }
/// e to the power x, less 1, of floats: exact where x is tiny.
inline detail::ResultOf<struct Expm1> expm1(const Operand& x) { return detail::unary<Expm1>(x); }
/// Natural logarithm, of floats and complex numbers.
inline detail::ResultOf<struct Log> log(const Operand& x) { return detail::unary<Log>(x); }
/// Natural logarithm of 1 + x, of floats: exact where x is tiny.
inline detail::ResultOf<struct Log1p> log1p(const Operand& x) { return detail::unary<Log1p>(x); }
/// 1/(1+exp(-x)), of floats.
inline detail::ResultOf<struct Sigmoid> sigmoid(const Operand& x) { return detail::unary<Sigmoid>(x); }
/// Sine, of floats and complex numbers.
inline detail::ResultOf<struct Sin> sin(const Operand& x) { return detail::unary<Sin>(x); }
/// Cosine, of floats and complex numbers.
inline detail::ResultOf<struct Cos> cos(const Operand& x) { return detail::unary<Cos>(x); }
/// Tangent, of floats.
inline detail::ResultOf<struct Tan> tan(const Operand& x) { return detail::unary<Tan>(x); }
/// Inverse sine, of floats; NaN beyond ±1.
inline detail::ResultOf<struct Asin> asin(const Operand& x) { return detail::unary<Asin>(x); }
/// Inverse cosine, of floats; NaN beyond ±1.
inline detail::ResultOf<struct Acos> acos(const Operand& x) { return detail::unary<Acos>(x); }
/// Inverse tangent, of floats.
inline detail::ResultOf<struct Atan> atan(const Operand& x) { return detail::unary<Atan>(x); }
/// The angle of the point (x, y), of floats, from -π to π.
inline detail::ResultOf<struct Atan2> atan2(const Operand& y, const Operand& x) { return detail::binary<Atan2>(y, x); }
/// Hyperbolic sine, of floats.
inline detail::ResultOf<struct Sinh> sinh(const Operand& x) { return detail::unary<Sinh>(x); }
/// Hyperbolic cosine, of floats.
inline detail::ResultOf<struct Cosh> cosh(const Operand& x) { return detail::unary<Cosh>(x); }
/// Hyperbolic tangent, of floats and complex numbers.
inline detail::ResultOf<struct Tanh> tanh(const Operand& x) { return detail::unary<Tanh>(x); }
/// Inverse hyperbolic sine, of floats.
inline detail::ResultOf<struct Asinh> asinh(const Operand& x) { return detail::unary<Asinh>(x); }
/// Inverse hyperbolic cosine, of floats; NaN below 1.
inline detail::ResultOf<struct Acosh> acosh(const Operand& x) { return detail::unary<Acosh>(x); }
/// Inverse hyperbolic tangent, of floats; NaN beyond ±1.
inline detail::ResultOf<struct Atanh> atanh(const Operand& x) { return detail::unary<Atanh>(x); }
/// Rounded towards minus infinity, of floats.
inline detail::ResultOf<struct Floor> floor(const Operand& x) { return detail::unary<Floor>(x); }
/// Rounded towards infinity, of floats.
inline detail::ResultOf<struct Ceil> ceil(const Operand& x) { return detail::unary<Ceil>(x); }
/// Rounded to nearest, halves to even, of floats.
inline detail::ResultOf<struct Round> round(const Operand& x) { return detail::unary<Round>(x); }
/// Rounded towards 0, of floats.
inline detail::ResultOf<struct Trunc> trunc(const Operand& x) { return detail::unary<Trunc>(x); }

// ---- comparison and logic: bool results ----

/// Whether x, or a part of it, is NaN.
inline detail::ResultOf<struct IsNan> is_nan(const Operand& x) { return detail::unary<IsNan>(x); }
/// Whether x, or a part of it, is an infinity.
inline detail::ResultOf<struct IsInf> is_inf(const Operand& x) { return detail::unary<IsInf>(x); }
/// Whether neither x nor a part of it is NaN or an infinity.
inline detail::ResultOf<struct IsFinite> is_finite(const Operand& x) { return detail::unary<IsFinite>(x); }
/// x == y.
inline detail::ResultOf<struct Equal> equal(const Operand& x, const Operand& y) { return detail::binary<Equal>(x, y); }
/// x != y.
inline detail::ResultOf<struct NotEqual> not_equal(const Operand& x, const Operand& y) {
  return detail::binary<NotEqual>(x, y);
}
/// x < y.
inline detail::ResultOf<struct Less> less(const Operand& x, const Operand& y) { return detail::binary<Less>(x, y); }
/// x <= y.
inline detail::ResultOf<struct LessEqual> less_equal(const Operand& x, const Operand& y) {
  return detail::binary<LessEqual>(x, y);
}
/// x > y.
inline detail::ResultOf<struct Greater> greater(const Operand& x, const Operand& y) {
  return detail::binary<Greater>(x, y);
}
/// x >= y.
inline detail::ResultOf<struct GreaterEqual> greater_equal(const Operand& x, const Operand& y) {
  return detail::binary<GreaterEqual>(x, y);
}
/// Both, of bools.
inline detail::ResultOf<struct LogicalAnd> logical_and(const Operand& x, const Operand& y) {
  return detail::binary<LogicalAnd>(x, y);
}
/// Either, of bools.
inline detail::ResultOf<struct LogicalOr> logical_or(const Operand& x, const Operand& y) {
  return detail::binary<LogicalOr>(x, y);
}
/// One but not both, of bools.
inline detail::ResultOf<struct LogicalXor> logical_xor(const Operand& x, const Operand& y) {
  return detail::binary<LogicalXor>(x, y);
}
/// The opposite, of bools.
inline detail::ResultOf<struct LogicalNot> logical_not(const Operand& x) { return detail::unary<LogicalNot>(x); }
/// x & y, of integers and bools.
inline detail::ResultOf<struct BitwiseAnd> bitwise_and(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseAnd>(x, y);
}
/// x | y, of integers and bools.
inline detail::ResultOf<struct BitwiseOr> bitwise_or(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseOr>(x, y);
}
/// x ^ y, of integers and bools.
inline detail::ResultOf<struct BitwiseXor> bitwise_xor(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseXor>(x, y);
}
/// ~x, of integers and bools.
inline detail::ResultOf<struct BitwiseNot> bitwise_not(const Operand& x) { return detail::unary<BitwiseNot>(x); }
/// x << y; 0 when y is negative or at least the width.
inline detail::ResultOf<struct ShiftLeft> shift_left(const Operand& x, const Operand& y) {
  return detail::binary<ShiftLeft>(x, y);
}
/// x >> y, arithmetic for signed types.
inline detail::ResultOf<struct ShiftRight> shift_right(const Operand& x, const Operand& y) {
  return detail::binary<ShiftRight>(x, y);
}
/// x where the bool `condition` is true, else y.
inline detail::ResultOf<struct Where> where(const Operand& condition, const Operand& x, const Operand& y) {
  return detail::ternary<Where>(condition, x, y);
}
/// To another element type; floats to integers truncate, saturate, and give 0 for NaN.
Tensor cast(const Operand& x, DType dtype);
/// The same bits as another element type of the same size.
Tensor bitcast(const Operand& x, DType dtype);

// ---- complex numbers ----

/// Real part, a float; of a float itself.
inline detail::ResultOf<struct Real> real(const Operand& x) { return detail::unary<Real>(x); }
/// Imaginary part, a float; of a float 0.
inline detail::ResultOf<struct Imag> imag(const Operand& x) { return detail::unary<Imag>(x); }
/// Angle in the plane, a float from -π to π; of a float 0, or π where it is negative.
inline detail::ResultOf<struct Angle> angle(const Operand& x) { return detail::unary<Angle>(x); }
/// Complex conjugate; of a real number itself.
inline detail::ResultOf<struct Conj> conj(const Operand& x) { return detail::unary<Conj>(x); }
/// The complex number with real part x and imaginary part y, both float32 or float64.
inline detail::ResultOf<struct MakeComplex> complex(const Operand& x, const Operand& y) {
  return detail::binary<MakeComplex>(x, y);
}

}  // namespace ops

// ---- operators ----

inline Tensor operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Tensor operator-(const Operand& x, const Operand& y) { return subtract(x, y); }
inline Tensor operator*(const Operand& x, const Operand& y) { return multiply(x, y); }
inline Tensor operator/(const Operand& x, const Operand& y) { return divide(x, y); }
inline Tensor operator%(const Operand& x, const Operand& y) { return mod(x, y); }
inline Tensor operator-(const Operand& x) { return negative(x); }
inline Tensor operator==(const Operand& x, const Operand& y) { return equal(x, y); }
inline Tensor operator!=(const Operand& x, const Operand& y) { return not_equal(x, y); }
inline Tensor operator<(const Operand& x, const Operand& y) { return less(x, y); }
inline Tensor operator<=(const Operand& x, const Operand& y) { return less_equal(x, y); }
inline Tensor operator>(const Operand& x, const Operand& y) { return greater(x, y); }
inline Tensor operator>=(const Operand& x, const Operand& y) { return greater_equal(x, y); }
/// & | ^ ~ are logic on bools and bit operations on integers. (`!x` is plain C++: it asks an eager tensor for its
/// value.)
Tensor operator&(const Operand& x, const Operand& y);
Tensor operator|(const Operand& x, const Operand& y);
Tensor operator^(const Operand& x, const Operand& y);
Tensor operator~(const Operand& x);
inline Tensor operator<<(const Operand& x, const Operand& y) { return shift_left(x, y); }
inline Tensor operator>>(const Operand& x, const Operand& y) { return shift_right(x, y); }
inline Tensor& operator+=(Tensor& x, const Operand& y) { return x = add({x, y.loc()}, y); }
inline Tensor& operator-=(Tensor& x, const Operand& y) { return x = subtract({x, y.loc()}, y); }
inline Tensor& operator*=(Tensor& x, const Operand& y) { return x = multiply({x, y.loc()}, y); }
inline Tensor& operator/=(Tensor& x, const Operand& y) { return x = divide({x, y.loc()}, y); }
inline Tensor& operator%=(Tensor& x, const Operand& y) { return x = mod({x, y.loc()}, y); }
inline Tensor& operator&=(Tensor& x, const Operand& y) { return x = Operand(x, y.loc()) & y; }
inline Tensor& operator|=(Tensor& x, const Operand& y) { return x = Operand(x, y.loc()) | y; }
inline Tensor& operator^=(Tensor& x, const Operand& y) { return x = Operand(x, y.loc()) ^ y; }
inline Tensor& operator<<=(Tensor& x, const Operand& y) { return x = shift_left({x, y.loc()}, y); }
inline Tensor& operator>>=(Tensor& x, const Operand& y) { return x = shift_right({x, y.loc()}, y); }

}  // namespace tjit
