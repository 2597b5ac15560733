// Sets of element types, such as those that an op takes.
#pragma once

#include <cstdint>

#include "tjit/dtype.h"
#include "tjit/error.h"

namespace tjit {

/// One bit per DType.
using DTypes = std::uint32_t;
constexpr DTypes only(DType t) { return DTypes{1} << static_cast<int>(t); }
constexpr bool contains(DTypes set, DType t) { return (set & only(t)) != 0; }
/// The element types for which `is` holds.
consteval DTypes those(bool (*is)(DType)) {
  DTypes set = 0;
  for (const DTypeInfo& t : kDTypes)
    if (is(t.dtype)) set |= only(t.dtype);
  return set;
}
inline constexpr DTypes kBool = only(DType::Bool);
inline constexpr DTypes kInts = those(is_integer);
inline constexpr DTypes kSigned = those(is_signed);
inline constexpr DTypes kUnsigned = kInts & ~kSigned;
inline constexpr DTypes kFloats = those(is_float);
inline constexpr DTypes kComplex = those(is_complex);
inline constexpr DTypes kReals = kInts | kFloats;
inline constexpr DTypes kNumbers = kReals | kComplex;
inline constexpr DTypes kAll = kNumbers | kBool;
inline constexpr DTypes kOrdered = kReals | kBool;  ///< those with an order: false comes before true
/// Types that an index may have.
inline constexpr DTypes kIndices = those([](DType t) { return is_integer(t) && is_signed(t) && size_of(t) >= 4; });

namespace detail {
template <DTypes kSet, class T, class... Rest>
constexpr auto first_of(TypeList<T, Rest...>) {
  if constexpr (contains(kSet, dtype_of<T>)) {
    return Tag<T>();
  } else {
    return first_of<kSet>(TypeList<Rest...>());
  }
}
}  // namespace detail

/// The type of elements of a dtype that is known when compiling.
template <DType kType>
using ElementOf = typename decltype(detail::first_of<only(kType)>(ElementTypes()))::type;

/// `dispatch` among the element types of a set, of which `t` is one.
template <DTypes kSet, class F>
decltype(auto) dispatch_in(DType t, F&& f) {
  TJIT_CHECK(contains(kSet, t));
  using First = decltype(detail::first_of<kSet>(ElementTypes()));  // stands for all others
  return dispatch(t,
                  [&]<class T>(Tag<T>) { return f(std::conditional_t<contains(kSet, dtype_of<T>), Tag<T>, First>()); });
}

}  // namespace tjit
