// Strided copies and reads: dimensions are joined where possible, rows run in simple loops, transposes in tiles.
#include "runtime/strided.h"

#include <algorithm>
#include <cstring>

namespace tjit {

namespace {

using Extent = Extents::Extent;

template <class E>
void copy_row(E* to, std::int64_t to_stride, const E* from, std::int64_t from_stride, std::int64_t n) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(E));
  } else if (to_stride == 1 && from_stride == 0) {
    std::fill_n(to, n, *from);
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * to_stride] = from[i * from_stride];
  }
}

/// to[i][j] = from[j][i] for i, j in [0, 4), rows `to_row` and `from_row` apart, through registers.
template <class E>
void transpose_4x4(E* to, std::int64_t to_row, const E* from, std::int64_t from_row) {
  if constexpr (std::is_class_v<E>) {  // no lane of a vector
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) to[i * to_row + j] = from[j * from_row + i];
    return;
  } else {
    using V __attribute__((ext_vector_type(4))) = E;
    V rows[4];
    for (int j = 0; j < 4; ++j) std::memcpy(&rows[j], from + j * from_row, sizeof(V));
    const V low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const V high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const V low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const V high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    const V columns[4] = {
        __builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
        __builtin_shufflevector(high01, high23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
    for (int i = 0; i < 4; ++i) std::memcpy(to + i * to_row, &columns[i], sizeof(V));
  }
}

/// A plane in which `from` is dense along `outer` and not along `inner`: in tiles that stay in the L1 cache.
template <class E>
void copy_plane(E* to, const E* from, const Extent& outer, const Extent& inner) {
  constexpr std::int64_t kTile = 32;
  const bool dense = inner.to == 1;
  for (std::int64_t j0 = 0; j0 < inner.size; j0 += kTile) {
    const std::int64_t j1 = std::min(inner.size, j0 + kTile), j4 = dense ? j0 + (j1 - j0) / 4 * 4 : j0;
    for (std::int64_t i0 = 0; i0 < outer.size; i0 += kTile) {
      const std::int64_t i1 = std::min(outer.size, i0 + kTile), i4 = i0 + (i1 - i0) / 4 * 4;
      for (std::int64_t i = i0; i < i4; i += 4)
        for (std::int64_t j = j0; j < j4; j += 4)
          transpose_4x4(to + i * outer.to + j, outer.to, from + i + j * inner.from, inner.from);
      for (std::int64_t i = i0; i < i1; ++i)
        for (std::int64_t j = i < i4 ? j4 : j0; j < j1; ++j) to[i * outer.to + j * inner.to] = from[i + j * inner.from];
    }
  }
}

/// Calls f(to offset, from offset) for each index of the first `count` dimensions.
template <class F>
void for_each_outer(const Extents& extents, int count, F&& f) {
  std::int64_t index[Dims::kMax] = {}, to = 0, from = 0;
  for (;;) {
    f(to, from);
    int d = count - 1;
    for (; d >= 0; --d) {
      const Extent& e = extents.at[d];
      to += e.to;
      from += e.from;
      if (++index[d] < e.size) break;
      to -= e.to * e.size;
      from -= e.from * e.size;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

}  // namespace

Extents::Extents(const Shape& shape, const Dims& to, const Dims& from) {
  for (int d = 0; d < shape.size(); ++d) {
    const Extent e{shape.begin()[d], to.begin()[d], from.begin()[d]};
    is_empty |= e.size == 0;
    if (e.size == 1) continue;
    Extent* outer = count > 0 ? &at[count - 1] : nullptr;
    if (outer != nullptr && outer->to == e.to * e.size && outer->from == e.from * e.size) {
      *outer = {outer->size * e.size, e.to, e.from};
    } else {
      at[count++] = e;
    }
  }
  if (count == 0) at[count++] = {1, 1, 1};
}

BoxCopy::BoxCopy(const Shape& shape, int element_size, const Dims& to_strides, const Dims& from_strides)
    : extents_(shape, to_strides, from_strides), element_size_(element_size) {
  // Reading along a dimension in which the source is not dense wastes most of each cache line.
  if (extents_.inner().from == 0 || extents_.inner().from == 1) return;
  Extent* last = extents_.at + extents_.count - 1;
  Extent* dense = std::find_if(extents_.at, last, [](const Extent& e) { return e.from == 1; });
  if (dense == last) return;
  std::swap(*dense, last[-1]);
  in_tiles_ = true;
}

template <class E>
void BoxCopy::run_as(E* to, const E* from) const {
  const Extent& inner = extents_.inner();
  if (in_tiles_) {
    const Extent& outer = extents_.at[extents_.count - 2];
    for_each_outer(extents_, extents_.count - 2,
                   [&](std::int64_t t, std::int64_t f) { copy_plane(to + t, from + f, outer, inner); });
  } else if (extents_.count == 1 && inner.size == 1) {
    *to = *from;
  } else {
    for_each_outer(extents_, extents_.count - 1, [&](std::int64_t t, std::int64_t f) {
      copy_row(to + t, inner.to, from + f, inner.from, inner.size);
    });
  }
}

void BoxCopy::run(void* to, const void* from) const {
  if (extents_.is_empty) return;
  with_element(element_size_, [&]<class E>(Tag<E>) { run_as(static_cast<E*>(to), static_cast<const E*>(from)); });
}

void copy_elements(const Shape& shape, int element_size, void* to, const Dims& to_strides, const void* from,
                   const Dims& from_strides) {
  BoxCopy(shape, element_size, to_strides, from_strides).run(to, from);
}

bool reshape_strides(const Shape& shape, const Dims& strides, const Shape& to, Dims* result) {
  *result = row_major_strides(to);
  const Extents old(shape, strides, strides);
  if (old.is_empty) return true;
  // Each joined dimension of the old window must be cut up, innermost first, by whole dimensions of the new shape.
  const Extent* e = &old.inner();
  std::int64_t left = e->size, stride = e->from;
  for (int d = to.size() - 1; d >= 0; --d) {
    if (to[d] == 1) continue;
    if (left == 1) {
      --e;
      left = e->size;
      stride = e->from;
    }
    if (left % to[d] != 0) return false;
    (*result)[d] = stride;
    stride *= to[d];
    left /= to[d];
  }
  return true;
}

ElementReader::ElementReader(const void* data, int element_size, const Shape& shape, const Dims& strides)
    : data_(static_cast<const std::byte*>(data)), element_size_(element_size) {
  const Extents extents(shape, strides, strides);
  for (int d = 0; d < extents.count; ++d) {
    shape_[d] = extents.at[d].size;
    strides_[d] = extents.at[d].from;
  }
  rank_ = extents.count;
}

bool ElementReader::is_transposed() const {
  const std::int64_t row_stride = strides_[rank_ - 1];
  constexpr std::int64_t kLong = 16;  // below, the lines of a whole row stay in the L1 cache
  if (row_stride == 0 || row_stride == 1 || row() < kLong) return false;
  return std::any_of(strides_, strides_ + rank_ - 1, [](std::int64_t s) { return s == 1; });
}

const void* ElementReader::range(std::int64_t begin, std::int64_t count, void* buffer) const {
  const int last = rank_ - 1;
  if (strides_[last] == 1) {
    std::int64_t at = begin % shape_[last], rest = begin / shape_[last];
    if (at + count <= shape_[last]) {
      for (int d = last - 1; d >= 0; rest /= shape_[d], --d) at += rest % shape_[d] * strides_[d];
      return data_ + at * element_size_;
    }
  }
  gather(begin, count, static_cast<std::byte*>(buffer));
  return buffer;
}

void ElementReader::gather(std::int64_t begin, std::int64_t count, std::byte* to) const {
  std::int64_t index[Dims::kMax] = {}, at = 0, rest = begin;
  for (int d = rank_ - 1; d >= 0; --d) {
    index[d] = rest % shape_[d];
    rest /= shape_[d];
    at += index[d] * strides_[d];
  }
  const int last = rank_ - 1;
  with_element(element_size_, [&]<class E>(Tag<E>) {
    E* out = reinterpret_cast<E*>(to);
    const E* from = reinterpret_cast<const E*>(data_);
    while (count > 0) {
      const std::int64_t n = std::min(count, shape_[last] - index[last]);
      copy_row(out, 1, from + at, strides_[last], n);
      out += n;
      count -= n;
      at -= index[last] * strides_[last];
      index[last] = 0;
      int d = last - 1;
      for (; d >= 0; --d) {
        at += strides_[d];
        if (++index[d] < shape_[d]) break;
        at -= strides_[d] * shape_[d];
        index[d] = 0;
      }
    }
  });
}

}  // namespace tjit
