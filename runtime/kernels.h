// The native kernels: what each CPU level supplies, and the choice of a level. The code is in runtime/kernels/,
// compiled once per level; all levels give the same bits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/op.h"
#include "runtime/cpu.h"

namespace tjit {

/// One elementwise op for one operand type and result type, on contiguous elements.
struct ElementwiseKernel {
  /// `out` may be one of the operands.
  void (*run)(void* out, const void* const* in, std::int64_t n) = nullptr;
  /// The same for more than the caches hold: fetches ahead and writes past them. `out` is aligned to 64 bytes.
  void (*run_large)(void* out, const void* const* in, std::int64_t n) = nullptr;
  /// The first index at which the op fails, or -1. Null for ops that cannot fail; where it gives an index, `run` still
  /// gives some value and does not trap.
  std::int64_t (*first_failure)(const void* const* in, std::int64_t n) = nullptr;
};

/// A kernel of a level's lists, for the last operand's dtype.
struct ElementwiseEntry {
  Opcode op{};
  DType operand{}, result{};
  ElementwiseKernel kernel;
};

/// Rows of columns that a cumulative op joins one after another. Strides count elements and may be negative.
struct RunningRows {
  void* so_far;       ///< what this piece of each column joined to, updated
  const void* carry;  ///< what earlier pieces of each column joined to
  void* out;
  const void* x;
  std::int64_t columns, rows, out_stride, x_stride;
  bool exclusive;
};

/// A reduction in the order of ir/order.h. Strides count elements.
struct ReduceKernel {
  /// lanes[i mod kReduceLanes] = join(lanes[...], x[i])
  void (*row)(void* lanes, const void* x, std::int64_t n) = nullptr;
  /// Joins all lanes in lane 0, by halves.
  void (*fold)(void* lanes) = nullptr;
  /// out[r] = row r of n elements joined in lanes and folded, for `count` rows.
  void (*rows)(void* out, const void* x, std::int64_t n, std::int64_t count, std::int64_t stride) = nullptr;
  /// acc[j] = join(acc[j], x[i * stride + j]) for i = 0 ... count - 1, for n columns.
  void (*columns)(void* acc, const void* x, std::int64_t n, std::int64_t count, std::int64_t stride) = nullptr;
  /// so_far[j] = join(so_far[j], x[i][j]) and out[i][j] = join(carry[j], so_far[j]), which comes first when exclusive.
  void (*running)(const RunningRows& rows) = nullptr;
};

/// Where the largest or smallest element stands (argmax, argmin).
struct ExtremeKernel {
  Opcode reduce = kNoOp;  ///< the reduction that gives the element itself
  /// Where x[j] comes before best[j] (is NaN and best is not, or is more extreme): best[j] = x[j], place[j] = at.
  void (*column)(void* best, std::int64_t* place, const void* x, std::int64_t n, std::int64_t at) = nullptr;
  /// place[r] = the place in row r of n elements, for `count` rows that begin `stride` elements apart.
  void (*rows)(std::int64_t* place, const void* x, std::int64_t n, std::int64_t count, std::int64_t stride) = nullptr;
  /// The first index of an element equal to `*value` (any NaN for a NaN), or -1.
  std::int64_t (*find)(const void* x, std::int64_t n, const void* value) = nullptr;
};

/// A block of a matrix product: c[i][j] = fma(a[p][i], b[p][j], c[i][j]) for p = 0 ... k-1, for `height` rows (a is
/// packed: a[p * height + i]) and `DotKernel::width` columns. `first`: c starts as 0 and is not read. Integers wrap.
using DotTile = void (*)(std::int64_t k, const void* a, const void* b, std::int64_t b_row, void* c, std::int64_t c_row,
                         bool first);

/// How many heights tiles have: descending, the last is 1.
inline constexpr int kTileHeights = 4;
/// Registers side by side in a row of a tile.
inline constexpr int kTileVectors = 2;

struct DotKernel {
  int width = 0;
  int height[kTileHeights] = {};
  DotTile tile[kTileHeights] = {};  ///< tile[i] takes height[i] rows
  /// lanes[i mod kReduceLanes] = fma(a[i], b[i], lanes[...])
  void (*row)(void* lanes, const void* a, const void* b, std::int64_t n) = nullptr;
};

/// A block of a convolution: c[i][j] = fma(a[rows[i] + taps[t] + q], b[t * depth + q][j], c[i][j]) for t = 0 ...
/// tap_count - 1 and q = 0 ... depth - 1, c starting as 0, for the rows of a tile and `ConvKernel::width` columns.
/// Offsets and strides count elements. Integers wrap.
struct ConvBlock {
  const void* a;
  const std::int64_t *rows, *taps;
  std::int64_t tap_count, depth;
  const void* b;
  std::int64_t b_row;
  void* c;
  std::int64_t c_row;
};

struct ConvKernel {
  int width = 0;
  int height[kTileHeights] = {};
  void (*tile[kTileHeights])(const ConvBlock&) = {};  ///< tile[i] takes height[i] rows
  /// Where each output has a channel of its own: c[j] = fma(a[taps[t] + j], b[t * b_row + j], c[j]), for n columns of
  /// one row, which is rows[0].
  void (*channels)(const ConvBlock&, std::int64_t n) = nullptr;
};

/// Elements number first, first + 1, ... of random_bits for the two words of a key.
using RandomKernel = void (*)(void* out, const std::uint32_t* key, std::uint64_t first, std::int64_t n);

/// Bytes from an element of a line to its next among lines that are sorted side by side.
inline constexpr int kLineRow = 64;

struct SortKernel {
  std::int64_t longest = 0;  ///< elements of a line; longer ones are sorted faster one after another
  /// Sorts the first `count` of the lines that stand side by side in rows of kLineRow bytes, n elements each, by key_of
  /// (runtime/element_keys.h); whether there may be a -0, as all zeros come out as 0. Lines are aligned.
  bool (*run)(void* lines, std::int64_t n, std::int64_t count, bool descending) = nullptr;
};

/// Sorts one line of n elements by key_of. Null where keys are sorted by their bytes as fast, and at a level that
/// cannot part the lanes of a vector.
struct SortLineKernel {
  /// Whether there may be a -0, as all zeros come out as 0.
  bool (*sort)(const void* from, void* to, std::int64_t n, bool descending) = nullptr;
  /// The places of the elements in order, equal ones in theirs; where `selects`, only the first `wanted` need be so.
  /// `scratch` has `place_scratch` bytes for each element.
  void (*places)(const void* from, std::int64_t* to, void* scratch, std::int64_t n, std::int64_t wanted,
                 bool descending) = nullptr;
  int place_scratch = 0;
  bool selects = false;
};

struct KernelTable {
  CpuLevel level{};
  int vector_bytes = 0;
  const ReduceKernel* reduce[kDTypeCount] = {};    ///< by element type, then place in ReduceOps
  const ExtremeKernel* extreme[kDTypeCount] = {};  ///< by element type, then place in ReduceOps
  const DotKernel* dot[kDTypeCount] = {};          ///< by element type
  const ConvKernel* conv[kDTypeCount] = {};        ///< by element type
  RandomKernel random_bits[kDTypeCount] = {};      ///< by element type
  SortKernel sort[kDTypeCount] = {};               ///< by element type
  SortLineKernel sort_line[kDTypeCount] = {};      ///< by element type
  /// Copies past the caches; `to` is aligned to 64 bytes. `stream_end` makes such copies visible to other threads.
  void (*stream)(void* to, const void* from, std::size_t bytes) = nullptr;
  void (*stream_end)() = nullptr;

  const ElementwiseKernel& elementwise_kernel(Opcode op, DType operand, DType result) const {
    return elementwise_[place_[static_cast<int>(op)][static_cast<int>(operand)][static_cast<int>(result)]];
  }
  const ReduceKernel& reduce_kernel(Opcode op, DType t) const { return reduce[static_cast<int>(t)][reduce_place(op)]; }
  const ExtremeKernel& extreme_kernel(Opcode op, DType t) const {
    return extreme[static_cast<int>(t)][reduce_place(op)];
  }

  void add(std::span<const ElementwiseEntry> kernels);

 private:
  static std::size_t reduce_place(Opcode op) {
    const auto place = static_cast<std::size_t>(op) - static_cast<std::size_t>(kOpcode<ReduceSum>);
    TJIT_CHECK(place < ReduceOps::size);
    return place;
  }

  /// The elementwise kernels, an empty one first, and the place of each by op, operand dtype and result dtype.
  std::vector<ElementwiseKernel> elementwise_ = {{}};
  std::uint16_t place_[AllOps::size][kDTypeCount][kDTypeCount] = {};
};

/// The tables this machine can run, lowest level first.
std::span<const KernelTable* const> supported_kernels();

namespace detail {
extern std::atomic<const KernelTable*> active_kernels;
const KernelTable& choose_kernels();
}  // namespace detail

/// The table in use: that of `cpu_level()`, unless a test chose another.
inline const KernelTable& kernels() {
  const KernelTable* table = detail::active_kernels.load(std::memory_order_relaxed);
  return table != nullptr ? *table : detail::choose_kernels();
}

/// Uses `table` from now on, in all threads; for tests that compare levels. Not while other threads execute.
void use_kernels(const KernelTable& table);

}  // namespace tjit
