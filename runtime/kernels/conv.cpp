// Convolution kernels, in the order of ir/order.h: each output joins its products by fma, tap after tap. The left side
// is read where it lies.
#include "ir/ops/window.h"
#include "runtime/kernels/products.h"

namespace tjit::TJIT_LEVEL {

namespace {

/// A block of kHeight rows and kVectors registers of columns stays in registers for all taps.
template <class T, int kHeight, int kVectors>
void tile(const ConvBlock& block) {
  constexpr int kWidth = kLanes<T>;
  using V = Vec<T, kWidth>;
  V acc[kHeight][kVectors];
#pragma clang loop unroll(full)
  for (int i = 0; i < kHeight; ++i)
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) acc[i][v] = V(0);
  const T* b = static_cast<const T*>(block.b);
  for (std::int64_t t = 0; t < block.tap_count; ++t) {
    const T* a[kHeight];
#pragma clang loop unroll(full)
    for (int i = 0; i < kHeight; ++i) a[i] = static_cast<const T*>(block.a) + block.rows[i] + block.taps[t];
    for (std::int64_t q = 0; q < block.depth; ++q, b += block.b_row) {
      V right[kVectors];
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v) right[v] = V::load(b + v * kWidth);
#pragma clang loop unroll(full)
      for (int i = 0; i < kHeight; ++i) {
        const V left(a[i][q]);
#pragma clang loop unroll(full)
        for (int v = 0; v < kVectors; ++v) acc[i][v] = multiply_add(left, right[v], acc[i][v]);
      }
    }
  }
  T* const c = static_cast<T*>(block.c);
#pragma clang loop unroll(full)
  for (int i = 0; i < kHeight; ++i)
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) acc[i][v].store(c + i * block.c_row + v * kWidth);
}

/// kVectors registers of N channels, from channel j on.
template <class T, int N, int kVectors>
[[gnu::always_inline]] inline void channel_block(const ConvBlock& block, std::int64_t j) {
  using V = Vec<T, N>;
  const T* const a = static_cast<const T*>(block.a) + block.rows[0] + j;
  const T* b = static_cast<const T*>(block.b) + j;
  V acc[kVectors];
  for (int v = 0; v < kVectors; ++v) acc[v] = V(0);
  for (std::int64_t t = 0; t < block.tap_count; ++t, b += block.b_row)
    for (int v = 0; v < kVectors; ++v)
      acc[v] = multiply_add(V::load(a + block.taps[t] + v * N), V::load(b + v * N), acc[v]);
  for (int v = 0; v < kVectors; ++v) acc[v].store(static_cast<T*>(block.c) + j + v * N);
}

template <class T>
void channels(const ConvBlock& block, std::int64_t n) {
  constexpr int kWidth = kLanes<T>;
  std::int64_t j = 0;
  for (; j + 4 * kWidth <= n; j += 4 * kWidth) channel_block<T, kWidth, 4>(block, j);
  for (; j + kWidth <= n; j += kWidth) channel_block<T, kWidth, 1>(block, j);
  for (; j < n; ++j) channel_block<T, 1, 1>(block, j);
}

template <class T, int... kHeight>
constexpr ConvKernel conv_kernel(std::integer_sequence<int, kHeight...>) {
  static_assert(sizeof...(kHeight) == kTileHeights);
  return {kTileVectors * kLanes<T>, {kHeight...}, {tile<T, kHeight, kTileVectors>...}, channels<T>};
}

template <class T>
constexpr ConvKernel kConvKernel = conv_kernel<T>(tile_heights<T>());

}  // namespace

const ConvKernel* conv_kernels(DType t) {
  return dispatch(t, []<class T>(Tag<T>) -> const ConvKernel* {
    if constexpr (kSumsProducts<Conv, T>) return &kConvKernel<T>;
    return nullptr;
  });
}

}  // namespace tjit::TJIT_LEVEL
