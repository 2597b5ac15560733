// Functions and modules: queries.
#include "ir/function.h"

#include <algorithm>

#include "ir/ops/list.h"

namespace tjit {

std::vector<Type> Function::operand_types(OpId id) const {
  std::vector<Type> types;
  types.reserve(operands(id).size());
  for (const ValueId v : operands(id)) types.push_back(type(v));
  return types;
}

std::vector<Type> Function::param_types() const {
  std::vector<Type> types;
  for (const ValueId v : params()) types.push_back(type(v));
  return types;
}

std::vector<Type> Function::result_types() const {
  std::vector<Type> types;
  for (const ValueId v : body().yields) types.push_back(type(v));
  return types;
}

const Literal* Function::constant(ValueId id) const {
  const Value& v = value(id);
  if (!v.op.valid() || op(v.op).code != kOpcode<Constant>) return nullptr;
  return &attrs<Constant>(v.op).value;
}

bool Function::may_fail(Opcode code, const OpAttrs* attrs, std::span<const ValueId> operands) const {
  const OpDef& d = tjit::def(code);
  if (!d.can_fail) return false;
  std::vector<Type> types;
  std::vector<const Literal*> known;
  for (const ValueId v : operands) {
    types.push_back(type(v));
    known.push_back(constant(v));
  }
  return d.may_fail(attrs, types, known);
}

bool Function::is_ordered(OpId id) const {
  if (def(id).is_effect || op(id).code == kOpcode<Call> || may_fail(id)) return true;
  return std::ranges::any_of(op(id).blocks, [&](BlockId b) {
    return std::ranges::any_of(block(b).ops, [&](OpId inner) { return is_ordered(inner); });
  });
}

const Function* Module::find(std::string_view name) const {
  auto it = std::ranges::find(functions, name, &Function::name);
  return it == functions.end() ? nullptr : &*it;
}

const Function& Module::entry() const {
  if (const Function* main = find("main")) return *main;
  if (functions.size() != 1)
    fail("found " + std::to_string(functions.size()) + " functions and none is @main; name the one to use");
  return functions.front();
}

}  // namespace tjit
