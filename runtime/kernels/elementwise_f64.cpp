// Elementwise kernels on f64 operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<double>() {
  return kElementwiseTable<double>.data();
}

}  // namespace tjit::TJIT_LEVEL
