// The walk along a row in kReduceLanes accumulators (ir/order.h), for reductions and for products of rows.
#pragma once

#include "ir/order.h"
#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

/// lanes[i mod kReduceLanes] = Join::join(lanes[...], x[i]...) for each i in [0, n).
template <class Join, class T>
struct RowWalk {
  static constexpr int kWidth = kLanes<T>;
  // Accumulators of one sweep: few enough for the registers. More lanes take several sweeps over a piece of the row
  // that stays in the L1 cache.
  static constexpr int kSweep = kReduceLanes / kWidth < 8 ? kReduceLanes / kWidth : 8;
  static constexpr std::int64_t kPiece = 16 * kReduceLanes;

  template <int N, class... X>
  [[gnu::always_inline]] static void step(T* lanes, const X*... x) {
    Join::join(Vec<T, N>::load(lanes), Vec<T, N>::load(x)...).store(lanes);
  }

  template <class... X>
  [[gnu::always_inline]] static void sweep(T* lanes, std::int64_t n, const X*... x) {
    using V = Vec<T, kWidth>;
    V acc[kSweep];
    for (int v = 0; v < kSweep; ++v) acc[v] = V::load(lanes + v * kWidth);
    for (std::int64_t i = 0; i < n; i += kReduceLanes)
      for (int v = 0; v < kSweep; ++v) acc[v] = Join::join(acc[v], V::load(x + i + v * kWidth)...);
    for (int v = 0; v < kSweep; ++v) acc[v].store(lanes + v * kWidth);
  }

  template <class... X>
  [[gnu::always_inline]] static void run(T* lanes, std::int64_t n, const X*... x) {
    std::int64_t i = 0;
    while (n - i >= kReduceLanes) {
      const std::int64_t piece = n - i < kPiece ? (n - i) / kReduceLanes * kReduceLanes : kPiece;
      for (int lane = 0; lane < kReduceLanes; lane += kSweep * kWidth) sweep(lanes + lane, piece, x + i + lane...);
      i += piece;
    }
    int lane = 0;
    for (; lane + kWidth <= n - i; lane += kWidth) step<kWidth>(lanes + lane, x + i + lane...);
    for (; lane < n - i; ++lane) step<1>(lanes + lane, x + i + lane...);
  }
};

}  // namespace tjit::TJIT_LEVEL
