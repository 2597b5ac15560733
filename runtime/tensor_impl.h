// The counted block behind every tensor: a header and, when they are few, the elements.
#pragma once

#include <atomic>
#include <sys/single_threaded.h>

#include "runtime/allocator.h"
#include "runtime/array.h"

namespace tjit {

struct alignas(64) TensorImpl {
  enum class Kind : std::uint8_t { Concrete, Other };
  /// Who owns the elements of a concrete tensor.
  enum class Storage : std::uint8_t {
    Inline,  ///< this block: they follow the header
    Large,   ///< a block of `storage_bytes` from allocate_large, at `data`, freed with this one
    Base,    ///< another tensor, which this one keeps alive
    Foreign  ///< somebody else, through the std::shared_ptr<const std::byte> that follows the header
  };

  TensorImpl() = default;
  // Shape and strides are built in place: reading back in wide pieces what was just written in narrow ones stalls.
  TensorImpl(DType dtype, const Shape& shape, const Dims& element_strides, std::int64_t elements)
      : size(elements), type{dtype, shape}, strides(element_strides) {}

  std::atomic<std::uint32_t> count{1};
  Kind kind = Kind::Concrete;
  std::uint8_t block_class = 0;  ///< size class of this block
  Storage storage = Storage::Inline;
  bool contiguous = true;  ///< row-major without gaps
  std::int64_t size = 0;   ///< number of elements
  std::byte* data = nullptr;
  union {
    std::size_t storage_bytes = 0;  ///< Large
    TensorImpl* base;               ///< Base; never a tensor that has a base itself
  };
  /// Of a tensor with gaps, whose elements are never written: its contiguous copy, once somebody asked for it, a
  /// counted TensorImpl. Of one without: the Location of the C++ numbers that alone decided its dtype, or null.
  mutable std::atomic<const void*> beside{nullptr};
  Type type;
  Dims strides;  ///< in elements

  const Location* numbers() const {
    if (contiguous) return static_cast<const Location*>(beside.load(std::memory_order_relaxed));
    return storage == Storage::Base ? base->numbers() : nullptr;
  }
  std::byte* inline_data() { return reinterpret_cast<std::byte*>(this + 1); }
  /// Whether this count of the tensor is the only way to its elements, and they may be written.
  bool writable() const {
    if (count.load(std::memory_order_acquire) != 1) return false;
    if (storage == Storage::Base) return base->writable();
    return storage != Storage::Foreign;
  }
};

/// `t.type == type`, without a call.
inline bool has_type(const TensorImpl& t, const Type& type) {
  const Shape &a = t.type.shape, &b = type.shape;
  if (t.type.dtype != type.dtype || a.size() != b.size()) return false;
  for (int d = 0; d < a.size(); ++d)
    if (a.begin()[d] != b.begin()[d]) return false;
  return true;
}

/// Destroys a tensor of a kind other than Concrete, as whoever makes such tensors sets it.
extern void (*destroy_other_tensor)(TensorImpl*);

/// A concrete tensor with uninitialised contiguous elements; `strides` and `size` must be those of `type`.
TensorImpl* new_tensor(const Type& type, const Dims& strides, std::int64_t size);
/// The same with the shape of a contiguous tensor.
TensorImpl* new_tensor_like(const TensorImpl& like, DType dtype);
/// The elements in row-major order: its own, or those of a contiguous copy that lives as long as `t` does. Threads that
/// share a tensor may ask at once.
const std::byte* packed_elements(const TensorImpl& t);
/// A contiguous copy.
Array packed_copy(const TensorImpl& t);
/// Called when the last count is gone.
void destroy_tensor(TensorImpl* t);

// A process with one thread has no need of atomic read-modify-writes, which cost as much as a small op.
inline void retain(TensorImpl* t) {
  if (__libc_single_threaded) {
    t->count.store(t->count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    t->count.fetch_add(1, std::memory_order_relaxed);
  }
}

/// Another handle; the count is no part of the value.
inline Array share(const TensorImpl* t) {
  auto* counted = const_cast<TensorImpl*>(t);
  retain(counted);
  return Array::adopt(counted);
}

inline void release(TensorImpl* t) {
  const std::uint32_t count = t->count.load(std::memory_order_acquire);
  if (count == 1) return destroy_tensor(t);
  if (__libc_single_threaded) {
    t->count.store(count - 1, std::memory_order_relaxed);
  } else if (t->count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    destroy_tensor(t);
  }
}

}  // namespace tjit
