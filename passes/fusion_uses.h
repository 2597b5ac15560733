// Who uses each value, seen from the block that defines it: what grouping asks about a function.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "ir/function.h"

namespace tjit {

/// A use, seen from the block that defines the value.
struct Use {
  OpId op;                    ///< in the same block; invalid: the block yields the value
  std::int32_t operand = -1;  ///< -1: used by ops in the blocks of `op`
};

class FusionUses {
 public:
  explicit FusionUses(const Function& f);

  std::span<const Use> uses(ValueId v) const {
    const auto i = static_cast<std::size_t>(v.index);
    return std::span(uses_).subspan(first_[i], first_[i + 1] - first_[i]);
  }
  /// Position of an op in its block.
  std::int32_t position(OpId op) const { return position_[static_cast<std::size_t>(op.index)]; }
  /// Values of enclosing blocks in whose place the blocks of `op` might write, were they not needed any more.
  std::span<const ValueId> overwritten(OpId op) const;
  /// The value under all reshapes: the one whose elements `v` names.
  ValueId base(ValueId v) const { return base_[static_cast<std::size_t>(v.index)]; }

 private:
  Use seen_from(BlockId home, BlockId block, Use use) const;
  bool may_overwrite(Use use) const;
  template <class F>
  void for_each_use(F&& f) const;

  const Function& f_;
  std::vector<std::size_t> first_;
  std::vector<Use> uses_;
  std::vector<std::int32_t> position_;
  std::vector<ValueId> base_;
  std::vector<std::pair<OpId, ValueId>> overwritten_;  ///< sorted
  std::vector<ValueId> overwritten_values_;            ///< the second ones alone
};

}  // namespace tjit
