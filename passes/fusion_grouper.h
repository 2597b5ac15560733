// Which ops of a block go together, and what becomes of the others. Decided from the last op to the first: an op's
// users have found their groups before it is looked at. A group runs in the place of its last op, so an op may join a
// group only if everything else that uses it runs later; with that no cycle can arise, and time is linear in the number
// of ops.
#pragma once

#include <deque>
#include <limits>
#include <vector>

#include "passes/fusion_group.h"
#include "passes/fusion_uses.h"

namespace tjit {

enum class FusionRole : std::uint8_t {
  Dead,   ///< nothing needs it
  Stays,  ///< stays in its place
  Moves,  ///< no code of its own, or a few instructions on registers: runs once its operands are there
  Alias,  ///< is its operand
  Grouped
};

class FusionGrouper {
 public:
  explicit FusionGrouper(const Function& f);

  /// The groups of a block. What is asked below about its ops holds from then on.
  std::deque<FusionGroup> group(BlockId block);

  FusionRole role(OpId op) const { return state_[at(op)].role; }
  /// The number of the group whose last op this is, or -1.
  std::int32_t group_of_root(OpId op) const { return state_[at(op)].root_group; }
  const FusionUses& uses() const { return uses_; }

 private:
  static constexpr std::int32_t kEnd = std::numeric_limits<std::int32_t>::max();
  static std::size_t at(OpId op) { return static_cast<std::size_t>(op.index); }
  static std::size_t at(ValueId v) { return static_cast<std::size_t>(v.index); }

  /// An op in a group. One that is cheap to compute again may stand in several.
  struct Copy {
    std::int32_t group, member, next;
  };
  struct State {
    FusionRole role = FusionRole::Dead;
    std::int8_t depth = 0;     ///< length of the chain of ops computed again
    std::int32_t when = kEnd;  ///< stays: its place; moves: the place of the first user
    std::int32_t first_copy = -1;
    std::int32_t root_group = -1;
  };
  /// The users of an op that is looked at.
  struct Instance {
    std::int32_t group;
    FusionGroup::MemberUse use;
    friend auto operator<=>(const Instance&, const Instance&) = default;
  };
  struct Users {
    std::vector<Instance> in_groups;   ///< by group
    std::vector<std::int32_t> groups;  ///< each once, ascending: later groups were made for earlier ops
    bool any = false, outside = false;
    std::int32_t first_outside = kEnd;  ///< place of the first user that is in no group
    std::int8_t depth = 0;              ///< largest of the users
  };

  void look_at(OpId op);
  void collect_users(ValueId v);
  std::span<const FusionGroup::MemberUse> uses_in(std::int32_t group);
  void keep_in_place(OpId op);
  void mark_written(ValueId v, std::int32_t position);
  void place_free(OpId op);
  void place_once(OpId op);
  bool place_again(OpId op);
  std::int64_t elements_behind(ValueId v) const;
  bool place_beside(OpId op);
  void make_group(OpId op);

  bool may_run_in(OpId op, std::int32_t group) const;
  std::optional<FusionGroup::Joining> consider(OpId op, std::int32_t group, bool result);
  bool try_join(OpId op, std::int32_t group, bool result);
  void join(OpId op, std::int32_t group, const FusionGroup::Joining& joining);
  void add_copy(OpId op, std::int32_t group, std::int32_t member);
  bool is_alias(OpId op) const;
  bool is_fusable(OpId op) const;
  /// The place of the first user but those in group `except`.
  std::int32_t first_user(std::int32_t except) const;

  const Function& f_;
  FusionUses uses_;
  std::vector<bool> ordered_;
  std::vector<State> state_;
  std::vector<Copy> copies_;
  std::vector<std::int32_t> written_;  ///< by value: where it is first overwritten in place, as far as known
  std::vector<std::int32_t> reader_;   ///< by value: the group that was last found to read it, or -1
  std::vector<ValueId> touched_;       ///< with entries in the two above

  // Of the block at hand.
  std::deque<FusionGroup> groups_;
  std::int32_t next_ordered_ = kEnd;  ///< where the next op that keeps its order runs
  Users users_;
  std::vector<FusionGroup::MemberUse> uses_of_group_;
  std::vector<int> overwritten_;
};

}  // namespace tjit
