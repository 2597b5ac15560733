// How the public line of an op calls it.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

namespace detail {
/// A Tensor. Naming an op's struct in the result type also declares it, so that an op's public line is all it takes.
template <class Op>
using ResultOf = Tensor;

// Defined for every elementwise op of the op list.
template <class Op>
Tensor unary(const Operand& x);
template <class Op>
Tensor binary(const Operand& x, const Operand& y);
template <class Op>
Tensor ternary(const Operand& x, const Operand& y, const Operand& z);
}  // namespace detail

}  // namespace tjit
