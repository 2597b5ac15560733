// The CPU that code is made for, and how wide its vectors shall be.
#pragma once

#include <cstdint>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>
#include <memory>
#include <string>

namespace tjit {

struct TargetOptions {
  std::string cpu = {};           ///< LLVM's name; empty: this machine with the features it really has
  int vector_bytes = 0;           ///< of a vector register in use: 16, 32 or 64; 0: what is best on the CPU
  std::int64_t stream_bytes = 0;  ///< outputs larger than this bypass the caches; 0: half the last-level cache
};

/// One for each compilation: LLVM's description of a machine must not be used by two threads at once.
class Target {
 public:
  /// Throws Error of kind User when LLVM does not know the CPU.
  explicit Target(const TargetOptions& options = {});

  llvm::TargetMachine& machine() const { return *machine_; }
  int vector_bytes() const { return vector_bytes_; }
  std::int64_t stream_bytes() const { return stream_bytes_; }
  bool is_x86() const { return machine_->getTargetTriple().isX86(); }

  /// An empty module for this machine.
  std::unique_ptr<llvm::Module> module(llvm::LLVMContext& context, llvm::StringRef name) const;
  /// Gives all functions defined in the module the attributes that the machine's vectors need.
  void set_attributes(llvm::Module& module) const;

 private:
  std::unique_ptr<llvm::TargetMachine> machine_;
  int vector_bytes_;
  std::int64_t stream_bytes_;
};

}  // namespace tjit
