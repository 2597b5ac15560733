// Making tensors from C++ values.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "tjit/tensor.h"

namespace tjit {

/// Numbers in nested braces: `{{1.0f, 2.0f}, {3, 4}}`. Lives no longer than the expression it is written in.
class NestedList {
 public:
  template <class T>
    requires std::is_arithmetic_v<T>
  NestedList(T value) : scalar_(value), is_list_(false) {}
  NestedList(std::initializer_list<NestedList> list) : list_(list), scalar_(0), is_list_(true) {}

  bool is_list() const { return is_list_; }
  const std::initializer_list<NestedList>& list() const { return list_; }
  const Scalar& scalar() const { return scalar_; }

 private:
  std::initializer_list<NestedList> list_;
  Scalar scalar_;
  bool is_list_;
};

namespace detail {
/// Copies row-major elements.
Tensor make_tensor(const void* data, const Shape& shape, DType dtype);
}  // namespace detail

inline namespace ops {

/// A tensor of the numbers given: rank 0 for one number, `constant({{1.0f, 2.0f}, {3.0f, 4.0f}})` has shape (2,2). The
/// dtype is float32 when a floating number is among them, else int32, or int64 when one is beyond its range; bool when
/// all are bool; unless `dtype` says. Throws Error when the lists are ragged or a number does not fit.
Tensor constant(const NestedList& values);
Tensor constant(const NestedList& values, DType dtype);

/// A copy of row-major elements; keeps their element type. Throws Error when the count is not that of `shape`.
template <class T>
Tensor constant(std::span<const T> elements, const Shape& shape) {
  if (static_cast<std::int64_t>(elements.size()) != element_count(shape))
    fail("constant: " + std::to_string(elements.size()) + " elements do not fill shape " + shape_text(shape));
  return detail::make_tensor(elements.data(), shape, dtype_of<T>);
}
template <class T>
Tensor constant(const std::vector<T>& elements, const Shape& shape) {
  return constant(std::span<const T>(elements), shape);
}
template <class T>
Tensor constant(const std::vector<T>& elements) {
  return constant(std::span<const T>(elements), {static_cast<std::int64_t>(elements.size())});
}

/// Every element is `value`.
Tensor full(const Shape& shape, const Scalar& value, DType dtype = float32);
inline Tensor zeros(const Shape& shape, DType dtype = float32) { return full(shape, 0, dtype); }
inline Tensor ones(const Shape& shape, DType dtype = float32) { return full(shape, 1, dtype); }

}  // namespace ops

}  // namespace tjit
