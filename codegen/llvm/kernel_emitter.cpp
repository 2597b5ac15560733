// What the nests of a kernel share: buffers that do not overlap, and the way out when a check fails.
#include "codegen/llvm/kernel_emitter.h"

#include <algorithm>
#include <llvm/IR/MDBuilder.h>

#include "codegen/llvm/nest_emitter.h"

namespace tjit {

namespace {

/// Tells LLVM which buffers overlap no others.
void add_scopes(KernelFrame& frame) {
  llvm::MDBuilder metadata(frame.b.getContext());
  llvm::MDNode* domain = metadata.createAnonymousAliasScopeDomain(frame.kernel.name);
  const std::size_t count = frame.buffers.size();
  // An output that shares has its input's memory. What is only read may overlap, and counts as one.
  llvm::SmallVector<std::size_t, 8> memory(count);
  llvm::SmallVector<bool, 8> written(count);
  llvm::SmallVector<llvm::Metadata*, 8> scopes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int shares = frame.buffers[i].shares;
    memory[i] = shares >= 0 ? static_cast<std::size_t>(shares) : i;
    if (frame.kernel.buffers[i].output) written[memory[i]] = true;
  }
  std::size_t first_read = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (memory[i] == i && !written[i]) memory[i] = first_read = std::min(first_read, i);
    if (memory[i] == i) scopes[i] = metadata.createAnonymousAliasScope(domain);
  }
  for (std::size_t i = 0; i < count; ++i) {
    frame.scope.push_back(llvm::MDNode::get(frame.b.getContext(), {scopes[memory[i]]}));
    llvm::SmallVector<llvm::Metadata*, 8> others;
    for (std::size_t k = 0; k < count; ++k)
      if (memory[k] == k && memory[i] != k) others.push_back(scopes[k]);
    frame.others.push_back(others.empty() ? nullptr : llvm::MDNode::get(frame.b.getContext(), others));
    // The promise holds for this run of the kernel, not for a loop around it in which buffers trade places.
    if (memory[i] == i) frame.b.CreateNoAliasScopeDeclaration(frame.scope[i]);
  }
}

}  // namespace

llvm::Value* KernelEmitter::emit(llvm::IRBuilderBase& b, const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                                 llvm::ArrayRef<llvm::Value*> scalars) {
  TJIT_CHECK(buffers.size() == kernel.buffers.size() && scalars.size() == kernel.scalars.size());
  KernelFrame frame{b, library_, target_, kernel, buffers, scalars, {}, {}, {}, {}};
  std::vector<int> shares;
  for (const BufferPlace& place : buffers) shares.push_back(place.shares);
  add_scopes(frame);
  if (kernel.may_fail) {
    frame.failed = Variable(b, b.getInt64Ty(), "failed");
    frame.failed.set(b, frame.number(0));
    frame.exit = llvm::BasicBlock::Create(b.getContext(), "end");
  }
  std::vector<NestEmitter> nests;
  nests.reserve(kernel.nests.size());
  for (const Nest& nest : kernel.nests) nests.emplace_back(frame, nest, shares).emit_invariant();
  AccessBatch batch(b);
  for (NestEmitter& nest : nests) {
    nest.emit();
    batch.add(4);
  }
  if (!kernel.may_fail) return b.getFalse();
  b.CreateBr(frame.exit);
  frame.exit->insertInto(b.GetInsertBlock()->getParent());
  b.SetInsertPoint(frame.exit);
  return b.CreateIsNotNull(frame.failed.get(b), "failed");
}

}  // namespace tjit
