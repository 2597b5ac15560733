// Where tensors are alive: program points in a linear order, and the stretches of them in which a value's elements are
// needed. Branches of a `cond` exclude each other, so a value that only `else` uses is dead all through `then`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "ir/function.h"

namespace tjit {

/// Half-open range of moments. Tick t has two: 2t, when operands are read and results begin to be written, and 2t + 1.
struct Segment {
  std::int32_t begin, end;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// Sorted, disjoint, not touching.
using Segments = std::vector<Segment>;

constexpr std::int32_t moment(std::int32_t tick) { return 2 * tick; }

/// The ticks of a function. A simple op (fusion included) has one. A `cond` has one before its blocks and one after, a
/// `while` likewise: before it, initial values are copied into the loop's variables. A block has one at its start and
/// one at its yield, when the yielded values are copied to where the owner wants them.
struct Ticks {
  explicit Ticks(const Function& f);

  std::int32_t begin(OpId op) const { return op_begin_[static_cast<std::size_t>(op.index)]; }
  std::int32_t end(OpId op) const { return op_end_[static_cast<std::size_t>(op.index)]; }
  std::int32_t start(BlockId b) const { return block_start_[static_cast<std::size_t>(b.index)]; }
  std::int32_t yield(BlockId b) const { return block_yield_[static_cast<std::size_t>(b.index)]; }

 private:
  void number(const Function& f, BlockId block);

  std::vector<std::int32_t> op_begin_, op_end_, block_start_, block_yield_;
  std::int32_t next_ = 0;
};

/// For each value of rank > 0, another one with the same elements for as long as it lives, or itself: a reshape stands
/// for its operand, a loop variable that every step yields unchanged for its initial value, a `cond` result that both
/// branches yield alike for that value. Such a value has no place of its own; all others have the same elements only by
/// chance.
std::vector<ValueId> same_elements(const Function& f);

/// The values from outside that a fusion's body uses, each once, in order of first use.
std::vector<ValueId> fusion_inputs(const Function& f, OpId fusion);

/// When each tensor is needed. Values are those of `same_elements`; the others count as uses of them.
///
/// A result occupies its place from the moment its op reads operands, so that by default no operand shares it. A loop
/// variable is three values: the test's parameter lives from before the loop through the test, the body's from the
/// body's start to its last use there and again from the body's yield, the result from the end of the loop. A value
/// from outside that a loop uses lives through the whole loop. A `cond` result occupies its place at both yields and
/// from the end on.
class Liveness {
 public:
  Liveness(const Function& f, const Ticks& ticks, const std::vector<ValueId>& same);

  Segments segments(ValueId v) const;

 private:
  void use(ValueId v, BlockId block, std::int32_t tick);
  void scan(BlockId block);

  struct Nested {
    BlockId block;
    std::int32_t last;  ///< tick of the last use
  };

  const Function& f_;
  const Ticks& ticks_;
  const std::vector<ValueId>& same_;
  std::vector<std::int32_t> last_;                                ///< tick of the last use in the home block; -1: none
  std::unordered_map<std::int32_t, std::vector<Nested>> nested_;  ///< by value: blocks inside that use it
  std::unordered_map<std::uint64_t, std::size_t> place_;          ///< (value, block) -> position in nested_
};

/// Sorts and joins what overlaps or touches.
void normalize(Segments& segments);
/// Calls `f(Segment)` for each stretch in both, in ascending order, until it returns false; returns whether it never
/// did.
template <class F>
bool for_each_overlap(const Segments& a, const Segments& b, F&& f);
/// Adds `from` to `to`; cheap when `from` is short or lies near the end.
void join(Segments& to, const Segments& from);

template <class F>
bool for_each_overlap(const Segments& a, const Segments& b, F&& f) {
  const Segments& few = a.size() <= b.size() ? a : b;
  const Segments& many = a.size() <= b.size() ? b : a;
  for (const Segment s : few) {
    auto it = std::partition_point(many.begin(), many.end(), [&](Segment m) { return m.end <= s.begin; });
    for (; it != many.end() && it->begin < s.end; ++it)
      if (!f(Segment{std::max(s.begin, it->begin), std::min(s.end, it->end)})) return false;
  }
  return true;
}

}  // namespace tjit
