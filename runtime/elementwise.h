// The fast paths of eager elementwise ops: operands of one type without gaps, result in cache; and few elements.
#pragma once

#include <span>

#include "runtime/float_state.h"
#include "runtime/kernels.h"
#include "runtime/tensor_impl.h"

namespace tjit {

/// Elements up to which the fast path applies: larger results may be better written past the caches.
inline constexpr std::int64_t kFastElements = 1 << 17;

/// The result of an elementwise op that cannot fail, or null when the operands need the general path (`execute`): they
/// differ in type or shape, have gaps, are large, or are not concrete. `result` is the result's dtype.
template <class... Rest>
TensorImpl* elementwise_fast(Opcode op, DType result, const TensorImpl& first, const Rest&... rest) {
  const auto is_ready = [](const TensorImpl& x) { return x.kind == TensorImpl::Kind::Concrete && x.contiguous; };
  if (first.size > kFastElements || !is_ready(first) || !((is_ready(rest) && has_type(rest, first.type)) && ...))
    return nullptr;
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op, first.type.dtype, result);
  if (kernel.run == nullptr || kernel.first_failure != nullptr) return nullptr;
  TensorImpl* out = new_tensor_like(first, result);
  const void* in[] = {first.data, rest.data...};
  const DefaultFloats floats;
  kernel.run(out->data, in, first.size);
  return out;
}

/// The same on arrays; an empty one for the general path.
template <class... Rest>
Array elementwise_fast(Opcode op, DType result, const Array& first, const Rest&... rest) {
  return Array::adopt(elementwise_fast(op, result, *first.impl(), *rest.impl()...));
}

/// An operand of `elementwise_few`: a tensor, or a number that is an element of the operands' dtype.
struct FewOperand {
  const TensorImpl* tensor = nullptr;
  const void* element = nullptr;
};

/// The result of an elementwise op whose operands broadcast, in whatever layout, or null when they need the general
/// path: they do not fit, they are more than the L1 cache should hold, no operand is a tensor, or the op fails. All are
/// concrete; `operand` is the dtype of the last one.
TensorImpl* elementwise_few(Opcode op, DType operand, DType result, std::span<const FewOperand> operands);

}  // namespace tjit
