// What writes over a tensor comes after what reads it.
#include "passes/defer.h"

#include <algorithm>

#include "passes/copy.h"
#include "passes/facts.h"
#include "passes/fusion_uses.h"

namespace tjit {

namespace {

/// What a placing op writes over, when that is a tensor; else nothing.
ValueId background(const Function& f, OpId op) {
  if (!op.valid() || f.form(op) != Form::Placing) return {};
  const int operand = f.placing(op).background;
  if (operand < 0 || f.type(f.operand(op, operand)).is_scalar()) return {};
  return f.operand(op, operand);
}

class Deferrer {
 public:
  explicit Deferrer(const Function& f)
      : f_(f),
        uses_(f),
        slot_(static_cast<std::size_t>(f.op_count()), -1),
        moved_to_(slot_.size()),
        before_(slot_.size()),
        unchecked_(slot_.size()),
        behind_(static_cast<std::size_t>(f.block_count())) {}

  /// Finds what moves; whether anything does.
  bool find() {
    bool any = false;
    for (int b = 0; b < f_.block_count(); ++b) {
      const std::vector<OpId>& ops = f_.block({b}).ops;
      const OpId owner = f_.block({b}).owner;
      if (owner.valid() && f_.is_group(owner)) continue;
      // Users are looked at before what they use, as they may move themselves.
      for (std::size_t i = ops.size(); i-- > 0;) any |= defer(ops[i]);
    }
    return any;
  }

  Function run() {
    return rebuild(f_, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
      const auto copy_moved = [&](std::vector<OpId>& ops) {
        for (std::size_t i = ops.size(); i-- > 0;) copy_late(b, map, ops[i]);
      };
      copy_moved(before_[at(id)]);
      if (slot_[at(id)] < 0) {
        map.copy(id, visit);
      } else {
        leave_check(b, map, id);
      }
      const Block& block = f_.block(f_.op(id).parent);
      if (block.ops.back() == id) copy_moved(behind_[static_cast<std::size_t>(f_.op(id).parent.index)]);
    });
  }

 private:
  static std::size_t at(OpId op) { return static_cast<std::size_t>(op.index); }

  std::int32_t place(OpId op) const { return slot_[at(op)] >= 0 ? slot_[at(op)] : uses_.position(op); }

  bool defer(OpId op) {
    const ValueId over = background(f_, op);
    if (!over.valid() || f_.home(over) != f_.op(op).parent) return false;
    const auto is_known = [&](ValueId v) { return !is_dynamic(f_.type(v).shape); };
    if (f_.may_fail(op) && (f_.def(op).take_check() == nullptr || !std::ranges::all_of(f_.operands(op), is_known)))
      return false;
    const std::vector<OpId>& ops = f_.block(f_.op(op).parent).ops;
    const auto end = static_cast<std::int32_t>(ops.size());
    std::int32_t slot = end;
    OpId user;
    for (const Use use : uses_.uses(f_.op(op).first_result)) {
      if (!use.op.valid() || place(use.op) >= slot) continue;
      slot = place(use.op);
      user = slot_[at(use.op)] >= 0 ? moved_to_[at(use.op)] : use.op;
    }
    if (!frees(over, op, slot)) return false;
    slot_[at(op)] = slot;
    moved_to_[at(op)] = user;
    (slot == end ? behind_[static_cast<std::size_t>(f_.op(op).parent.index)] : before_[at(user)]).push_back(op);
    return true;
  }

  /// Whether `v` is read after `op` but nowhere from `slot` on, so that at `slot` it may be overwritten. Where `op`
  /// alone uses what another op placed over a tensor, that one may move too, and its tensor counts.
  bool frees(ValueId v, OpId op, std::int32_t slot) const {
    bool read_between = false;
    if (!reads_end_before(v, op, slot, read_between)) return false;
    if (read_between) return true;
    const OpId source = f_.value(v).op;
    if (uses_.uses(v).size() != 1 || !source.valid() || f_.op(source).parent != f_.op(op).parent) return false;
    const ValueId over = background(f_, source);
    return over.valid() && f_.home(over) == f_.op(op).parent && frees(over, source, slot);
  }

  /// False when `v`, or what shows its elements, is needed from `slot` on or written over by another op than `op`.
  /// `read_between`: whether something reads them after `op`.
  bool reads_end_before(ValueId v, OpId op, std::int32_t slot, bool& read_between) const {
    return std::ranges::all_of(uses_.uses(v), [&](const Use use) {
      if (use.op == op) return true;
      if (!use.op.valid() || place(use.op) >= slot || background(f_, use.op) == v || f_.is_loop(use.op)) return false;
      read_between |= place(use.op) > uses_.position(op);
      return !is_view(f_, use.op) || reads_end_before(f_.op(use.op).first_result, op, slot, read_between);
    });
  }

  /// In the place of an op that moves, what it may raise.
  void leave_check(Builder& b, Copier& map, OpId id) {
    if (!f_.may_fail(id)) return;
    const Op& op = f_.op(id);
    std::vector<ValueId> operands(f_.operands(id).begin(), f_.operands(id).end());
    // The tensor itself does not matter: one that is there already has the same type.
    ValueId& over = operands[static_cast<std::size_t>(f_.placing(id).background)];
    while (f_.value(over).op.valid() && slot_[at(f_.value(over).op)] >= 0) over = background(f_, f_.value(over).op);
    Location loc = op.loc;
    if (loc.function == nullptr) loc.function = intern(f_.def(id).info.name);
    b.set_location(loc);
    unchecked_[at(id)] = f_.def(id).take_check()(b, op.attrs.get(), map(operands));
  }

  void copy_late(Builder& b, Copier& map, OpId id) {
    const Op& op = f_.op(id);
    const std::shared_ptr<const OpAttrs>& unchecked = unchecked_[at(id)];
    map.bind(op.first_result,
             b.append({op.code, unchecked != nullptr ? unchecked : op.attrs, map(f_.operands(id)), {}, op.loc})[0]);
  }

  const Function& f_;
  const FusionUses uses_;
  std::vector<std::int32_t> slot_;         ///< by op: the position before which it comes, or -1 where it stays
  std::vector<OpId> moved_to_;             ///< by op that moves: the op at that position
  std::vector<std::vector<OpId>> before_;  ///< by op: those that move before it, last first
  std::vector<std::shared_ptr<const OpAttrs>> unchecked_;  ///< by op that moves: its attributes without the check
  std::vector<std::vector<OpId>> behind_;                  ///< by block: those that move to its end, last first
};

}  // namespace

std::optional<Function> deferred(const Function& function) {
  bool writes_over = false;
  for (int i = 0; i < function.op_count() && !writes_over; ++i) writes_over = background(function, {i}).valid();
  if (!writes_over) return std::nullopt;
  Deferrer deferrer(function);
  return deferrer.find() ? std::optional(deferrer.run()) : std::nullopt;
}

}  // namespace tjit
