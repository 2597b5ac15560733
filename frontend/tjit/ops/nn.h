// Neural networks.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// How the filter of a `conv` moves: one entry a spatial dimension. Strides and dilations default to 1, padding to
/// none.
struct ConvOptions {
  Dims strides = {};
  Padding padding = {};
  Dims dilations = {};        ///< of the filter
  Dims input_dilations = {};  ///< of the input, with zeros in between
  std::int64_t groups = 1;
};
/// Convolution of x, [n, spatial..., c] with 1 to 3 spatial dimensions, by a filter [spatial..., c / groups, o]; the
/// result is [n, spatial..., o]. `conv(x, filter, {.strides = {2, 2}, .padding = {{1, 1}, {1, 1}}})`.
Tensor conv(const Operand& x, const Operand& filter, const ConvOptions& options = {});

/// How the window of a `reduce_window` moves: one entry a dimension. Strides and dilations default to 1, padding to
/// none.
struct WindowOptions {
  Dims strides = {};
  Padding padding = {};
  Dims dilations = {};
};
/// The elements of x under each place of a window joined by `reducer`, "sum", "max" or "min"; padding joins nothing.
Tensor reduce_window(const Operand& x, std::string_view reducer, const Dims& window, const WindowOptions& options = {});

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
