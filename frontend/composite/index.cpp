// Elements by index, over the core ops.
#include "tjit/ops/index.h"

#include "frontend/here.h"

namespace tjit {

inline namespace ops {

Tensor range(std::int64_t n, DType dtype, const Location& at) {
  const Here here("range", at);
  return iota({n}, 0, dtype);
}

}  // namespace ops

}  // namespace tjit
