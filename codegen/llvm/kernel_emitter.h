// Kernels as LLVM IR.
#pragma once

#include "codegen/kernel.h"
#include "codegen/llvm/op_library.h"
#include "codegen/llvm/target.h"

namespace tjit {

/// Where a kernel's buffer lies while it runs.
struct BufferPlace {
  llvm::Value* pointer;         ///< to element 0
  std::uint64_t alignment = 1;  ///< that the pointer is known to have, in bytes; its element's size in any case
  /// Output: the input (buffer number) whose memory it has, allowed by `can_share`; -1: memory of its own. No output
  /// may overlap another buffer in any other way. Inputs may overlap.
  int shares = -1;
};

class KernelEmitter {
 public:
  /// Emits into the library's module.
  KernelEmitter(OpLibrary& library, const Target& target) : library_(library), target_(target) {}

  /// Emits the nests at the builder's position, which must be the end of a block that has no terminator; the builder
  /// ends up at the end of another one. `buffers` and `scalars` are in the order of the kernel's. Scalars have plain
  /// LLVM types, bools i8. Returns whether a check failed (i1); then outputs hold anything, but where they share an
  /// input's memory that is as it was.
  llvm::Value* emit(llvm::IRBuilderBase& b, const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                    llvm::ArrayRef<llvm::Value*> scalars);

 private:
  OpLibrary& library_;
  const Target& target_;
};

}  // namespace tjit
