// Code that can be called.
#pragma once

#include <llvm/ADT/StringMap.h>
#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/Support/MemoryBuffer.h>

namespace tjit {

/// Code that is in memory, until the object dies.
class NativeCode {
 public:
  /// Links an object. Names that it does not define are looked up in this process. Throws Error of kind Runtime when
  /// there is no memory.
  explicit NativeCode(const llvm::MemoryBuffer& object);
  ~NativeCode();
  NativeCode(const NativeCode&) = delete;
  NativeCode& operator=(const NativeCode&) = delete;

  /// The address of an exported function.
  void* find(llvm::StringRef name) const;
  template <class F>
  F* function(llvm::StringRef name) const {
    return reinterpret_cast<F*>(find(name));
  }

 private:
  llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc memory_;
  llvm::StringMap<void*> functions_;
};

}  // namespace tjit
