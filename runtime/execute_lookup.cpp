// Lookup ops, from their coordinates: a result's elements stand in the operand where its place and indices say. Indices
// become offsets in the operand, a block at a time in the L1 cache, and then rows are copied from there.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/execute_forms.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// The coordinate that is read from indices.
struct Looked {
  Array indices;        ///< contiguous
  std::int64_t size;    ///< of the dimension that they name a place in
  std::int64_t stride;  ///< of that dimension, in the operand
  Dims steps;           ///< how far in the indices a step along each dimension of the result goes
};

/// A dimension that loops walk: `to` is its stride in the indices, `from` that in the operand.
using Loop = Extents::Extent;

/// Copies rows of `bytes` bytes, 16 at a time: faster than calls of memcpy where rows are short.
template <class E>
void copy_short_rows(std::byte* to, const E* from, std::span<const std::int64_t> offsets, std::size_t bytes) {
  constexpr std::size_t kPiece = 16;
  for (const std::int64_t offset : offsets) {
    const auto* row = reinterpret_cast<const std::byte*>(from + offset);
    for (std::size_t at = 0; at + kPiece < bytes; at += kPiece) std::memcpy(to + at, row + at, kPiece);
    std::memcpy(to + bytes - kPiece, row + bytes - kPiece, kPiece);
    to += bytes;
  }
}

/// How far apart the same rows of several windows begin, in elements.
struct Repeats {
  std::int64_t count = 1, to = 0, from = 0;
};

class RowCopy {
 public:
  /// Rows of shape `shape`, row-major in the result.
  RowCopy(const Shape& shape, int element_size, const Dims& from)
      : box_(shape, element_size, row_major_strides(shape), from),
        element_size_(element_size),
        row_(element_count(shape)) {
    Dims joined;
    dense_ = reshape_strides(shape, from, {row_}, &joined) && (joined[0] == 1 || row_ == 1);
  }

  std::int64_t row() const { return row_; }

  /// Copies the rows that stand at `offsets` in a window one behind the other to another, for each pair of windows.
  void run(std::byte* to, const std::byte* from, std::span<const std::int64_t> offsets, const Repeats& repeats) const {
    with_element(element_size_, [&]<class E>(Tag<E>) {
      for (std::int64_t r = 0; r < repeats.count; ++r)
        copy(reinterpret_cast<E*>(to) + r * repeats.to, reinterpret_cast<const E*>(from) + r * repeats.from, offsets);
    });
  }

 private:
  template <class E>
  void copy(E* to, const E* from, std::span<const std::int64_t> offsets) const {
    const std::size_t bytes = static_cast<std::size_t>(row_) * sizeof(E);
    if (dense_ && row_ == 1) {
      for (const std::int64_t offset : offsets) *to++ = from[offset];
    } else if (dense_ && bytes >= 16 && bytes <= 256) {
      copy_short_rows(reinterpret_cast<std::byte*>(to), from, offsets, bytes);
    } else if (dense_) {
      for (const std::int64_t offset : offsets) std::memcpy(std::exchange(to, to + row_), from + offset, bytes);
    } else {
      for (const std::int64_t offset : offsets) box_.run(std::exchange(to, to + row_), from + offset);
    }
  }

  BoxCopy box_;
  int element_size_;
  std::int64_t row_;
  bool dense_;
};

/// offsets[k] = offset + k * step + stride times index number k of those `index_step` apart; false when one of them is
/// not in [0, size).
template <class T>
bool make_offsets(std::span<std::int64_t> offsets, std::int64_t offset, std::int64_t step, std::int64_t stride,
                  const T* indices, std::int64_t index_step, std::int64_t size) {
  bool outside = false;
  // As vectors of two, comparing and multiplying 64 bits takes longer.
#pragma clang loop vectorize(disable) unroll_count(4)
  for (std::int64_t& to : offsets) {
    const auto index = static_cast<std::int64_t>(*indices);
    outside |= static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(size);
    to = offset + index * stride;
    offset += step;
    indices += index_step;
  }
  return !outside;
}

/// Copies the elements that a loop finds, without keeping their offsets; false at an index that is not in [0, size).
template <class E, class T>
bool copy_found(E* to, const E* from, const Loop& loop, std::int64_t stride, const T* indices, std::int64_t size) {
  const auto is_outside = [size](std::int64_t index) {
    return static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(size);
  };
  std::int64_t i = 0;
  if (stride == 1 && loop.to == 1 && loop.from == 0) {
    constexpr std::int64_t kGroup = 4;  // one branch for so many
    for (; i + kGroup <= loop.size; i += kGroup) {
      bool outside = false;
#pragma clang loop vectorize(disable) unroll(full)
      for (std::int64_t k = 0; k < kGroup; ++k) outside |= is_outside(indices[i + k]);
      if (outside) return false;
#pragma clang loop unroll(full)
      for (std::int64_t k = 0; k < kGroup; ++k) to[i + k] = from[indices[i + k]];
    }
  }
  from += i * loop.from;
  indices += i * loop.to;
#pragma clang loop unroll_count(4)
  for (; i < loop.size; ++i) {
    const std::int64_t index = *indices;
    if (is_outside(index)) return false;
    to[i] = from[index * stride];
    from += loop.from;
    indices += loop.to;
  }
  return true;
}

class LookUp {
 public:
  LookUp(const OpDef& def, const Location& loc, const Looked& looked) : def_(def), loc_(loc), looked_(looked) {}

  /// `strides` walk the operand by result dimension.
  void run(Array& out, const std::byte* from, const Dims& strides) const {
    int row = out.rank();
    while (row > 0 && looked_.steps[row - 1] == 0) --row;
    const auto outer = [&](const auto& dims) { return std::span(dims.begin(), dims.begin() + row); };
    const auto inner = [&](const auto& dims) { return std::span(dims.begin() + row, dims.end()); };
    const int size = size_of(out.dtype());
    const RowCopy rows(Shape(inner(out.shape())), size, Dims(inner(strides)));
    const Extents loops(Shape(outer(out.shape())), Dims(outer(looked_.steps)), Dims(outer(strides)));
    copy(static_cast<std::byte*>(out.mutable_data()), from, std::span(loops.at, static_cast<std::size_t>(loops.count)),
         rows, size);
  }

  /// Raises unless all indices are inside.
  void check() const {
    std::int64_t offsets[kBlock];
    const std::int64_t count = looked_.indices.size();
    for (std::int64_t at = 0; at < count; at += kBlock)
      load_offsets(std::span(offsets, static_cast<std::size_t>(std::min(kBlock, count - at))), 0, 0, at, 1);
  }

 private:
  static constexpr std::int64_t kBlock = 1024;

  void copy(std::byte* to, const std::byte* from, std::span<const Loop> loops, const RowCopy& rows, int size) const {
    const Loop run = loops.back();
    loops = loops.first(loops.size() - 1);
    const std::int64_t row_bytes = rows.row() * size;
    // The rows that the innermost loop finds are found again in each turn of a loop around it that no index depends on.
    Repeats repeats;
    if (!loops.empty() && loops.back().to == 0) {
      repeats = {loops.back().size, run.size * rows.row(), loops.back().from};
      loops = loops.first(loops.size() - 1);
    }
    Shape shape;
    Dims from_strides, index_strides;
    for (const Loop& l : loops) shape.push_back(l.size), from_strides.push_back(l.from), index_strides.push_back(l.to);
    OffsetWalk from_walk(shape, from_strides), index_walk(shape, index_strides);
    std::int64_t offsets[kBlock];
    for (std::int64_t i = element_count(shape); i > 0; --i, from_walk.advance(), index_walk.advance()) {
      if (rows.row() == 1 && repeats.count == 1) {
        copy_elements_found(to, from + from_walk.offset() * size, run, index_walk.offset(), size);
        to += run.size * size;
        continue;
      }
      for (std::int64_t begin = 0; begin < run.size; begin += kBlock) {
        const std::span block(offsets, static_cast<std::size_t>(std::min(kBlock, run.size - begin)));
        load_offsets(block, begin * run.from, run.from, index_walk.offset() + begin * run.to, run.to);
        rows.run(to + begin * row_bytes, from + from_walk.offset() * size, block, repeats);
      }
      to += repeats.count * run.size * row_bytes;
    }
  }

  /// The offsets that the indices from number `at` on give, those `step` apart; raises at the first that is outside.
  void load_offsets(std::span<std::int64_t> offsets, std::int64_t offset, std::int64_t offset_step, std::int64_t at,
                    std::int64_t step) const {
    dispatch_in<kIndices>(looked_.indices.dtype(), [&]<class T>(Tag<T>) {
      const T* const indices = looked_.indices.data<T>();
      if (!make_offsets(offsets, offset, offset_step, looked_.stride, indices + at, step, looked_.size))
        raise_first(indices, at, step);
    });
  }

  void copy_elements_found(std::byte* to, const std::byte* from, const Loop& loop, std::int64_t at, int size) const {
    dispatch_in<kIndices>(looked_.indices.dtype(), [&]<class T>(Tag<T>) {
      const T* const indices = looked_.indices.data<T>();
      with_element(size, [&]<class E>(Tag<E>) {
        if (!copy_found(reinterpret_cast<E*>(to), reinterpret_cast<const E*>(from), loop, looked_.stride, indices + at,
                        looked_.size))
          raise_first(indices, at, loop.to);
      });
    });
  }

  /// Raises at the first of the indices from number `at` on, those `step` apart, that is outside; there is one.
  template <class T>
  [[noreturn]] void raise_first(const T* indices, std::int64_t at, std::int64_t step) const {
    for (;; at += step) {
      const std::int64_t index = indices[at];
      if (index < 0 || index >= looked_.size)
        raise(def_, index_failure(def_, index, looked_.size, looked_.indices.shape(), at), loc_);
    }
  }

  const OpDef& def_;
  const Location& loc_;
  const Looked& looked_;
};

}  // namespace

Array execute_lookup(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                     const Location& loc) {
  const Array& x = operands[0];
  const std::vector<Coordinate> coordinates = def.lookup(attrs, types_of(operands));
  Dims strides = Dims::filled(result.shape.size(), 0);
  std::int64_t offset = 0;
  std::optional<Looked> looked;
  for (int d = 0; d < x.rank(); ++d) {
    const Coordinate& c = coordinates[static_cast<std::size_t>(d)];
    const std::int64_t stride = x.strides()[d];
    if (c.dim >= 0) strides[c.dim] += stride;
    if (c.index < 0) continue;
    const Array& indices = operands[static_cast<std::size_t>(c.index)];
    if (c.dim >= 0) {
      offset += window_begin(def, c.clamp, indices, result.shape[c.dim], x.shape()[d], d, loc) * stride;
    } else {
      Dims steps = Dims::filled(result.shape.size(), 0);
      std::int64_t step = 1;
      for (int i = c.index_dims.size() - 1; i >= 0; step *= indices.shape()[i], --i)
        steps[static_cast<int>(c.index_dims[i])] = step;
      TJIT_CHECK(!looked);  // no op reads several coordinates from indices
      looked = {indices.contiguous(), x.shape()[d], stride, steps};
    }
  }
  Array out = Array::empty(result);
  const auto* const from = static_cast<const std::byte*>(x.data()) + offset * size_of(x.dtype());
  if (!looked) {
    copy_elements(result.shape, size_of(x.dtype()), out.mutable_data(), out.strides(), from, strides);
  } else if (out.size() == 0) {
    LookUp(def, loc, *looked).check();
  } else {
    LookUp(def, loc, *looked).run(out, from, strides);
  }
  return out;
}

}  // namespace tjit
