// Rotated loops: the test stands at the end.
#include "codegen/llvm/loops.h"

#include <llvm/IR/Constants.h>

namespace tjit {

namespace {

llvm::BasicBlock* new_block(llvm::IRBuilderBase& b, const char* name) {
  return llvm::BasicBlock::Create(b.getContext(), name, b.GetInsertBlock()->getParent());
}

}  // namespace

llvm::Value* lesser(llvm::IRBuilderBase& b, llvm::Value* x, llvm::Value* y) {
  auto* a = llvm::dyn_cast<llvm::ConstantInt>(x);
  auto* c = llvm::dyn_cast<llvm::ConstantInt>(y);
  if (a != nullptr && c != nullptr) return a->getSExtValue() < c->getSExtValue() ? x : y;
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
}

void emit_loop(llvm::IRBuilderBase& b, llvm::Value* begin, llvm::Value* end, std::int64_t step,
               llvm::function_ref<void(llvm::Value*)> body) {
  auto* first = llvm::dyn_cast<llvm::ConstantInt>(begin);
  auto* last = llvm::dyn_cast<llvm::ConstantInt>(end);
  if (first != nullptr && last != nullptr && last->getSExtValue() - first->getSExtValue() <= step) return body(begin);
  llvm::BasicBlock* const before = b.GetInsertBlock();
  llvm::BasicBlock* const loop = new_block(b, "loop");
  b.CreateBr(loop);
  b.SetInsertPoint(loop);
  llvm::PHINode* i = b.CreatePHI(begin->getType(), 2, "i");
  i->addIncoming(begin, before);
  body(i);
  llvm::Value* next = b.CreateAdd(i, llvm::ConstantInt::get(i->getType(), static_cast<std::uint64_t>(step)), "next",
                                  /*HasNUW=*/true, /*HasNSW=*/true);
  i->addIncoming(next, b.GetInsertBlock());
  llvm::BasicBlock* const done = new_block(b, "done");
  b.CreateCondBr(b.CreateICmpSLT(next, end), loop, done);
  b.SetInsertPoint(done);
}

void AccessBatch::add(std::uint64_t accesses) {
  constexpr std::uint64_t kMost = 64;
  open_ += accesses;
  if (open_ < kMost) return;
  b_.CreateFence(llvm::AtomicOrdering::AcquireRelease, llvm::SyncScope::SingleThread);
  open_ = 0;
}

void emit_if(llvm::IRBuilderBase& b, llvm::Value* condition, llvm::function_ref<void()> body) {
  llvm::BasicBlock* const then = new_block(b, "then");
  llvm::BasicBlock* const done = new_block(b, "done");
  b.CreateCondBr(condition, then, done);
  b.SetInsertPoint(then);
  body();
  b.CreateBr(done);
  b.SetInsertPoint(done);
}

}  // namespace tjit
