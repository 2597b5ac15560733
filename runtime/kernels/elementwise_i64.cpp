// Elementwise kernels on i64 operands.
#include "runtime/kernels/elementwise.h"

namespace tjit::TJIT_LEVEL {

template <>
const ElementwiseKernel* elementwise_kernels<std::int64_t>() {
  return kElementwiseTable<std::int64_t>.data();
}

}  // namespace tjit::TJIT_LEVEL
