// Index ops, from their facts alone: pieces placed in a result, and counting.
#include <algorithm>
#include <vector>

#include "runtime/execute_forms.h"
#include "runtime/strided.h"

namespace tjit {

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

namespace {

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

}  // namespace

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
