// A function around a kernel: bool kernel(void** buffers, void** scalars), true on success.
#include "codegen/llvm/native_kernel.h"

#include <llvm/Support/raw_ostream.h>

#include "codegen/llvm/jit.h"
#include "codegen/llvm/kernel_emitter.h"
#include "codegen/llvm/native_code.h"

namespace tjit {

namespace {

using Entry = bool(void* const* buffers, const void* const* scalars);
constexpr const char* kEntry = "kernel";

struct Compilation {
  llvm::LLVMContext context;
  Target target;
  std::unique_ptr<llvm::Module> module;

  Compilation(const Kernel& kernel, const NativeKernelOptions& options)
      : target({.cpu = options.cpu, .vector_bytes = options.vector_bytes, .stream_bytes = options.stream_bytes}),
        module(target.module(context, kernel.name)) {
    OpLibrary library(*module);
    llvm::IRBuilder<> b(context);
    auto* type = llvm::FunctionType::get(b.getInt1Ty(), {b.getPtrTy(), b.getPtrTy()}, false);
    auto* f = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, kEntry, *module);
    f->addRetAttr(llvm::Attribute::ZExt);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", f));
    const auto pointer = [&](unsigned argument, std::size_t i) {
      llvm::Value* from = b.CreateConstGEP1_64(b.getPtrTy(), f->getArg(argument), i);
      return b.CreateLoad(b.getPtrTy(), from);
    };
    llvm::SmallVector<BufferPlace, 8> buffers;
    for (std::size_t i = 0; i < kernel.buffers.size(); ++i)
      buffers.push_back({pointer(0, i), options.alignment, options.shares.empty() ? -1 : options.shares[i]});
    llvm::SmallVector<llvm::Value*, 8> scalars;
    for (std::size_t i = 0; i < kernel.scalars.size(); ++i)
      scalars.push_back(b.CreateLoad(lanes_type(context, kernel.scalar_types[i].dtype, 1), pointer(1, i)));
    llvm::Value* failed = KernelEmitter(library, target).emit(b, kernel, buffers, scalars);
    b.CreateRet(b.CreateNot(failed));
    require_valid(*module);
    optimize(*module, target);
  }
};

}  // namespace

struct NativeKernel::Code {
  NativeCode native;
  Entry* entry;
};

NativeKernel::NativeKernel(const Kernel& kernel, const NativeKernelOptions& options) {
  Compilation c(kernel, options);
  code_.reset(new Code{NativeCode(*emit_object(*c.module, c.target)), nullptr});
  code_->entry = code_->native.function<Entry>(kEntry);
}

NativeKernel::~NativeKernel() = default;

bool NativeKernel::run(std::span<void* const> buffers, std::span<const void* const> scalars) const {
  return code_->entry(buffers.data(), scalars.data());
}

std::string NativeKernel::llvm_ir(const Kernel& kernel, const NativeKernelOptions& options) {
  Compilation c(kernel, options);
  std::string text;
  llvm::raw_string_ostream out(text);
  c.module->print(out, nullptr);
  return text;
}

std::string NativeKernel::assembly(const Kernel& kernel, const NativeKernelOptions& options) {
  Compilation c(kernel, options);
  return emit_assembly(*c.module, c.target);
}

}  // namespace tjit
