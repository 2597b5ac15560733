// Values of a fusion group as nodes of a nest.
#include "codegen/nest_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "ir/ops/element.h"
#include "ir/ops/list.h"

namespace tjit {

namespace {

[[noreturn]] void refuse(const Function& f, OpId op, const std::string& why) {
  fail_at(f.op(op).loc, "fusion: " + std::string(f.def(op).info.name) + " " + why);
}

std::size_t hash_node(const Node& n) {
  std::size_t h = static_cast<std::size_t>(n.kind) * 31 + static_cast<std::size_t>(n.dtype);
  const auto mix = [&](auto value) { h = (h ^ static_cast<std::size_t>(value)) * 0x9e3779b97f4a7c15u + (h >> 29); };
  mix(n.slot);
  mix(n.code);
  for (const std::uint64_t half : std::bit_cast<std::array<std::uint64_t, 2>>(n.bits)) mix(half);
  mix(n.limit);
  mix(n.address.offset);
  for (const NodeId a : n.args) mix(a.index);
  for (const std::int64_t s : n.address.strides) mix(s);
  for (const Address::Term& t : n.address.dynamic) mix(t.node.index), mix(t.factor);
  return h;
}

bool equal_nodes(const Node& a, const Node& b) {
  return a.kind == b.kind && a.dtype == b.dtype && a.slot == b.slot && a.code == b.code && a.args == b.args &&
         a.bits == b.bits && a.limit == b.limit && a.address == b.address;
}

}  // namespace

NestBuilder::NestBuilder(const Function& f, OpId fusion, Kernel& kernel, const Shape& space,
                         const ReductionSpace* reduction, std::span<const Split> splits)
    : f_(f), body_(f.op(fusion).blocks.front()), kernel_(kernel), reduction_(reduction) {
  root_ = space_.keep(space);
  if (reduction != nullptr) {
    nest_.order = reduction_order(reduction->shape, reduction->axes);
    reduced_ = space_.reduce(reduction->shape, reduction->axes);
    root_.append_axes(reduced_.axes() - root_.axes());
  }
  for (const Split s : splits) {
    TJIT_CHECK(space_.split(s.axis, s.inner));
    root_.split_axis(s.axis, s.inner);
    if (reduction != nullptr) reduced_.split_axis(s.axis, s.inner);
  }
}

bool NestBuilder::is_inner(ValueId v) const {
  const OpId op = f_.value(v).op;
  return op.valid() && f_.op(op).parent == body_;
}

std::int32_t NestBuilder::input(ValueId v) {
  const auto same = [&](const KernelBuffer& b) { return b.value == v && !b.output; };
  auto it = std::ranges::find_if(kernel_.buffers, same);
  if (it == kernel_.buffers.end()) it = kernel_.buffers.insert(it, {v, f_.type(v), false});
  return static_cast<std::int32_t>(it - kernel_.buffers.begin());
}

std::int32_t NestBuilder::scalar(ValueId v) {
  auto it = std::ranges::find(kernel_.scalars, v);
  const auto slot = static_cast<std::int32_t>(it - kernel_.scalars.begin());
  if (it == kernel_.scalars.end()) {
    kernel_.scalars.push_back(v);
    kernel_.scalar_types.push_back(f_.type(v));
  }
  return slot;
}

NodeId NestBuilder::add(Node node) {
  const std::size_t hash = hash_node(node);
  for (auto [it, end] = known_.equal_range(hash); it != end; ++it) {
    Node& known = nest_.nodes[static_cast<std::size_t>(it->second.index)];
    if (!equal_nodes(known, node)) continue;
    // A checked index and one that is moved inside are one where the check passes.
    known.may_fail |= node.may_fail;
    return it->second;
  }
  const NodeId id{static_cast<std::int32_t>(nest_.nodes.size())};
  nest_.nodes.push_back(std::move(node));
  known_.emplace(hash, id);
  return id;
}

NodeId NestBuilder::add_op(Opcode code, DType dtype, std::vector<NodeId> args, bool may_fail) {
  Node node{.kind = NodeKind::Op, .dtype = dtype, .code = code, .args = std::move(args)};
  node.may_fail = may_fail;
  return add(std::move(node));
}

NodeId NestBuilder::add_constant(DType dtype, const ElementBits& bits) {
  return add({.kind = NodeKind::Constant, .dtype = dtype, .bits = bits});
}

Address NestBuilder::address(const IndexMap& map, int dim) const {
  Address address;
  address.offset = map.offset(dim);
  for (int a = 0; a < map.axes(); ++a) address.strides.push_back(map.stride(dim, a));
  for (const IndexMap::Term& t : map.terms) {
    if (t.dim != dim) continue;
    auto it = std::ranges::find(address.dynamic, NodeId{t.lookup}, &Address::Term::node);
    if (it == address.dynamic.end()) it = address.dynamic.insert(it, {NodeId{t.lookup}, 0});
    it->factor += t.factor;
  }
  std::erase_if(address.dynamic, [](const Address::Term& t) { return t.factor == 0; });
  return address;
}

NodeId NestBuilder::eval(ValueId v, const IndexMap& map) {
  if (wanted_) return {};
  if (!is_inner(v)) return eval_outer(v, map, f_.type(v).shape);
  {
    const Met& met = met_[v.index];
    const auto it = std::ranges::find(met.maps, map);
    if (it != met.maps.end()) return met.nodes[static_cast<std::size_t>(it - met.maps.begin())];
  }
  const NodeId node = eval_op(f_.value(v).op, map);
  if (wanted_) return {};
  Met& met = met_[v.index];
  met.maps.push_back(map);
  met.nodes.push_back(node);
  return node;
}

NodeId NestBuilder::eval_outer(ValueId v, const IndexMap& map, const Shape& shape) {
  const Type& type = f_.type(v);
  if (const Literal* literal = f_.uniform_constant(v)) return add_constant(type.dtype, literal->first());
  if (type.is_scalar()) return add({.kind = NodeKind::Scalar, .dtype = type.dtype, .slot = scalar(v)});
  if (element_count(type) == 0) {
    // Only a lookup that fails, or a nest without indices, gets here.
    return add_constant(type.dtype, {});
  }
  Node load{.kind = NodeKind::Load, .dtype = type.dtype, .slot = input(v)};
  load.address = address(linear_map(map, shape), 0);
  return add(std::move(load));
}

NodeId NestBuilder::eval_op(OpId op, const IndexMap& map) {
  const OpDef& def = f_.def(op);
  const ValueId result = f_.op(op).first_result;
  switch (def.form()) {
    case Form::Map: {
      std::vector<NodeId> args;
      for (const ValueId v : f_.operands(op)) args.push_back(eval(v, map));
      return wanted_ ? NodeId{} : add_op(def.code, f_.type(result).dtype, std::move(args), f_.may_fail(op));
    }
    case Form::View: {
      const ValueId x = f_.operand(op, 0);
      return eval(x, through_view(def, f_.op(op).attrs.get(), f_.type(x).shape, map));
    }
    case Form::Reshape: return eval_reshape(op, map);
    case Form::Lookup: return eval_lookup(op, map);
    case Form::Placing: refuse(f_, op, "must be the last op of its group");
    case Form::Count: return eval_count(op, map);
    case Form::Reduction: return eval_reduction(op, map);
    case Form::Constant: {
      const Literal* literal = f_.uniform_constant(result);
      if (literal == nullptr) refuse(f_, op, "with several elements must stand outside");
      return add_constant(literal->type().dtype, literal->first());
    }
    case Form::Search:
    case Form::Product:
    case Form::Routine:
    case Form::Control:
    case Form::Effect: break;
  }
  check_failed("a group holds only what inference of `fusion` lets in", __FILE__, __LINE__);
}

NodeId NestBuilder::eval_reshape(OpId op, const IndexMap& map) {
  const Shape& shape = f_.type(f_.op(op).first_result).shape;
  const ValueId x = f_.operand(op, 0);
  ValueId base = x;
  while (is_inner(base) && f_.form(f_.value(base).op) == Form::Reshape) base = f_.operand(f_.value(base).op, 0);
  if (!is_inner(base)) return eval_outer(base, map, shape);
  const Reshaped r = through_reshape(map, shape, f_.type(x).shape, space_.axes);
  if (r.map) return eval(x, *r.map);
  if (r.axis < 0) refuse(f_, op, "does not map indices affinely here");
  if (r.axis == space_.row) refuse(f_, op, "would split the rows that a reduction joins by lanes");
  wanted_ = Split{r.axis, r.inner};
  return {};
}

bool NestBuilder::add_index(IndexMap& map, int dim, ValueId index, const IndexMap& index_map, std::int64_t limit,
                            bool may_fail) {
  if (const Literal* known = f_.uniform_constant(index)) {
    const std::int64_t at = known->first_integer();
    if (limit >= 0 && (!may_fail || (at >= 0 && at <= limit))) {
      map.offset(dim) += std::clamp<std::int64_t>(at, 0, limit);
      return true;
    }
  }
  NodeId node = eval(index, index_map);
  if (wanted_) return false;
  if (f_.type(index).dtype != DType::I64) node = add_op(kOpcode<Cast>, DType::I64, {node});
  Node range{.kind = NodeKind::InRange, .dtype = DType::I64, .args = {node}, .limit = limit};
  range.may_fail = may_fail;
  const NodeId checked = add(std::move(range));
  if (limit > 0) map.terms.push_back({dim, checked.index, 1, limit});
  return true;
}

NodeId NestBuilder::eval_lookup(OpId op, const IndexMap& map) {
  const ValueId x = f_.operand(op, 0);
  const Shape &from = f_.type(x).shape, &shape = f_.type(f_.op(op).first_result).shape;
  const auto coordinates = f_.lookup(op);
  const bool may_fail = f_.may_fail(op);
  IndexMap at(from.size(), map.axes());
  for (int d = 0; d < from.size(); ++d) {
    const Coordinate& c = coordinates[static_cast<std::size_t>(d)];
    if (c.dim >= 0) at.add(d, 1, map, c.dim);
    if (c.index < 0) continue;
    const std::int64_t limit = lookup_limit(c, d, from, shape);
    if (!add_index(at, d, f_.operand(op, c.index), index_operand_map(c, map), limit, may_fail)) return {};
  }
  return eval(x, at);
}

NodeId NestBuilder::eval_count(OpId op, const IndexMap& map) {
  const Type& result = f_.type(f_.op(op).first_result);
  const int dim = f_.def(op).counted(f_.op(op).attrs.get(), result.shape);
  Node index{.kind = NodeKind::Index, .dtype = DType::I64};
  index.address = address(map, dim);
  const std::vector<Address::Term> terms = std::exchange(index.address.dynamic, {});
  NodeId node = add(std::move(index));
  for (const Address::Term& t : terms) {
    const NodeId factor = add_constant(DType::I64, ElementBits::of(t.factor));
    const NodeId part = t.factor == 1 ? t.node : add_op(kOpcode<Multiply>, DType::I64, {t.node, factor});
    node = add_op(kOpcode<Add>, DType::I64, {node, part});
  }
  return result.dtype == DType::I64 ? node : add_op(kOpcode<Cast>, result.dtype, {node});
}

bool NestBuilder::fits(OpId reduction) const {
  return f_.type(f_.operand(reduction, 0)).shape == reduction_->shape && f_.reduced_axes(reduction) == reduction_->axes;
}

NodeId NestBuilder::eval_reduction(OpId op, const IndexMap& map) {
  const ReductionFacts& facts = f_.def(op).reduction();
  if (reduction_ == nullptr || in_reduction_) refuse(f_, op, "reduces what the group does not");
  if (!fits(op)) refuse(f_, op, "differs in shape or axes from another reduction of its group");
  const ValueId x = f_.operand(op, 0);
  const IndexMap operand = through_reduction(reduction_->axes, map, reduced_);
  if (!reduction_operand_) reduction_operand_ = operand;
  in_reduction_ = true;
  NodeId value = eval(x, operand);
  in_reduction_ = false;
  if (wanted_) return {};
  const DType dtype = f_.type(x).dtype, joined = accumulator_type(dtype);
  if (joined != dtype) value = add_op(kOpcode<Cast>, joined, {value});
  const auto same = [&](const Reduction& r) { return r.value == value && r.combine == facts.combine; };
  auto it = std::ranges::find_if(nest_.reductions, same);
  if (it == nest_.reductions.end())
    it = nest_.reductions.insert(it, {value, facts.combine, joined, facts.identity(joined)});
  const auto slot = static_cast<std::int32_t>(it - nest_.reductions.begin());
  const NodeId reduced = add({.kind = NodeKind::Reduced, .dtype = joined, .slot = slot});
  return joined == dtype ? reduced : add_op(kOpcode<Cast>, dtype, {reduced});
}

void NestBuilder::store(int output, const Shape& shape, const IndexMap& map, NodeId value) {
  if (wanted_) return;
  nest_.stores.push_back({output, address(linear_map(map, shape), 0), value});
}

std::optional<IndexMap> NestBuilder::beside_reductions(OpId reduction) const {
  if (f_.form(reduction) != Form::Reduction || !reduction_operand_ || !fits(reduction)) return std::nullopt;
  return reduction_result_map(reduction_->axes, f_.type(f_.op(reduction).first_result).shape.size(),
                              *reduction_operand_);
}

std::span<const IndexMap> NestBuilder::maps_of(ValueId v) const {
  const auto it = met_.find(v.index);
  return it == met_.end() ? std::span<const IndexMap>{} : it->second.maps;
}

bool NestBuilder::covers_once(const IndexMap& map, const Shape& shape) const {
  return tjit::covers_once(map, shape, space_.axes, space_.kept);
}

}  // namespace tjit
