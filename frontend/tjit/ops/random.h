// Random bits, a function of a key.
#pragma once

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// Elements of `dtype`, uint32 or uint64, whose bits are random: Threefry-2x32 with 20 rounds, the counter being an
/// element's row-major index, the key a uint32[2]. Equal keys give equal bits, everywhere.
Tensor random_bits(const Operand& key, const Shape& shape, DType dtype = uint32);

}  // namespace ops

}  // namespace tjit
