// Reads op bodies from embedded bitcode and copies their instructions.
#include "codegen/llvm/op_library.h"

#include <algorithm>
#include <array>
#include <bit>
#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBufferRef.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/ValueMapper.h>

#include "ir/ops/vec.h"

namespace tjit {

extern "C" {
// From the generated assembler file: where each shard lies, by operand type and logarithm of the lanes.
struct EmbeddedShard {
  const char* begin;
  const char* end;
};
[[gnu::visibility("hidden")]] extern const EmbeddedShard tjit_op_shards[kDTypeCount][kLaneClasses];
}

namespace {

llvm::Type* element_type(llvm::LLVMContext& context, DType dtype) {
  return dispatch(dtype, [&]<class T>(Tag<T>) -> llvm::Type* {
    if constexpr (std::is_same_v<T, float>) return llvm::Type::getFloatTy(context);
    if constexpr (std::is_same_v<T, double>) return llvm::Type::getDoubleTy(context);
    return llvm::Type::getIntNTy(context, 8 * sizeof(T));  // what LLVM has no type for, as its bits
  });
}

using Import = llvm::function_ref<llvm::GlobalValue*(llvm::GlobalValue&)>;

struct Materializer final : llvm::ValueMaterializer {
  explicit Materializer(Import i) : import(i) {}
  llvm::Value* materialize(llvm::Value* value) override {
    auto* global = llvm::dyn_cast<llvm::GlobalValue>(value);
    return global == nullptr ? nullptr : import(*global);
  }
  Import import;
};

/// Copies the blocks of an op's body into the builder's function. Reading an operand becomes its value, and writing the
/// result gives the value written, so that no memory is left between one op and the next.
class BodyCopy {
 public:
  BodyCopy(llvm::IRBuilderBase& b, llvm::ArrayRef<llvm::Value*> operands, Import import)
      : b_(b), operands_(operands), import_(import) {}

  llvm::Value* run(llvm::Function& body, llvm::Type* result) {
    llvm::BasicBlock* const start = b_.GetInsertBlock();
    TJIT_CHECK(b_.GetInsertPoint() == start->end());
    values_[&body.getEntryBlock()] = start;
    for (llvm::BasicBlock& block : llvm::drop_begin(body))
      values_[&block] = llvm::BasicBlock::Create(b_.getContext(), "", start->getParent());
    llvm::BasicBlock* last = nullptr;
    for (llvm::BasicBlock& block : body) {
      b_.SetInsertPoint(llvm::cast<llvm::BasicBlock>(mapped(&block)));
      if (llvm::isa<llvm::ReturnInst>(block.getTerminator())) last = b_.GetInsertBlock();
      for (llvm::Instruction& i : block) copy(i);
    }
    for (llvm::Instruction* i : copies_) remap(*i);
    TJIT_CHECK(last != nullptr && result_ != nullptr);
    b_.SetInsertPoint(last);
    return b_.CreateBitCast(mapped(result_), result);  // where only its bits count, it may be of another type
  }

 private:
  void copy(llvm::Instruction& i) {
    if (llvm::isa<llvm::ReturnInst>(i)) return;
    if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&i)) {
      if (auto* from = llvm::dyn_cast<llvm::Argument>(load->getPointerOperand())) {
        values_[load] = b_.CreateBitCast(operands_[from->getArgNo() - 1], load->getType());
        return;
      }
    }
    if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&i)) {
      if (llvm::isa<llvm::Argument>(store->getPointerOperand())) {
        TJIT_CHECK(result_ == nullptr && llvm::isa<llvm::ReturnInst>(i.getParent()->getTerminator()));
        result_ = store->getValueOperand();
        return;
      }
    }
    llvm::Instruction* copy = i.clone();
    copy->dropUnknownNonDebugMetadata();
    if (llvm::isa<llvm::AllocaInst>(i)) {
      llvm::BasicBlock& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
      copy->insertBefore(entry, entry.begin());
    } else {
      copy->insertInto(b_.GetInsertBlock(), b_.GetInsertBlock()->end());
    }
    values_[&i] = copy;
    copies_.push_back(copy);
  }

  llvm::Value* mapped(llvm::Value* value) {
    if (const auto it = values_.find(value); it != values_.end()) return it->second;
    if (auto* global = llvm::dyn_cast<llvm::GlobalValue>(value)) return import_(*global);
    auto* expression = llvm::dyn_cast<llvm::ConstantExpr>(value);
    if (expression == nullptr) return value;
    llvm::ValueToValueMapTy none;
    Materializer materializer(import_);
    return llvm::MapValue(expression, none, llvm::RF_None, nullptr, &materializer);
  }

  void remap(llvm::Instruction& i) {
    for (llvm::Use& use : i.operands()) use.set(mapped(use.get()));
    if (auto* phi = llvm::dyn_cast<llvm::PHINode>(&i))
      for (unsigned k = 0; k < phi->getNumIncomingValues(); ++k)
        phi->setIncomingBlock(k, llvm::cast<llvm::BasicBlock>(mapped(phi->getIncomingBlock(k))));
  }

  llvm::IRBuilderBase& b_;
  llvm::ArrayRef<llvm::Value*> operands_;
  Import import_;
  llvm::SmallDenseMap<llvm::Value*, llvm::Value*, 64> values_;
  llvm::SmallVector<llvm::Instruction*, 64> copies_;
  llvm::Value* result_ = nullptr;
};

llvm::Function* materialized(llvm::Constant* c) {
  auto* f = llvm::dyn_cast_or_null<llvm::Function>(c);
  if (f != nullptr && f->isMaterializable()) llvm::cantFail(f->materialize());
  return f;
}

}  // namespace

llvm::Type* lanes_type(llvm::LLVMContext& context, DType dtype, int lanes) {
  llvm::Type* element = element_type(context, dtype);
  return lanes == 1 ? element : llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes));
}

llvm::Constant* lanes_constant(llvm::LLVMContext& context, DType dtype, int lanes, const ElementBits& element) {
  llvm::Type* type = element_type(context, dtype);
  const llvm::APInt bits(8 * static_cast<unsigned>(size_of(dtype)), element.as<std::array<std::uint64_t, 2>>());
  llvm::Constant* one = type->isIntegerTy()
                            ? static_cast<llvm::Constant*>(llvm::ConstantInt::get(context, bits))
                            : llvm::ConstantFP::get(context, llvm::APFloat(type->getFltSemantics(), bits));
  if (lanes == 1) return one;
  return llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(static_cast<unsigned>(lanes)), one);
}

OpLibrary::Shard& OpLibrary::shard(DType in, int lanes) {
  const auto row = static_cast<std::size_t>(in);
  const auto column = static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(lanes)));
  TJIT_CHECK(std::has_single_bit(static_cast<unsigned>(lanes)) && column < kLaneClasses);
  Shard& shard = shards_[row][column];
  if (shard.module == nullptr) {
    const EmbeddedShard& bytes = tjit_op_shards[row][column];
    TJIT_CHECK(bytes.begin != nullptr);
    const llvm::StringRef text(bytes.begin, static_cast<std::size_t>(bytes.end - bytes.begin));
    shard.module = llvm::cantFail(llvm::getLazyBitcodeModule({text, "op bodies"}, module_.getContext()));
    shard.table = shard.module->getGlobalVariable("tjit_op_bodies")->getInitializer();
  }
  return shard;
}

OpLibrary::Entry OpLibrary::entry(Opcode code, DType in, DType out, int lanes) {
  Shard& from = shard(in, lanes);
  // The table holds two pointers for each opcode and result type.
  const llvm::DataLayout& layout = from.module->getDataLayout();
  llvm::Type* pointer = llvm::PointerType::getUnqual(module_.getContext());
  const std::uint64_t first =
      2 * (static_cast<std::uint64_t>(code) * kDTypeCount + static_cast<std::uint64_t>(out)) * sizeof(void*);
  const auto read = [&](std::uint64_t offset) {
    return materialized(llvm::ConstantFoldLoadFromConst(from.table, pointer, llvm::APInt(64, offset), layout));
  };
  return {read(first), read(first + sizeof(void*))};
}

llvm::Value* OpLibrary::eval(llvm::IRBuilderBase& b, Opcode code, DType in, DType out, int lanes,
                             llvm::ArrayRef<llvm::Value*> operands) {
  llvm::Function* body = entry(code, in, out, lanes).eval;
  TJIT_CHECK(body != nullptr);
  const auto import = [this](llvm::GlobalValue& g) { return imported(g); };
  llvm::Value* result = BodyCopy(b, operands, import).run(*body, lanes_type(b.getContext(), out, lanes));
  if (llvm::isa<llvm::Instruction>(result) && !result->hasName()) result->setName(def(code).info.name);
  return result;
}

llvm::Value* OpLibrary::fails(llvm::IRBuilderBase& b, Opcode code, DType in, DType out, int lanes,
                              llvm::ArrayRef<llvm::Value*> operands) {
  llvm::Function* body = entry(code, in, out, lanes).fails;
  if (body == nullptr) return nullptr;
  const auto import = [this](llvm::GlobalValue& g) { return imported(g); };
  return BodyCopy(b, operands, import).run(*body, lanes_type(b.getContext(), DType::Bool, lanes));
}

int OpLibrary::cost(Opcode code, DType in, DType out, int lanes) {
  llvm::Function* body = entry(code, in, out, lanes).eval;
  TJIT_CHECK(body != nullptr);
  const int frame = def(code).info.arity + 2;  // reading operands, writing the result, returning
  return std::max(1, static_cast<int>(body->getInstructionCount()) - frame);
}

llvm::GlobalValue* OpLibrary::imported(llvm::GlobalValue& global) {
  llvm::GlobalValue*& known = imported_[&global];
  if (known != nullptr) return known;
  if (auto* f = llvm::dyn_cast<llvm::Function>(&global)) {
    materialized(f);
    if (f->isDeclaration()) {
      auto* declaration = module_.getOrInsertFunction(f->getName(), f->getFunctionType()).getCallee();
      return known = llvm::cast<llvm::GlobalValue>(declaration);
    }
    auto* copy = llvm::Function::Create(f->getFunctionType(), llvm::GlobalValue::InternalLinkage, "slow_path", module_);
    known = copy;  // `known` may move: bodies refer to others
    import_body(*f, *copy);
    return copy;
  }
  auto& data = llvm::cast<llvm::GlobalVariable>(global);
  TJIT_CHECK(data.isConstant() && data.hasInitializer());
  known = new llvm::GlobalVariable(module_, data.getValueType(), true, llvm::GlobalValue::PrivateLinkage,
                                   data.getInitializer(), "table");
  return known;
}

void OpLibrary::import_body(llvm::Function& from, llvm::Function& to) {
  llvm::ValueToValueMapTy values;
  for (auto [old_argument, argument] : llvm::zip(from.args(), to.args())) values[&old_argument] = &argument;
  for (llvm::BasicBlock& block : from)
    for (llvm::Instruction& i : block)
      for (llvm::Value* operand : i.operands())
        if (auto* global = llvm::dyn_cast<llvm::GlobalValue>(operand)) values[global] = imported(*global);
  llvm::SmallVector<llvm::ReturnInst*, 4> returns;
  llvm::CloneFunctionInto(&to, &from, values, llvm::CloneFunctionChangeType::DifferentModule, returns);
  to.setLinkage(llvm::GlobalValue::InternalLinkage);
  // The library was built for the least CPU; these are the module's to choose.
  for (const char* attribute : {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width"})
    to.removeFnAttr(attribute);
}

}  // namespace tjit
