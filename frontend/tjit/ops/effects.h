// What a program does besides computing: it prints and raises, in compiled code as well.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// Writes `message` and a newline to standard output, each `{}` replaced by an operand as NumPy prints it, and `{{` and
/// `}}` by `{` and `}`; in compiled code as well.
void print(const std::string& message, const std::vector<Tensor>& operands = {},
           const Location& at = std::source_location::current());
/// Raises "assertion failed: message" unless every element of the bool `condition` is true; in compiled code as well.
void assert_that(const Operand& condition, const std::string& message);

}  // namespace ops

}  // namespace tjit
