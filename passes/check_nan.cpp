// Assertions against NaN.
#include "passes/check_nan.h"

#include "ir/ops/logic.h"
#include "ir/ops/structure.h"
#include "passes/copy.h"
#include "passes/facts.h"

namespace tjit {

namespace {

/// The op whose name a message about `v` gives: in a fusion, the one inside that computes it.
OpId source_of(const Function& f, ValueId v) {
  const Value& value = f.value(v);
  if (!f.is_group(value.op)) return value.op;
  const ValueId inner = f.block(f.op(value.op).blocks[0]).yields[static_cast<std::size_t>(value.index)];
  return f.value(inner).op.valid() ? source_of(f, inner) : value.op;
}

bool computes(const Function& f, OpId op) { return f.is_group(op) || (f.def(op).is_plain() && !is_view(f, op)); }

/// The value that three ops in a row assert to be free of NaN, as `append_check` does; invalid when they do not.
ValueId asserted_by(const Function& f, std::span<const OpId> ops) {
  const auto is = [&](OpId op, Opcode code, OpId of) {
    return f.op(op).code == code && f.operand(op, 0) == f.op(of).first_result;
  };
  const bool asserts = ops.size() >= 3 && f.op(ops[0]).code == kOpcode<IsNan> &&
                       is(ops[1], kOpcode<LogicalNot>, ops[0]) && is(ops[2], kOpcode<Assert>, ops[1]);
  return asserts ? f.operand(ops[0], 0) : ValueId{};
}

/// By value: whether it is checked right after the op that computes it. A check anywhere else may not run, or run late.
std::vector<bool> checked_values(const Function& f) {
  std::vector<bool> checked(static_cast<std::size_t>(f.value_count()));
  for (int b = 0; b < f.block_count(); ++b) {
    std::span<const OpId> ops = f.block({b}).ops;
    OpId source;
    while (!ops.empty()) {
      const ValueId v = asserted_by(f, ops);
      const bool direct = v.valid() && source.valid() && f.value(v).op == source;
      if (direct) checked[static_cast<std::size_t>(v.index)] = true;
      if (!direct) source = ops.front();
      ops = ops.subspan(direct ? 3 : 1);
    }
  }
  return checked;
}

void append_check(const Function& f, Builder& b, ValueId old, ValueId now) {
  const OpId source = source_of(f, old);
  const Location& loc = f.op(source).loc;
  const ValueId good = b.append(LogicalNot{}, {b.append(IsNan{}, {now}, loc)}, loc);
  Assert check;
  check.message = "NaN in the result of `" + std::string(f.def(source).info.name) + "`";
  const std::vector<ValueId> operands{good};
  b.append({kOpcode<Assert>, std::make_shared<const Assert>(std::move(check)), operands, {}, loc});
}

}  // namespace

Function check_nan(const Function& function, const PassContext&) {
  const std::vector<bool> checked = checked_values(function);
  return rebuild(function, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
    map.copy(id, visit);
    if (!computes(function, id)) return;
    for (const ValueId v : function.results(id))
      if (contains(IsNan::info.types, function.type(v).dtype) && !checked[static_cast<std::size_t>(v.index)])
        append_check(function, b, v, map[v]);
  });
}

}  // namespace tjit
