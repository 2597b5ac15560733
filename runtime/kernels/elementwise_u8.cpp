// Elementwise kernels on u8 operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<std::uint8_t>() {
  return kElementwiseTable<std::uint8_t>.data();
}

}  // namespace tjit::TJIT_LEVEL
