// Reductions in the order of ir/order.h, argmax and argmin.
#include <algorithm>
#include <cstring>

#include "ir/ops/element.h"
#include "ir/order.h"
#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// Elements staged or accumulated at a time: a multiple of the lanes, small enough for the L1 cache.
constexpr std::int64_t kBlock = 1024;
static_assert(kBlock % kReduceLanes == 0);

struct Buffer {
  alignas(64) std::byte bytes[kBlock * sizeof(ElementBits)];
};

struct Window {
  Shape shape;
  Dims strides;

  void add(std::int64_t size, std::int64_t stride) {
    shape.push_back(size);
    strides.push_back(stride);
  }
  std::int64_t count() const { return element_count(shape); }
};

/// Joins elements of one type by one reduction.
class Joiner {
 public:
  /// `identities`: how many of them `set_identity` is asked for at most.
  Joiner(const OpDef& def, DType t, std::int64_t identities)
      : size(size_of(t)), kernel(kernels().reduce_kernel(def.code, t)) {
    TJIT_CHECK(kernel.row != nullptr);
    const ElementBits identity = def.reduction().identity(t);
    std::memcpy(identities_.bytes, identity.bytes, static_cast<std::size_t>(size));
    for (std::int64_t i = size; i < std::min(identities, kBlock) * size; i *= 2)
      std::memcpy(identities_.bytes + i, identities_.bytes, static_cast<std::size_t>(i));
  }

  /// acc[j] = join(acc[j], x[j])
  void join(void* acc, const void* x, std::int64_t n) const { kernel.columns(acc, x, n, 1, 0); }
  void set_identity(void* acc, std::int64_t n) const {
    std::memcpy(acc, identities_.bytes, static_cast<std::size_t>(n * size));
  }

  const std::int64_t size;  ///< bytes of an element
  const ReduceKernel& kernel;

 private:
  Buffer identities_;
};

/// One output of a reduction along rows. `at` is its first element; `outer` are the reduced dimensions before the row.
void reduce_rows(const Joiner& joiner, const ReductionOrder& order, const std::byte* at, const Window& outer,
                 std::int64_t row_stride, std::byte* out) {
  Buffer lanes, staged;
  OffsetWalk rows(outer.shape, outer.strides);
  bool first = true;
  const auto end_chunk = [&] {
    joiner.kernel.fold(lanes.bytes);
    if (first) {
      std::memcpy(out, lanes.bytes, static_cast<std::size_t>(joiner.size));
    } else {
      joiner.join(out, lanes.bytes, 1);
    }
    first = false;
  };
  const std::int64_t step = row_stride == 1 ? kReduceChunk : kBlock;
  for (std::int64_t r = 0; r < order.rows; ++r, rows.advance()) {
    if (order.begins_chunk(r)) joiner.set_identity(lanes.bytes, kReduceLanes);
    const std::byte* row = at + rows.offset() * joiner.size;
    const ElementReader reader(row, static_cast<int>(joiner.size), {order.row}, {row_stride});
    for (std::int64_t i = 0; i < order.row; i += step) {
      if (i > 0 && i % kReduceChunk == 0) {
        end_chunk();
        joiner.set_identity(lanes.bytes, kReduceLanes);
      }
      const std::int64_t n = std::min(step, order.row - i);
      joiner.kernel.row(lanes.bytes, reader.range(i, n, staged.bytes), n);
    }
    if (order.begins_chunk(r + 1)) end_chunk();
  }
}

/// Reduced rows that a block of columns joins at a time: all of them where a row is short, else as many as the memory
/// can deliver side by side.
constexpr std::int64_t kShortRow = 256, kRowsAtOnce = 8;

/// A block of neighbouring outputs, each of which joins its elements in sequence. `inner` reads the block of one
/// reduced index, relative to the first.
void reduce_columns(const Joiner& joiner, const ReductionOrder& order, const std::byte* at, const Window& inner,
                    const Window& reduced, std::int64_t begin, std::int64_t count, std::byte* out) {
  Buffer acc, staged;
  const Extents rows(reduced.shape, reduced.strides, reduced.strides);
  const Extents columns(inner.shape, inner.strides, inner.strides);
  const std::int64_t stride = rows.inner().from;
  const bool dense = columns.count == 1 && columns.at[0].from == 1 && stride >= 0;
  const std::int64_t at_once = !dense ? 1 : count <= kShortRow ? kReduceChunk : kRowsAtOnce;
  for (std::int64_t r = 0; r < order.rows;) {
    std::byte* chunk = r == 0 ? out : acc.bytes;
    joiner.set_identity(chunk, count);
    const std::int64_t end = order.chunk_end(r);
    while (r < end) {
      const std::byte* row = at + rows.offset(r) * joiner.size;
      const std::int64_t n = std::min({at_once, end - r, rows.inner().size - r % rows.inner().size});
      const void* x = row + begin * joiner.size;
      if (!dense)
        x = ElementReader(row, static_cast<int>(joiner.size), inner.shape, inner.strides)
                .range(begin, count, staged.bytes);
      joiner.kernel.columns(chunk, x, count, n, stride);
      r += n;
    }
    if (chunk != out) joiner.join(out, acc.bytes, count);
  }
}

/// The dimensions of x by their part in a reduction. `inner` are the kept ones after the last reduced one; along rows
/// there is only `row_stride` after it.
struct Split {
  Window outer, reduced, inner;
  std::int64_t row_stride = 1;
};

Split split(const Array& x, const Dims& axes, bool lanes) {
  const Shape& shape = x.shape();
  int last = shape.size() - 1;
  while (last >= 0 && (!axes.contains(last) || shape[last] == 1)) --last;
  Split s;
  for (int d = 0; d < shape.size(); ++d) {
    const std::int64_t stride = x.strides()[d];
    if (lanes && d == last) {
      s.row_stride = stride;
    } else if (axes.contains(d) && shape[d] != 1) {
      s.reduced.add(shape[d], stride);
    } else {
      (d < last ? s.outer : s.inner).add(shape[d], stride);
    }
  }
  return s;
}

/// Outputs that reduce one dense row each: the kernel walks through all of them. False when x is not so.
bool reduce_dense_rows(const Joiner& joiner, const ReductionOrder& order, const Split& s, const std::byte* from,
                       std::byte* to) {
  const Extents outer(s.outer.shape, s.outer.strides, s.outer.strides);
  const Extents::Extent& rows = outer.inner();
  if (!order.lanes || order.rows != 1 || order.row > kReduceChunk || s.row_stride != 1 || rows.from < 0) return false;
  for (std::int64_t i = 0; i < s.outer.count(); i += rows.size) {
    joiner.kernel.rows(to, from + outer.offset(i) * joiner.size, order.row, rows.size, rows.from);
    to += rows.size * joiner.size;
  }
  return true;
}

Array reduce(const OpDef& def, const OpAttrs* attrs, const Array& operand, const Type& result) {
  // Along a row that is not dense while another dimension is, a copy in tiles beats reading a cache line per element.
  const Array x = ElementReader(operand).is_transposed() ? operand.contiguous() : operand;
  const Dims axes = def.reduction().axes(attrs, x.rank());
  const ReductionOrder order = reduction_order(x.shape(), axes);
  Array out = Array::empty(result);
  const Joiner joiner(def, x.dtype(), std::max<std::int64_t>(kReduceLanes, out.size()));
  auto* to = static_cast<std::byte*>(out.mutable_data());
  if (x.size() == 0) {
    for (std::int64_t i = 0; i < out.size(); i += kBlock)
      joiner.set_identity(to + i * joiner.size, std::min(kBlock, out.size() - i));
    return out;
  }

  const Split s = split(x, axes, order.lanes);
  const auto* from = static_cast<const std::byte*>(x.data());
  if (reduce_dense_rows(joiner, order, s, from, to)) return out;
  const std::int64_t inner = s.inner.count();
  OffsetWalk outer(s.outer.shape, s.outer.strides);
  for (std::int64_t i = s.outer.count(); i > 0; --i, outer.advance()) {
    const std::byte* at = from + outer.offset() * joiner.size;
    if (order.lanes) {
      reduce_rows(joiner, order, at, s.reduced, s.row_stride, to);
    } else {
      for (std::int64_t begin = 0; begin < inner; begin += kBlock)
        reduce_columns(joiner, order, at, s.inner, s.reduced, begin, std::min(kBlock, inner - begin),
                       to + begin * joiner.size);
    }
    to += inner * joiner.size;
  }
  return out;
}

}  // namespace

Array execute_reduce(const OpDef& def, const OpAttrs* attrs, const Array& x, const Type& result) {
  const DType joined = accumulator_type(x.dtype());
  return cast_elements(reduce(def, attrs, cast_elements(x, joined), {joined, result.shape}), result.dtype);
}

namespace {

/// The place of the extreme element of a row: the block whose extreme comes first, then the place in it.
std::int64_t extreme_in_row(const ExtremeKernel& kernel, const Joiner& joiner, const ElementReader& row,
                            std::int64_t n) {
  Buffer lanes, staged;
  std::int64_t best_block = 0;
  ElementBits best;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, n - begin);
    joiner.set_identity(lanes.bytes, kReduceLanes);
    joiner.kernel.row(lanes.bytes, row.range(begin, count, staged.bytes), count);
    joiner.kernel.fold(lanes.bytes);
    if (begin == 0) {
      std::memcpy(best.bytes, lanes.bytes, static_cast<std::size_t>(joiner.size));
    } else {
      kernel.column(best.bytes, &best_block, lanes.bytes, 1, begin);
    }
  }
  const std::int64_t count = std::min(kBlock, n - best_block);
  return best_block + kernel.find(row.range(best_block, count, staged.bytes), count, best.bytes);
}

/// The places of the extreme elements of neighbouring columns.
void extreme_in_columns(const ExtremeKernel& kernel, const Window& inner, const std::byte* at, int size,
                        std::int64_t axis_size, std::int64_t axis_stride, std::int64_t* out) {
  Buffer best, staged;
  const std::int64_t columns = inner.count();
  for (std::int64_t begin = 0; begin < columns; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, columns - begin);
    for (std::int64_t i = 0; i < axis_size; ++i) {
      const ElementReader reader(at + i * axis_stride * size, size, inner.shape, inner.strides);
      const void* values = reader.range(begin, count, staged.bytes);
      if (i == 0) {
        std::memcpy(best.bytes, values, static_cast<std::size_t>(count * size));
        std::fill_n(out + begin, count, 0);
      } else {
        kernel.column(best.bytes, out + begin, values, count, i);
      }
    }
  }
}

}  // namespace

Array execute_search(const OpDef& def, const OpAttrs* attrs, const Array& operand, const Type& result) {
  const Array x = cast_elements(operand, accumulator_type(operand.dtype()));
  const ExtremeKernel& kernel = kernels().extreme_kernel(def.code, x.dtype());
  TJIT_CHECK(kernel.find != nullptr);
  const int axis = def.search().axis(attrs, x.rank());
  Array out = Array::empty(result);
  if (out.size() == 0) return out;
  TJIT_CHECK(x.size() != 0);  // inference refuses it

  const Joiner joiner(tjit::def(kernel.reduce), x.dtype(), kReduceLanes);
  auto* to = static_cast<std::int64_t*>(out.mutable_data());
  const auto* from = static_cast<const std::byte*>(x.data());
  const int size = size_of(x.dtype());
  const std::int64_t axis_size = x.shape()[axis], axis_stride = x.strides()[axis];
  Window outer_dims, inner_dims;
  for (int d = 0; d < x.rank(); ++d)
    if (d != axis) (d < axis ? outer_dims : inner_dims).add(x.shape()[d], x.strides()[d]);
  const std::int64_t inner = inner_dims.count(), outputs = outer_dims.count();
  const Extents outer(outer_dims.shape, outer_dims.strides, outer_dims.strides);
  const bool dense_rows = inner == 1 && axis_stride == 1 && axis_size <= kBlock && outer.inner().from >= 0;
  const std::int64_t at_once = dense_rows ? outer.inner().size : 1;
  for (std::int64_t i = 0; i < outputs; i += at_once, to += inner * at_once) {
    const std::byte* at = from + outer.offset(i) * size;
    if (dense_rows) {
      kernel.rows(to, at, axis_size, at_once, outer.inner().from);
    } else if (inner == 1) {
      *to = extreme_in_row(kernel, joiner, ElementReader(at, size, {axis_size}, {axis_stride}), axis_size);
    } else {
      extreme_in_columns(kernel, inner_dims, at, size, axis_size, axis_stride, to);
    }
  }
  return out;
}

}  // namespace tjit
