// Elementwise kernels on bool operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<bool>() {
  return kElementwiseTable<bool>.data();
}

}  // namespace tjit::TJIT_LEVEL
