// Uses of values across blocks.
#include "passes/fusion_uses.h"

#include <algorithm>

#include "ir/ops/list.h"

namespace tjit {

BlockId FusionUses::home(ValueId v) const {
  const Value& value = f_.value(v);
  return value.op.valid() ? f_.op(value.op).parent : value.block;
}

Use FusionUses::seen_from(BlockId home, BlockId block, Use use) const {
  while (block != home) {
    use = {f_.block(block).owner, -1};
    block = f_.op(use.op).parent;
  }
  return use;
}

template <class F>
void FusionUses::for_each_use(F&& f) const {
  for (int b = 0; b < f_.block_count(); ++b) {
    const BlockId block{b};
    for (const OpId op : f_.block(block).ops) {
      std::int32_t k = 0;
      for (const ValueId v : f_.operands(op)) f(v, seen_from(home(v), block, {op, k++}));
    }
    for (const ValueId v : f_.block(block).yields) f(v, seen_from(home(v), block, {}));
  }
}

FusionUses::FusionUses(const Function& f)
    : f_(f),
      first_(static_cast<std::size_t>(f.value_count()) + 1),
      position_(static_cast<std::size_t>(f.op_count())),
      ordered_(position_.size()),
      captures_(position_.size(), -1) {
  for_each_use([&](ValueId v, Use) { ++first_[static_cast<std::size_t>(v.index) + 1]; });
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  uses_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for_each_use([&](ValueId v, Use use) {
    uses_[next[static_cast<std::size_t>(v.index)]++] = use;
    if (!use.op.valid() || use.operand >= 0) return;
    std::int32_t& list = captures_[static_cast<std::size_t>(use.op.index)];
    if (list < 0) {
      list = static_cast<std::int32_t>(captured_.size());
      captured_.emplace_back();
    }
    captured_[static_cast<std::size_t>(list)].push_back(v);
  });
  for (int v = 0; v < f.value_count(); ++v) base_.push_back({v});
  // An op's blocks, and the ops in them, were made before it.
  for (int i = 0; i < f.op_count(); ++i) {
    const OpId id{i};
    const Op& op = f.op(id);
    const auto inner = [&](BlockId b) {
      return std::ranges::any_of(f.block(b).ops, [&](OpId o) { return is_ordered(o); });
    };
    ordered_[static_cast<std::size_t>(i)] =
        def(op.code).is_effect || op.code == kOpcode<Call> || f.may_fail(id) || std::ranges::any_of(op.blocks, inner);
    if (op.code == kOpcode<Reshape>) base_[static_cast<std::size_t>(op.first_result.index)] = base(f.operand(id, 0));
  }
  for (int b = 0; b < f.block_count(); ++b) {
    std::int32_t position = 0;
    for (const OpId op : f.block({b}).ops) position_[static_cast<std::size_t>(op.index)] = position++;
  }
}

std::span<const ValueId> FusionUses::captured(OpId op) const {
  const std::int32_t list = captures_[static_cast<std::size_t>(op.index)];
  return list < 0 ? std::span<const ValueId>{} : captured_[static_cast<std::size_t>(list)];
}

}  // namespace tjit
