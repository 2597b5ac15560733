// Neural networks.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// exp(x) divided by its sum along `axis`, so that the sum is 1; of floats. Large elements do not overflow. NaN along
/// the axis where an element is NaN or inf, or all are -inf.
Tensor softmax(const Operand& x, std::int64_t axis = -1);
/// log(softmax(x)), without the loss of precision where that is small; of floats.
Tensor log_softmax(const Operand& x, std::int64_t axis = -1);
/// A new dimension of size `depth` at `axis`, in which the element at the value of the index is `on` and the others are
/// `off`: all of them for an index outside [0, depth). Indices are integers; throws Error when `depth` is negative or
/// `dtype` does not hold `on` and `off`.
Tensor one_hot(const Operand& indices, std::int64_t depth, const Scalar& on = 1, const Scalar& off = 0,
               std::int64_t axis = -1, DType dtype = float32);

}  // namespace ops

}  // namespace tjit
