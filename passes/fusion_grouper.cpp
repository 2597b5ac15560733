// The policy of fusion.
#include "passes/fusion_grouper.h"

#include <algorithm>
#include <utility>

#include "passes/facts.h"

namespace tjit {

namespace {

/// An op stands in at most so many groups, and so does what it is computed from, for so many steps.
constexpr std::size_t kMostCopies = 4;
constexpr int kMostDepth = 3, kMostFreeDepth = 4;
/// How far up from an op's operands their data, and other readers of it, are looked for.
constexpr int kMostSearched = 8;

}  // namespace

FusionGrouper::FusionGrouper(const Function& f)
    : f_(f),
      uses_(f),
      ordered_(ordered_ops(f)),
      state_(static_cast<std::size_t>(f.op_count())),
      written_(static_cast<std::size_t>(f.value_count()), kEnd),
      reader_(written_.size(), -1) {}

std::deque<FusionGroup> FusionGrouper::group(BlockId block) {
  groups_.clear();
  copies_.clear();
  next_ordered_ = kEnd;
  const std::vector<OpId>& ops = f_.block(block).ops;
  for (std::size_t i = ops.size(); i-- > 0;) look_at(ops[i]);
  for (const ValueId v : touched_) written_[at(v)] = kEnd, reader_[at(v)] = -1;
  touched_.clear();
  return std::exchange(groups_, {});
}

/// Whether the op is only another name for a tensor in memory: reshape of a value that no group computes. Where one
/// does, the reshape joins it if it can.
bool FusionGrouper::is_alias(OpId op) const {
  if (f_.form(op) != Form::Reshape || f_.type(f_.operand(op, 0)).is_scalar()) return false;
  if (f_.type(f_.op(op).first_result).is_scalar()) return true;
  const OpId source = f_.value(uses_.base(f_.operand(op, 0))).op;
  return !source.valid() || f_.op(source).parent != f_.op(op).parent || !is_fusable(source);
}

/// Rank-0 elements stay in registers, without a kernel.
bool FusionGrouper::is_fusable(OpId op) const {
  const Form form = f_.form(op);
  const bool one_to_one = form == Form::Map || is_view(form);
  return is_indexed(form) && !(one_to_one && f_.type(f_.op(op).first_result).is_scalar());
}

void FusionGrouper::look_at(OpId op) {
  State& state = state_[at(op)];
  const bool grouped = is_fusable(op) && !is_alias(op);
  if (!grouped && (f_.op(op).result_count != 1 || ordered_[at(op)])) return keep_in_place(op);
  collect_users(f_.op(op).first_result);
  if (!users_.any && !ordered_[at(op)]) return;
  if (grouped) return recompute_cost(f_, op) == 0 ? place_free(op) : place_once(op);
  const bool map = f_.form(op) == Form::Map, view = is_view(f_, op);
  const bool alias = view && !f_.type(f_.operand(op, 0)).is_scalar();
  if (!map && !view) return keep_in_place(op);
  state.role = map || alias ? FusionRole::Moves : FusionRole::Alias;
  state.when = first_user(-1);
}

void FusionGrouper::keep_in_place(OpId op) {
  State& state = state_[at(op)];
  bool needed = ordered_[at(op)];
  for (int i = 0; i < f_.op(op).result_count && !needed; ++i) {
    collect_users(f_.results(op)[i]);
    needed = users_.any;
  }
  if (!needed) return;
  state.role = FusionRole::Stays;
  state.when = uses_.position(op);
  if (ordered_[at(op)]) next_ordered_ = state.when;
  if (f_.op(op).blocks.empty()) return;
  for (const ValueId v : f_.operands(op)) mark_written(v, state.when);
  for (const ValueId v : uses_.overwritten(op)) mark_written(v, state.when);
}

void FusionGrouper::mark_written(ValueId v, std::int32_t position) {
  if (f_.type(v).is_scalar()) return;
  touched_.push_back(uses_.base(v));
  written_[at(uses_.base(v))] = position;
}

// ---- users ----

void FusionGrouper::collect_users(ValueId v) {
  users_.in_groups.clear();
  users_.groups.clear();
  users_.any = users_.outside = false;
  users_.first_outside = kEnd;
  users_.depth = 0;
  for (const Use use : uses_.uses(v)) {
    if (!use.op.valid()) {
      users_.any = users_.outside = true;
      continue;
    }
    const State& state = state_[at(use.op)];
    if (state.role == FusionRole::Dead) continue;
    users_.any = true;
    if (state.role != FusionRole::Grouped) {
      users_.outside = true;
      users_.first_outside = std::min(users_.first_outside, state.when);
    }
    users_.depth = std::max(users_.depth, state.depth);
    for (std::int32_t c = state.first_copy; c >= 0; c = copies_[static_cast<std::size_t>(c)].next) {
      const Copy& copy = copies_[static_cast<std::size_t>(c)];
      users_.in_groups.push_back({copy.group, {copy.member, use.operand}});
    }
  }
  if (users_.in_groups.size() > 1) std::ranges::sort(users_.in_groups);
  for (const Instance& i : users_.in_groups)
    if (users_.groups.empty() || users_.groups.back() != i.group) users_.groups.push_back(i.group);
}

std::span<const FusionGroup::MemberUse> FusionGrouper::uses_in(std::int32_t group) {
  uses_of_group_.clear();
  for (auto it = std::ranges::lower_bound(users_.in_groups, group, {}, &Instance::group);
       it != users_.in_groups.end() && it->group == group; ++it)
    uses_of_group_.push_back(it->use);
  return uses_of_group_;
}

std::int32_t FusionGrouper::first_user(std::int32_t except) const {
  std::int32_t first = users_.first_outside;
  for (const std::int32_t g : users_.groups)
    if (g != except) first = std::min(first, groups_[static_cast<std::size_t>(g)].position());
  return first;
}

// ---- joining ----

bool FusionGrouper::may_run_in(OpId op, std::int32_t group) const {
  const std::int32_t place = groups_[static_cast<std::size_t>(group)].position();
  if (ordered_[at(op)] && place > next_ordered_) return false;
  // What reads a tensor stays before what overwrites it, else the tensor would have to be copied.
  return std::ranges::all_of(f_.operands(op), [&](ValueId v) { return written_[at(uses_.base(v))] >= place; });
}

std::optional<FusionGroup::Joining> FusionGrouper::consider(OpId op, std::int32_t group, bool result) {
  if (!may_run_in(op, group)) return std::nullopt;
  FusionGroup& g = groups_[static_cast<std::size_t>(group)];
  overwritten_.clear();
  for (int k = 0; k < f_.op(op).operand_count; ++k)
    if (written_[at(uses_.base(f_.operand(op, k)))] == g.position()) overwritten_.push_back(k);
  return g.consider(op, uses_in(group), ordered_[at(op)], result, overwritten_);
}

bool FusionGrouper::try_join(OpId op, std::int32_t group, bool result) {
  const auto joining = consider(op, group, result);
  if (joining) join(op, group, *joining);
  return joining.has_value();
}

void FusionGrouper::join(OpId op, std::int32_t group, const FusionGroup::Joining& joining) {
  FusionGroup& g = groups_[static_cast<std::size_t>(group)];
  add_copy(op, group, g.join(joining));
  if (ordered_[at(op)]) next_ordered_ = g.position();
}

void FusionGrouper::add_copy(OpId op, std::int32_t group, std::int32_t member) {
  State& state = state_[at(op)];
  state.role = FusionRole::Grouped;
  copies_.push_back({group, member, state.first_copy});
  state.first_copy = static_cast<std::int32_t>(copies_.size()) - 1;
  for (const ValueId v : f_.operands(op)) {
    touched_.push_back(v);
    reader_[at(v)] = group;
  }
}

/// Views and counters join every group that uses them. Where one cannot take them in, or something else uses them, they
/// are computed as well; a reshape is then another name.
void FusionGrouper::place_free(OpId op) {
  State& state = state_[at(op)];
  const bool repeats = users_.groups.size() + (users_.outside ? 1 : 0) > 1;
  state.depth = static_cast<std::int8_t>(repeats ? users_.depth + 1 : 0);
  bool rest = users_.outside;
  std::int32_t first = users_.first_outside;
  for (const std::int32_t g : users_.groups) {
    if (state.depth <= kMostFreeDepth && try_join(op, g, false)) continue;
    rest = true;
    first = std::min(first, groups_[static_cast<std::size_t>(g)].position());
  }
  if (!rest) return;
  if (f_.form(op) == Form::Reshape && !f_.type(f_.operand(op, 0)).is_scalar()) {
    // As a name it has users outside of groups, even if it also joined some.
    state.role = FusionRole::Moves;
    state.when = first;
    return;
  }
  make_group(op);
}

void FusionGrouper::place_once(OpId op) {
  if (!users_.any) return make_group(op);
  if (users_.groups.size() == 1 && !users_.outside) {
    if (try_join(op, users_.groups.front(), false)) return;
  } else if (!users_.groups.empty()) {
    if (place_again(op)) return;
    const auto position = [&](std::int32_t g) { return groups_[static_cast<std::size_t>(g)].position(); };
    const std::int32_t first = *std::ranges::min_element(users_.groups, {}, position);
    if (first_user(first) > position(first) && try_join(op, first, true)) return;
  }
  if (!place_beside(op)) make_group(op);
}

/// How many elements of memory reading a value comes down to: those of what its views show.
std::int64_t FusionGrouper::elements_behind(ValueId v) const {
  OpId source = f_.value(v).op;
  for (int step = 0; step < kMostSearched && is_view(f_, source); ++step) {
    v = f_.operand(source, 0);
    source = f_.value(v).op;
  }
  return f_.uniform_constant(v) != nullptr ? 0 : element_count(f_.type(v));
}

/// Computes a cheap op of at most one tensor in each of the groups that use it, rather than storing what it gives.
bool FusionGrouper::place_again(OpId op) {
  if (users_.outside || users_.groups.size() > kMostCopies || users_.depth >= kMostDepth || recompute_cost(f_, op) < 0)
    return false;
  const std::int64_t elements = element_count(f_.type(f_.op(op).first_result));
  const auto large = [&](ValueId v) { return elements_behind(v) >= elements; };
  if (std::ranges::count_if(f_.operands(op), large) > 1) return false;
  std::vector<FusionGroup::Joining> joinings;
  for (const std::int32_t g : users_.groups) {
    const auto joining = consider(op, g, false);
    if (!joining) return false;
    joinings.push_back(*joining);
  }
  for (std::size_t i = 0; i < joinings.size(); ++i) join(op, users_.groups[i], joinings[i]);
  state_[at(op)].depth = static_cast<std::int8_t>(users_.depth + 1);
  return true;
}

/// Joins a group that reads the same data, as one more result.
bool FusionGrouper::place_beside(OpId op) {
  const std::int32_t first = first_user(-1);
  std::vector<ValueId> data(f_.operands(op).begin(), f_.operands(op).end());
  const bool reduces = f_.form(op) == Form::Reduction;
  const std::int64_t elements = element_count(f_.type(reduces ? f_.operand(op, 0) : f_.op(op).first_result));
  for (std::size_t i = 0; i < data.size() && i < kMostSearched; ++i) {
    if (element_count(f_.type(data[i])) != elements) continue;
    const std::int32_t g = reader_[at(data[i])];
    if (g >= 0 && groups_[static_cast<std::size_t>(g)].position() < first && may_run_in(op, g)) {
      if (const auto joining = groups_[static_cast<std::size_t>(g)].consider_beside(op)) {
        join(op, g, *joining);
        return true;
      }
    }
    const OpId source = f_.value(data[i]).op;
    if (!reduces || !source.valid() || f_.op(source).parent != f_.op(op).parent) continue;
    if (f_.form(source) != Form::Map && !is_view(f_, source)) continue;
    for (const ValueId v : f_.operands(source)) data.push_back(v);
  }
  return false;
}

void FusionGrouper::make_group(OpId op) {
  const std::int32_t position = uses_.position(op);
  const auto group = static_cast<std::int32_t>(groups_.size());
  groups_.emplace_back(f_, op, position, users_.any || f_.form(op) == Form::Placing);
  state_[at(op)].root_group = group;
  add_copy(op, group, 0);
  if (ordered_[at(op)]) next_ordered_ = position;
  if (f_.form(op) != Form::Placing) return;
  const int background = f_.placing(op).background;
  if (background >= 0) mark_written(f_.operand(op, background), position);
}

}  // namespace tjit
