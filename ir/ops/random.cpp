// Inference of random ops.
#include "ir/ops/random.h"

namespace tjit::inline ops {

Type RandomBits::infer(const RandomBits& a, std::span<const Type> in) {
  if (!compatible(in[0], {DType::U32, {2}})) fail("the key must be u32[2], not " + to_string(in[0]));
  rules::require_sizes(a.shape);
  if (a.dtype != DType::U32 && a.dtype != DType::U64)
    fail("`dtype` must be u32 or u64, found " + std::string(tjit::info(a.dtype).ir_name));
  return {a.dtype, a.shape};
}

}  // namespace tjit::inline ops
