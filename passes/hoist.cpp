// Loop-invariant code motion. Each op gets a home: the outermost block it can be computed in, going out of `while`
// blocks only. Ops that are worth it move there, with what they need.
#include "passes/hoist.h"

#include <algorithm>

#include "passes/copy.h"
#include "passes/facts.h"

namespace tjit {

namespace {

/// Values up to this size stay in the nearest cache, where keeping one costs nothing.
constexpr std::int64_t kSmallBytes = 4096;

std::size_t at(OpId id) { return static_cast<std::size_t>(id.index); }
std::size_t at(BlockId id) { return static_cast<std::size_t>(id.index); }

bool has_loop(const Function& f) {
  for (int i = 0; i < f.op_count(); ++i)
    if (f.is_loop({i})) return true;
  return false;
}

/// Ops that stay where they are: ordered ones, and loops, which might not end where they might not have run.
std::vector<bool> pinned_ops(const Function& f) {
  std::vector<bool> pinned = ordered_ops(f);
  for (int i = 0; i < f.op_count(); ++i) {
    const Op& op = f.op({i});
    const auto contains_pinned = [&](BlockId b) {
      return std::ranges::any_of(f.block(b).ops, [&](OpId o) { return pinned[at(o)]; });
    };
    if (f.is_loop({i}) || std::ranges::any_of(op.blocks, contains_pinned)) pinned[at(OpId{i})] = true;
  }
  return pinned;
}

/// Where each op goes: `home` is its own block unless it moves.
class Hoisting {
 public:
  explicit Hoisting(const Function& f)
      : f_(f),
        stays_(pinned_ops(f)),
        home_(static_cast<std::size_t>(f.op_count())),
        places_(static_cast<std::size_t>(f.block_count())),
        leaving_(static_cast<std::size_t>(f.op_count())) {
    visit(Function::kBody, {.outermost = Function::kBody});
    keep_what_does_not_pay();
    for (int i = 0; i < f.op_count(); ++i)
      if (home_[at(OpId{i})] != f.op({i}).parent)
        leaving_[at(loop_at(home_[at(OpId{i})], f.op({i}).parent))].push_back({i});
  }

  bool is_empty() const {
    return std::ranges::all_of(leaving_, [](const std::vector<OpId>& ops) { return ops.empty(); });
  }
  bool moves(OpId id) const { return home_[at(id)] != f_.op(id).parent; }
  /// What is computed right before this loop, in order.
  std::span<const OpId> leaving(OpId loop) const { return leaving_[at(loop)]; }

 private:
  /// Where a block stands.
  struct Place {
    int depth = 0;
    BlockId outermost;  ///< that its ops may go to
  };

  int depth(BlockId b) const { return places_[at(b)].depth; }

  BlockId home(ValueId v) const {
    const Value& value = f_.value(v);
    return value.op.valid() ? home_[at(value.op)] : value.block;
  }

  /// Finds the homes of all ops of a block and of the blocks inside.
  void visit(BlockId block, Place place) {
    places_[at(block)] = place;
    for (const OpId id : f_.block(block).ops) {
      const Op& op = f_.op(id);
      for (const BlockId inner : op.blocks)
        visit(inner, {.depth = place.depth + 1, .outermost = f_.info(inner).repeats ? place.outermost : inner});
      home_[at(id)] = stays_[at(id)] || place.outermost == block ? block : deepest_use(id, place, place.outermost);
    }
  }

  /// The deepest home, but at least `deepest`, of what an op uses, also inside its blocks, from the block at `place` or
  /// outside it.
  BlockId deepest_use(OpId id, const Place& place, BlockId deepest) const {
    const auto use = [&](ValueId v) {
      const BlockId b = home(v);
      if (depth(b) <= place.depth && depth(b) > depth(deepest)) deepest = b;
    };
    for (const ValueId v : f_.operands(id)) use(v);
    for (const BlockId inner : f_.op(id).blocks) {
      for (const OpId o : f_.block(inner).ops) deepest = deepest_use(o, place, deepest);
      for (const ValueId v : f_.block(inner).yields) use(v);
    }
    return deepest;
  }

  /// Ops are looked at from the last to the first: one that does not pay moves when an op that moves needs it.
  void keep_what_does_not_pay() {
    const std::vector<bool> paying = paying_ops();
    std::vector<bool> needed(static_cast<std::size_t>(f_.op_count()));
    for (int i = f_.op_count() - 1; i >= 0; --i) {
      const OpId id{i};
      if (!moves(id)) continue;
      if (needed[at(id)] || paying[at(id)]) {
        need_operands(id, needed);
      } else {
        home_[at(id)] = f_.op(id).parent;
      }
    }
  }

  void need_operands(OpId id, std::vector<bool>& needed) const {
    const auto need = [&](ValueId v) {
      if (f_.value(v).op.valid()) needed[at(f_.value(v).op)] = true;
    };
    for (const ValueId v : f_.operands(id)) need(v);
    for (const BlockId b : f_.op(id).blocks) {
      for (const OpId inner : f_.block(b).ops) need_operands(inner, needed);
      for (const ValueId v : f_.block(b).yields) need(v);
    }
  }

  // Views, constants and counting cost nothing where they are used.
  bool is_free(OpId id) const { return is_view(f_, id) || f_.form(id) == Form::Constant || f_.form(id) == Form::Count; }

  std::int64_t bytes(ValueId v) const { return is_dynamic(f_.type(v).shape) ? 0 : byte_count(f_.type(v)); }

  /// Of the ops that could move, those that are worth it.
  std::vector<bool> paying_ops() const {
    std::vector<bool> paying(static_cast<std::size_t>(f_.op_count()));
    // The bytes of the values in memory that an op is computed from: through free ops, and those that do not pay.
    std::vector<std::int64_t> sources(static_cast<std::size_t>(f_.op_count()));
    for (int i = 0; i < f_.op_count(); ++i) {
      const OpId id{i};
      if (!moves(id) && !is_free(id)) continue;
      if (f_.form(id) == Form::Constant) sources[at(id)] = f_.constant(f_.op(id).first_result)->stored_bytes();
      for (const ValueId v : f_.operands(id)) {
        const OpId by = f_.value(v).op;
        const bool in_memory = !by.valid() || !(is_free(by) || (moves(by) && !paying[at(by)]));
        sources[at(id)] += in_memory ? bytes(v) : sources[at(by)];
      }
      paying[at(id)] = moves(id) && pays(id, sources[at(id)]);
    }
    return paying;
  }

  /// Whether to read the result in each turn costs less than to compute it. A cheap op whose result is larger than all
  /// it is computed from, such as a mask made of two rows, is better computed where it is used.
  bool pays(OpId id, std::int64_t source_bytes) const {
    if (f_.results(id).empty()) return false;
    const ValueId result = f_.results(id)[0];
    if (f_.type(result).is_scalar()) return true;
    if (is_free(id)) return false;
    const Form form = f_.form(id);
    const bool moves_elements = form == Form::Lookup || form == Form::Placing;
    const bool cheap = moves_elements || rounds_once(f_, id);
    return !cheap || bytes(result) <= std::max(kSmallBytes, source_bytes);
  }

  /// The loop in block `home` that contains block `b`.
  OpId loop_at(BlockId home, BlockId b) const {
    while (f_.op(f_.block(b).owner).parent != home) b = f_.op(f_.block(b).owner).parent;
    return f_.block(b).owner;
  }

  const Function& f_;
  std::vector<bool> stays_;
  std::vector<BlockId> home_;
  std::vector<Place> places_;
  std::vector<std::vector<OpId>> leaving_;
};

}  // namespace

Function hoist(const Function& function, const PassContext&) {
  if (!has_loop(function)) return function;
  const Hoisting hoisting(function);
  if (hoisting.is_empty()) return function;
  return rebuild(function, [&](Builder&, Copier& map, OpId id, const Copier::Each& visit) {
    if (hoisting.moves(id)) return;
    for (const OpId out : hoisting.leaving(id)) map.copy(out);
    map.copy(id, visit);
  });
}

}  // namespace tjit
