// Uses of values across blocks.
#include "passes/fusion_uses.h"

#include <algorithm>

namespace tjit {

Use FusionUses::seen_from(BlockId home, BlockId block, Use use) const {
  while (block != home) {
    use = {f_.block(block).owner, -1};
    block = f_.op(use.op).parent;
  }
  return use;
}

/// Yields, loop variables and what a placing op writes over.
bool FusionUses::may_overwrite(Use use) const {
  if (!use.op.valid() || f_.is_loop(use.op)) return true;
  return f_.form(use.op) == Form::Placing && f_.placing(use.op).background == use.operand;
}

template <class F>
void FusionUses::for_each_use(F&& f) const {
  for (int b = 0; b < f_.block_count(); ++b) {
    const BlockId block{b};
    for (const OpId op : f_.block(block).ops) {
      std::int32_t k = 0;
      for (const ValueId v : f_.operands(op)) f(v, block, Use{op, k++});
    }
    for (const ValueId v : f_.block(block).yields) f(v, block, Use{});
  }
}

FusionUses::FusionUses(const Function& f)
    : f_(f), first_(static_cast<std::size_t>(f.value_count()) + 1), position_(static_cast<std::size_t>(f.op_count())) {
  for_each_use([&](ValueId v, BlockId, Use) { ++first_[static_cast<std::size_t>(v.index) + 1]; });
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  uses_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for_each_use([&](ValueId v, BlockId block, Use use) {
    const Use seen = seen_from(f.home(v), block, use);
    uses_[next[static_cast<std::size_t>(v.index)]++] = seen;
    const bool captured = seen.op.valid() && seen.operand < 0;
    if (captured && !f.type(v).is_scalar() && may_overwrite(use)) overwritten_.emplace_back(seen.op, v);
  });
  std::ranges::sort(overwritten_);
  for (const auto& [op, v] : overwritten_) overwritten_values_.push_back(v);
  base_.reserve(static_cast<std::size_t>(f.value_count()));
  for (int v = 0; v < f.value_count(); ++v) base_.push_back({v});
  for (int i = 0; i < f.op_count(); ++i) {
    if (f.form({i}) == Form::Reshape)
      base_[static_cast<std::size_t>(f.op({i}).first_result.index)] = base(f.operand({i}, 0));
  }
  for (int b = 0; b < f.block_count(); ++b) {
    std::int32_t position = 0;
    for (const OpId op : f.block({b}).ops) position_[static_cast<std::size_t>(op.index)] = position++;
  }
}

std::span<const ValueId> FusionUses::overwritten(OpId op) const {
  const auto range = std::ranges::equal_range(overwritten_, op, {}, &std::pair<OpId, ValueId>::first);
  return std::span(overwritten_values_)
      .subspan(static_cast<std::size_t>(range.begin() - overwritten_.begin()), range.size());
}

}  // namespace tjit
