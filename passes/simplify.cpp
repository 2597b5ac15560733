// Folding, rewriting and sharing op by op, and the choices that constants make for `cond` and `while`.
#include "passes/simplify.h"

#include <algorithm>

#include "ir/ops/logic.h"
#include "ir/ops/structure.h"
#include "passes/copy.h"
#include "passes/dce.h"
#include "passes/facts.h"
#include "passes/fold.h"
#include "passes/movement.h"
#include "passes/rules.h"

namespace tjit {

namespace {

/// One sweep leaves straight-line code in its final form. A branch or loop variable that it resolves may make more of
/// them constant, seldom more than twice.
constexpr int kMostSweeps = 8;

/// A loop variable that keeps its first value.
bool is_invariant(const Function& f, OpId id, int i) {
  const BlockId body = f.loop(id).body;
  const ValueId next = f.block(body).yields[static_cast<std::size_t>(i)];
  return next == f.params(body)[i] || next == f.operand(id, i);
}

/// What both branches of a `cond` give as a result, when one value can stand for it.
struct Common {
  enum class Kind : std::uint8_t { None, Value, Constant, Predicate, NotPredicate } kind = Kind::None;
  ValueId value;
};
Common common_result(const Function& f, OpId id, int i) {
  const auto yield = [&](std::size_t block) {
    return f.block(f.op(id).blocks[block]).yields[static_cast<std::size_t>(i)];
  };
  const ValueId a = yield(0), b = yield(1);
  // The branches share only values from outside.
  if (a == b) return {Common::Kind::Value, a};
  const Literal *x = f.constant(a), *y = f.constant(b);
  if (x == nullptr || y == nullptr) return {};
  if (*x == *y) return {Common::Kind::Constant, a};
  const auto p = known_bool(f, a);
  if (!p) return {};
  return {*p ? Common::Kind::Predicate : Common::Kind::NotPredicate, f.operand(id, 0)};
}

/// Whether a sweep changes a `cond` or `while`.
bool is_decided(const Function& f, OpId id) {
  const Op& op = f.op(id);
  const auto any_result = [&](auto&& decided) {
    for (int i = 0; i < op.result_count; ++i)
      if (decided(i)) return true;
    return false;
  };
  if (f.is_branch(id))
    return known_bool(f, f.operand(id, 0)) ||
           any_result([&](int i) { return common_result(f, id, i).kind != Common::Kind::None; });
  return f.is_loop(id) && (known_bool(f, f.block(f.loop(id).test).yields[0]) == false ||
                           any_result([&](int i) { return is_invariant(f, id, i); }));
}

class Sweep {
 public:
  Sweep(const Function& from, bool fast_math)
      : from_(from),
        b_(builder_for(from,
                       {.simplify = [fast_math](Builder& b, const NewOp& op) { return simplify_op(b, op, fast_math); },
                        .share = true})),
        map_(from, b_) {}

  Function run() {
    map_.copy_params();
    copy_ops(Function::kBody);
    return b_.finish(map_(from_.body().yields));
  }

 private:
  static std::optional<ValueList> simplify_op(Builder& b, const NewOp& op, bool fast_math) {
    if (auto values = fold_op(b, op)) return values;
    if (const auto value = simplify_movement(b, op)) return ValueList{*value};
    if (const auto value = apply_rules(b, op, fast_math)) return ValueList{*value};
    return std::nullopt;
  }

  void copy_ops(BlockId block) {
    for (const OpId id : from_.block(block).ops) copy(id);
  }

  void copy(OpId id) {
    if (from_.is_branch(id)) {
      copy_cond(id);
    } else if (from_.is_loop(id)) {
      copy_while(id);
    } else {
      map_.copy(id, [this](OpId inner) { copy(inner); });
    }
  }

  void bind_results(OpId id, std::span<const ValueId> old) {
    for (std::size_t i = 0; i < old.size(); ++i) map_.bind(from_.results(id)[static_cast<int>(i)], map_[old[i]]);
  }

  void copy_cond(OpId id) {
    const Op& op = from_.op(id);
    if (const auto taken = known_bool(b_.function(), map_[from_.operand(id, 0)])) {
      const BlockId block = op.blocks[*taken ? 0 : 1];
      copy_ops(block);
      return bind_results(id, from_.block(block).yields);
    }
    std::vector<bool> keep;
    for (int i = 0; i < op.result_count; ++i) {
      const Common common = common_result(from_, id, i);
      keep.push_back(common.kind == Common::Kind::None);
      if (!keep.back()) map_.bind(from_.results(id)[i], make(common, op.loc));
    }
    copy_results(from_, b_, map_, id, keep, [this](OpId inner) { copy(inner); });
  }

  ValueId make(const Common& common, const Location& loc) {
    if (common.kind == Common::Kind::Constant) return b_.constant(*from_.constant(common.value), loc);
    const ValueId now = map_[common.value];
    return common.kind == Common::Kind::NotPredicate ? b_.append(LogicalNot{}, {now}, loc) : now;
  }

  void copy_while(OpId id) {
    const Op& op = from_.op(id);
    const auto [test, body] = from_.loop(id);
    const auto bind_param = [&](int i, BlockId block) {
      map_.bind(from_.params(block)[i], map_[from_.operand(id, i)]);
    };
    if (known_bool(from_, from_.block(test).yields[0]) == false) {
      // The test still runs once, with what it prints and checks.
      for (int i = 0; i < op.result_count; ++i) bind_param(i, test);
      copy_ops(test);
      return bind_results(id, from_.operands(id));
    }
    std::vector<bool> keep;
    for (int i = 0; i < op.result_count; ++i) {
      keep.push_back(!is_invariant(from_, id, i));
      if (keep.back()) continue;
      bind_param(i, test);
      bind_param(i, body);
      map_.bind(from_.results(id)[i], map_[from_.operand(id, i)]);
    }
    copy_results(from_, b_, map_, id, keep, [this](OpId inner) { copy(inner); });
  }

  const Function& from_;
  Builder b_;
  Copier map_;
};

bool has_decided(const Function& f) {
  for (int i = 0; i < f.op_count(); ++i)
    if (!f.op({i}).blocks.empty() && is_decided(f, {i})) return true;
  return false;
}

}  // namespace

Function simplify(const Function& function, const PassContext& context) {
  Function now = dce(Sweep(function, context.fast_math).run(), context);
  for (int i = 1; i < kMostSweeps && has_decided(now); ++i) now = dce(Sweep(now, context.fast_math).run(), context);
  return now;
}

}  // namespace tjit
