// Elementwise kernels on i32 operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<std::int32_t>() {
  return kElementwiseTable<std::int32_t>.data();
}

}  // namespace tjit::TJIT_LEVEL
