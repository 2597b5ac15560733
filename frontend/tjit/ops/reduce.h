// Reductions over axes.
#pragma once

#include <initializer_list>

#include "tjit/ops/core.h"

namespace tjit {

/// Axes of a reduction: all when not given. Negative ones count from the end.
struct Axes {
  Axes() = default;
  Axes(std::int64_t axis) : all(false), list({axis}) {}
  Axes(std::initializer_list<std::int64_t> axes) : all(false), list(axes) {}
  Axes(const Dims& axes) : all(false), list(axes) {}
  bool all = true;
  Dims list;
};

namespace detail {
// Defined for every reduction of the op list that takes axes.
template <class Op>
Tensor reduce(const Operand& x, const Axes& axes, bool keepdims);
}  // namespace detail

inline namespace ops {

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
/// Mean of the squared distance from the mean over `axes`, of floats; NaN over nothing.
Tensor reduce_variance(const Operand& x, const Axes& axes = {}, bool keepdims = false);
/// Sums along `axis` up to each element, without it when `exclusive`; from the end when `reverse`.
Tensor cumsum(const Operand& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
/// Products along `axis` up to each element, in the same way; 1 where nothing comes before.
Tensor cumprod(const Operand& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
/// The largest along `axis` up to each element, in the same way; NaN from the first NaN on, the lowest value where
/// nothing comes before.
Tensor cummax(const Operand& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
/// The smallest along `axis` up to each element, in the same way; NaN from the first NaN on, the highest value where
/// nothing comes before.
Tensor cummin(const Operand& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
/// log(cumsum(exp(x))) of floats, in the same way, where exp alone may overflow; -inf where nothing comes before.
/// Windows of 1, 2, 4, ... elements are joined as their largest element and the sum of exp(x - largest), so that each
/// result takes one logarithm and log2(n) roundings of the sum.
Tensor cumulative_logsumexp(const Operand& x, std::int64_t axis = 0, bool exclusive = false, bool reverse = false);
/// Index (int64) of the first NaN, else of the first largest, along `axis`.
Tensor argmax(const Operand& x, std::int64_t axis);
/// Index (int64) of the first NaN, else of the first smallest, along `axis`.
Tensor argmin(const Operand& x, std::int64_t axis);

}  // namespace ops

}  // namespace tjit
