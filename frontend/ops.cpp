// Ops with attributes, and functions composed of ops.
#include "tjit/ops.h"

#include <numeric>

#include "frontend/apply.h"
#include "runtime/format.h"

namespace tjit {

namespace {

Dims all_axes(int rank) {
  Dims axes;
  for (int d = 0; d < rank; ++d) axes.push_back(d);
  return axes;
}

/// Operands of true division: integers become floats first.
Tensor to_float(const Tensor& t, const Location& at) {
  if (!is_integer(t.dtype())) return t;
  return cast({t, at}, size_of(t.dtype()) >= 4 ? DType::F64 : DType::F32);
}

std::vector<Tensor> with_indices(std::vector<Tensor> operands, const std::vector<Tensor>& begin) {
  operands.insert(operands.end(), begin.begin(), begin.end());
  return operands;
}

/// Bits of integers, logic of bools: the two meanings of & | ^.
template <class Logical, class Bitwise>
Tensor logic_or_bits(const Operand& x, const Operand& y) {
  const Tensor* t = x.tensor() != nullptr ? x.tensor() : y.tensor();
  return t != nullptr && t->defined() && t->dtype() == DType::Bool ? detail::binary<Logical>(x, y)
                                                                   : detail::binary<Bitwise>(x, y);
}

}  // namespace

inline namespace ops {

Tensor divide(const Operand& x, const Operand& y) {
  const Tensor* known = x.tensor() != nullptr ? x.tensor() : y.tensor();
  if (known != nullptr && known->defined() && is_float(known->dtype())) return detail::binary<Divide>(x, y);
  Tensor a = x.tensor() != nullptr ? to_tensor(x, "divide") : Tensor();
  Tensor b = y.tensor() != nullptr ? to_tensor(y, "divide") : Tensor();
  if (a.defined() && b.defined()) require_one_dtype(a, b, "divide", x.loc());
  if (a.defined()) a = to_float(a, x.loc());
  if (b.defined()) b = to_float(b, y.loc());
  // Numbers become what their partner has become.
  if (!a.defined()) a = to_float(to_tensor(x, b, "divide"), x.loc());
  if (!b.defined()) b = to_float(to_tensor(y, a, "divide"), y.loc());
  return detail::binary<Divide>({a, x.loc()}, {b, y.loc()});
}

Tensor cast(const Operand& x, DType dtype) {
  Tensor t = to_tensor(x, "cast");
  if (t.dtype() == dtype) return t;
  return apply(Cast{.dtype = dtype}, {t}, x.loc());
}

Tensor bitcast(const Operand& x, DType dtype) {
  return apply(Bitcast{.dtype = dtype}, {to_tensor(x, "bitcast")}, x.loc());
}

Tensor reduce_mean(const Operand& x, const Axes& axes, bool keepdims) {
  const Tensor t = to_tensor(x, "reduce_mean");
  const Location& at = x.loc();
  // Sums of small integers would wrap; a mean fits where the elements do.
  const Tensor sum = reduce_sum({is_integer(t.dtype()) ? cast({t, at}, DType::I64) : t, at}, axes, keepdims);
  std::int64_t count = 1;  // of the elements of one sum
  for (const std::int64_t d : axes.all ? all_axes(t.rank()) : rules::axes(axes.list, t.rank()))
    count *= t.shape()[static_cast<int>(d)];
  if (is_float(t.dtype())) return divide({sum, at}, {static_cast<double>(count), at});
  // Truncates: the quotient towards minus infinity, plus one where it is negative and inexact.
  const Tensor n = to_tensor({std::max<std::int64_t>(count, 1), at}, sum, "reduce_mean");
  const Tensor floor = floor_div({sum, at}, {n, at});
  const Tensor inexact =
      logical_and({not_equal({multiply({floor, at}, {n, at}), at}, {sum, at}), at}, {less({sum, at}, {0, at}), at});
  return cast({add({floor, at}, {cast({inexact, at}, DType::I64), at}), at}, t.dtype());
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

Tensor expand_dims(const Operand& x, std::int64_t axis) {
  const Tensor t = to_tensor(x, "expand_dims");
  Shape shape = t.shape();
  in_op("expand_dims", x.loc(), [&] { shape.insert(rules::axis(axis, t.rank() + 1), 1); });
  return apply(Reshape{.shape = shape}, {t}, x.loc());
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

Tensor range(std::int64_t n, DType dtype, const Location& at) { return iota({n}, 0, dtype, at); }

Tensor dot(const Operand& x, const Operand& y, const DotDims& dims) {
  return apply(Dot{.lhs_contract = dims.lhs_contract,
                   .rhs_contract = dims.rhs_contract,
                   .lhs_batch = dims.lhs_batch,
                   .rhs_batch = dims.rhs_batch},
               {to_tensor(x, "dot"), to_tensor(y, "dot")}, x.loc());
}

Tensor matmul(const Operand& x, const Operand& y) {
  Tensor a = to_tensor(x, "matmul"), b = to_tensor(y, "matmul");
  if (a.rank() < 2 || b.rank() < 2)
    fail_at(x.loc(), "matmul: expected operands of rank 2 or more, found shapes " + shape_text(a.shape()) + " and " +
                         shape_text(b.shape()));
  const auto leading = [](const Tensor& t) {
    return Shape(std::span(t.shape().begin(), static_cast<std::size_t>(t.rank() - 2)));
  };
  require_one_dtype(a, b, "matmul", x.loc());
  if (a.shape()[a.rank() - 1] != b.shape()[b.rank() - 2])
    fail_at(x.loc(), "matmul: the columns of " + shape_text(a.shape()) + " and the rows of " + shape_text(b.shape()) +
                         " differ in number");
  const Shape batch = in_op("matmul", x.loc(), [&] { return rules::broadcast(leading(a), leading(b)); });
  const auto widened = [&](const Tensor& t) {
    if (leading(t) == batch) return t;
    Shape shape = batch;
    shape.push_back(t.shape()[t.rank() - 2]);
    shape.push_back(t.shape()[t.rank() - 1]);
    return broadcast_to({t, x.loc()}, shape);
  };
  const int rank = batch.size();
  return dot(
      {widened(a), x.loc()}, {widened(b), y.loc()},
      {.lhs_contract = {rank + 1}, .rhs_contract = {rank}, .lhs_batch = all_axes(rank), .rhs_batch = all_axes(rank)});
}

void print(const std::string& message, const std::vector<Tensor>& operands, const Location& at) {
  apply(Print{.message = message + "\n"}, operands, at);
}

void assert_that(const Operand& condition, const std::string& message) {
  apply(Assert{.message = message}, {to_tensor(condition, "assert_that")}, condition.loc());
}

}  // namespace ops

Tensor operator&(const Operand& x, const Operand& y) { return logic_or_bits<LogicalAnd, BitwiseAnd>(x, y); }
Tensor operator|(const Operand& x, const Operand& y) { return logic_or_bits<LogicalOr, BitwiseOr>(x, y); }
Tensor operator^(const Operand& x, const Operand& y) { return logic_or_bits<LogicalXor, BitwiseXor>(x, y); }
Tensor operator~(const Operand& x) {
  const Tensor* t = x.tensor();
  return t != nullptr && t->defined() && t->dtype() == DType::Bool ? logical_not(x) : bitwise_not(x);
}

}  // namespace tjit
