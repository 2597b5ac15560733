// Tensors whose dtype C++ numbers decided alone, as no tensor stood beside them: `where(mask, 1.0, -1.0)` is float32.
// An eager tensor keeps the place, so that an error of dtypes later on can name it.
#pragma once

#include <span>
#include <string>

#include "frontend/trace.h"

namespace tjit {

/// A copy of `at` that lives as long as the process; null for an unknown place.
const Location* keep_place(const Location& at);
/// Where the numbers stand that decided the dtype of all tensors among the operands; null when some tensor has its
/// dtype by itself. An operand of numbers alone stands for itself.
const Location* numbers_of(std::span<const Operand* const> operands);
/// Marks a new tensor as made of the numbers at a place, or of none.
inline void mark_numbers(const Tensor& t, const Location* at) {
  if (t.impl()->contiguous) t.impl()->beside.store(at, std::memory_order_relaxed);
}
inline Tensor of_numbers(Tensor t, const Location* at) {
  mark_numbers(t, at);
  return t;
}

/// What to say after an error that operands have the dtypes `a` and `b`: where numbers decided one of them, and what to
/// write there. Empty when that is not known.
std::string numbers_note(std::span<const Tensor> operands, DType a, DType b);

}  // namespace tjit
