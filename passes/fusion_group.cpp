// What a fusion group takes in.
#include "passes/fusion_group.h"

#include <algorithm>

#include "passes/facts.h"

namespace tjit {

namespace {

// Kernels stay small, so that compiling them stays cheap and vectors stay in registers.
constexpr int kMostSize = 256;
constexpr std::size_t kMostMaps = 64;
/// What an op adds to a kernel's code, in cheap ops: divisions of integers go lane by lane, and functions that are not
/// rounded correctly are long.
constexpr int kLargeOp = 8;
/// Cheap ops that a kernel may do more than once for each element.
constexpr int kMostRecomputed = 12;

bool needs_memory(const Function& f, ValueId v) { return !f.type(v).is_scalar() && f.uniform_constant(v) == nullptr; }

/// How much code an op is, in cheap ops.
int code_size(const Function& f, OpId op) {
  return f.form(op) == Form::Map && recompute_cost(f, op) < 0 ? kLargeOp : 1;
}

std::int64_t product(const AxisSizes& axes, int count) {
  std::int64_t n = 1;
  for (int a = 0; a < count; ++a) n *= axes[static_cast<std::size_t>(a)];
  return n;
}

}  // namespace

int recompute_cost(const Function& f, OpId op) {
  const OpDef& def = f.def(op);
  switch (def.form()) {
    case Form::View:
    case Form::Reshape:
    case Form::Count: return 0;
    // Correctly rounded or exact ones are a few instructions; divisions that can fail are not.
    case Form::Map: return !rounds_once(f, op) || def.can_fail ? -1 : 1;
    case Form::Lookup: return f.may_fail(op) ? -1 : 2;
    case Form::Placing:
    case Form::Reduction:
    case Form::Search:
    case Form::Product:
    case Form::Routine:
    case Form::Control:
    case Form::Constant:
    case Form::Effect: return -1;
  }
  __builtin_unreachable();
}

void FewValues::add(ValueId v) {
  if (contains(v)) return;
  if (size_ < kMost) values_[static_cast<std::size_t>(size_)] = v;
  ++size_;
}

void FewValues::remove(ValueId v) {
  const auto it = std::find(values_.begin(), values_.begin() + std::min(size_, kMost), v);
  if (it == values_.begin() + std::min(size_, kMost)) return;
  *it = values_[static_cast<std::size_t>(std::min(size_, kMost) - 1)];
  --size_;
}

bool FusionGroup::Maps::add(std::int16_t map) {
  if (std::ranges::find(all(), map) != all().end()) return true;
  if (count == static_cast<int>(id.size())) return false;
  id[static_cast<std::size_t>(count++)] = map;
  return true;
}

FusionGroup::FusionGroup(const Function& f, OpId root, std::int32_t position, bool result)
    : f_(&f), root_(root), position_(position) {
  if (f.form(root) == Form::Placing) kind_ = Kind::Place;
  if (f.form(root) == Form::Reduction) kind_ = Kind::Reduce, reduction_ = root;
  Joining joining{root, {}, result, 0};
  joining.maps.add(0);
  join(joining);
}

std::int32_t FusionGroup::join(const Joining& joining) {
  if (kind_ == Kind::Pointwise && f_->form(joining.op) == Form::Reduction)
    start_reduction(joining.op, joining.maps.id[0]);
  const ValueId result = f_->op(joining.op).first_result;
  inputs_.remove(result);
  for (const ValueId v : f_->operands(joining.op)) {
    if (needs_memory(*f_, v)) inputs_.add(v);
    if (f_->type(v).is_scalar()) scalars_.add(v);
  }
  results_ += joining.result ? 1 : 0;
  recomputed_ += joining.recomputed;
  size_ += code_size(*f_, joining.op);
  members_.push_back({joining.op, joining.maps, joining.result});
  return static_cast<std::int32_t>(members_.size()) - 1;
}

// ---- maps ----

void FusionGroup::start_space() {
  if (!spaces_.empty()) return;
  if (kind_ == Kind::Place) {
    piece_maps_.assign(f_->operands(root_).size(), -1);
    return;
  }
  maps_.reserve(4);
  maps_.push_back({spaces_.emplace_back().keep(result_shape(root_)), 0, false});
  if (kind_ == Kind::Reduce) start_reduction(root_, 0);
}

void FusionGroup::start_reduction(OpId op, std::int16_t result) {
  const Dims axes = f_->reduced_axes(op);
  IndexMap map = spaces_.front().reduce(f_->type(f_->operand(op, 0)).shape, axes);
  for (SeenMap& m : maps_) m.map.append_axes(map.axes() - m.map.axes());
  reduced_map_ = static_cast<std::int16_t>(maps_.size());
  maps_.push_back({std::move(map), 0, true});
  reduction_map_ = static_cast<std::int16_t>(maps_.size());
  maps_.push_back({through_reduction(axes, seen(result).map, seen(reduced_map_).map), 0, true});
  reduction_ = op;
  kind_ = Kind::Reduce;
}

std::int16_t FusionGroup::add_map(IndexMap map, std::int16_t space, bool in_reduction) {
  for (std::size_t i = 0; i < maps_.size(); ++i)
    if (maps_[i].space == space && maps_[i].in_reduction == in_reduction && maps_[i].map == map)
      return static_cast<std::int16_t>(i);
  if (maps_.size() == kMostMaps) return -1;
  maps_.push_back({std::move(map), space, in_reduction});
  return static_cast<std::int16_t>(maps_.size() - 1);
}

std::int16_t FusionGroup::piece_map(int operand) {
  std::int16_t& id = piece_maps_[static_cast<std::size_t>(operand)];
  if (id >= 0 || maps_.size() >= kMostMaps) return id;
  const auto number = static_cast<std::int16_t>(spaces_.size());
  id = static_cast<std::int16_t>(maps_.size());
  maps_.push_back({spaces_.emplace_back().keep(f_->type(f_->operand(root_, operand)).shape), number, false});
  return id;
}

bool FusionGroup::split(std::int16_t number, int axis, std::int64_t inner) {
  LoopSpace& space = spaces_[static_cast<std::size_t>(number)];
  if (space.axes.size() >= std::size_t{2} * Dims::kMax || !space.split(axis, inner)) return false;
  for (SeenMap& m : maps_)
    if (m.space == number) m.map.split_axis(axis, inner);
  return true;
}

std::int16_t FusionGroup::reshape_map(OpId op, std::int16_t result) {
  const Shape& operand = f_->type(f_->operand(op, 0)).shape;
  const auto [space, in_reduction] = std::pair(seen(result).space, seen(result).in_reduction);
  for (;;) {
    Reshaped r =
        through_reshape(seen(result).map, result_shape(op), operand, spaces_[static_cast<std::size_t>(space)].axes);
    if (r.map) return add_map(std::move(*r.map), space, in_reduction);
    if (r.axis < 0 || !split(space, r.axis, r.inner)) return -1;
  }
}

std::int32_t FusionGroup::lookup_number(ValueId index, std::int16_t map) {
  const Lookup lookup{index, map};
  const auto it = std::ranges::find(lookups_, lookup);
  const auto number = static_cast<std::int32_t>(it - lookups_.begin());
  if (it == lookups_.end()) lookups_.push_back(lookup);
  return number;
}

std::int16_t FusionGroup::lookup_map(OpId op, std::int16_t result) {
  const Shape& operand = f_->type(f_->operand(op, 0)).shape;
  const auto coordinates = f_->lookup(op);
  std::vector<std::int32_t> numbers;
  for (const Coordinate& c : coordinates) {
    numbers.push_back(-1);
    if (c.index < 0) continue;
    const SeenMap& at = seen(result);
    const std::int16_t map = add_map(index_operand_map(c, at.map), at.space, at.in_reduction);
    if (map < 0) return -1;
    numbers.back() = lookup_number(f_->operand(op, c.index), map);
  }
  const SeenMap& at = seen(result);
  return add_map(through_lookup(coordinates, numbers, operand, result_shape(op), at.map), at.space, at.in_reduction);
}

std::int16_t FusionGroup::operand_map(OpId op, std::int16_t result, int operand) {
  const SeenMap& at = seen(result);
  switch (f_->form(op)) {
    case Form::Map: return result;
    case Form::Reduction: return reduction_map_;
    case Form::Reshape: return reshape_map(op, result);
    case Form::View:
      return add_map(through_view(f_->def(op), f_->op(op).attrs.get(), f_->type(f_->operand(op, 0)).shape, at.map),
                     at.space, at.in_reduction);
    case Form::Lookup: {
      if (operand == 0) return lookup_map(op, result);
      const auto coordinates = f_->lookup(op);
      const auto it = std::ranges::find(coordinates, operand, &Coordinate::index);
      return add_map(index_operand_map(*it, at.map), at.space, at.in_reduction);
    }
    case Form::Placing:
    case Form::Count:
    case Form::Search:
    case Form::Product:
    case Form::Routine:
    case Form::Control:
    case Form::Constant:
    case Form::Effect: return -1;
  }
  __builtin_unreachable();
}

bool FusionGroup::operand_maps(MemberUse use, Maps& out) {
  start_space();
  const Member& member = members_[static_cast<std::size_t>(use.member)];
  // A lookup without elements checks its indices all the same, where the group evaluates nothing.
  if (use.operand > 0 && f_->form(member.op) == Form::Lookup && checks_only(*f_, member.op)) return false;
  const auto add = [&](std::int16_t id) { return id >= 0 && out.add(id); };
  if (kind_ == Kind::Place && use.member == 0) return add(piece_map(use.operand));
  return std::ranges::all_of(member.maps.all(),
                             [&](std::int16_t id) { return add(operand_map(member.op, id, use.operand)); });
}

// ---- admission ----

std::int64_t FusionGroup::evaluations(std::int16_t map) const {
  const SeenMap& at = seen(map);
  if (is_invariant(at.map)) return 1;
  const LoopSpace& space = spaces_[static_cast<std::size_t>(at.space)];
  return product(space.axes, space.count(at.in_reduction));
}

bool FusionGroup::covers_once(std::int16_t map, OpId op) const {
  const SeenMap& at = seen(map);
  if (map == 0 && kind_ == Kind::Pointwise && result_shape(op) == result_shape(root_)) return true;
  const LoopSpace& space = spaces_[static_cast<std::size_t>(at.space)];
  return tjit::covers_once(at.map, result_shape(op), space.axes, space.count(at.in_reduction));
}

bool FusionGroup::has_room(const Joining& joining) const {
  const ValueId result = f_->op(joining.op).first_result;
  int buffers = inputs_.size() - (inputs_.contains(result) ? 1 : 0) + results_ + (joining.result ? 1 : 0);
  int scalars = scalars_.size();
  for (const ValueId v : f_->operands(joining.op)) {
    buffers += needs_memory(*f_, v) && !inputs_.contains(v) ? 1 : 0;
    scalars += f_->type(v).is_scalar() && !scalars_.contains(v) ? 1 : 0;
  }
  return size_ + code_size(*f_, joining.op) <= kMostSize && std::max(buffers, scalars) <= FewValues::kMost;
}

bool FusionGroup::fits_reduction(OpId op) const {
  return reduction_.valid() && f_->type(f_->operand(op, 0)).shape == f_->type(f_->operand(reduction_, 0)).shape &&
         f_->reduced_axes(op) == f_->reduced_axes(reduction_);
}

/// A reduction joins ops on what it gives, and other reductions over the same elements.
bool FusionGroup::admit_reduction(Joining& joining) {
  const std::int16_t id = joining.maps.id[0];
  if (kind_ == Kind::Place || joining.maps.count != 1 || seen(id).in_reduction) return false;
  if (evaluations(id) > element_count(result_shape(joining.op))) return false;
  if (kind_ == Kind::Pointwise) return true;
  if (!fits_reduction(joining.op)) return false;
  return through_reduction(f_->reduced_axes(joining.op), seen(id).map, seen(reduced_map_).map) ==
         seen(reduction_map_).map;
}

bool FusionGroup::admit_elements(Joining& joining, bool checked) {
  const int cost = recompute_cost(*f_, joining.op);
  const std::int64_t elements = element_count(result_shape(joining.op));
  int repeated = joining.maps.count - 1;
  for (const std::int16_t id : joining.maps.all()) repeated += evaluations(id) > elements ? 1 : 0;
  if (repeated > 0 && cost < 0) return false;
  joining.recomputed = cost > 0 ? repeated * cost : 0;
  if (recomputed_ + joining.recomputed > kMostRecomputed) return false;
  return !checked || (joining.maps.count == 1 && covers_once(joining.maps.id[0], joining.op));
}

/// Whether the op can be a result: each element is computed once, after reductions, and in a pointwise group neighbours
/// are stored next to each other (strided stores cost more than another group).
bool FusionGroup::stores_well(const Joining& joining) const {
  const std::int16_t id = joining.maps.id[0];
  if (kind_ == Kind::Place || joining.maps.count != 1 || seen(id).in_reduction || !covers_once(id, joining.op))
    return false;
  const LoopSpace& space = spaces_.front();
  return kind_ == Kind::Reduce || covers_in_order(seen(id).map, result_shape(joining.op), space.axes, space.kept);
}

/// Whether a placing group reads the operand just where it stores the same element.
bool FusionGroup::reads_in_place(const Joining& joining, int operand) {
  const Placing placing = f_->placing(root_);
  for (const std::int16_t id : joining.maps.all()) {
    const std::int16_t read = operand_map(joining.op, id, operand);
    if (read < 0) return false;
    const std::int16_t space = seen(read).space;
    const auto stored_as = std::ranges::find_if(placing.pieces, [&](const Placement& p) {
      const std::int16_t piece = piece_maps_[static_cast<std::size_t>(p.operand)];
      return piece >= 0 && seen(piece).space == space;
    });
    if (stored_as == placing.pieces.end()) continue;  // the background, which is stored where it is read
    IndexMap stored = seen(piece_maps_[static_cast<std::size_t>(stored_as->operand)]).map;
    const Shape &window = f_->type(f_->operand(root_, stored_as->operand)).shape, &whole = result_shape(root_);
    for (int d = 0; d < stored.rank(); ++d) {
      stored.offset(d) += stored_as->offset[d];
      if (placing.first_index < 0) continue;
      const std::int16_t none = add_map(IndexMap(0, stored.axes()), space, false);
      if (none < 0) return false;
      stored.terms.push_back(
          {d, lookup_number(f_->operand(root_, placing.first_index + d), none), 1, whole[d] - window[d]});
    }
    if (stored != seen(read).map) return false;
  }
  return true;
}

std::optional<FusionGroup::Joining> FusionGroup::consider(OpId op, std::span<const MemberUse> uses, bool checked,
                                                          bool result, std::span<const int> overwritten) {
  Joining joining{op, {}, result, 0};
  if (f_->type(f_->op(op).first_result).is_scalar() || f_->form(op) == Form::Placing || !has_room(joining))
    return std::nullopt;
  for (const MemberUse use : uses)
    if (!operand_maps(use, joining.maps)) return std::nullopt;
  if (f_->form(op) == Form::Reshape) {
    // Its operand, wherever that is computed, must be reached through it.
    const auto affine = [&](std::int16_t id) { return reshape_map(op, id) >= 0; };
    if (!std::ranges::all_of(joining.maps.all(), affine)) return std::nullopt;
  }
  const bool reduces = f_->form(op) == Form::Reduction;
  if (!(reduces ? admit_reduction(joining) : admit_elements(joining, checked))) return std::nullopt;
  if (result && !stores_well(joining)) return std::nullopt;
  if (!std::ranges::all_of(overwritten, [&](int k) { return reads_in_place(joining, k); })) return std::nullopt;
  return joining;
}

std::optional<FusionGroup::Joining> FusionGroup::consider_beside(OpId op) {
  Joining joining{op, {}, true, 0};
  if (!has_room(joining)) return std::nullopt;
  if (kind_ == Kind::Pointwise) {
    if (f_->form(op) != Form::Map || result_shape(op) != result_shape(root_)) return std::nullopt;
    joining.maps.add(0);
    return joining;
  }
  if (kind_ != Kind::Reduce || f_->form(op) != Form::Reduction || !fits_reduction(op)) return std::nullopt;
  start_space();
  IndexMap map = reduction_result_map(f_->reduced_axes(op), result_shape(op).size(), seen(reduction_map_).map);
  const std::int16_t id = add_map(std::move(map), 0, false);
  if (id < 0 || !covers_once(id, op)) return std::nullopt;
  joining.maps.add(id);
  return joining;
}

}  // namespace tjit
