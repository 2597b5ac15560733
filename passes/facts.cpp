// What several passes ask of functions.
#include "passes/facts.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace tjit {

namespace {

/// Whether a `while` counts: one of its variables goes up or down by a constant in each turn, and the test, or one of
/// the tests joined by `logical_and`, holds only while it has not passed a bound that stays.
class CountedLoop {
 public:
  CountedLoop(const Function& f, OpId loop)
      : f_(f), test_(f.loop(loop).test), body_(f.loop(loop).body), invariant_(invariant_values()) {}

  bool ends() const { return stops(f_.block(test_).yields[0]); }

 private:
  /// Of the test's values, by number from its first parameter on: those that are the same in every turn.
  std::vector<bool> invariant_values() const {
    std::vector<bool> invariant;
    const ValueRange params = f_.params(test_);
    for (int i = 0; i < params.size(); ++i) invariant.push_back(f_.block(body_).yields[at(i)] == f_.params(body_)[i]);
    for (const OpId id : f_.block(test_).ops) {
      const bool all = f_.op(id).blocks.empty() &&
                       std::ranges::all_of(f_.operands(id), [&](ValueId v) { return is_invariant(v, invariant); });
      for (const ValueId v : f_.results(id)) {
        invariant.resize(at(v.index - first_test_value()));
        invariant.push_back(all);
      }
    }
    return invariant;
  }

  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int first_test_value() const { return f_.block(test_).first_param.index; }
  bool is_invariant(ValueId v, const std::vector<bool>& invariant) const {
    return f_.home(v) != test_ || invariant[at(v.index - first_test_value())];
  }

  bool stops(ValueId condition) const {
    const OpId id = f_.value(condition).op;
    if (!id.valid() || f_.op(id).parent != test_ || f_.operands(id).size() != 2) return false;
    const ValueId x = f_.operand(id, 0), y = f_.operand(id, 1);
    const Opcode code = f_.op(id).code;
    if (code == kOpcode<LogicalAnd>) return stops(x) || stops(y);
    if (code == kOpcode<NotEqual>) return meets(x, y) || meets(y, x);
    if (code == kOpcode<Less>) return passes(x, y, 1, 0) || passes(y, x, -1, 0);
    if (code == kOpcode<LessEqual>) return passes(x, y, 1, 1) || passes(y, x, -1, 1);
    if (code == kOpcode<Greater>) return passes(x, y, -1, 0) || passes(y, x, 1, 0);
    if (code == kOpcode<GreaterEqual>) return passes(x, y, -1, 1) || passes(y, x, 1, 1);
    return false;
  }

  /// How much a variable of the loop grows in each turn; 0 when that is not known, or larger than a bound may be near.
  std::int64_t step(ValueId counter) const {
    const Value& value = f_.value(counter);
    if (value.op.valid() || value.block != test_ || !is_integer(f_.type(counter).dtype)) return 0;
    const OpId next = f_.value(f_.block(body_).yields[at(value.index)]).op;
    if (!next.valid()) return 0;
    const bool adds = f_.op(next).code == kOpcode<Add>;
    if (!adds && f_.op(next).code != kOpcode<Subtract>) return 0;
    const ValueId before = f_.params(body_)[value.index];
    const auto by = [&](int base, int constant) -> std::int64_t {
      const Literal* literal = f_.uniform_constant(f_.operand(next, constant));
      if (literal == nullptr || f_.operand(next, base) != before) return 0;
      const std::int64_t n = literal->first_integer();
      return n > INT32_MIN && n <= INT32_MAX ? (adds ? n : -n) : 0;
    };
    const std::int64_t first = by(0, 1);
    return first != 0 || !adds ? first : by(1, 0);
  }

  /// Steps of one meet every value.
  bool meets(ValueId counter, ValueId bound) const {
    return std::abs(step(counter)) == 1 && is_invariant(bound, invariant_);
  }

  /// Whether a counter that goes in `direction` comes to pass the bound before it wraps: the last value below it, or
  /// equal to it when `beyond` is 1, and one step more are numbers of the type.
  bool passes(ValueId counter, ValueId bound, int direction, int beyond) const {
    const std::int64_t size = step(counter) * direction;
    if (size <= 0 || !is_invariant(bound, invariant_)) return false;
    if (size + beyond == 1) return true;
    const Literal* known = f_.uniform_constant(bound);
    if (known == nullptr) return false;
    std::int64_t last = 0;
    if (__builtin_add_overflow(known->first_integer(), direction * (size - 1 + beyond), &last)) return false;
    return dispatch(known->type().dtype, [&]<class T>(Tag<T>) {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return std::in_range<T>(last);
      return false;
    });
  }

  const Function& f_;
  BlockId test_, body_;
  std::vector<bool> invariant_;
};

}  // namespace

std::vector<bool> ordered_ops(const Function& f) {
  std::vector<bool> ordered(static_cast<std::size_t>(f.op_count()));
  // An op comes after those in its blocks.
  for (int i = 0; i < f.op_count(); ++i) {
    const Op& op = f.op({i});
    const auto contains_ordered = [&](BlockId b) {
      return std::ranges::any_of(f.block(b).ops, [&](OpId o) { return ordered[static_cast<std::size_t>(o.index)]; });
    };
    const bool endless = f.is_loop({i}) && !CountedLoop(f, {i}).ends();
    ordered[static_cast<std::size_t>(i)] =
        endless || (op.blocks.empty() ? f.is_ordered({i}) : std::ranges::any_of(op.blocks, contains_ordered));
  }
  return ordered;
}

bool is_view(const Function& f, OpId op) { return op.valid() && is_view(f.form(op)); }

bool rounds_once(const Function& f, OpId op) {
  if (f.form(op) != Form::Map) return false;
  return f.def(op).info.ulp.rounds_once(is_complex(f.type(f.operands(op).back()).dtype));
}

const Literal* uniform_behind_views(const Function& f, ValueId v) {
  while (is_view(f, f.value(v).op)) v = f.operand(f.value(v).op, 0);
  return f.uniform_constant(v);
}

std::optional<bool> known_bool(const Function& f, ValueId v) {
  if (!f.type(v).is_scalar() || f.type(v).dtype != DType::Bool) return std::nullopt;
  const Literal* literal = uniform_behind_views(f, v);
  return literal == nullptr ? std::nullopt : std::optional(*literal->as<bool>());
}

}  // namespace tjit
