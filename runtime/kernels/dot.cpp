// Matrix product kernels, in the order of ir/order.h: each output joins its products by fma, one after another or in
// lanes.
#include "ir/ops/structure.h"
#include "runtime/kernels/products.h"
#include "runtime/kernels/rows.h"

namespace tjit::TJIT_LEVEL {

namespace {

/// A block of kHeight rows and kVectors registers of columns stays in registers for all of k.
template <class T, int kHeight, int kVectors>
void tile(std::int64_t k, const void* a_from, const void* b_from, std::int64_t b_row, void* c_to, std::int64_t c_row,
          bool first) {
  constexpr int kWidth = kLanes<T>;
  using V = Vec<T, kWidth>;
  const T* a = static_cast<const T*>(a_from);
  const T* b = static_cast<const T*>(b_from);
  T* c = static_cast<T*>(c_to);
  V acc[kHeight][kVectors];
#pragma clang loop unroll(full)
  for (int i = 0; i < kHeight; ++i)
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) acc[i][v] = first ? V(0) : V::load(c + i * c_row + v * kWidth);
  for (std::int64_t p = 0; p < k; ++p, a += kHeight, b += b_row) {
    V row[kVectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) row[v] = V::load(b + v * kWidth);
#pragma clang loop unroll(full)
    for (int i = 0; i < kHeight; ++i) {
      const V left(a[i]);
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v) acc[i][v] = multiply_add(left, row[v], acc[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < kHeight; ++i)
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) acc[i][v].store(c + i * c_row + v * kWidth);
}

template <class T>
struct RowKernel {
  template <class V>
  [[gnu::always_inline]] static V join(V lanes, V a, V b) {
    return multiply_add(a, b, lanes);
  }

  static void row(void* lanes, const void* a, const void* b, std::int64_t n) {
    RowWalk<RowKernel, T>::run(static_cast<T*>(lanes), n, static_cast<const T*>(a), static_cast<const T*>(b));
  }
};

template <class T, int... kHeight>
constexpr DotKernel dot_kernel(std::integer_sequence<int, kHeight...>) {
  static_assert(sizeof...(kHeight) == kTileHeights);
  return {kTileVectors * kLanes<T>, {kHeight...}, {tile<T, kHeight, kTileVectors>...}, RowKernel<T>::row};
}

template <class T>
constexpr DotKernel kDotKernel = dot_kernel<T>(tile_heights<T>());

}  // namespace

const DotKernel* dot_kernels(DType t) {
  return dispatch(t, []<class T>(Tag<T>) -> const DotKernel* {
    if constexpr (kSumsProducts<Dot, T>) return &kDotKernel<T>;
    return nullptr;
  });
}

}  // namespace tjit::TJIT_LEVEL
