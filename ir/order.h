// The order in which reductions and contractions join elements: part of the result, the same for eager and compiled
// code, every ISA and every number of threads. A function of shapes and attributes alone.
#pragma once

#include "ir/type.h"

namespace tjit {

/// Lanes of a reduction along rows: element i of a row goes to accumulator i mod kReduceLanes.
inline constexpr int kReduceLanes = 64;
/// Elements that one chunk of a long reduction covers; chunk results join in order.
inline constexpr std::int64_t kReduceChunk = 1 << 16;

/// How a reduction over `axes` of `shape` runs. Axes of size 1 count as kept.
///
/// Rows (`lanes`): the last axis of size > 1 is reduced. A chunk covers `rows_per_chunk` consecutive reduced rows (the
/// reduced outer axes in row-major order), each row cut in pieces of kReduceChunk when it is longer. Within a chunk,
/// element i of a row piece joins lane i mod 64, all lanes starting from the identity; then lanes fold by halves (lane
/// j with j + 32, then j + 16, ... j + 1). Chunk results join one after another, starting from the first one's.
/// Otherwise each output joins its elements one after another in row-major order of the reduced axes, starting from the
/// identity; after every `rows_per_chunk` elements a chunk ends, and chunk results join in order in the same way.
/// A reduction over nothing gives the identity.
struct ReductionOrder {
  bool lanes = false;
  std::int64_t row = 1;   ///< elements of a row (lanes only)
  std::int64_t rows = 1;  ///< reduced rows for each output
  std::int64_t rows_per_chunk = 1;
};
ReductionOrder reduction_order(const Shape& shape, const Dims& axes);

/// How a contraction of `k` products per output joins them, given `columns`, the number of rhs free elements.
/// Sequential: acc = fma(a, b, acc) over k in order, starting from 0. Otherwise (fewer than kDotColumns columns): lanes
/// as a row of ReductionOrder with fma in place of add.
inline constexpr std::int64_t kDotColumns = 8;
inline bool dot_is_sequential(std::int64_t columns) { return columns >= kDotColumns; }

}  // namespace tjit
