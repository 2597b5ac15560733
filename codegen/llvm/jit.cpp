// The pass pipeline and the emission of objects.
#include "codegen/llvm/jit.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/OptBisect.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include "tjit/error.h"

namespace tjit {

namespace {

/// Modules with more instructions go without a pass whose time grows with the square of their size.
constexpr unsigned kLargeModule = 2000;

/// X86's choice between general registers and those of masks, worth little: it looks at all that depend on each other.
class WithoutDomains final : public llvm::OptPassGate {
 public:
  bool shouldRunPass(llvm::StringRef pass, llvm::StringRef) override { return pass != "X86 Domain Reassignment Pass"; }
  bool isEnabled() const override { return true; }

  static WithoutDomains& instance() {
    static WithoutDomains& gate = *new WithoutDomains;
    return gate;
  }
};

void emit(llvm::Module& module, const Target& target, llvm::raw_pwrite_stream& out, llvm::CodeGenFileType type) {
  if (module.getInstructionCount() > kLargeModule) module.getContext().setOptPassGate(WithoutDomains::instance());
  llvm::legacy::PassManager passes;
  TJIT_CHECK(!target.machine().addPassesToEmitFile(passes, out, nullptr, type));
  passes.run(module);
}

}  // namespace

void require_valid(const llvm::Module& module) {
  std::string problems;
  llvm::raw_string_ostream out(problems);
  if (llvm::verifyModule(module, &out)) throw Error(Error::Kind::Internal, "broken LLVM IR: " + problems);
}

void optimize(llvm::Module& module, const Target& target) {
  target.set_attributes(module);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&target.machine());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  const auto combine = llvm::InstCombineOptions().setMaxIterations(1).setVerifyFixpoint(false);
  llvm::FunctionPassManager straight;
  straight.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  straight.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/false));
  // Checks that an earlier check decides are gone before the rest is combined, which for each looks at all that
  // follows.
  straight.addPass(llvm::SimplifyCFGPass());
  straight.addPass(llvm::InstCombinePass(combine));
  llvm::FunctionPassManager branching;
  branching.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LoopRotatePass()));
  branching.addPass(llvm::SimplifyCFGPass());
  branching.addPass(llvm::InstCombinePass(combine));
  for (llvm::Function& f : module) {
    if (f.isDeclaration()) continue;
    straight.run(f, functions);
    if (f.size() > 1) branching.run(f, functions);
  }
}

std::unique_ptr<llvm::MemoryBuffer> emit_object(llvm::Module& module, const Target& target) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  emit(module, target, out, llvm::CodeGenFileType::ObjectFile);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes), module.getName(),
                                                         /*RequiresNullTerminator=*/false);
}

std::string emit_assembly(llvm::Module& module, const Target& target) {
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  emit(module, target, out, llvm::CodeGenFileType::AssemblyFile);
  return std::string(text.str());
}

}  // namespace tjit
