// Array: a concrete tensor. A counted handle on one block that holds the header and, when small, the elements.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "ir/op.h"
#include "ir/type.h"

namespace tjit {

struct TensorImpl;  // runtime/tensor_impl.h

/// A concrete n-dimensional value, or nothing (default constructed). Copies share the elements. Views share them as
/// well: a view keeps its base alive. Elements are only written while the handle is the only one (`unique`).
class Array {
 public:
  Array() = default;
  Array(const Array& other);
  Array(Array&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Array& operator=(Array other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Array();

  /// New contiguous elements, not initialised. Throws Error when the size passes the limits.
  static Array empty(const Type& type);
  /// New contiguous elements copied from row-major `data`.
  static Array copy(const Type& type, const void* data);
  template <class T>
  static Array scalar(T value) {
    return copy({dtype_of<T>, {}}, &value);
  }
  /// The literal's elements, shared and kept alive; a splat becomes a view with strides 0.
  static Array of(const Literal& literal);
  /// Elements owned by somebody else, kept alive by `owner`; row-major.
  static Array wrap(const Type& type, std::shared_ptr<const std::byte> data);

  explicit operator bool() const { return impl_ != nullptr; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  const Shape& shape() const { return type().shape; }
  int rank() const { return shape().size(); }
  std::int64_t size() const;    ///< number of elements
  const Dims& strides() const;  ///< in elements
  bool is_contiguous() const;   ///< row-major without gaps
  /// The first element of the window (index 0, ..., 0); valid also for non-contiguous arrays.
  const void* data() const;
  template <class T>
  const T* data() const {
    TJIT_CHECK(dtype() == dtype_of<T>);
    return static_cast<const T*>(data());
  }
  /// The only element of an array with one element.
  template <class T>
  T item() const {
    TJIT_CHECK(size() == 1);
    return *data<T>();
  }
  /// Writable elements; the array must be `unique` and contiguous.
  void* mutable_data();
  /// Whether this handle is the only one to these elements, and they may be written.
  bool unique() const;

  /// The same elements under another window; no copy. `view` addresses elements relative to `data()`.
  Array view(const View& view) const;
  View view() const;  ///< this array's own window, offset 0
  /// This array when contiguous, else a row-major copy.
  Array contiguous() const;
  Literal literal() const;  ///< shares contiguous elements

  TensorImpl* impl() const { return impl_; }
  /// Takes over one count of `impl`.
  static Array adopt(TensorImpl* impl) {
    Array a;
    a.impl_ = impl;
    return a;
  }
  TensorImpl* release() { return std::exchange(impl_, nullptr); }

 private:
  TensorImpl* impl_ = nullptr;
};

/// Same type and the same bits, NaNs counting as equal; the index of the first difference otherwise is `*where`.
bool identical(const Array& a, const Array& b, std::int64_t* where = nullptr);

std::vector<Type> types_of(std::span<const Array> arrays);
std::vector<Type> types_of(std::span<const TensorImpl* const> tensors);

}  // namespace tjit
