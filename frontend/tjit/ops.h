// Operations on tensors. Each runs at once, or is recorded when a function is being captured. Shapes broadcast as
// NumPy's; dtypes must agree (use `cast`); C++ numbers take the dtype of the tensors they meet. Errors are tjit::Error.
#pragma once

#include <initializer_list>

#include "tjit/tensor.h"

namespace tjit {

/// Axes of a reduction: all when not given. Negative ones count from the end.
struct Axes {
  Axes() = default;
  Axes(int axis) : all(false), list({axis}) {}
  Axes(std::initializer_list<std::int64_t> axes) : all(false), list(axes) {}
  Axes(const Dims& axes) : all(false), list(axes) {}
  bool all = true;
  Dims list;
};

namespace detail {
/// A Tensor. Naming an op's struct in the result type also declares it, so that an op's public line is all it takes.
template <class Op>
using ResultOf = Tensor;

// Defined for every elementwise op and reduction of the op list.
template <class Op>
Tensor unary(const Operand& x);
template <class Op>
Tensor binary(const Operand& x, const Operand& y);
template <class Op>
Tensor ternary(const Operand& x, const Operand& y, const Operand& z);
template <class Op>
Tensor reduce(const Operand& x, const Axes& axes, bool keepdims);
}  // namespace detail

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
/// True division: integers of 32 and 64 bits give float64, smaller ones float32.
Tensor divide(const Operand& x, const Operand& y);
/// Quotient rounded towards minus infinity; integer division by zero raises.
inline detail::ResultOf<struct FloorDiv> floor_div(const Operand& x, const Operand& y) {
  return detail::binary<FloorDiv>(x, y);
}
/// Remainder of floor_div, with the sign of y; integer division by zero raises.
inline detail::ResultOf<struct Mod> mod(const Operand& x, const Operand& y) { return detail::binary<Mod>(x, y); }
/// x to the power y; a negative integer exponent raises.
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
/// Magnitude.
inline detail::ResultOf<struct Abs> abs(const Operand& x) { return detail::unary<Abs>(x); }
/// -1, 0 or 1; NaN for NaN.
inline detail::ResultOf<struct Sign> sign(const Operand& x) { return detail::unary<Sign>(x); }
/// 1/x, of floats.
inline detail::ResultOf<struct Reciprocal> reciprocal(const Operand& x) { return detail::unary<Reciprocal>(x); }
/// x * x.
inline detail::ResultOf<struct Square> square(const Operand& x) { return detail::unary<Square>(x); }
/// Square root, of floats; NaN below 0.
inline detail::ResultOf<struct Sqrt> sqrt(const Operand& x) { return detail::unary<Sqrt>(x); }
/// 1/sqrt(x), of floats.
inline detail::ResultOf<struct Rsqrt> rsqrt(const Operand& x) { return detail::unary<Rsqrt>(x); }
/// e to the power x, of floats.
inline detail::ResultOf<struct Exp> exp(const Operand& x) { return detail::unary<Exp>(x); }
/// Natural logarithm, of floats.
inline detail::ResultOf<struct Log> log(const Operand& x) { return detail::unary<Log>(x); }
/// Hyperbolic tangent, of floats.
inline detail::ResultOf<struct Tanh> tanh(const Operand& x) { return detail::unary<Tanh>(x); }
/// 1/(1+exp(-x)), of floats.
inline detail::ResultOf<struct Sigmoid> sigmoid(const Operand& x) { return detail::unary<Sigmoid>(x); }
/// Rounded towards minus infinity, of floats.
inline detail::ResultOf<struct Floor> floor(const Operand& x) { return detail::unary<Floor>(x); }
/// Rounded towards infinity, of floats.
inline detail::ResultOf<struct Ceil> ceil(const Operand& x) { return detail::unary<Ceil>(x); }
/// Rounded to nearest, halves to even, of floats.
inline detail::ResultOf<struct Round> round(const Operand& x) { return detail::unary<Round>(x); }
/// Rounded towards 0, of floats.
inline detail::ResultOf<struct Trunc> trunc(const Operand& x) { return detail::unary<Trunc>(x); }

// ---- comparison and logic: bool results ----

/// Whether x is NaN.
inline detail::ResultOf<struct IsNan> is_nan(const Operand& x) { return detail::unary<IsNan>(x); }
/// Whether x is an infinity.
inline detail::ResultOf<struct IsInf> is_inf(const Operand& x) { return detail::unary<IsInf>(x); }
/// Whether x is neither NaN nor an infinity.
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
/// x & y, of integers.
inline detail::ResultOf<struct BitwiseAnd> bitwise_and(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseAnd>(x, y);
}
/// x | y, of integers.
inline detail::ResultOf<struct BitwiseOr> bitwise_or(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseOr>(x, y);
}
/// x ^ y, of integers.
inline detail::ResultOf<struct BitwiseXor> bitwise_xor(const Operand& x, const Operand& y) {
  return detail::binary<BitwiseXor>(x, y);
}
/// ~x, of integers.
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

// ---- reductions ----

/// Sum over `axes`; 0 over nothing.
inline detail::ResultOf<struct ReduceSum> reduce_sum(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceSum>(x, axes, keepdims);
}
/// Product over `axes`; 1 over nothing.
inline detail::ResultOf<struct ReduceProd> reduce_prod(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceProd>(x, axes, keepdims);
}
/// Largest over `axes`; NaN if any is; the lowest value over nothing.
inline detail::ResultOf<struct ReduceMax> reduce_max(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceMax>(x, axes, keepdims);
}
/// Smallest over `axes`; NaN if any is; the highest value over nothing.
inline detail::ResultOf<struct ReduceMin> reduce_min(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceMin>(x, axes, keepdims);
}
/// Whether any is true; false over nothing.
inline detail::ResultOf<struct ReduceAny> reduce_any(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceAny>(x, axes, keepdims);
}
/// Whether all are true; true over nothing.
inline detail::ResultOf<struct ReduceAll> reduce_all(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<ReduceAll>(x, axes, keepdims);
}
/// Mean over `axes`, in the dtype of x. That of integers is cut off towards zero, of a sum in int64; 0 over nothing.
Tensor reduce_mean(const Operand& x, const Axes& axes = {}, bool keepdims = false);
/// Index (int64) of the first NaN, else of the first largest, along `axis`.
Tensor argmax(const Operand& x, std::int64_t axis);
/// Index (int64) of the first NaN, else of the first smallest, along `axis`.
Tensor argmin(const Operand& x, std::int64_t axis);

// ---- arrangement: views, no elements move ----

/// Repeats dimensions of size 1, and adds leading ones, up to `shape`.
Tensor broadcast_to(const Operand& x, const Shape& shape);
/// The same elements in row-major order under another shape; one size may be -1.
Tensor reshape(const Operand& x, const Shape& shape);
/// Dimension d of the result is dimension perm[d] of x; reverses the dimensions when `perm` is empty.
Tensor transpose(const Operand& x, const Dims& perm = {});
/// Elements begin, begin+stride, ... before end, in each dimension; outside the tensor is an error.
Tensor slice(const Operand& x, const Dims& begin, const Dims& end, const Dims& strides = {});
/// Reverses the order along each of `axes`.
Tensor reverse(const Operand& x, const Dims& axes);
/// Adds a dimension of size 1 at `axis`.
Tensor expand_dims(const Operand& x, std::int64_t axis);

// ---- elements by index ----

/// `low` and `high` elements of value `fill` before and after x in each dimension.
Tensor pad(const Operand& x, const Dims& low, const Dims& high, const Operand& fill = 0);
/// The tensors one after another along `axis`.
Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis,
              const Location& at = std::source_location::current());
/// Elements of x at integer `indices` along `axis`, with `batch_dims` leading dimensions shared; outside raises.
Tensor gather(const Operand& x, const Operand& indices, std::int64_t axis = 0, std::int64_t batch_dims = 0);
/// The window of `sizes` at `begin`, one rank-0 integer a dimension; sticking out raises, or is moved inside by
/// `clamp`.
Tensor dynamic_slice(const Operand& x, const std::vector<Tensor>& begin, const Dims& sizes, bool clamp = false);
/// x with the window at `begin` replaced by `update`.
Tensor dynamic_update_slice(const Operand& x, const Operand& update, const std::vector<Tensor>& begin,
                            bool clamp = false);
/// Each element is its index along `axis`.
Tensor iota(const Shape& shape, std::int64_t axis = 0, DType dtype = int32,
            const Location& at = std::source_location::current());
/// 0, 1, ..., n-1.
Tensor range(std::int64_t n, DType dtype = int32, const Location& at = std::source_location::current());

// ---- products ----

/// The dimensions that a `dot` contracts and those it shares.
struct DotDims {
  Dims lhs_contract, rhs_contract, lhs_batch = {}, rhs_batch = {};
};
/// Sums of products over the contracted dimensions; result dimensions are batch, lhs free, rhs free.
Tensor dot(const Operand& x, const Operand& y, const DotDims& dims);
/// Matrix product of the last two dimensions; leading dimensions broadcast.
Tensor matmul(const Operand& x, const Operand& y);

// ---- effects ----

/// Writes `message` and a newline to standard output, each `{}` replaced by an operand as NumPy prints it; in compiled
/// code as well.
void print(const std::string& message, const std::vector<Tensor>& operands = {},
           const Location& at = std::source_location::current());
/// Raises "assertion failed: message" unless every element of the bool `condition` is true; in compiled code as well.
void assert_that(const Operand& condition, const std::string& message);

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
