// The arrays in tests/golden/npy, computed: element i is 37 i mod 101 (and 0.25 more for floats; 37 i mod 7 as
// imaginary part; bool: whether 37 i is odd).
#pragma once

#include <string>
#include <string_view>

#include "runtime/array.h"

namespace tjit {

inline DType dtype_named(std::string_view name) {
  for (const DTypeInfo& t : kDTypes)
    if (t.name == name) return t.dtype;
  throw Error(Error::Kind::Internal, "no element type " + std::string(name));
}

/// `2x3x4`, or `scalar`.
inline Shape shape_named(std::string_view text) {
  Shape shape;
  if (text == "scalar") return shape;
  for (;;) {
    shape.push_back(std::stoll(std::string(text)));
    const std::size_t cross = text.find('x');
    if (cross == text.npos) return shape;
    text.remove_prefix(cross + 1);
  }
}

inline Array golden_array(const Type& type) {
  Array array = Array::empty(type);
  dispatch(type.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto* p = static_cast<T*>(array.mutable_data());
    for (std::int64_t i = 0; i < element_count(type); ++i) {
      const std::int64_t n = i * 37;
      if constexpr (std::is_same_v<T, bool>) {
        p[i] = n % 2 == 1;
      } else if constexpr (is_complex(dtype_of<T>)) {
        using P = typename T::Part;
        p[i] = T(static_cast<P>(n % 101) + P(0.25), static_cast<P>(n % 7));
      } else {
        p[i] = static_cast<T>(static_cast<double>(n % 101) + (is_float(type.dtype) ? 0.25 : 0));
      }
    }
  });
  return array;
}

}  // namespace tjit
