// Ops with attributes.
#include "tjit/ops.h"

#include <algorithm>

#include "frontend/apply.h"
#include "ir/ops/convert.h"
#include "ir/ops/index.h"
#include "ir/ops/random.h"
#include "ir/ops/reduce.h"
#include "ir/ops/sort.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/ops/window.h"

namespace tjit {

namespace {

std::vector<Tensor> with_indices(std::vector<Tensor> operands, const std::vector<Tensor>& begin) {
  operands.insert(operands.end(), begin.begin(), begin.end());
  return operands;
}

template <class Op>
Tensor cumulative(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  Op op;
  op.axis = axis;
  op.exclusive = exclusive;
  op.reverse = reverse;
  return apply(op, {to_tensor(x, Op::info.name)}, x.loc());
}

/// What the user gave, or one of the same for each dimension.
Dims or_ones(const Dims& given, int rank) { return given.empty() ? Dims::filled(std::max(rank, 0), 1) : given; }
Padding or_none(const Padding& given, int rank) { return given.size() == 0 ? Padding::none(std::max(rank, 0)) : given; }

}  // namespace

inline namespace ops {

Tensor cast(const Operand& x, DType dtype) {
  Tensor t = to_tensor(x, "cast");
  if (t.dtype() == dtype) return t;
  return apply(Cast{.dtype = dtype}, {t}, x.loc());
}

Tensor bitcast(const Operand& x, DType dtype) {
  return apply(Bitcast{.dtype = dtype}, {to_tensor(x, "bitcast")}, x.loc());
}

Tensor argmax(const Operand& x, std::int64_t axis) {
  ArgMax op;
  op.axis = axis;
  return apply(op, {to_tensor(x, "argmax")}, x.loc());
}

Tensor argmin(const Operand& x, std::int64_t axis) {
  ArgMin op;
  op.axis = axis;
  return apply(op, {to_tensor(x, "argmin")}, x.loc());
}

Tensor broadcast_to(const Operand& x, const Shape& shape) {
  return apply(BroadcastTo{.shape = shape}, {to_tensor(x, "broadcast_to")}, x.loc());
}

Tensor reshape(const Operand& x, const Shape& shape) {
  return apply(Reshape{.shape = shape}, {to_tensor(x, "reshape")}, x.loc());
}

Tensor transpose(const Operand& x, const Dims& perm) {
  const Tensor t = to_tensor(x, "transpose");
  Dims order = perm;
  for (int d = t.rank() - 1; perm.empty() && d >= 0; --d) order.push_back(d);
  return apply(Transpose{.perm = order}, {t}, x.loc());
}

Tensor slice(const Operand& x, const Dims& begin, const Dims& end, const Dims& strides) {
  return apply(Slice{.begin = begin, .end = end, .strides = strides}, {to_tensor(x, "slice")}, x.loc());
}

Tensor reverse(const Operand& x, const Dims& axes) {
  return apply(Reverse{.axes = axes}, {to_tensor(x, "reverse")}, x.loc());
}

Tensor pad(const Operand& x, const Dims& low, const Dims& high, const Operand& fill) {
  const Tensor t = to_tensor(x, "pad");
  return apply(Pad{.low = low, .high = high}, {t, to_tensor(fill, t, "pad")}, x.loc());
}

Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, const Location& at) {
  return apply(Concat{.axis = axis}, tensors, at);
}

Tensor gather(const Operand& x, const Operand& indices, std::int64_t axis, std::int64_t batch_dims) {
  return apply(Gather{.axis = axis, .batch_dims = batch_dims}, {to_tensor(x, "gather"), to_tensor(indices, "gather")},
               x.loc());
}

Tensor scatter(const Operand& x, const Operand& indices, const Operand& updates, std::string_view mode) {
  const Tensor t = to_tensor(x, "scatter");
  return apply(Scatter{.mode = std::string(mode)}, {t, to_tensor(indices, "scatter"), to_tensor(updates, t, "scatter")},
               x.loc());
}

Tensor cumsum(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  return cumulative<CumSum>(x, axis, exclusive, reverse);
}

Tensor cumprod(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  return cumulative<CumProd>(x, axis, exclusive, reverse);
}

Tensor cummax(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  return cumulative<CumMax>(x, axis, exclusive, reverse);
}

Tensor cummin(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  return cumulative<CumMin>(x, axis, exclusive, reverse);
}

Tensor sort(const Operand& x, std::int64_t axis, bool descending) {
  Sort op;
  op.axis = axis;
  op.descending = descending;
  return apply(op, {to_tensor(x, "sort")}, x.loc());
}

Tensor argsort(const Operand& x, std::int64_t axis, bool descending) {
  ArgSort op;
  op.axis = axis;
  op.descending = descending;
  return apply(op, {to_tensor(x, "argsort")}, x.loc());
}

std::pair<Tensor, Tensor> top_k(const Operand& x, std::int64_t k) {
  OpResults both = apply_all(TopK{.k = k}, {to_tensor(x, "top_k")}, x.loc());
  return {std::move(both[0]), std::move(both[1])};
}

Tensor dynamic_slice(const Operand& x, const std::vector<Tensor>& begin, const Dims& sizes, bool clamp) {
  return apply(DynamicSlice{.sizes = sizes, .clamp = clamp}, with_indices({to_tensor(x, "dynamic_slice")}, begin),
               x.loc());
}

Tensor dynamic_update_slice(const Operand& x, const Operand& update, const std::vector<Tensor>& begin, bool clamp) {
  const Tensor t = to_tensor(x, "dynamic_update_slice");
  return apply(DynamicUpdateSlice{.clamp = clamp},
               with_indices({t, to_tensor(update, t, "dynamic_update_slice")}, begin), x.loc());
}

Tensor iota(const Shape& shape, std::int64_t axis, DType dtype, const Location& at) {
  return apply(Iota{.shape = shape, .axis = axis, .dtype = dtype}, std::initializer_list<Tensor>{}, at);
}

Tensor dot(const Operand& x, const Operand& y, const DotDims& dims) {
  return apply(Dot{.lhs_contract = dims.lhs_contract,
                   .rhs_contract = dims.rhs_contract,
                   .lhs_batch = dims.lhs_batch,
                   .rhs_batch = dims.rhs_batch},
               {to_tensor(x, "dot"), to_tensor(y, "dot")}, x.loc());
}

Tensor conv(const Operand& x, const Operand& filter, const ConvOptions& options) {
  const Tensor t = to_tensor(x, "conv");
  const int spatial = t.rank() - 2;
  return apply(Conv{.strides = or_ones(options.strides, spatial),
                    .padding = or_none(options.padding, spatial),
                    .dilations = options.dilations,
                    .input_dilations = options.input_dilations,
                    .groups = options.groups},
               {t, to_tensor(filter, "conv")}, x.loc());
}

Tensor reduce_window(const Operand& x, std::string_view reducer, const Dims& window, const WindowOptions& options) {
  const Tensor t = to_tensor(x, "reduce_window");
  return apply(ReduceWindow{.reducer = std::string(reducer),
                            .window = window,
                            .strides = or_ones(options.strides, t.rank()),
                            .padding = or_none(options.padding, t.rank()),
                            .dilations = options.dilations},
               {t}, x.loc());
}

Tensor random_bits(const Operand& key, const Shape& shape, DType dtype) {
  return apply(RandomBits{.shape = shape, .dtype = dtype}, {to_tensor(key, "random_bits")}, key.loc());
}

void print(const std::string& message, const std::vector<Tensor>& operands, const Location& at) {
  apply(Print{.message = message + "\n"}, operands, at);
}

void assert_that(const Operand& condition, const std::string& message) {
  apply(Assert{.message = message}, {to_tensor(condition, "assert_that")}, condition.loc());
}

}  // namespace ops

}  // namespace tjit
