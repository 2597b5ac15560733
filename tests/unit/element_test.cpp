// What the list of element types says of each, against what conversions do.
#include "ir/ops/element.h"

#include <doctest/doctest.h>

#include "arrays.h"
#include "ir/ops/math.h"

namespace tjit {
namespace {

using namespace test;

template <class To, class From>
bool returns(From x) {
  const Vec<From, 1> from(x);
  if constexpr (kIsComplex<From> && !kIsComplex<To>) {
    return false;
  } else if constexpr (kIsComplex<To> && !kIsComplex<From>) {
    return same(math::cast<From>(math::cast<To>(from).re)[0], x);
  } else {
    const Vec<To, 1> to = math::cast<To>(from);
    bool keeps_sign = true;
    if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) keeps_sign = (x < 0) == (to[0] < 0);
    return keeps_sign && same(math::cast<From>(to)[0], x);
  }
}

TEST_CASE("a type holds all values of another if they come back from it unchanged") {
  ElementTypes::for_each([]<class From>(Tag<From>) {
    const std::vector<From> values = telling_values<From>(4000, 1);
    ElementTypes::for_each([&]<class To>(Tag<To>) {
      INFO(info(dtype_of<From>).ir_name, " in ", info(dtype_of<To>).ir_name);
      CHECK(std::ranges::all_of(values, returns<To, From>) == holds_all(dtype_of<To>, dtype_of<From>));
    });
  });
}

TEST_CASE("an element type is found by its C++ type, and its C++ type by the element type") {
  int count = 0;
  ElementTypes::for_each([&]<class T>(Tag<T>) {
    const DTypeInfo& i = info(dtype_of<T>);
    CHECK(static_cast<int>(i.dtype) == count++);
    CHECK(i.size == static_cast<int>(sizeof(T)));
    CHECK(dispatch(i.dtype, []<class U>(Tag<U>) { return std::is_same_v<T, U>; }));
    CHECK(ElementBits::of(T(1)).template as<T>() == T(1));
  });
  CHECK(count == kDTypeCount);
}

}  // namespace
}  // namespace tjit
