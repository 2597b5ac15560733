// What several passes ask of functions.
#include "passes/facts.h"

#include <algorithm>

#include "ir/ops/list.h"

namespace tjit {

std::vector<bool> ordered_ops(const Function& f) {
  std::vector<bool> ordered(static_cast<std::size_t>(f.op_count()));
  // An op comes after those in its blocks.
  for (int i = 0; i < f.op_count(); ++i) {
    const Op& op = f.op({i});
    const auto contains_ordered = [&](BlockId b) {
      return std::ranges::any_of(f.block(b).ops, [&](OpId o) { return ordered[static_cast<std::size_t>(o.index)]; });
    };
    ordered[static_cast<std::size_t>(i)] =
        op.blocks.empty() ? f.is_ordered({i}) : std::ranges::any_of(op.blocks, contains_ordered);
  }
  return ordered;
}

const Literal* splat_constant(const Function& f, ValueId v) {
  for (OpId op = f.value(v).op; op.valid(); op = f.value(v).op) {
    const OpKind kind = f.def(op).kind;
    if (kind == OpKind::View) {
      v = f.operand(op, 0);
      continue;
    }
    return kind == OpKind::Source ? f.uniform_constant(v) : nullptr;
  }
  return nullptr;
}

std::optional<bool> known_bool(const Function& f, ValueId v) {
  if (!f.type(v).is_scalar() || f.type(v).dtype != DType::Bool) return std::nullopt;
  const Literal* literal = splat_constant(f, v);
  return literal == nullptr ? std::nullopt : std::optional(*literal->as<bool>());
}

}  // namespace tjit
