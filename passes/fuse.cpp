// Writes a function with its ops in the groups that the grouper found.
#include "passes/fuse.h"

#include <array>
#include <memory>

#include "ir/builder.h"
#include "ir/ops/structure.h"
#include "passes/defer.h"
#include "passes/expand.h"
#include "passes/fusion_grouper.h"
#include "passes/sink.h"

namespace tjit {

namespace {

std::shared_ptr<const OpAttrs> kind_attrs(FusionGroup::Kind kind) {
  static const auto& kinds = *[] {
    auto* attrs = new std::array<std::shared_ptr<const Fusion>, 3>;
    for (std::size_t i = 0; i < attrs->size(); ++i) {
      constexpr std::array<const char*, 3> kNames{"pointwise", "reduce", "place"};
      Fusion fusion;
      fusion.kind_name = kNames[i];
      fusion.by_pass = true;
      (*attrs)[i] = std::make_shared<const Fusion>(std::move(fusion));
    }
    return attrs;
  }();
  return kinds[static_cast<std::size_t>(kind)];
}

class Fuser {
 public:
  explicit Fuser(const Function& f)
      : f_(f),
        grouper_(f),
        b_(f.name),
        map_(f, b_),
        written_(static_cast<std::size_t>(f.op_count())),
        waiting_(written_.size()) {}

  Function run() {
    b_.function().loc = f_.loc;
    map_.copy_params();
    write_block(Function::kBody);
    return b_.finish(map_(f_.body().yields));
  }

 private:
  static std::size_t at(OpId op) { return static_cast<std::size_t>(op.index); }

  void write_block(BlockId block) {
    const std::deque<FusionGroup> groups = grouper_.group(block);
    for (const OpId op : f_.block(block).ops) {
      const FusionRole role = grouper_.role(op);
      if (role == FusionRole::Stays) write_in_place(op);
      if (role == FusionRole::Moves || role == FusionRole::Alias) start_moving(op);
      const std::int32_t group = grouper_.group_of_root(op);
      if (group >= 0) write_group(groups[static_cast<std::size_t>(group)]);
    }
  }

  void write_group(const FusionGroup& group) {
    // Ops may stand in several groups: what their values are outside holds again afterwards.
    outside_.clear();
    results_.clear();
    const BlockId body = b_.begin_block({});
    const auto members = group.members();
    for (auto it = members.rbegin(); it != members.rend(); ++it) {
      const ValueId v = f_.op(it->op).first_result;
      outside_.emplace_back(v, map_[v]);
      map_.copy(it->op);
      if (it->result) results_.push_back(v);
    }
    b_.end_block(map_(results_));
    for (const auto& [v, now] : outside_) map_.bind(v, now);
    const Location& loc = f_.op(members.front().op).loc;
    const ValueList made = b_.append({kOpcode<Fusion>, kind_attrs(group.kind()), {}, {body}, loc});
    for (std::size_t i = 0; i < made.size(); ++i) map_.bind(results_[i], made[i]);
    for (const ValueId v : results_) finish(f_.value(v).op);
  }

  void write_in_place(OpId id) {
    const Op& op = f_.op(id);
    std::vector<BlockId> blocks;
    const bool opaque = f_.is_group(id);
    for (const BlockId b : op.blocks) blocks.push_back(opaque ? map_.copy_block(b) : copy_block(b));
    const std::vector<ValueId> operands = map_(f_.operands(id));
    const std::vector<Type> types = f_.types(f_.results(id));
    const ValueList made = b_.append({op.code, op.attrs, operands, std::move(blocks), op.loc}, types);
    for (std::size_t i = 0; i < made.size(); ++i) map_.bind(f_.results(id)[static_cast<int>(i)], made[i]);
    finish(id);
  }

  BlockId copy_block(BlockId block) {
    const BlockId now = b_.begin_block(f_.types(f_.params(block)));
    for (int i = 0; i < f_.params(block).size(); ++i) map_.bind(f_.params(block)[i], b_.function().params(now)[i]);
    write_block(block);
    b_.end_block(map_(f_.block(block).yields));
    return now;
  }

  /// In its place, or as soon as its operands are there.
  void start_moving(OpId op) {
    std::int32_t missing = 0;
    for (const ValueId v : f_.operands(op)) {
      const OpId source = f_.value(v).op;
      missing += source.valid() && f_.op(source).parent == f_.op(op).parent && !written_[at(source)] ? 1 : 0;
    }
    waiting_[at(op)] = missing;
    if (missing > 0) return;
    write_moving(op);
    finish(op);
  }

  void write_moving(OpId op) {
    if (grouper_.role(op) == FusionRole::Alias) {
      map_.bind(f_.op(op).first_result, map_[f_.operand(op, 0)]);
    } else {
      map_.copy(op);
    }
  }

  /// The op's results are there: ops that move that waited for them alone follow.
  void finish(OpId op) {
    done_.assign({op});
    while (!done_.empty()) {
      const OpId id = done_.back();
      done_.pop_back();
      written_[at(id)] = true;
      for (const ValueId v : f_.results(id)) {
        for (const Use use : grouper_.uses().uses(v)) {
          if (!use.op.valid() || waiting_[at(use.op)] == 0) continue;
          if (--waiting_[at(use.op)] > 0) continue;
          write_moving(use.op);
          done_.push_back(use.op);
        }
      }
    }
  }

  const Function& f_;
  FusionGrouper grouper_;
  Builder b_;
  Copier map_;
  std::vector<bool> written_;
  std::vector<std::pair<ValueId, ValueId>> outside_;
  std::vector<ValueId> results_;
  std::vector<OpId> done_;
  std::vector<std::int32_t> waiting_;  ///< by op that moves: operands that are still missing, once its place has come
};

}  // namespace

Function fuse(const Function& function, const PassContext&) {
  const std::optional<Function> basic = expanded(function);
  const Function& f = basic ? *basic : function;
  const std::optional<Function> reads_first = deferred(f);
  const Function& g = reads_first ? *reads_first : f;
  const std::optional<Function> with_views = sunk(g);
  return Fuser(with_views ? *with_views : g).run();
}

}  // namespace tjit
