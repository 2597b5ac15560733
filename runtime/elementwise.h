// The fast path of eager elementwise ops: operands of one type without gaps, result in cache.
#pragma once

#include "runtime/kernels.h"
#include "runtime/tensor_impl.h"

namespace tjit {

/// Elements up to which the fast path applies: larger results may be better written past the caches.
inline constexpr std::int64_t kFastElements = 1 << 17;

/// The result of an elementwise op that cannot fail, or null when the operands need the general path (`execute`): they
/// differ in type or shape, have gaps, are large, or are not concrete. `result` is the result's dtype.
template <class... Rest>
TensorImpl* elementwise_fast(Opcode op, DType result, const TensorImpl& first, const Rest&... rest) {
  const auto plain = [&](const TensorImpl& x) {
    if (x.kind != TensorImpl::Kind::Concrete || !x.contiguous || x.type.dtype != first.type.dtype ||
        x.type.shape.size() != first.type.shape.size())
      return false;
    for (int d = 0; d < x.type.shape.size(); ++d)
      if (x.type.shape[d] != first.type.shape[d]) return false;
    return true;
  };
  if (first.size > kFastElements || !plain(first) || !(plain(rest) && ...)) return nullptr;
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op, first.type.dtype, result);
  if (kernel.run == nullptr || kernel.first_failure != nullptr) return nullptr;
  TensorImpl* out = new_tensor_like(first, result);
  const void* in[] = {first.data, rest.data...};
  kernel.run(out->data, in, first.size);
  return out;
}

/// The same on arrays; an empty one for the general path.
template <class... Rest>
Array elementwise_fast(Opcode op, DType result, const Array& first, const Rest&... rest) {
  return Array::adopt(elementwise_fast(op, result, *first.impl(), *rest.impl()...));
}

}  // namespace tjit
