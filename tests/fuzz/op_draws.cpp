// Elementwise ops and reductions are drawn from the op table, so that new ones take part by themselves.
#include "tests/fuzz/op_draws.h"

#include <algorithm>

#include "ir/custom_calls.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/convert.h"
#include "ir/ops/custom.h"
#include "ir/ops/index.h"
#include "ir/ops/logic.h"
#include "ir/ops/random.h"
#include "ir/ops/reduce.h"
#include "ir/ops/sort.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/ops/window.h"
#include "tests/custom_calls.h"

namespace tjit {

const OpDef& OpDraws::random_op(Form form) {
  if (wish_ && def(wish_->op).form() == form && r_.chance(50)) return def(wish_->op);
  for (;;)
    if (const OpDef& d = r_.pick(op_table()); d.form() == form) return d;
}

void OpDraws::elementwise() {
  const OpDef& d = random_op(Form::Map);
  const Shape shape = r_.chance(85) ? type(any()).shape : random_shape();
  const DType known = type(latest()).dtype;
  const DType dtype = !wish_ && r_.chance(60) && contains(d.info.types, known) ? known : dtype_in(d.info.types);
  std::vector<ValueId> operands;
  for (int i = 0; i < d.info.arity; ++i)
    operands.push_back(make({i == 0 && d.info.mask_first ? DType::Bool : dtype, shape}));
  if (d.info.arity == 2 && r_.chance(20)) operands[1] = operands[0];
  std::shared_ptr<OpAttrs> attrs = d.make_attrs != nullptr ? d.make_attrs() : nullptr;
  if (d.info.result == Result::Attribute) {
    // Only types that inference takes: bitcast keeps the size.
    for (;;) {
      d.attrs[0].set(*attrs, r_.pick(kDTypes).dtype);
      try {
        (void)d.infer(attrs.get(), std::array{Type{dtype, shape}});
        break;
      } catch (const Error&) {
      }
    }
  }
  if (d.can_fail && is_integer(dtype) && !r_.chance(2))
    operands.back() = keep(b_.append(Clip{}, {operands.back(), number(dtype, 1, shape), number(dtype, 4, shape)}));
  const ValueId result = keep(b_.append({d.code, std::move(attrs), operands, {}, {}})[0]);
  // A NaN that was just computed shows in integers.
  if (is_float(type(result).dtype) && r_.chance(15)) {
    const auto* bits = std::ranges::find_if(
        kDTypes, [&](const DTypeInfo& t) { return is_integer(t.dtype) && t.size == size_of(type(result).dtype); });
    keep(b_.append(Bitcast{.dtype = bits->dtype}, {result}));
  }
}

void OpDraws::reduce() {
  const OpDef& d = random_op(r_.chance(25) ? Form::Search : Form::Reduction);
  ValueId x = tensor();
  if (!contains(d.info.types, type(x).dtype)) x = with_dtype(x, dtype_in(d.info.types));
  const int rank = type(x).shape.size();
  std::shared_ptr<OpAttrs> attrs = d.make_attrs();
  if (d.attrs[0].name == "axes") {
    Dims axes;
    for (int a = 0; a < rank; ++a)
      if (r_.chance(60)) axes.push_back(a);
    d.attrs[0].set(*attrs, axes);
    d.attrs[1].set(*attrs, r_.chance(30));
  } else {
    const int axis = r_.below(rank);
    if (type(x).shape[axis] == 0) return;
    d.attrs[0].set(*attrs, std::int64_t{axis});
  }
  keep(b_.append({d.code, std::move(attrs), std::array{x}, {}, {}})[0]);
}

void OpDraws::view() {
  const ValueId x = tensor();
  const Shape shape = type(x).shape;
  const int rank = shape.size();
  switch (r_.below(5)) {
    case 0: return broadcast(x);
    case 1: return reshape(x);
    case 2: {
      Dims perm;
      for (int d = 0; d < rank; ++d) perm.insert(r_.below(d + 1), d);
      keep(b_.append(Transpose{.perm = perm}, {x}));
      return;
    }
    case 3: {
      Slice s;
      for (int d = 0; d < rank; ++d) {
        s.begin.push_back(r_.between(0, shape[d]));
        s.end.push_back(r_.between(s.begin[d], shape[d]));
        if (r_.chance(60)) s.begin[d] = 0, s.end[d] = shape[d];
        s.strides.push_back(r_.chance(70) ? 1 : r_.between(1, 4));
      }
      if (r_.chance(40)) s.strides = {};
      keep(b_.append(s, {x}));
      return;
    }
    default: {
      Dims axes;
      for (int d = 0; d < rank; ++d)
        if (r_.chance(50)) axes.push_back(d);
      keep(b_.append(Reverse{.axes = axes}, {x}));
    }
  }
}

void OpDraws::broadcast(ValueId x) {
  Shape shape = type(x).shape;
  for (int d = 0; d < shape.size(); ++d)
    if (shape[d] == 1) shape[d] = r_.between(0, 20);
  if (shape.size() < 5 && r_.chance(60)) shape.insert(0, r_.between(0, 8));
  if (count(shape) <= limit_) keep(b_.append(BroadcastTo{.shape = shape}, {x}));
}

void OpDraws::reshape(ValueId x) {
  std::int64_t rest = element_count(type(x));
  Shape shape;
  if (rest == 0) {
    shape = type(x).shape;
    std::reverse(shape.begin(), shape.end());
  }
  // Splits off small factors; what is left is the last size, or a -1 for it.
  while (rest > 1 && shape.size() < 5) {
    const std::int64_t factor = r_.pick(std::array<std::int64_t, 6>{1, 2, 3, 4, 5, 8});
    if (rest % factor == 0 && r_.chance(70)) {
      shape.push_back(factor);
      rest /= factor;
    } else {
      shape.push_back(r_.chance(20) ? -1 : rest);
      rest = 1;
    }
  }
  if (rest > 1) shape.push_back(rest);
  keep(b_.append(Reshape{.shape = shape}, {x}));
}

void OpDraws::move() {
  const ValueId x = tensor();
  const Type t = type(x);
  const int rank = t.shape.size(), axis = r_.below(rank);
  switch (r_.below(5)) {
    case 0: return concat(x, axis);
    case 1: {
      Pad p;
      Shape shape = t.shape;
      for (int d = 0; d < rank; ++d) {
        p.low.push_back(r_.chance(50) ? 0 : r_.between(0, 3));
        p.high.push_back(r_.chance(50) ? 0 : r_.between(0, 3));
        shape[d] += p.low[d] + p.high[d];
      }
      if (count(shape) <= limit_) keep(b_.append(p, {x, make({t.dtype, {}})}));
      return;
    }
    case 2: return gather(x, axis);
    case 3: {
      Dims sizes;
      for (const std::int64_t d : t.shape) sizes.push_back(r_.between(0, d));
      std::vector<ValueId> operands{x};
      for (int d = 0; d < rank; ++d) operands.push_back(index(t.shape[d] - sizes[d]));
      keep(b_.append(DynamicSlice{.sizes = sizes, .clamp = r_.chance(30)}, operands));
      return;
    }
    default: keep(update(x));
  }
}

ValueId OpDraws::update(ValueId x) {
  const Type t = type(x);
  Type window = t;
  for (std::int64_t& d : window.shape) d = r_.chance(40) ? d : r_.between(0, d);
  std::vector<ValueId> operands{x, make(window)};
  for (int d = 0; d < t.shape.size(); ++d) operands.push_back(index(t.shape[d] - window.shape[d]));
  return b_.append(DynamicUpdateSlice{.clamp = r_.chance(30)}, operands);
}

void OpDraws::concat(ValueId x, int axis) {
  const Type t = type(x);
  std::vector<ValueId> operands{x};
  std::int64_t size = t.shape[axis];
  for (int i = r_.below(3); i >= 0; --i) {
    Type other = t;
    if (r_.chance(50)) other.shape[axis] = r_.between(0, 9);
    size += other.shape[axis];
    operands.push_back(make(other));
  }
  Shape shape = t.shape;
  shape[axis] = size;
  if (count(shape) <= limit_) keep(b_.append(Concat{.axis = axis}, operands));
}

void OpDraws::gather(ValueId x, int axis) {
  const Type t = type(x);
  const int batch = r_.chance(30) ? r_.below(axis + 1) : 0;
  Shape indices(std::span(t.shape.begin(), static_cast<std::size_t>(batch)));
  for (int i = r_.below(3); i > 0; --i) indices.push_back(r_.between(0, 9));
  if (t.shape[axis] == 0 || t.shape.size() + indices.size() > Dims::kMax ||
      count(t.shape) * count(indices) > 8 * limit_)
    return;
  const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
  ValueId at = make({dtype, indices});
  if (!r_.chance(2)) at = keep(b_.append(Mod{}, {at, number(dtype, t.shape[axis], indices)}));
  keep(b_.append(Gather{.axis = axis, .batch_dims = batch}, {x, at}));
}

void OpDraws::product() {
  const int roll = r_.below(4);
  if (roll == 0) return conv();
  if (roll == 1) return reduce_window(tensor());
  dot();
}

void OpDraws::conv() {
  const int spatial = 1 + r_.below(3);
  Conv c;
  c.groups = r_.pick(std::array<std::int64_t, 5>{1, 1, 1, 2, 5});
  Shape input{r_.between(0, 3)}, filter;
  for (int d = 0; d < spatial; ++d) {
    input.push_back(r_.between(0, 9));
    filter.push_back(r_.between(1, 4));
    c.strides.push_back(r_.between(1, 3));
    c.padding.push_back(r_.chance(50) ? 0 : r_.between(0, 3), r_.chance(50) ? 0 : r_.between(0, 3));
    c.dilations.push_back(r_.chance(70) ? 1 : r_.between(1, 3));
    c.input_dilations.push_back(r_.chance(70) ? 1 : r_.between(1, 3));
  }
  if (r_.chance(50)) c.dilations = {};
  if (r_.chance(50)) c.input_dilations = {};
  const std::int64_t channels = r_.chance(30) ? 1 : r_.between(0, 4);
  input.push_back(c.groups * channels);
  filter.push_back(channels);
  filter.push_back(c.groups * (r_.chance(30) ? 1 : r_.between(0, 20)));
  const DType dtype = dtype_in(kNumbers);
  const std::array types{Type{dtype, input}, Type{dtype, filter}};
  if (count(Conv::infer(c, types).shape) > limit_) return;
  keep(b_.append(c, {make(types[0]), make(types[1])}));
}

void OpDraws::reduce_window(ValueId x) {
  ReduceWindow w;
  w.reducer = r_.pick(std::array<std::string, 3>{"sum", "max", "min"});
  const DTypes taken = ReduceWindow::info.types & def(w.reduction()).info.types;
  if (!contains(taken, type(x).dtype)) x = with_dtype(x, dtype_in(taken));
  for (int d = 0; d < type(x).shape.size(); ++d) {
    const bool moves = r_.chance(50);
    w.window.push_back(moves ? r_.between(1, 5) : 1);
    w.strides.push_back(moves ? r_.between(1, 3) : 1);
    w.padding.push_back(moves && r_.chance(50) ? r_.between(0, 3) : 0, moves && r_.chance(50) ? r_.between(0, 3) : 0);
    w.dilations.push_back(moves && r_.chance(30) ? r_.between(1, 3) : 1);
  }
  if (r_.chance(50)) w.dilations = {};
  const std::int64_t results = count(ReduceWindow::infer(w, std::array{type(x)}).shape);
  if (results <= limit_ && results * element_count(w.window) <= 100 * limit_) keep(b_.append(w, {x}));
}

void OpDraws::dot() {
  const std::int64_t m = r_.between(0, 20), n = r_.between(0, 40), k = r_.between(0, 90), batch = r_.between(1, 3);
  const DType dtype = dtype_in(kNumbers);
  const bool batched = r_.chance(30), left = r_.chance(30), right = r_.chance(30);
  Shape a = left ? Shape{k, m} : Shape{m, k}, b = right ? Shape{n, k} : Shape{k, n};
  const int at = batched ? 1 : 0;
  if (batched) a.insert(0, batch), b.insert(0, batch);
  Dot d{.lhs_contract = {left ? at : at + 1}, .rhs_contract = {right ? at + 1 : at}, .lhs_batch = {}, .rhs_batch = {}};
  if (batched) d.lhs_batch = {0}, d.rhs_batch = {0};
  keep(b_.append(d, {make({dtype, a}), make({dtype, b})}));
}

void OpDraws::routine() {
  const ValueId x = tensor();
  switch (r_.below(10)) {
    case 0: return random_bits();
    case 1: return custom_call(x);
    case 2: return scatter(x);
    case 3:
    case 4:
    case 5:
    case 6: return cumulative(x);
    default: sort(x);
  }
}

void OpDraws::random_bits() {
  const DType dtype = r_.chance(50) ? DType::U32 : DType::U64;
  keep(b_.append(RandomBits{.shape = random_shape(), .dtype = dtype}, {make({DType::U32, {2}})}));
}

void OpDraws::custom_call(ValueId x) {
  const TjitCustomCall& backwards = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION)[0];
  add_custom_call(backwards);
  const auto call = std::make_shared<CustomCall>();
  call->target = backwards.name;
  if (r_.chance(1)) call->config = "fail";
  for (const ValueId v : b_.append({kOpcode<CustomCall>, call, std::array{x}, {}, {}})) add(v);
}

void OpDraws::cumulative(ValueId x) {
  const auto draw = [&](auto op) {
    if (!contains(op.info.types, type(x).dtype)) x = with_dtype(x, dtype_in(op.info.types));
    op.axis = r_.below(type(x).shape.size());
    op.exclusive = r_.chance(30);
    op.reverse = r_.chance(30);
    keep(b_.append(op, {x}));
  };
  switch (r_.below(4)) {
    case 0: return draw(CumSum{});
    case 1: return draw(CumProd{});
    case 2: return draw(CumMax{});
    default: draw(CumMin{});
  }
}

void OpDraws::scatter(ValueId x) {
  const Type t = type(x);
  const int rank = t.shape.size(), depth = r_.below(rank + 1);
  Shape places, sizes(std::span(t.shape.begin(), static_cast<std::size_t>(depth)));
  if (sizes.contains(0)) return;
  for (int i = r_.below(3); i > 0; --i) places.push_back(r_.between(0, 9));
  Type updates{t.dtype, places};
  for (int d = depth; d < rank; ++d) updates.shape.push_back(t.shape[d]);
  if (count(updates.shape) > limit_) return;
  // Indices of each dimension by themselves, so that they lie inside, but for a few that fail.
  places.push_back(1);
  const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
  std::vector<ValueId> indices;
  for (const std::int64_t size : sizes) {
    const ValueId drawn = make({dtype, places});
    indices.push_back(r_.chance(2) ? drawn : b_.append(Mod{}, {drawn, number(dtype, size, places)}));
  }
  places[places.size() - 1] = 0;
  const ValueId all = indices.empty() ? make({dtype, places}) : b_.append(Concat{.axis = -1}, indices);
  const auto modes = std::array<std::string, 5>{"set", "add", "multiply", "min", "max"};
  Scatter op{.mode = r_.pick(modes)};
  if (op.join() != kNoOp && !contains(def(op.join()).info.types, t.dtype)) op.mode = "set";
  keep(b_.append(op, {x, all, make(updates)}));
}

void OpDraws::sort(ValueId x) {
  if (!contains(kOrdered, type(x).dtype)) x = with_dtype(x, dtype_in(kOrdered));
  const Shape& shape = type(x).shape;
  const auto draw = [&](auto op) {
    op.axis = r_.below(shape.size());
    op.descending = r_.chance(50);
    keep(b_.append(op, {x}));
  };
  if (r_.chance(35)) return draw(Sort{});
  if (r_.chance(50)) return draw(ArgSort{});
  const auto top = std::make_shared<TopK>(TopK{.k = r_.between(0, shape.back())});
  for (const ValueId v : b_.append({kOpcode<TopK>, top, std::array{x}, {}, {}})) add(v);
}

void OpDraws::effect() {
  if (r_.chance(50)) return print();
  const ValueId x = make({DType::Bool, {}});
  const std::array operands{r_.chance(4) ? x : b_.append(LogicalOr{}, {x, number(DType::Bool, 1)})};
  b_.append({kOpcode<Assert>, std::make_shared<Assert>(Assert{.message = "as drawn"}), operands, {}, {}});
}

void OpDraws::print() {
  std::string message = "values";
  std::vector<ValueId> operands;
  for (int i = r_.below(4); i > 0; --i) {
    message += " {}";
    operands.push_back(any());
  }
  b_.append({kOpcode<Print>, std::make_shared<Print>(Print{.message = message}), operands, {}, {}});
}

}  // namespace tjit
