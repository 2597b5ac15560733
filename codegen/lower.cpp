// Kernels and plan of a function.
#include "codegen/lower.h"

#include <algorithm>

#include "codegen/liveness.h"

namespace tjit {

namespace {

void number_ops(Lowered& program, BlockId block) {
  const Function& f = program.function;
  for (const OpId id : f.block(block).ops) {
    const Op& op = f.op(id);
    if (f.is_group(id)) {
      program.kernel_of[static_cast<std::size_t>(id.index)] = static_cast<std::int32_t>(program.kernels.size());
      program.kernels.push_back(build_kernel(f, id));
      continue;
    }
    if (has_routine(f.form(id))) {
      program.routine_of[static_cast<std::size_t>(id.index)] = static_cast<std::int32_t>(program.routines.size());
      program.routines.push_back(id);
    }
    for (const BlockId b : op.blocks) number_ops(program, b);
  }
}

}  // namespace

Lowered lower(Function function) {
  Lowered program;
  program.function = std::move(function);
  program.kernel_of.resize(static_cast<std::size_t>(program.function.op_count()), -1);
  program.routine_of = program.kernel_of;
  number_ops(program, Function::kBody);
  program.plan = make_plan(program.function, program.kernels);
  return program;
}

std::vector<ValueId> recorded_values(const Function& f, OpId op) {
  std::vector<ValueId> values;
  if (f.is_group(op)) {
    values = fusion_inputs(f, op);
  } else {
    for (const ValueId v : f.operands(op))
      if (std::ranges::find(values, v) == values.end()) values.push_back(v);
  }
  std::erase_if(values, [&](ValueId v) { return f.constant(v) != nullptr; });
  return values;
}

}  // namespace tjit
