// Making tensors from C++ values.
#pragma once

#include <array>
#include <initializer_list>
#include <iterator>
#include <span>
#include <vector>

#include "tjit/callable.h"
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

/// A tensor of `shape` whose elements, as many as there are in an array of shape `given`, `write` stores row by row.
Tensor filled_tensor(const Shape& given, const Shape& shape, DType dtype, Callable<void(void* elements)> write,
                     const Location& at);

/// Throws Error for arrays side by side of different sizes.
[[noreturn]] void fail_ragged(std::int64_t expected, std::int64_t found, int depth);

/// What stands in a C++ array, and how many: -1 when the type does not say.
template <class C>
struct ArrayOf {
  static constexpr bool is_array = false;
};
template <class T, std::int64_t N>
struct ArrayOfParts {
  static constexpr bool is_array = true;
  static constexpr std::int64_t extent = N;
  using Part = std::remove_const_t<T>;
};
template <class T>
struct ArrayOf<std::vector<T>> : ArrayOfParts<T, -1> {};
template <class T, std::size_t N>
struct ArrayOf<std::span<T, N>> : ArrayOfParts<T, N == std::dynamic_extent ? -1 : static_cast<std::int64_t>(N)> {};
template <class T, std::size_t N>
struct ArrayOf<std::array<T, N>> : ArrayOfParts<T, static_cast<std::int64_t>(N)> {};
template <class T, std::size_t N>
struct ArrayOf<T[N]> : ArrayOfParts<T, static_cast<std::int64_t>(N)> {};

/// The numbers in an array nested to any depth; void when others stand there.
template <class C>
struct NumbersIn {
  using type = std::conditional_t<std::is_arithmetic_v<C>, C, void>;
};
template <class C>
  requires ArrayOf<C>::is_array
struct NumbersIn<C> : NumbersIn<typename ArrayOf<C>::Part> {};

/// std::vector, std::array, std::span and C arrays of numbers or of such arrays.
template <class C>
concept NumberArray = ArrayOf<C>::is_array && !std::is_void_v<typename NumbersIn<C>::type> &&
                      !std::is_same_v<std::remove_all_extents_t<C>, char>;  // "text"

/// Whether integers of type E hold every value of T.
template <class E, class T>
inline constexpr bool holds_integers_of =
    std::is_integral_v<E> && !std::is_same_v<E, bool> && std::is_signed_v<E> >= std::is_signed_v<T> &&
    (sizeof(E) > sizeof(T) || (sizeof(E) == sizeof(T) && std::is_signed_v<E> == std::is_signed_v<T>));
/// The first type that holds them.
template <class T, class... E>
struct FirstThatHolds;
template <class T, class E, class... Rest>
struct FirstThatHolds<T, E, Rest...> : std::conditional_t<holds_integers_of<E, T>, Tag<E>, FirstThatHolds<T, Rest...>> {
};
/// The element type for C++ numbers: their own, or the first that holds all integers of their type.
template <class T, class... E>
constexpr auto element_for(TypeList<E...>) {
  if constexpr (!std::is_integral_v<T> || TypeList<E...>::template index<T> >= 0) {
    return Tag<T>();
  } else {
    return Tag<typename FirstThatHolds<T, E...>::type>();
  }
}
/// Appends the sizes of an array of this type that is not there.
template <class C>
void measure_type(Shape& shape) {
  if constexpr (ArrayOf<C>::is_array) {
    shape.push_back(ArrayOf<C>::extent < 0 ? 0 : ArrayOf<C>::extent);
    measure_type<typename ArrayOf<C>::Part>(shape);
  }
}
/// Appends the sizes of the first path down.
template <class C>
void measure(const C& array, Shape& shape) {
  if constexpr (ArrayOf<C>::is_array) {
    shape.push_back(static_cast<std::int64_t>(std::size(array)));
    if (std::size(array) == 0) {
      measure_type<typename ArrayOf<C>::Part>(shape);
    } else if constexpr (ArrayOf<typename ArrayOf<C>::Part>::is_array) {
      measure(*std::begin(array), shape);
    }
  }
}
/// Writes the numbers to `out`, row by row.
template <class C, class E>
void write_elements(const C& array, const Shape& shape, int depth, E*& out) {
  const auto size = static_cast<std::int64_t>(std::size(array));
  if (size != shape[depth]) fail_ragged(shape[depth], size, depth);
  for (const auto& part : array) {
    using Part = typename ArrayOf<C>::Part;
    if constexpr (ArrayOf<Part>::is_array) {
      write_elements(part, shape, depth + 1, out);
    } else {
      *out++ = static_cast<E>(part);
    }
  }
}

template <class C>
Tensor array_tensor(const C& array, const Shape* shape, const Location& at) {
  using Element = typename decltype(element_for<typename NumbersIn<C>::type>(ElementTypes()))::type;
  static_assert(ElementTypes::index<Element> >= 0, "numbers of this type are no elements");
  Shape own;
  measure(array, own);
  const auto write = [&](void* elements) {
    auto* out = static_cast<Element*>(elements);
    write_elements(array, own, 0, out);
  };
  return filled_tensor(own, shape != nullptr ? *shape : own, dtype_of<Element>, write, at);
}

}  // namespace detail

inline namespace ops {

/// A tensor of the numbers given: rank 0 for one number, `constant({{1.0f, 2.0f}, {3.0f, 4.0f}})` has shape (2,2). The
/// dtype is float32 when a floating number is among them, else int32, or int64 when one is of a 64-bit type; bool when
/// all are bool, which do not mix with numbers; unless `dtype` says. Throws Error when the lists are ragged or a number
/// does not fit.
Tensor constant(const NestedList& values, const Location& at = std::source_location::current());
Tensor constant(const NestedList& values, DType dtype, const Location& at = std::source_location::current());

/// The numbers in a std::vector, std::array, std::span or C array, or such arrays of such arrays, row by row. Keeps
/// their type; integers that are no element type become the smallest one that holds them all. With a shape, it is that
/// of the result. Throws Error when inner arrays differ in size, or the count is not that of `shape`.
template <detail::NumberArray C>
Tensor constant(const C& elements, const Shape& shape, const Location& at = std::source_location::current()) {
  return detail::array_tensor(elements, &shape, at);
}
template <detail::NumberArray C>
Tensor constant(const C& elements, const Location& at = std::source_location::current()) {
  return detail::array_tensor(elements, nullptr, at);
}

/// Every element is `value`.
Tensor full(const Shape& shape, const Scalar& value, DType dtype = float32,
            const Location& at = std::source_location::current());
Tensor zeros(const Shape& shape, DType dtype = float32, const Location& at = std::source_location::current());
Tensor ones(const Shape& shape, DType dtype = float32, const Location& at = std::source_location::current());

}  // namespace ops

}  // namespace tjit
