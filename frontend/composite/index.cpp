// Elements by index, over the core ops.
#include "tjit/ops/index.h"

namespace tjit {

inline namespace ops {

Tensor range(std::int64_t n, DType dtype, const Location& at) { return iota({n}, 0, dtype, at); }

}  // namespace ops

}  // namespace tjit
