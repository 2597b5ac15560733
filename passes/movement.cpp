// Ops that only move elements. All of it derives from the windows, placements and lookups that ops state of themselves.
#include "passes/movement.h"

#include <algorithm>
#include <cstring>

#include "ir/ops/element.h"
#include "ir/ops/view.h"
#include "passes/facts.h"
#include "runtime/execute.h"

namespace tjit {

namespace {

View row_major(const Shape& shape) { return {shape, row_major_strides(shape), 0}; }

/// Whether the window shows all elements of a tensor in order.
bool is_whole(const View& view, const Shape& shape) {
  if (view.shape != shape) return false;
  if (shape.contains(0)) return true;
  const Dims strides = row_major_strides(shape);
  for (int d = 0; d < shape.size(); ++d)
    if (shape[d] != 1 && view.strides[d] != strides[d]) return false;
  return view.offset == 0;
}

std::optional<ValueId> simplify_view(Builder& b, const NewOp& op, const Type& result) {
  const Function& f = b.function();
  const OpDef& outer = def(op.code);
  const ValueId x = op.operands[0];
  const Shape& shape = f.type(x).shape;
  const bool reshapes = outer.form() == Form::Reshape;
  if (reshapes ? shape == result.shape : is_whole(outer.view(op.attrs.get(), row_major(shape)), shape)) return x;
  const OpId below = f.value(x).op;
  if (!is_view(f, below)) return std::nullopt;
  const OpDef& inner = f.def(below);
  const ValueId base = f.operand(below, 0);
  const Shape& base_shape = f.type(base).shape;
  const OpAttrs* inner_attrs = f.op(below).attrs.get();
  if (op.code == inner.code && outer.compose != nullptr) {
    const ValueId operands[] = {base};
    return b.append({op.code, outer.compose(op.attrs.get(), inner_attrs, base_shape), operands, {}, op.loc})[0];
  }
  if (reshapes || inner.form() == Form::Reshape) return std::nullopt;
  const View both = outer.view(op.attrs.get(), inner.view(inner_attrs, row_major(base_shape)));
  return is_whole(both, base_shape) ? std::optional(base) : std::nullopt;
}

/// One placed operand covers all of the result: it can stand only at offset 0.
std::optional<ValueId> simplify_placing(const Function& f, const NewOp& op, const Type& result) {
  for (const Placement& piece : def(op.code).placing(op.attrs.get(), f.types(op.operands)).pieces) {
    const ValueId v = op.operands[static_cast<std::size_t>(piece.operand)];
    if (f.type(v) == result) return v;
  }
  return std::nullopt;
}

/// A lookup that shifts each dimension by an index of its own, when all of it is read or the indices are constants.
std::optional<ValueId> simplify_lookup(Builder& b, const NewOp& op, const Type& result) {
  const Function& f = b.function();
  const std::vector<Coordinate> from = def(op.code).lookup(op.attrs.get(), f.types(op.operands));
  for (std::size_t d = 0; d < from.size(); ++d)
    if (from[d].dim != static_cast<int>(d) || !from[d].index_dims.empty()) return std::nullopt;
  const ValueId x = op.operands[0];
  if (f.type(x) == result) return x;
  Slice slice;
  for (std::size_t d = 0; d < from.size(); ++d) {
    const int dim = static_cast<int>(d);
    const Literal* index = from[d].index < 0 ? nullptr : uniform_behind_views(f, op.operands[from[d].index]);
    if (index == nullptr) return std::nullopt;
    const std::int64_t at = index->first_integer();
    // Out of range it would raise, or be moved inside.
    slice.begin.push_back(std::clamp<std::int64_t>(at, 0, f.type(x).shape[dim] - result.shape[dim]));
    slice.end.push_back(slice.begin.back() + result.shape[dim]);
  }
  return b.append(slice, {x}, op.loc);
}

/// Whether joining x to the identity gives x, for each x. It does not where the identity is +0: -0 joined to it is +0.
bool identity_is_neutral(const OpDef& reduction, DType t) {
  const ReductionFacts& facts = reduction.reduction();
  const ElementBits identity = facts.identity(t);
  return dispatch(t, [&]<class T>(Tag<T>) {
    return std::ranges::all_of(Element<T>::extremes, [&](T x) {
      const Literal a = Literal::splat(identity.as<T>()), b = Literal::splat(x);
      const Literal* const operands[] = {&a, &b};
      const Type type{t, {}};
      const auto joined = fold(def(facts.combine), nullptr, operands, {&type, 1});
      return joined && joined->front() == b;
    });
  });
}

/// A reduction each of whose results joins one element.
std::optional<ValueId> simplify_reduction(Builder& b, const NewOp& op, const Type& result) {
  const OpDef& d = def(op.code);
  const Type& type = b.type(op.operands[0]);
  if (element_count(type) != element_count(result) || !identity_is_neutral(d, type.dtype)) return std::nullopt;
  return b.append(Reshape{.shape = result.shape}, {op.operands[0]}, op.loc);
}

/// Operands that all repeat tensors of one shape: the op is computed there, and its result repeated.
std::optional<ValueId> lift_broadcast(Builder& b, const NewOp& op) {
  const Function& f = b.function();
  const auto source = [&](ValueId v) {  // of a broadcast
    const OpId by = f.value(v).op;
    return by.valid() && f.op(by).code == kOpcode<BroadcastTo> ? f.operand(by, 0) : ValueId{};
  };
  const Shape* shape = nullptr;
  for (const ValueId v : op.operands) {
    if (const ValueId x = source(v); x.valid()) {
      if (shape != nullptr && *shape != f.type(x).shape) return std::nullopt;
      shape = &f.type(x).shape;
    } else if (const Literal* l = f.constant(v); l == nullptr || !l->is_splat()) {
      return std::nullopt;
    }
  }
  if (shape == nullptr) return std::nullopt;
  const Shape small = *shape, large = f.type(op.operands[0]).shape;
  // An op that raises nowhere over nothing might raise there.
  if (large.contains(0)) return std::nullopt;
  std::vector<ValueId> operands;
  for (const ValueId v : op.operands) {
    const Literal* l = f.constant(v);
    operands.push_back(l == nullptr ? source(v)
                                    : b.constant(Literal({l->type().dtype, small}, l->owner(), true), op.loc));
  }
  const ValueId result = b.append({op.code, op.attrs, operands, {}, op.loc})[0];
  return b.append(BroadcastTo{.shape = large}, {result}, op.loc);
}

/// Forms of ops that can turn out to give elements of an operand as they are.
bool moves(Form form) {
  switch (form) {
    case Form::View:
    case Form::Reshape:
    case Form::Lookup:
    case Form::Placing:
    case Form::Reduction: return true;
    case Form::Map:
    case Form::Count:
    case Form::Search:
    case Form::Product:
    case Form::Routine:
    case Form::Control:
    case Form::Constant:
    case Form::Effect: return false;
  }
  __builtin_unreachable();
}

}  // namespace

std::optional<ValueId> simplify_movement(Builder& b, const NewOp& op) {
  const Function& f = b.function();
  const Form form = def(op.code).form();
  if (form == Form::Map) return f.may_fail(op.code, op.attrs.get(), op.operands) ? std::nullopt : lift_broadcast(b, op);
  if (!moves(form) || std::ranges::any_of(op.operands, [&](ValueId v) { return is_dynamic(f.type(v).shape); }))
    return std::nullopt;
  const Type result = infer_results(f, op).front();
  if (is_dynamic(result.shape)) return std::nullopt;
  if (is_view(form)) return simplify_view(b, op, result);
  if (form == Form::Reduction) return simplify_reduction(b, op, result);
  if (f.may_fail(op.code, op.attrs.get(), op.operands)) return std::nullopt;
  return form == Form::Placing ? simplify_placing(f, op, result) : simplify_lookup(b, op, result);
}

}  // namespace tjit
