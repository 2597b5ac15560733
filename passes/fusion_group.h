// One fusion group while it grows: its ops, the index maps under which they are evaluated, and what it may still take
// in.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "ir/index_map.h"

namespace tjit {

/// What it costs to compute an op's elements more than once, counted in cheap elementwise ops; negative: do not.
int recompute_cost(const Function& f, OpId op);

/// Distinct values, up to the number that a group may have.
class FewValues {
 public:
  static constexpr int kMost = 16;

  bool contains(ValueId v) const { return std::find(values_.begin(), end(), v) != end(); }
  /// What comes after `kMost` only counts.
  void add(ValueId v);
  void remove(ValueId v);
  int size() const { return size_; }

 private:
  std::array<ValueId, kMost>::const_iterator end() const { return values_.begin() + std::min(size_, kMost); }

  std::array<ValueId, kMost> values_{};
  std::int32_t size_ = 0;
};

class FusionGroup {
 public:
  enum class Kind : std::uint8_t { Pointwise, Reduce, Place };

  /// Numbers of the few maps under which a member is evaluated.
  struct Maps {
    std::array<std::int16_t, 4> id{};
    int count = 0;

    std::span<const std::int16_t> all() const { return std::span(id).first(static_cast<std::size_t>(count)); }
    /// False when there are too many.
    bool add(std::int16_t map);
  };
  struct Member {
    OpId op;
    Maps maps;
    bool result;  ///< used outside the group
  };
  struct MemberUse {
    std::int32_t member, operand;
    friend auto operator<=>(const MemberUse&, const MemberUse&) = default;
  };
  /// An op that may join, with what that takes.
  struct Joining {
    OpId op;
    Maps maps;
    bool result = false;
    int recomputed = 0;
  };

  /// `position` is that of `root` in its block: where the group runs. `result`: whether somebody uses what `root`
  /// gives; else it is there for what it may raise.
  FusionGroup(const Function& f, OpId root, std::int32_t position, bool result);

  Kind kind() const { return kind_; }
  std::int32_t position() const { return position_; }
  /// Last op first.
  std::span<const Member> members() const { return members_; }

  /// Whether `op`, which comes before all members, may join for the sake of `uses`, and as a result when others use it
  /// too. `checked`: it may fail, so every element must be computed. `overwritten`: operands in whose memory the group
  /// is to write; they may be read only where it writes.
  std::optional<Joining> consider(OpId op, std::span<const MemberUse> uses, bool checked, bool result,
                                  std::span<const int> overwritten = {});
  /// Whether `op`, which no member uses, may become one more result.
  std::optional<Joining> consider_beside(OpId op);
  /// Takes the op in; returns its number among the members.
  std::int32_t join(const Joining& joining);

 private:
  struct SeenMap {
    IndexMap map;
    std::int16_t space;
    bool in_reduction;  ///< evaluated for every index of the reduced axes too
  };
  struct Lookup {
    ValueId index;
    std::int16_t map;
    friend bool operator==(const Lookup&, const Lookup&) = default;
  };

  void start_space();
  void start_reduction(OpId op, std::int16_t result);
  std::int16_t add_map(IndexMap map, std::int16_t space, bool in_reduction);
  std::int16_t piece_map(int operand);
  std::int16_t operand_map(OpId op, std::int16_t result, int operand);
  std::int16_t reshape_map(OpId op, std::int16_t result);
  std::int16_t lookup_map(OpId op, std::int16_t result);
  std::int32_t lookup_number(ValueId index, std::int16_t map);
  bool operand_maps(MemberUse use, Maps& out);
  bool split(std::int16_t space, int axis, std::int64_t inner);

  bool admit_reduction(Joining& joining);
  bool admit_elements(Joining& joining, bool checked);
  bool stores_well(const Joining& joining) const;
  bool reads_in_place(const Joining& joining, int operand);
  bool covers_once(std::int16_t map, OpId op) const;
  std::int64_t evaluations(std::int16_t map) const;
  bool has_room(const Joining& joining) const;
  bool fits_reduction(OpId op) const;

  const SeenMap& seen(std::int16_t map) const { return maps_[static_cast<std::size_t>(map)]; }
  const Shape& result_shape(OpId op) const { return f_->type(f_->op(op).first_result).shape; }

  const Function* f_;
  OpId root_;
  std::int32_t position_;
  Kind kind_ = Kind::Pointwise;
  std::vector<Member> members_;
  FewValues inputs_;  ///< rank > 0, but for constants that need no memory
  FewValues scalars_;
  int results_ = 0, recomputed_ = 0, size_ = 0;
  // Made when the first op asks to join.
  std::vector<LoopSpace> spaces_;
  std::vector<SeenMap> maps_;
  std::vector<Lookup> lookups_;
  std::vector<std::int16_t> piece_maps_;                ///< by operand of the placing op
  std::int16_t reduced_map_ = -1, reduction_map_ = -1;  ///< of the reductions' operand: reduced dimensions alone, all
  OpId reduction_;                                      ///< one of them
};

}  // namespace tjit
