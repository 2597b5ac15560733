// Elementwise kernels on f32 operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<float>() {
  return kElementwiseTable<float>.data();
}

}  // namespace tjit::TJIT_LEVEL
