// Compilation from start to end: passes, lowering, backend.
#include "codegen/compile.h"

#include <chrono>

#include "codegen/backend.h"
#include "codegen/executable.h"
#include "codegen/fuse_each.h"
#include "codegen/lower.h"
#include "runtime/allocator.h"
#include "runtime/float_state.h"

namespace tjit {

namespace {

/// Runs `f` and adds the seconds it took to `to`.
template <class F>
auto timed(double& to, F&& f) {
  struct Clock {
    double& to;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Clock() { to += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }
  } clock{to};
  return f();
}

Function improve(const Module& module, const Function& entry, const CompileOptions& options) {
  PipelineOptions pipeline;
  pipeline.context = {.module = &module, .fast_math = options.fast_math};
  pipeline.verify_each = options.verify_each;
  pipeline.after_pass = options.after_pass;
  pipeline.timings = options.pass_timings;
  if (!options.optimize) pipeline.passes = {"inline"};
  Function f = run_passes(entry, pipeline);
  return options.optimize ? f : fuse_each(f);
}

Lowered lowered(const Module& module, const Function& entry, const CompileOptions& options, CompileTimes& times) {
  for (const ValueId p : entry.params())
    if (const Type& t = entry.type(p); is_dynamic(t.shape))
      fail_at(entry.loc, "@" + entry.name + " takes " + to_string(t) + ": code is made for known sizes only");
  Function f = timed(times.passes, [&] { return improve(module, entry, options); });
  return timed(times.lower, [&] { return lower(std::move(f)); });
}

[[noreturn]] void fail_at_end() {
  throw Error(Error::Kind::Runtime, "the process is ending: no more code is generated");
}

std::string kernel_text(const Lowered& program) {
  std::string text;
  for (const Kernel& k : program.kernels) text += print(k) + '\n';
  return text + print(program.function, program.plan);
}

}  // namespace

std::unique_ptr<Executable> compile(const Module& module, const Function& entry, const CompileOptions& options) {
  const DefaultFloats floats;  // LLVM folds constants as well
  CompileTimes times;
  auto source = std::make_unique<InterpretedExecutable>(module, entry);
  try {
    Lowered program = lowered(module, entry, options, times);
    const BackendUse backend = timed(times.load, [] { return BackendUse(); });
    if (!backend) return source;
    auto code = backend->compile(program, options, times);
    return std::make_unique<NativeExecutable>(std::move(source), std::move(program), std::move(code), times);
  } catch (const OutOfMemory&) {
    return source;  // raises at the op that has no memory, after what comes before it
  }
}

std::string emit(const Module& module, const Function& entry, Stage stage, const CompileOptions& options,
                 const PrintOptions& form) {
  const DefaultFloats floats;
  CompileTimes times;
  switch (stage) {
    case Stage::Ir: return module.find(entry.name) != nullptr ? print(module, form) : print(entry, form);
    case Stage::Opt: return print(improve(module, entry, options), form);
    case Stage::Kernel: return kernel_text(lowered(module, entry, options, times));
    case Stage::Llvm:
    case Stage::Asm:
    case Stage::Obj: {
      const Lowered program = lowered(module, entry, options, times);
      const BackendUse backend;
      if (!backend) fail_at_end();
      return backend->emit(program, stage, options);
    }
  }
  __builtin_unreachable();
}

std::string backend_description() {
  const BackendUse backend;
  if (!backend) fail_at_end();
  return backend->description();
}

}  // namespace tjit
