// The fast path of eager elementwise ops: operands of one type without gaps, result in cache.
#pragma once

#include "runtime/kernels.h"
#include "runtime/tensor_impl.h"

namespace tjit {

/// Elements up to which the fast path applies: larger results may be better written past the caches.
inline constexpr std::int64_t kFastElements = 1 << 17;

namespace detail {

inline bool same_shape(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return false;
  for (int d = 0; d < a.size(); ++d)
    if (a[d] != b[d]) return false;
  return true;
}

inline bool is_plain(const TensorImpl& t) {
  return t.kind == TensorImpl::Kind::Concrete && t.contiguous && t.size <= kFastElements;
}

}  // namespace detail

/// The result of an elementwise op that cannot fail, or nothing when its operands need the general path (`execute`): they
/// differ in type or shape, have gaps, or are not concrete. `result` is the result's dtype; the op must take the operands'.
inline Array elementwise_fast(Opcode op, const Array& x, DType result) {
  const TensorImpl& a = *x.impl();
  if (!detail::is_plain(a)) return {};
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op, a.type.dtype, result);
  if (kernel.run == nullptr || kernel.first_failure != nullptr) return {};
  TensorImpl* out = new_tensor({result, a.type.shape}, a.strides, a.size);
  const void* in[] = {a.data};
  kernel.run(out->data, in, a.size);
  return Array::adopt(out);
}

inline Array elementwise_fast(Opcode op, const Array& x, const Array& y, DType result) {
  const TensorImpl& a = *x.impl();
  const TensorImpl& b = *y.impl();
  if (!detail::is_plain(a) || !detail::is_plain(b)) return {};
  if (a.type.dtype != b.type.dtype || !detail::same_shape(a.type.shape, b.type.shape)) return {};
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op, a.type.dtype, result);
  if (kernel.run == nullptr || kernel.first_failure != nullptr) return {};
  TensorImpl* out = new_tensor({result, a.type.shape}, a.strides, a.size);
  const void* in[] = {a.data, b.data};
  kernel.run(out->data, in, a.size);
  return Array::adopt(out);
}

}  // namespace tjit
