// What kernels that sum products share.
#pragma once

#include <utility>

#include "ir/ops/element.h"
#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

/// a * b + c: by fma, or wrapping.
template <class V>
[[gnu::always_inline]] inline V multiply_add(V a, V b, V c) {
  if constexpr (has_nan(dtype_of<typename V::Scalar>)) {
    return fma(a, b, c);
  } else {
    return a * b + c;
  }
}

/// Rows of tiles. Accumulators, one row of the right side and one broadcast element fill the registers: 32, or 16
/// before AVX-512. Integer products are rare: a small block does.
template <class T>
consteval auto tile_heights() {
  if constexpr (!std::is_floating_point_v<T>) {
    return std::integer_sequence<int, 4, 3, 2, 1>();
  } else if constexpr (kVectorBytes == 64) {
    return std::integer_sequence<int, 14, 8, 4, 1>();
  } else {
    return std::integer_sequence<int, 6, 4, 2, 1>();
  }
}

/// Whether products of elements of type T are summed by kernels of its own.
template <class Op, class T>
constexpr bool kSumsProducts =
    contains(Op::info.types, dtype_of<T>) && std::is_same_v<T, typename Element<T>::Accumulator>;

}  // namespace tjit::TJIT_LEVEL
