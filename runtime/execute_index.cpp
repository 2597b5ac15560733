// Index ops, from their facts alone: pieces placed in a result, elements looked up, and counting.
#include <algorithm>
#include <vector>

#include "runtime/execute_forms.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

std::vector<std::int64_t> index_values(const Array& indices) {
  const Array all = indices.contiguous();
  std::vector<std::int64_t> values(static_cast<std::size_t>(all.size()));
  dispatch_in<kIndices>(all.dtype(), [&]<class T>(Tag<T>) {
    std::transform(all.data<T>(), all.data<T>() + all.size(), values.begin(),
                   [](T i) { return static_cast<std::int64_t>(i); });
  });
  return values;
}

/// Where a window of `size` elements begins along dimension `d` of `outer` elements.
std::int64_t window_begin(const OpDef& def, bool clamp, const Array& index, std::int64_t size, std::int64_t outer,
                          int d, const Location& loc) {
  const std::int64_t begin =
      dispatch_in<kIndices>(index.dtype(), [&]<class T>(Tag<T>) { return std::int64_t{index.item<T>()}; });
  const std::int64_t last = outer - size;
  if (clamp) return std::clamp<std::int64_t>(begin, 0, last);
  if (begin >= 0 && begin <= last) return begin;
  std::string cause = std::string(def.failure) + ": index " + std::to_string(begin);
  if (begin < 0) {
    cause += " < 0 in dimension " + std::to_string(d);
  } else {
    cause +=
        " + size " + std::to_string(size) + " > dimension " + std::to_string(d) + " of size " + std::to_string(outer);
  }
  raise(def, cause, loc);
}

Array place(const OpDef& def, std::span<const Array> operands, const Placing& placing, const Type& result,
            const Location& loc) {
  const int size = size_of(result.dtype);
  // All windows are found before anything is written.
  std::vector<std::int64_t> offsets;
  for (const Placement& piece : placing.pieces) {
    const Array& x = operands[static_cast<std::size_t>(piece.operand)];
    std::int64_t offset = 0;
    const Dims strides = row_major_strides(result.shape);
    for (int d = 0; d < result.shape.size(); ++d) {
      std::int64_t begin = piece.offset.empty() ? 0 : piece.offset[d];
      if (placing.first_index >= 0)
        begin += window_begin(def, placing.clamp, operands[static_cast<std::size_t>(placing.first_index + d)],
                              x.shape()[d], result.shape[d], d, loc);
      offset += begin * strides[d];
    }
    offsets.push_back(offset);
  }

  Array out = Array::empty(result);
  auto* to = static_cast<std::byte*>(out.mutable_data());
  if (placing.background >= 0) {
    const Array& x = operands[static_cast<std::size_t>(placing.background)];
    const Dims strides = x.rank() == 0 ? Dims::filled(result.shape.size(), 0) : x.strides();
    copy_elements(result.shape, size, to, out.strides(), x.data(), strides);
  }
  for (std::size_t i = 0; i < placing.pieces.size(); ++i) {
    const Array& x = operands[static_cast<std::size_t>(placing.pieces[i].operand)];
    copy_elements(x.shape(), size, to + offsets[i] * size, out.strides(), x.data(), x.strides());
  }
  return out;
}

/// A coordinate that is read from indices of its own: at the result's `dims`, `values` says where to look along
/// `stride`.
struct Looked {
  std::vector<std::int64_t> values;
  Dims dims;
  std::int64_t stride;
};

void check_indices(const OpDef& def, const Array& indices, std::span<const std::int64_t> values, std::int64_t size,
                   const Location& loc) {
  const auto bad = std::find_if(values.begin(), values.end(), [&](std::int64_t i) { return i < 0 || i >= size; });
  if (bad == values.end()) return;
  raise(def, index_failure(def, *bad, size, indices.shape(), bad - values.begin()), loc);
}

/// Copies what stands under each combination of the looked-up dimensions. `strides` walk the operand by result
/// dimension.
void copy_looked_up(Array& out, const std::byte* from, const Dims& strides, std::span<const Looked> looked) {
  Shape each_shape, box_shape;
  Dims each_to, each_from, box_to, box_from;
  std::vector<Dims> each_index(looked.size());
  for (int d = 0; d < out.rank(); ++d) {
    const bool each = std::any_of(looked.begin(), looked.end(), [&](const Looked& l) { return l.dims.contains(d); });
    (each ? each_shape : box_shape).push_back(out.shape()[d]);
    (each ? each_to : box_to).push_back(out.strides()[d]);
    (each ? each_from : box_from).push_back(strides[d]);
    if (!each) continue;
    for (std::size_t l = 0; l < looked.size(); ++l) {
      const Dims& dims = looked[l].dims;
      std::int64_t stride = 0, step = 1;
      for (int i = dims.size() - 1; i >= 0; step *= out.shape()[static_cast<int>(dims[i])], --i)
        if (dims[i] == d) stride = step;
      each_index[l].push_back(stride);
    }
  }
  const int size = size_of(out.dtype());
  const BoxCopy box(box_shape, size, box_to, box_from);
  auto* to = static_cast<std::byte*>(out.mutable_data());
  OffsetWalk walk_to(each_shape, each_to), walk_from(each_shape, each_from);
  std::vector<OffsetWalk> walks;
  for (const Dims& s : each_index) walks.emplace_back(each_shape, s);
  for (std::int64_t i = element_count(each_shape); i > 0; --i, walk_to.advance(), walk_from.advance()) {
    std::int64_t offset = walk_from.offset();
    for (std::size_t l = 0; l < looked.size(); ++l) {
      offset += looked[l].values[static_cast<std::size_t>(walks[l].offset())] * looked[l].stride;
      walks[l].advance();
    }
    box.run(to + walk_to.offset() * size, from + offset * size);
  }
}

Array look_up(const OpDef& def, std::span<const Array> operands, std::span<const Coordinate> coordinates,
              const Type& result, const Location& loc) {
  const Array& x = operands[0];
  Dims strides = Dims::filled(result.shape.size(), 0);
  std::int64_t offset = 0;
  std::vector<Looked> looked;
  for (int d = 0; d < x.rank(); ++d) {
    const Coordinate& c = coordinates[static_cast<std::size_t>(d)];
    const std::int64_t stride = x.strides()[d];
    if (c.dim >= 0) strides[c.dim] += stride;
    if (c.index < 0) continue;
    const Array& indices = operands[static_cast<std::size_t>(c.index)];
    if (c.dim >= 0) {
      offset += window_begin(def, c.clamp, indices, result.shape[c.dim], x.shape()[d], d, loc) * stride;
    } else {
      looked.push_back({index_values(indices), c.index_dims, stride});
      check_indices(def, indices, looked.back().values, x.shape()[d], loc);
    }
  }
  Array out = Array::empty(result);
  if (out.size() == 0) return out;
  const auto* from = static_cast<const std::byte*>(x.data()) + offset * size_of(x.dtype());
  copy_looked_up(out, from, strides, looked);
  return out;
}

}  // namespace

Array execute_lookup(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                     const Location& loc) {
  return look_up(def, operands, def.lookup(attrs, types_of(operands)), result, loc);
}

Array execute_placing(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                      const Location& loc) {
  return place(def, operands, def.placing(attrs, types_of(operands)), result, loc);
}

Array execute_count(const OpDef& def, const OpAttrs* attrs, const Type& result) {
  const int axis = def.counted(attrs, result.shape);
  const std::int64_t n = result.shape[axis];
  Array line = Array::empty({result.dtype, {n}});
  dispatch(result.dtype, [&]<class T>(Tag<T>) {
    T* values = static_cast<T*>(line.mutable_data());
    for (std::int64_t i = 0; i < n; ++i) values[i] = static_cast<T>(i);
  });
  View view{result.shape, Dims::filled(result.shape.size(), 0), 0};
  view.strides[axis] = 1;
  return line.view(view).contiguous();
}

}  // namespace tjit
