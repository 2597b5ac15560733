// The scalar and vector operations of generated code: the `eval` and `fails` of every elementwise op, compiled to
// bitcode when tjit was built (bitcode/shard.h) and copied into functions from there. So no op has emission code of its
// own.
#pragma once

#include <array>
#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <memory>

#include "codegen/llvm/bitcode/width.h"
#include "ir/op.h"

namespace tjit {

/// Lanes are powers of two up to 64.
inline constexpr int kLaneClasses = 7;

/// The type of `lanes` elements: `<lanes x T>`, or plain T for one. A bool is a byte, 0 or 1; what LLVM has no type for
/// is an integer of its bits.
llvm::Type* lanes_type(llvm::LLVMContext& context, DType dtype, int lanes);
/// What addresses of elements are multiples of.
inline llvm::Align natural_alignment(DType t) { return llvm::Align(static_cast<std::uint64_t>(alignment_of(t))); }
/// The element in every lane.
llvm::Constant* lanes_constant(llvm::LLVMContext& context, DType dtype, int lanes, const ElementBits& element);

/// What one module needs of the library. Shards, one for each operand type and number of lanes, are read when first
/// needed, and of them only the bodies in use.
class OpLibrary {
 public:
  explicit OpLibrary(llvm::Module& module) : module_(module) {}

  /// Emits op `code` on values of `lanes` lanes at the builder's position, which must be the end of a block; the
  /// builder may end up at the end of another one. `in` is the type of the last operand.
  llvm::Value* eval(llvm::IRBuilderBase& b, Opcode code, DType in, DType out, int lanes,
                    llvm::ArrayRef<llvm::Value*> operands);
  /// The lanes in which the op fails, as bools; null when it cannot fail on this type.
  llvm::Value* fails(llvm::IRBuilderBase& b, Opcode code, DType in, DType out, int lanes,
                     llvm::ArrayRef<llvm::Value*> operands);
  /// How many instructions `eval` emits.
  int cost(Opcode code, DType in, DType out, int lanes);

 private:
  struct Entry {
    llvm::Function* eval = nullptr;
    llvm::Function* fails = nullptr;
  };
  struct Shard {
    std::unique_ptr<llvm::Module> module;
    llvm::Constant* table = nullptr;
  };

  Shard& shard(DType in, int lanes);
  Entry entry(Opcode code, DType in, DType out, int lanes);
  /// The module's own copy of a function or constant that bodies refer to.
  llvm::GlobalValue* imported(llvm::GlobalValue& global);
  void import_body(llvm::Function& from, llvm::Function& to);

  llvm::Module& module_;
  std::array<std::array<Shard, kLaneClasses>, kDTypeCount> shards_;
  llvm::DenseMap<llvm::GlobalValue*, llvm::GlobalValue*> imported_;
};

}  // namespace tjit
