// Products of matrices.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// The dimensions that a `dot` contracts and those it shares.
struct DotDims {
  Dims lhs_contract, rhs_contract, lhs_batch = {}, rhs_batch = {};
};
/// Sums of products over the contracted dimensions; result dimensions are batch, lhs free, rhs free.
Tensor dot(const Operand& x, const Operand& y, const DotDims& dims);
/// Matrix product of the last two dimensions; leading dimensions broadcast.
Tensor matmul(const Operand& x, const Operand& y);

}  // namespace ops

}  // namespace tjit
