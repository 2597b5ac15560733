// Operations on tensors. Each runs at once, or is recorded when a function is being captured. Shapes broadcast as NumPy's;
// dtypes must agree (use `cast`); C++ numbers take the dtype of the tensors they meet. Errors are tjit::Error.
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
// Defined for every elementwise op of the op list.
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
inline Tensor add(const Operand& x, const Operand& y) { return detail::binary<struct Add>(x, y); }
/// x - y; integers wrap.
inline Tensor subtract(const Operand& x, const Operand& y) { return detail::binary<struct Subtract>(x, y); }
/// x * y; integers wrap.
inline Tensor multiply(const Operand& x, const Operand& y) { return detail::binary<struct Multiply>(x, y); }
/// True division: integers of 32 and 64 bits give float64, smaller ones float32.
Tensor divide(const Operand& x, const Operand& y);
/// Quotient rounded towards minus infinity; integer division by zero raises.
inline Tensor floor_div(const Operand& x, const Operand& y) { return detail::binary<struct FloorDiv>(x, y); }
/// Remainder of floor_div, with the sign of y; integer division by zero raises.
inline Tensor mod(const Operand& x, const Operand& y) { return detail::binary<struct Mod>(x, y); }
/// x to the power y; a negative integer exponent raises.
inline Tensor power(const Operand& x, const Operand& y) { return detail::binary<struct Power>(x, y); }
/// The larger; NaN if either is.
inline Tensor maximum(const Operand& x, const Operand& y) { return detail::binary<struct Maximum>(x, y); }
/// The smaller; NaN if either is.
inline Tensor minimum(const Operand& x, const Operand& y) { return detail::binary<struct Minimum>(x, y); }
/// minimum(maximum(x, lo), hi).
inline Tensor clip(const Operand& x, const Operand& lo, const Operand& hi) { return detail::ternary<struct Clip>(x, lo, hi); }
/// -x.
inline Tensor negative(const Operand& x) { return detail::unary<struct Negative>(x); }
/// Magnitude.
inline Tensor abs(const Operand& x) { return detail::unary<struct Abs>(x); }
/// -1, 0 or 1; NaN for NaN.
inline Tensor sign(const Operand& x) { return detail::unary<struct Sign>(x); }
/// 1/x, of floats.
inline Tensor reciprocal(const Operand& x) { return detail::unary<struct Reciprocal>(x); }
/// x * x.
inline Tensor square(const Operand& x) { return detail::unary<struct Square>(x); }
/// Square root, of floats; NaN below 0.
inline Tensor sqrt(const Operand& x) { return detail::unary<struct Sqrt>(x); }
/// 1/sqrt(x), of floats.
inline Tensor rsqrt(const Operand& x) { return detail::unary<struct Rsqrt>(x); }
/// e to the power x, of floats.
inline Tensor exp(const Operand& x) { return detail::unary<struct Exp>(x); }
/// Natural logarithm, of floats.
inline Tensor log(const Operand& x) { return detail::unary<struct Log>(x); }
/// Hyperbolic tangent, of floats.
inline Tensor tanh(const Operand& x) { return detail::unary<struct Tanh>(x); }
/// 1/(1+exp(-x)), of floats.
inline Tensor sigmoid(const Operand& x) { return detail::unary<struct Sigmoid>(x); }
/// Rounded towards minus infinity, of floats.
inline Tensor floor(const Operand& x) { return detail::unary<struct Floor>(x); }
/// Rounded towards infinity, of floats.
inline Tensor ceil(const Operand& x) { return detail::unary<struct Ceil>(x); }
/// Rounded to nearest, halves to even, of floats.
inline Tensor round(const Operand& x) { return detail::unary<struct Round>(x); }
/// Rounded towards 0, of floats.
inline Tensor trunc(const Operand& x) { return detail::unary<struct Trunc>(x); }

// ---- comparison and logic: bool results ----

/// Whether x is NaN.
inline Tensor is_nan(const Operand& x) { return detail::unary<struct IsNan>(x); }
/// Whether x is an infinity.
inline Tensor is_inf(const Operand& x) { return detail::unary<struct IsInf>(x); }
/// Whether x is neither NaN nor an infinity.
inline Tensor is_finite(const Operand& x) { return detail::unary<struct IsFinite>(x); }
/// x == y.
inline Tensor equal(const Operand& x, const Operand& y) { return detail::binary<struct Equal>(x, y); }
/// x != y.
inline Tensor not_equal(const Operand& x, const Operand& y) { return detail::binary<struct NotEqual>(x, y); }
/// x < y.
inline Tensor less(const Operand& x, const Operand& y) { return detail::binary<struct Less>(x, y); }
/// x <= y.
inline Tensor less_equal(const Operand& x, const Operand& y) { return detail::binary<struct LessEqual>(x, y); }
/// x > y.
inline Tensor greater(const Operand& x, const Operand& y) { return detail::binary<struct Greater>(x, y); }
/// x >= y.
inline Tensor greater_equal(const Operand& x, const Operand& y) { return detail::binary<struct GreaterEqual>(x, y); }
/// Both, of bools.
inline Tensor logical_and(const Operand& x, const Operand& y) { return detail::binary<struct LogicalAnd>(x, y); }
/// Either, of bools.
inline Tensor logical_or(const Operand& x, const Operand& y) { return detail::binary<struct LogicalOr>(x, y); }
/// One but not both, of bools.
inline Tensor logical_xor(const Operand& x, const Operand& y) { return detail::binary<struct LogicalXor>(x, y); }
/// The opposite, of bools.
inline Tensor logical_not(const Operand& x) { return detail::unary<struct LogicalNot>(x); }
/// x & y, of integers.
inline Tensor bitwise_and(const Operand& x, const Operand& y) { return detail::binary<struct BitwiseAnd>(x, y); }
/// x | y, of integers.
inline Tensor bitwise_or(const Operand& x, const Operand& y) { return detail::binary<struct BitwiseOr>(x, y); }
/// x ^ y, of integers.
inline Tensor bitwise_xor(const Operand& x, const Operand& y) { return detail::binary<struct BitwiseXor>(x, y); }
/// ~x, of integers.
inline Tensor bitwise_not(const Operand& x) { return detail::unary<struct BitwiseNot>(x); }
/// x << y; 0 when y is negative or at least the width.
inline Tensor shift_left(const Operand& x, const Operand& y) { return detail::binary<struct ShiftLeft>(x, y); }
/// x >> y, arithmetic for signed types.
inline Tensor shift_right(const Operand& x, const Operand& y) { return detail::binary<struct ShiftRight>(x, y); }
/// x where the bool `condition` is true, else y.
inline Tensor where(const Operand& condition, const Operand& x, const Operand& y) {
  return detail::ternary<struct Where>(condition, x, y);
}
/// To another element type; floats to integers truncate, saturate, and give 0 for NaN.
Tensor cast(const Operand& x, DType dtype);
/// The same bits as another element type of the same size.
Tensor bitcast(const Operand& x, DType dtype);

// ---- reductions ----

/// Sum over `axes`; 0 over nothing.
inline Tensor reduce_sum(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceSum>(x, axes, keepdims);
}
/// Product over `axes`; 1 over nothing.
inline Tensor reduce_prod(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceProd>(x, axes, keepdims);
}
/// Largest over `axes`; NaN if any is; the lowest value over nothing.
inline Tensor reduce_max(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceMax>(x, axes, keepdims);
}
/// Smallest over `axes`; NaN if any is; the highest value over nothing.
inline Tensor reduce_min(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceMin>(x, axes, keepdims);
}
/// Whether any is true; false over nothing.
inline Tensor reduce_any(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceAny>(x, axes, keepdims);
}
/// Whether all are true; true over nothing.
inline Tensor reduce_all(const Operand& x, const Axes& axes = {}, bool keepdims = false) {
  return detail::reduce<struct ReduceAll>(x, axes, keepdims);
}
/// Mean over `axes`, in the dtype of x (integers truncate, as TensorFlow's).
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
/// The window of `sizes` at `begin`, one rank-0 integer a dimension; sticking out raises, or is moved inside by `clamp`.
Tensor dynamic_slice(const Operand& x, const std::vector<Tensor>& begin, const Dims& sizes, bool clamp = false);
/// x with the window at `begin` replaced by `update`.
Tensor dynamic_update_slice(const Operand& x, const Operand& update, const std::vector<Tensor>& begin, bool clamp = false);
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
/// & | ^ ~ are logic on bools and bit operations on integers. (`!x` is plain C++: it asks an eager tensor for its value.)
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

}  // namespace tjit
