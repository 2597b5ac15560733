// Single ops on arrays, and walks over indices, for the tests of execution.
#pragma once

#include "arrays.h"
#include "runtime/execute.h"

namespace tjit::test {

/// Runs an op that has one result.
inline Array execute_one(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                         const Location& loc = {}) {
  return execute(def, attrs, operands, {&result, 1}, loc).front();
}

/// Runs an op with the type that inference gives.
template <class Op>
Array run_op(const Op& op, const std::vector<Array>& operands) {
  std::vector<Type> types;
  for (const Array& x : operands) types.push_back(x.type());
  const OpDef& d = def(kOpcode<Op>);
  return execute(d, &op, operands, d.infer(&op, types), {"p.cc", 1, 2}).front();
}

/// The array with its dimensions in the opposite order.
inline Array transposed(const Array& x) {
  View view = x.view();
  std::reverse(view.shape.begin(), view.shape.end());
  std::reverse(view.strides.begin(), view.strides.end());
  return x.view(view);
}

/// The element of a dense array at an index.
template <class T>
T element(const Array& a, const Dims& index) {
  std::int64_t at = 0;
  for (int d = 0; d < a.rank(); ++d) at = at * a.shape()[d] + index[d];
  return a.data<T>()[at];
}

template <class F>
void for_each_index(const Shape& shape, F&& f) {
  OffsetWalk walk(shape, row_major_strides(shape));
  for (std::int64_t i = element_count(shape); i > 0; --i, walk.advance()) f(walk.index());
}

/// Calls f(elements, index of the first) for every line of a dense array along `axis`.
template <class T, class F>
void for_each_line(const Array& dense, int axis, F&& f) {
  Shape lines = dense.shape();
  lines[axis] = std::min<std::int64_t>(lines[axis], 1);
  for_each_index(lines, [&](const Dims& first) {
    std::vector<T> line;
    Dims at = first;
    for (; at[axis] < dense.shape()[axis]; ++at[axis]) line.push_back(element<T>(dense, at));
    f(std::move(line), first);
  });
}

}  // namespace tjit::test
