// What the kernel files share. They are compiled once per CPU level, with TJIT_LEVEL naming the level's namespace: no
// function of one level may be the linker's choice for another, so everything here stays inside that namespace or is
// inlined.
#pragma once

#include "ir/ops/vec.h"
#include "runtime/kernels.h"

namespace tjit::TJIT_LEVEL {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
inline constexpr CpuLevel kLevel = CpuLevel::V4;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
inline constexpr CpuLevel kLevel = CpuLevel::V3;
#else
inline constexpr int kVectorBytes = 16;
inline constexpr CpuLevel kLevel = CpuLevel::Base;
#endif

/// Elements of T in a vector register.
template <class T>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

/// 0, 1, ..., N - 1.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> lane_numbers() {
  T numbers[N];
  for (int i = 0; i < N; ++i) numbers[i] = static_cast<T>(i);
  return Vec<T, N>::load(numbers);
}

/// The kernels of one of the `ElementwiseLists`; each specialisation stands in a file of its own, to be compiled on its
/// own.
template <class Ops>
std::span<const ElementwiseEntry> elementwise_kernels();
/// The other kernels on elements of type `t`: empty for ops that do not take it, or join in another type.
const ReduceKernel* reduce_kernels(DType t);
const ExtremeKernel* extreme_kernels(DType t);
const DotKernel* dot_kernels(DType t);
const ConvKernel* conv_kernels(DType t);
RandomKernel random_kernels(DType t);
SortKernel sort_kernel(DType t);
SortLineKernel sort_line_kernel(DType t);

void stream(void* to, const void* from, std::size_t bytes);
void stream_end();

}  // namespace tjit::TJIT_LEVEL
