// The order in which reductions and contractions join elements: part of the result, the same for eager and compiled
// code, every ISA and every number of threads. A function of shapes and attributes alone.
#pragma once

#include "ir/type.h"

namespace tjit {

/// Lanes of a reduction along rows: element i of a row goes to accumulator i mod kReduceLanes.
inline constexpr int kReduceLanes = 64;
/// Elements that one chunk of a long reduction covers at most, along rows and otherwise; chunk results join in order.
inline constexpr std::int64_t kReduceChunk = 1 << 16, kSequentialChunk = 1 << 12;

/// How a reduction over `axes` of `shape` runs. Axes of size 1 count as kept.
///
/// Rows (`lanes`): the last axis of size > 1 is reduced; otherwise rows are single elements. A chunk is a box of rows:
/// of the reduced axes outside the row, the innermost one is cut at which more than kReduceChunk elements (or
/// kSequentialChunk, for single elements) would come together, in pieces of as many indices as keep below; axes inside
/// are whole, and those outside have one index. A row of more than kReduceChunk elements is cut in pieces of that many.
///
/// Rows: within a chunk, element i of a row piece joins lane i mod 64, all lanes starting from the identity; then lanes
/// fold by halves (lane j with j + 32, then j + 16, ... j + 1). Otherwise the elements of a chunk join one after
/// another in row-major order of the reduced axes, starting from the identity. Chunk results join one after another,
/// starting from the first one's. A reduction over nothing gives the identity.
struct ReductionOrder {
  bool lanes = false;
  std::int64_t row = 1;   ///< elements of a row (lanes only)
  std::int64_t rows = 1;  ///< reduced rows for each output
  std::int64_t span = 1;  ///< rows of the cut axis and those inside: a chunk ends with them
  std::int64_t rows_per_chunk = 1;

  bool begins_chunk(std::int64_t at_row) const { return at_row % span % rows_per_chunk == 0; }
  /// Where the chunk that begins with a row ends.
  std::int64_t chunk_end(std::int64_t begin) const {
    const std::int64_t span_end = begin / span * span + span;
    return begin + rows_per_chunk < span_end ? begin + rows_per_chunk : span_end;
  }
};
ReductionOrder reduction_order(const Shape& shape, const Dims& axes);

/// How a cumulative op joins the elements of a line, backwards under `reverse`: one after another from the identity
/// within pieces of kSequentialChunk; a result is the carry, what all earlier pieces joined to, joined with what its
/// own piece has so far. The carry starts from the identity. So the pieces of a long line can be computed side by side.

/// Scatter joins updates with equal indices in the row-major order of the indices; "set" keeps the last.

/// How a contraction of `k` products per output joins them, given `columns`, the number of rhs free elements.
/// Sequential: acc = fma(a, b, acc) over k in order, starting from 0, without chunks. Otherwise (fewer than kDotColumns
/// columns, and at least kDotDepth products): lanes as a row of ReductionOrder with fma in place of add.
inline constexpr std::int64_t kDotColumns = 8, kDotDepth = 64;
inline bool dot_is_sequential(std::int64_t columns, std::int64_t k) { return columns >= kDotColumns || k < kDotDepth; }

// Reductions and products join in the accumulator type of their elements, and round to the element type once, at the
// end.
//
// A convolution joins the products of a result one after another, acc = fma(x, filter, acc) in row-major order of the
// filter's spatial dimensions and channels, starting from 0; reduce_window joins what a window covers one after another
// in row-major order, starting from the identity. Neither ends a chunk.
//
// Where a window of a convolution or a pooling lies on padding, a product with 0, or the identity, joins: the result is
// that of the padded operand. Places between elements of a dilated input are like padding.
//
// Joining the identity to what was joined to it before changes no bit, but for products of complex numbers, where
// inf * (1 + 0i) has a NaN: they join all lanes, also those that no element joined.

}  // namespace tjit
