// Where the values of a program are while it runs: the frame's tables, the arena, slots on the stack.
#include <llvm/IR/MDBuilder.h>

#include "codegen/llvm/program_emitter.h"

namespace tjit {

namespace {

/// The fields of Frame, by number.
enum : unsigned { kInputs, kOutputs, kArena, kConstants, kRecord, kRoutine, kPrint };
constexpr std::size_t kFieldOffsets[] = {offsetof(Frame, inputs),
                                         offsetof(Frame, outputs),
                                         offsetof(Frame, arena),
                                         offsetof(Frame, constants),
                                         offsetof(Frame, record),
                                         offsetof(Frame, services) + offsetof(Services, routine),
                                         offsetof(Frame, services) + offsetof(Services, print)};

/// A load of what does not change during the call.
llvm::Value* load_fixed(llvm::IRBuilderBase& b, llvm::Value* from) {
  llvm::LoadInst* load = b.CreateAlignedLoad(b.getPtrTy(), from, llvm::Align(8));
  load->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(b.getContext(), {}));
  return load;
}

}  // namespace

llvm::IRBuilder<> ProgramEmitter::at_start() { return llvm::IRBuilder<>(start_); }

llvm::Value* ProgramEmitter::frame_field(unsigned number) {
  llvm::Value*& field = fields_[number];
  if (field == nullptr) {
    llvm::IRBuilder<> b = at_start();
    field = load_fixed(b, b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), entry_->getArg(0), kFieldOffsets[number]));
  }
  return field;
}

llvm::Value* ProgramEmitter::table_entry(llvm::IRBuilderBase& b, unsigned table, std::int32_t slot) {
  llvm::Value* const base = frame_field(table);
  return load_fixed(b, b.CreateConstInBoundsGEP1_64(b.getPtrTy(), base, static_cast<std::uint64_t>(slot)));
}

llvm::Value* ProgramEmitter::pointer(llvm::IRBuilderBase& b, BufferId id) {
  TJIT_CHECK(id.valid());
  const PlannedBuffer& buffer = plan_[id];
  if (loads_at_use_ && !buffer.trades) return address(b, buffer);
  llvm::Value*& known = pointers_[static_cast<std::size_t>(id.index)];
  if (known == nullptr) {
    llvm::IRBuilder<> start = at_start();
    known = address(start, buffer);
    if (buffer.trades) {
      llvm::Value* const variable = start.CreateAlloca(start.getPtrTy());
      start.CreateStore(known, variable);
      known = variable;
    }
  }
  return buffer.trades ? b.CreateLoad(b.getPtrTy(), known) : known;
}

/// Where a buffer lies when the program starts.
llvm::Value* ProgramEmitter::address(llvm::IRBuilderBase& b, const PlannedBuffer& buffer) {
  switch (buffer.home) {
    case Home::Input: return table_entry(b, kInputs, buffer.slot);
    case Home::Output: return table_entry(b, kOutputs, buffer.slot);
    case Home::Constant: return table_entry(b, kConstants, buffer.slot);
    case Home::Arena:
      return b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), frame_field(kArena),
                                          static_cast<std::uint64_t>(buffer.offset));
  }
  __builtin_unreachable();
}

std::uint64_t ProgramEmitter::alignment(BufferId id) const {
  const PlannedBuffer& buffer = plan_[id];
  const bool ours = buffer.home == Home::Arena || buffer.home == Home::Output;
  return ours ? 64 : 1;
}

llvm::Value* ProgramEmitter::scalar_slot(DType dtype, std::size_t number) {
  llvm::Value*& slot = slots_[{dtype, number}];
  if (slot == nullptr) slot = at_start().CreateAlloca(lanes_type(context_, dtype, 1));
  return slot;
}

llvm::Value* ProgramEmitter::load_scalar(DType dtype, llvm::Value* from) {
  return b_.CreateAlignedLoad(lanes_type(context_, dtype, 1), from, natural_alignment(dtype));
}

llvm::Value* ProgramEmitter::address_of(ValueId v) {
  if (!is_scalar(v)) return pointer(b_, plan_.buffer(v));
  llvm::Value* const slot = at_start().CreateAlloca(type_of(v));
  b_.CreateStore(value(v), slot);
  return slot;
}

llvm::Value* ProgramEmitter::service(unsigned number) { return frame_field(kRoutine + number); }

void ProgramEmitter::write_record(llvm::IRBuilderBase& b, OpId op) {
  std::uint64_t entry = 0;
  for (const ValueId v : recorded_values(f_, op)) {
    const std::uint64_t offset = sizeof(ElementBits) * entry++;
    llvm::Value* const to = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), frame_field(kRecord), offset);
    b.CreateStore(is_scalar(v) ? value(v) : pointer(b, plan_.buffer(v)), to);
  }
}

}  // namespace tjit
