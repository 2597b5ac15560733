// Finds the CPU's features and vector width.
#include "codegen/llvm/target.h"

#include <llvm/ADT/StringSwitch.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/SubtargetFeature.h>
#include <mutex>

#include "runtime/cpu.h"
#include "tjit/error.h"

namespace tjit {

namespace {

struct Host {
  const llvm::Target* target;
  std::string triple, cpu, features;
};

/// Initialises LLVM once for the process.
const Host& host() {
  static const Host& known = *[] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
    auto* h = new Host;
    h->triple = llvm::sys::getProcessTriple();
    std::string problem;
    h->target = llvm::TargetRegistry::lookupTarget(h->triple, problem);
    TJIT_CHECK(h->target != nullptr);
    h->cpu = llvm::sys::getHostCPUName().str();
    llvm::SubtargetFeatures features;
    for (const auto& [name, on] : llvm::sys::getHostCPUFeatures()) features.AddFeature(name, on);
    h->features = features.getString();
    return h;
  }();
  return known;
}

std::unique_ptr<llvm::TargetMachine> make_machine(const std::string& cpu) {
  const Host& h = host();
  const std::unique_ptr<llvm::MCSubtargetInfo> known(h.target->createMCSubtargetInfo(h.triple, "", ""));
  if (!cpu.empty() && !known->isCPUStringValid(cpu)) fail("unknown CPU '" + cpu + "'");
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.NoTrappingFPMath = true;
  return std::unique_ptr<llvm::TargetMachine>(h.target->createTargetMachine(
      h.triple, cpu.empty() ? h.cpu : cpu, cpu.empty() ? h.features : "", options, llvm::Reloc::PIC_,
      llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default, /*JIT=*/true));
}

/// CPUs with 512-bit registers that lower their clock when these are used.
bool slow_at_512(llvm::StringRef cpu) {
  return llvm::StringSwitch<bool>(cpu).Cases("skylake-avx512", "cascadelake", "cooperlake", true).Default(false);
}

int best_vector_bytes(const llvm::TargetMachine& machine) {
  const llvm::MCSubtargetInfo& info = *machine.getMCSubtargetInfo();
  if (!machine.getTargetTriple().isX86()) return 16;
  if (!info.checkFeatures("+avx2") || !info.checkFeatures("+fma")) return 16;
  const bool has_512 = info.checkFeatures("+avx512f") && info.checkFeatures("+avx512bw") &&
                       info.checkFeatures("+avx512vl") && info.checkFeatures("+avx512dq");
  return has_512 && !slow_at_512(machine.getTargetCPU()) ? 64 : 32;
}

}  // namespace

Target::Target(const TargetOptions& options) : machine_(make_machine(options.cpu)) {
  vector_bytes_ = options.vector_bytes != 0 ? options.vector_bytes : best_vector_bytes(*machine_);
  stream_bytes_ = options.stream_bytes != 0 ? options.stream_bytes : cache_sizes().l3 / 2;
}

std::unique_ptr<llvm::Module> Target::module(llvm::LLVMContext& context, llvm::StringRef name) const {
  auto m = std::make_unique<llvm::Module>(name, context);
  m->setTargetTriple(machine_->getTargetTriple().str());
  m->setDataLayout(machine_->createDataLayout());
  return m;
}

void Target::set_attributes(llvm::Module& module) const {
  for (llvm::Function& f : module) {
    if (f.isDeclaration()) continue;
    f.addFnAttr(llvm::Attribute::NoUnwind);
    // Without it, LLVM halves 64-byte vectors on CPUs that it tunes for 32.
    f.addFnAttr("prefer-vector-width", std::to_string(8 * vector_bytes_));
  }
}

}  // namespace tjit
