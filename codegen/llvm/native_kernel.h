// One kernel compiled on its own: for tests of the emitter, and for measuring kernels.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "codegen/kernel.h"

namespace tjit {

struct NativeKernelOptions {
  std::string cpu = {};           ///< LLVM's name; empty: this machine
  int vector_bytes = 0;           ///< 0: what is best on it
  std::int64_t stream_bytes = 0;  ///< outputs larger than this bypass the caches; 0: half the last-level cache
  std::uint64_t alignment = 64;   ///< of all buffers
  std::vector<int> shares = {};   ///< by buffer, the input that an output shares memory with, or -1; empty: none
};

class NativeKernel {
 public:
  explicit NativeKernel(const Kernel& kernel, const NativeKernelOptions& options = {});
  ~NativeKernel();

  /// Pointers are in the order of the kernel's `buffers` and `scalars`. Returns false when a check failed.
  bool run(std::span<void* const> buffers, std::span<const void* const> scalars = {}) const;

  /// The optimised LLVM IR and the machine code of the same kernel, as text.
  static std::string llvm_ir(const Kernel& kernel, const NativeKernelOptions& options = {});
  static std::string assembly(const Kernel& kernel, const NativeKernelOptions& options = {});

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace tjit
