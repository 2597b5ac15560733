// Text of values: what printing a tensor shows. The rules are those of NumPy 2.3 and later (str and repr of an array)
// inside TensorFlow's frame; tests/golden/format holds what NumPy itself printed.
#pragma once

#include <string>

#include "runtime/array.h"

namespace tjit {

/// The value alone, as NumPy's `str(array)`: `[1. 2.]`. Rank 0 prints by scalar rules: `0.3333333333333333`.
std::string numpy_text(const Array& array);

/// The value as NumPy's `repr(array)`: `array([1., 2.], dtype=float32)`. Rank 0 prints as Python prints the number.
std::string numpy_repr(const Array& array);

/// `Tensor([1 2 3], shape=(3,), dtype=int32)`; a newline comes before a value of several lines.
std::string tensor_text(const Array& array);

/// `<Tensor: shape=(3,), dtype=int32, numpy=array([1, 2, 3], dtype=int32)>`.
std::string tensor_repr(const Array& array);

}  // namespace tjit
