// Taking kernels out of a program that runs.
#include "tools/executed_kernels.h"

#include <map>

#include "codegen/liveness.h"
#include "ir/builder.h"
#include "ir/ops/structure.h"
#include "ir/text.h"

namespace tjit {

namespace {

bool is_kernel(const Function& f, OpId id) { return f.is_group(id) || has_routine(f.form(id)); }

/// `%5 reduce f32[16]`.
std::string title(const Function& f, OpId id) {
  const ValueRange results = f.results(id);
  std::string text = "%" + std::to_string(value_numbers(f)[static_cast<std::size_t>(results[0].index)]) + " ";
  text += f.is_group(id) ? f.attrs<Fusion>(id).kind_name : std::string(f.def(id).info.name);
  for (const ValueId v : results) text += " " + to_string(f.type(v));
  return text;
}

KernelProgram take_out(const Function& f, OpId id, std::span<const Array> values) {
  KernelProgram kernel;
  kernel.name = title(f, id);
  Builder b("kernel");
  Copier map(f, b);
  const std::vector<ValueId> used = f.op(id).code == kOpcode<Fusion>
                                        ? fusion_inputs(f, id)
                                        : std::vector<ValueId>(f.operands(id).begin(), f.operands(id).end());
  const auto is_new = [&](ValueId v) { return !map[v].valid(); };
  for (const ValueId v : used) {
    if (f.constant(v) != nullptr || !is_new(v)) continue;
    map.bind(v, b.param(f.type(v)));
    kernel.inputs.push_back(values[static_cast<std::size_t>(v.index)]);
  }
  for (const ValueId v : used)
    if (is_new(v)) map.copy(f.value(v).op);
  std::vector<ValueId> results;
  for (const ValueId v : map.copy(id)) results.push_back(v);
  kernel.module.functions.push_back(b.finish(results));
  return kernel;
}

}  // namespace

std::vector<KernelProgram> executed_kernels(const Function& optimized, std::span<const Array> inputs) {
  std::vector<KernelProgram> kernels;
  std::map<std::int32_t, std::size_t> numbers;  // by op
  InterpretOptions options;
  options.print = [](std::string_view) {};
  options.before_op = [&](const Function& f, OpId id, std::span<const Array> values) {
    if (!is_kernel(f, id)) return;
    const auto [at, is_new] = numbers.try_emplace(id.index, kernels.size());
    if (is_new) kernels.push_back(take_out(f, id, values));
    ++kernels[at->second].runs;
  };
  Module module;
  module.functions.push_back(optimized);
  (void)interpret(module, module.functions.front(), inputs, options);
  return kernels;
}

}  // namespace tjit
