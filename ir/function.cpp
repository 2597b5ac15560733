// Functions and modules: queries.
#include "ir/function.h"

#include <algorithm>

namespace tjit {

namespace {
std::vector<Type> list_types(const Function& f, const auto& values) {
  std::vector<Type> types;
  types.reserve(static_cast<std::size_t>(values.size()));
  for (const ValueId v : values) types.push_back(f.type(v));
  return types;
}
}  // namespace

std::vector<Type> Function::types(std::span<const ValueId> values) const { return list_types(*this, values); }
std::vector<Type> Function::types(ValueRange values) const { return list_types(*this, values); }

const Literal* Function::constant(ValueId id) const {
  const Value& v = value(id);
  if (!v.op.valid() || form(v.op) != Form::Constant) return nullptr;
  return &def(v.op).value(op(v.op).attrs.get());
}

const Literal* Function::uniform_constant(ValueId id) const {
  const Literal* literal = constant(id);
  return literal != nullptr && literal->is_uniform() ? literal : nullptr;
}

bool Function::may_fail(Opcode code, const OpAttrs* attrs, std::span<const ValueId> operands) const {
  const OpDef& d = tjit::def(code);
  if (!d.can_fail) return false;
  std::vector<const Literal*> known;
  known.reserve(operands.size());
  for (const ValueId v : operands) known.push_back(constant(v));
  return d.may_fail(attrs, types(operands), known);
}

bool Function::is_ordered(OpId id) const {
  if (form(id) == Form::Effect || is_call(id) || may_fail(id)) return true;
  return std::ranges::any_of(op(id).blocks, [&](BlockId b) {
    return std::ranges::any_of(block(b).ops, [&](OpId inner) { return is_ordered(inner); });
  });
}

const BlockInfo& Function::info(BlockId id) const {
  const OpId owner = block(id).owner;
  const std::vector<BlockId>& blocks = op(owner).blocks;
  return def(owner).control().blocks[static_cast<std::size_t>(std::ranges::find(blocks, id) - blocks.begin())];
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
