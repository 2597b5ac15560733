// Loops and variables in LLVM IR, as an emitter thinks of them.
#pragma once

#include <llvm/IR/IRBuilder.h>

namespace tjit {

/// A value that changes: a stack slot that `optimize` turns into registers.
class Variable {
 public:
  Variable() = default;
  Variable(llvm::IRBuilderBase& b, llvm::Type* type, const char* name) {
    llvm::BasicBlock& entry = b.GetInsertBlock()->getParent()->getEntryBlock();
    slot_ = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(type, nullptr, name);
  }
  llvm::Value* get(llvm::IRBuilderBase& b) const { return b.CreateLoad(slot_->getAllocatedType(), slot_); }
  void set(llvm::IRBuilderBase& b, llvm::Value* value) const { b.CreateStore(value, slot_); }

 private:
  llvm::AllocaInst* slot_ = nullptr;
};

/// The smaller of two numbers.
llvm::Value* lesser(llvm::IRBuilderBase& b, llvm::Value* x, llvm::Value* y);

/// `body(i)` for i = begin, begin + step, ... below end. At least once: the caller knows that begin < end.
void emit_loop(llvm::IRBuilderBase& b, llvm::Value* begin, llvm::Value* end, std::int64_t step,
               llvm::function_ref<void(llvm::Value*)> body);

/// `body()` when `condition` holds.
void emit_if(llvm::IRBuilderBase& b, llvm::Value* condition, llvm::function_ref<void()> body);

/// Counts accesses of memory in straight code, and puts a barrier for the compiler alone, which takes no instruction,
/// behind every so many: LLVM's scheduler compares each access with all others up to the last barrier.
class AccessBatch {
 public:
  explicit AccessBatch(llvm::IRBuilderBase& b) : b_(b) {}
  void add(std::uint64_t accesses);

 private:
  llvm::IRBuilderBase& b_;
  std::uint64_t open_ = 0;
};

}  // namespace tjit
