// Memory for machine code.
#pragma once

#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <mutex>

#include "runtime/free_ranges.h"

namespace tjit {

/// Pages of slabs that all programs share. A process has room for some 65,000 mappings, and neighbours that may do the
/// same are one: programs stand side by side, each on pages of its own with its constants, which can be read and
/// executed but not written. So their number does not matter. Pages are writable only until their program is linked.
class CodeMemory final : public llvm::jitlink::JITLinkMemoryManager {
 public:
  /// The process's. Never destroyed: code may run until the very end.
  static CodeMemory& instance();

  using JITLinkMemoryManager::allocate, JITLinkMemoryManager::deallocate;
  void allocate(const llvm::jitlink::JITLinkDylib* library, llvm::jitlink::LinkGraph& graph,
                OnAllocatedFunction then) override;
  void deallocate(std::vector<FinalizedAlloc> programs, OnDeallocatedFunction then) override;

 private:
  class InFlight;

  /// Whole pages, writable; an Error when there are none.
  llvm::Expected<MemoryRange> take(std::size_t bytes);
  void give_back(MemoryRange pages);

  std::mutex mutex_;
  FreeRanges free_;
};

}  // namespace tjit
