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
/// Copies `count` row-major elements.
Tensor make_tensor(const void* data, std::size_t count, const Shape& shape, DType dtype, const Location& at);
}  // namespace detail

inline namespace ops {

/// A tensor of the numbers given: rank 0 for one number, `constant({{1.0f, 2.0f}, {3.0f, 4.0f}})` has shape (2,2). The
/// dtype is float32 when a floating number is among them, else int32, or int64 when one is of a 64-bit type; bool when
/// all are bool, which do not mix with numbers; unless `dtype` says. Throws Error when the lists are ragged or a number
/// does not fit.
Tensor constant(const NestedList& values, const Location& at = std::source_location::current());
Tensor constant(const NestedList& values, DType dtype, const Location& at = std::source_location::current());

/// A copy of row-major elements; keeps their element type. Throws Error when the count is not that of `shape`.
template <class T, std::size_t N>
Tensor constant(std::span<T, N> elements, const Shape& shape, const Location& at = std::source_location::current()) {
  return detail::make_tensor(elements.data(), elements.size(), shape, dtype_of<std::remove_const_t<T>>, at);
}
template <class T>
Tensor constant(const std::vector<T>& elements, const Shape& shape,
                const Location& at = std::source_location::current()) {
  if constexpr (std::is_same_v<T, bool>) {
    const std::vector<std::uint8_t> bytes(elements.begin(), elements.end());
    return detail::make_tensor(bytes.data(), bytes.size(), shape, bool_, at);
  } else {
    return constant(std::span(elements), shape, at);
  }
}
template <class T>
Tensor constant(const std::vector<T>& elements, const Location& at = std::source_location::current()) {
  return constant(elements, {static_cast<std::int64_t>(elements.size())}, at);
}

/// Every element is `value`.
Tensor full(const Shape& shape, const Scalar& value, DType dtype = float32,
            const Location& at = std::source_location::current());
Tensor zeros(const Shape& shape, DType dtype = float32, const Location& at = std::source_location::current());
Tensor ones(const Shape& shape, DType dtype = float32, const Location& at = std::source_location::current());

}  // namespace ops

}  // namespace tjit
