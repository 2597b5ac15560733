// Other arrangements of the same elements: views, no elements move.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

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

}  // namespace ops

}  // namespace tjit
