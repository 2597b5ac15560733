// The code generator that libtjit opens.
#include "codegen/backend.h"

#include <chrono>
#include <llvm/Config/llvm-config.h>
#include <llvm/Support/raw_ostream.h>

#include "codegen/llvm/jit.h"
#include "codegen/llvm/native_code.h"
#include "codegen/llvm/program_emitter.h"

namespace tjit {

namespace {

/// A program's module with the context it lives in.
struct EmittedProgram {
  Target target;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;

  EmittedProgram(const Lowered& program, const CompileOptions& options) : target({.cpu = options.cpu}) {
    module = target.module(context, program.function.name);
    ProgramEmitter(*module, target, program).run();
    if (options.verify_each) require_valid(*module);
    optimize(*module, target);
  }
};

struct LinkedCode final : CompiledCode {
  explicit LinkedCode(const llvm::MemoryBuffer& object) : code(object) {
    entry = code.function<std::int32_t(const Frame*)>(kEntryName);
  }
  NativeCode code;
};

class LlvmBackend final : public Backend {
 public:
  std::unique_ptr<CompiledCode> compile(const Lowered& program, const CompileOptions& options,
                                        CompileTimes& times) const override {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](Clock::time_point from, Clock::time_point to) {
      return std::chrono::duration<double>(to - from).count();
    };
    const Clock::time_point start = Clock::now();
    EmittedProgram emitted(program, options);
    const Clock::time_point optimized = Clock::now();
    const std::unique_ptr<llvm::MemoryBuffer> object = emit_object(*emitted.module, emitted.target);
    const Clock::time_point generated = Clock::now();
    auto code = std::make_unique<LinkedCode>(*object);
    times.llvm += seconds(start, optimized);
    times.codegen += seconds(optimized, generated);
    times.link += seconds(generated, Clock::now());
    return code;
  }

  std::string emit(const Lowered& program, Stage stage, const CompileOptions& options) const override {
    EmittedProgram emitted(program, options);
    if (stage == Stage::Asm) return emit_assembly(*emitted.module, emitted.target);
    if (stage == Stage::Obj) return emit_object(*emitted.module, emitted.target)->getBuffer().str();
    std::string text;
    llvm::raw_string_ostream out(text);
    emitted.module->print(out, nullptr);
    return text;
  }

  std::string description() const override {
    const Target target;
    return "LLVM " LLVM_VERSION_STRING ", CPU " + target.machine().getTargetCPU().str() + ", vectors of " +
           std::to_string(8 * target.vector_bytes()) + " bits";
  }
};

const Backend* open_backend() {
  static const LlvmBackend* const instance = new LlvmBackend;
  return instance;
}

}  // namespace

extern "C" {
[[gnu::visibility("default")]] extern const BackendExport tjit_backend;
const BackendExport tjit_backend = {kBackendVersion, open_backend};
}

}  // namespace tjit
