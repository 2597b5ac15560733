// Assertions against NaN.
#include "passes/check_nan.h"

#include <optional>

#include "ir/ops/list.h"
#include "passes/copy.h"

namespace tjit {

namespace {

/// The op whose name a message about `v` gives: in a fusion, the one inside that computes it.
OpId source_of(const Function& f, ValueId v) {
  const Value& value = f.value(v);
  if (f.op(value.op).code != kOpcode<Fusion>) return value.op;
  const ValueId inner = f.block(f.op(value.op).blocks[0]).yields[static_cast<std::size_t>(value.index)];
  return f.value(inner).op.valid() ? source_of(f, inner) : value.op;
}

bool computes(const Function& f, OpId op) {
  const OpKind kind = f.def(op).kind;
  return f.op(op).code == kOpcode<Fusion> || (kind != OpKind::View && kind != OpKind::Control);
}

/// By value: whether the function asserts already that it holds no NaN.
std::vector<bool> checked_values(const Function& f) {
  std::vector<bool> checked(static_cast<std::size_t>(f.value_count()));
  const auto operand_made_by = [&](ValueId v, Opcode code) {
    const OpId op = f.value(v).op;
    return op.valid() && f.op(op).code == code ? std::optional(f.operand(op, 0)) : std::nullopt;
  };
  for (int i = 0; i < f.op_count(); ++i) {
    if (f.op({i}).code != kOpcode<Assert>) continue;
    const auto bad = operand_made_by(f.operand({i}, 0), kOpcode<LogicalNot>);
    const auto asked = bad ? operand_made_by(*bad, kOpcode<IsNan>) : std::nullopt;
    if (asked) checked[static_cast<std::size_t>(asked->index)] = true;
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
  Builder b = builder_for(function);
  Copier map(function, b);
  map.copy_params();
  const Copier::Each visit = [&](OpId id) {
    // No effect may stand inside a fusion.
    map.copy(id, function.op(id).code == kOpcode<Fusion> ? Copier::Each{} : visit);
    if (!computes(function, id)) return;
    for (const ValueId v : function.results(id))
      if (is_float(function.type(v).dtype) && !checked[static_cast<std::size_t>(v.index)])
        append_check(function, b, v, map[v]);
  };
  for (const OpId id : function.body().ops) visit(id);
  return b.finish(map(function.body().yields));
}

}  // namespace tjit
