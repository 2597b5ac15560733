// Sorting networks on vectors whose lanes are ordered independently.
#pragma once

#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

template <class V>
[[gnu::always_inline]] inline V smaller(V a, V b) {
  return V::of(__builtin_elementwise_min(a.raw, b.raw));
}
template <class V>
[[gnu::always_inline]] inline V larger(V a, V b) {
  return V::of(__builtin_elementwise_max(a.raw, b.raw));
}
template <class V>
[[gnu::always_inline]] inline void order(V& a, V& b) {
  const V low = smaller(a, b);
  b = larger(a, b);
  a = low;
}

/// The odd-even merge sort of N vectors (K. E. Batcher, Sorting networks and their applications, 1968).
template <int N, class V>
[[gnu::always_inline]] inline void sort_block(V* x) {
  if constexpr (N > 1) {
    sort_block<N / 2>(x);
    sort_block<N / 2>(x + N / 2);
#pragma clang loop unroll(full)
    for (int i = 0; i < N / 2; ++i) order(x[i], x[i + N / 2]);
#pragma clang loop unroll(full)
    for (int d = N / 4; d >= 1; d /= 2) {
#pragma clang loop unroll(full)
      for (int i = d; i < N - d; ++i)
        if (i / d % 2 == 1) order(x[i], x[i + d]);
    }
  }
}

/// The last layers of a bitonic merge of N vectors, at distances N / 2, ..., 1.
template <int N, class V>
[[gnu::always_inline]] inline void merge_block(V* x) {
  if constexpr (N > 1) {
#pragma clang loop unroll(full)
    for (int i = 0; i < N / 2; ++i) order(x[i], x[i + N / 2]);
    merge_block<N / 2>(x);
    merge_block<N / 2>(x + N / 2);
  }
}

}  // namespace tjit::TJIT_LEVEL
