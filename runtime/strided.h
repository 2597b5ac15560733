// Moving elements between strided windows and contiguous memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/array.h"

namespace tjit {

/// The dimensions of a box with their strides in two windows: those of size 1 are left out, neighbours that one stride
/// walks through in both windows are joined. At least one is left.
struct Extents {
  struct Extent {
    std::int64_t size, to, from;
  };
  int count = 0;
  bool is_empty = false;  ///< some size is 0
  Extent at[Dims::kMax];

  Extents(const Shape& shape, const Dims& to, const Dims& from);
  const Extent& inner() const { return at[count - 1]; }
  /// Where element number `linear` stands in the second window.
  std::int64_t offset(std::int64_t linear) const {
    std::int64_t sum = 0;
    for (int d = count - 1; d > 0; linear /= at[d].size, --d) sum += linear % at[d].size * at[d].from;
    return sum + linear * at[0].from;
  }
};

/// A copy of a box between two windows that do not overlap, for many pairs of windows of one form. Strides count
/// elements of `element_size` bytes.
class BoxCopy {
 public:
  BoxCopy(const Shape& shape, int element_size, const Dims& to_strides, const Dims& from_strides);
  void run(void* to, const void* from) const;

 private:
  template <class E>
  void run_as(E* to, const E* from) const;

  Extents extents_;
  int element_size_;
  bool in_tiles_ = false;  ///< the last two dimensions are transposed
};

/// The same for one pair of windows.
void copy_elements(const Shape& shape, int element_size, void* to, const Dims& to_strides, const void* from,
                   const Dims& from_strides);

/// Whether a window of `shape` and `strides` can be seen under another shape with the same number of elements, without
/// a copy; the strides that do it are `*result`.
bool reshape_strides(const Shape& shape, const Dims& strides, const Shape& to, Dims* result);

struct Pair {
  std::uint64_t low, high;
};
/// Calls `f(Tag<E>{})` with an unsigned integer E of an element's size, or a Pair: copies need not know more of a type.
template <class F>
void with_element(int size, F&& f) {
  switch (size) {
    case 1: return f(Tag<std::uint8_t>{});
    case 2: return f(Tag<std::uint16_t>{});
    case 4: return f(Tag<std::uint32_t>{});
    case 8: return f(Tag<std::uint64_t>{});
    default: TJIT_CHECK(size == sizeof(Pair)); return f(Tag<Pair>{});
  }
}

/// Visits the offsets of a window's elements in row-major order.
class OffsetWalk {
 public:
  OffsetWalk() = default;
  OffsetWalk(const Shape& shape, const Dims& strides)
      : shape_(shape), strides_(strides), index_(Dims::filled(shape.size(), 0)) {}

  std::int64_t offset() const { return offset_; }
  const Dims& index() const { return index_; }
  /// To the next element; after the last one it starts again.
  void advance() {
    for (int d = shape_.size() - 1; d >= 0; --d) {
      offset_ += strides_[d];
      if (++index_[d] < shape_[d]) return;
      offset_ -= strides_[d] * shape_[d];
      index_[d] = 0;
    }
  }

 private:
  Shape shape_;
  Dims strides_, index_;
  std::int64_t offset_ = 0;
};

/// Reads a window in row-major order, a range of elements at a time.
class ElementReader {
 public:
  ElementReader() = default;
  ElementReader(const void* data, int element_size, const Shape& shape, const Dims& strides);
  explicit ElementReader(const Array& a) : ElementReader(a.data(), size_of(a.dtype()), a.shape(), a.strides()) {}

  /// Elements [begin, begin + count), in place when they lie one after another, else gathered in `buffer`.
  const void* range(std::int64_t begin, std::int64_t count, void* buffer) const;
  /// Whether all elements are one and the same.
  bool is_splat() const { return rank_ == 1 && (strides_[0] == 0 || shape_[0] == 1); }
  /// Whether rows are not dense while another dimension is: copying such a window in tiles is faster than reading it.
  bool is_transposed() const;
  /// Length of the rows that lie one after another or repeat one element.
  std::int64_t row() const { return shape_[rank_ - 1]; }

 private:
  void gather(std::int64_t begin, std::int64_t count, std::byte* to) const;

  const std::byte* data_ = nullptr;
  int element_size_ = 1;
  int rank_ = 0;
  std::int64_t shape_[Dims::kMax] = {}, strides_[Dims::kMax] = {};  ///< joined where possible
};

}  // namespace tjit
