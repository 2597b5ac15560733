// A whole program as one native function.
#pragma once

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/StringMap.h>
#include <map>

#include "codegen/frame.h"
#include "codegen/llvm/kernel_emitter.h"
#include "codegen/lower.h"

namespace tjit {

/// The function that a program's module exports; of type `Entry`.
inline constexpr const char* kEntryName = "tjit_entry";

/// Emits control flow as branches and loops, rank-0 values as LLVM values, and kernels in place, or as functions of
/// their own when there are many. Tensors stand where the plan puts them.
class ProgramEmitter {
 public:
  ProgramEmitter(llvm::Module& module, const Target& target, const Lowered& program);
  void run();

 private:
  // program.cpp: the walk
  void emit_block(BlockId block);
  void emit_op(OpId op);
  void emit_control(OpId op, ControlKind kind);
  void emit_effect(OpId op, EffectKind kind);
  void emit_constant(ValueId v);
  void emit_elementwise(OpId op);
  void emit_reshape(OpId op);
  void emit_branch(OpId op);
  void emit_loop(OpId op);
  void emit_moves(const Moves& moves);
  void store_results();

  // program_calls.cpp: kernels, and what leaves the generated code
  void emit_kernel(OpId op);
  /// In place, or as a function that is called.
  void run_kernel(const Kernel& kernel, bool apart);
  llvm::Value* call_kernel(const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                           llvm::ArrayRef<llvm::Value*> scalars);
  llvm::Function* kernel_function(const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                                  llvm::ArrayRef<llvm::Value*> scalars);
  void emit_routine(OpId op);
  void emit_print(OpId op);
  void emit_assert(OpId op);
  llvm::Value* service(unsigned number);
  /// Goes on in a new block when `failed` (i1) is false; else leaves the op's values in the record and returns its
  /// number.
  void leave_if(llvm::Value* failed, OpId op);
  void return_if_raised(llvm::Value* status);
  void write_record(llvm::IRBuilderBase& b, OpId op);

  // program_memory.cpp: where values are
  llvm::Value* frame_field(unsigned number);
  llvm::Value* table_entry(llvm::IRBuilderBase& b, unsigned table, std::int32_t slot);
  llvm::Value* pointer(llvm::IRBuilderBase& b, BufferId buffer);
  llvm::Value* address(llvm::IRBuilderBase& b, const PlannedBuffer& buffer);
  std::uint64_t alignment(BufferId buffer) const;
  /// Memory with a value's elements, of rank 0 too.
  llvm::Value* address_of(ValueId v);
  /// Memory for a result of rank 0 while it is made; each (type, number) has one.
  llvm::Value* scalar_slot(DType dtype, std::size_t number);
  llvm::Value* load_scalar(DType dtype, llvm::Value* from);

  llvm::Value*& value(ValueId v) { return values_[static_cast<std::size_t>(v.index)]; }
  bool is_scalar(ValueId v) const { return f_.type(v).is_scalar(); }
  llvm::Type* type_of(ValueId v) { return lanes_type(context_, f_.type(v).dtype, 1); }
  llvm::Value* is_true(llvm::Value* bool_byte) { return b_.CreateIsNotNull(bool_byte); }
  llvm::BasicBlock* new_block(const char* name);
  /// A builder at the end of what runs once, at the start.
  llvm::IRBuilder<> at_start();

  llvm::LLVMContext& context_;
  llvm::Module& module_;
  const Lowered& program_;
  const Function& f_;
  const Plan& plan_;
  OpLibrary library_;
  KernelEmitter kernels_;
  llvm::IRBuilder<> b_;
  llvm::Function* entry_ = nullptr;
  llvm::BasicBlock* start_ = nullptr;   ///< addresses and slots; everything else follows it
  std::vector<llvm::Value*> values_;    ///< of rank 0, by id
  std::vector<llvm::Value*> pointers_;  ///< by buffer: its address, or for one that trades places the variable with it
  llvm::DenseMap<unsigned, llvm::Value*> fields_;
  std::map<std::pair<DType, std::size_t>, llvm::Value*> slots_;
  llvm::StringMap<llvm::Function*> kernel_functions_;  ///< by what they do
  bool kernels_apart_ = false;
  bool loads_at_use_ = false;  ///< addresses
};

}  // namespace tjit
