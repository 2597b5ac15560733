// Kernels, routines, effects, and the ways out of generated code.
#include <llvm/IR/MDBuilder.h>

#include "codegen/llvm/program_emitter.h"
#include "ir/ops/list.h"

namespace tjit {

namespace {

/// Services by number.
enum : unsigned { kRoutineService, kPrintService };

/// Kernels with more nests become functions of so many: LLVM's time grows faster than the size of a function.
constexpr std::size_t kMostNests = 64;

}  // namespace

void ProgramEmitter::leave_if(llvm::Value* failed, OpId op) {
  llvm::BasicBlock* const leave = llvm::BasicBlock::Create(context_, "fail", entry_);
  llvm::BasicBlock* const next = new_block("next");
  b_.CreateCondBr(failed, leave, next, llvm::MDBuilder(context_).createUnlikelyBranchWeights());
  llvm::IRBuilder<> b(leave);
  write_record(b, op);
  b.CreateRet(b.getInt32(static_cast<std::uint32_t>(op.index + 1)));
  b_.SetInsertPoint(next);
}

void ProgramEmitter::return_if_raised(llvm::Value* status) {
  llvm::BasicBlock* const leave = new_block("raised");
  llvm::BasicBlock* const next = new_block("next");
  b_.CreateCondBr(b_.CreateIsNotNull(status), leave, next, llvm::MDBuilder(context_).createUnlikelyBranchWeights());
  llvm::IRBuilder<>(leave).CreateRet(b_.getInt32(static_cast<std::uint32_t>(kRaised)));
  b_.SetInsertPoint(next);
}

void ProgramEmitter::emit_kernel(OpId id) {
  const Kernel& kernel = program_.kernel(id);
  if (kernel.nests.size() <= kMostNests) return run_kernel(kernel, kernels_apart_);
  for (const Kernel& part : split(kernel, kMostNests)) run_kernel(part, true);
}

void ProgramEmitter::run_kernel(const Kernel& kernel, bool apart) {
  llvm::SmallVector<BufferPlace, 8> places;
  llvm::SmallVector<BufferId, 8> homes;
  std::size_t scalars_out = 0;
  for (const KernelBuffer& buffer : kernel.buffers) {
    if (is_scalar(buffer.value)) {
      const auto size = static_cast<std::uint64_t>(size_of(buffer.type.dtype));
      places.push_back(
          {buffer.output ? scalar_slot(buffer.type.dtype, scalars_out++) : address_of(buffer.value), size});
      homes.push_back({});
      continue;
    }
    const BufferId home = plan_.buffer(buffer.value);
    const std::uint64_t known = std::max(alignment(home), natural_alignment(buffer.type.dtype).value());
    places.push_back({pointer(b_, home), known});
    if (buffer.output)
      if (const auto* same = std::find(homes.begin(), homes.end(), home); same != homes.end())
        places.back().shares = static_cast<int>(same - homes.begin());
    homes.push_back(home);
  }
  llvm::SmallVector<llvm::Value*, 8> scalars;
  for (const ValueId v : kernel.scalars) scalars.push_back(value(v));
  llvm::Value* const failed = apart ? call_kernel(kernel, places, scalars) : kernels_.emit(b_, kernel, places, scalars);
  if (kernel.may_fail) leave_if(failed, kernel.op);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const KernelBuffer& buffer = kernel.buffers[i];
    if (buffer.output && is_scalar(buffer.value))
      value(buffer.value) = load_scalar(buffer.type.dtype, places[i].pointer);
  }
}

llvm::Value* ProgramEmitter::call_kernel(const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                                         llvm::ArrayRef<llvm::Value*> scalars) {
  llvm::SmallVector<llvm::Value*, 16> arguments;
  for (const BufferPlace& place : buffers) arguments.push_back(place.pointer);
  arguments.append(scalars.begin(), scalars.end());
  return b_.CreateCall(kernel_function(kernel, buffers, scalars), arguments);
}

/// Kernels that do the same on places of the same kind are one function. A kernel's print, without its name, says all
/// that its code depends on: types, addresses, checks, loops and stores, and the order of reductions follows from types
/// and loops. Buffers, scalars and nodes are numbered in it, not named after values. (Constants that differ and yet
/// print alike are NaNs, whose payload is unspecified.)
llvm::Function* ProgramEmitter::kernel_function(const Kernel& kernel, llvm::ArrayRef<BufferPlace> buffers,
                                                llvm::ArrayRef<llvm::Value*> scalars) {
  Kernel nameless = kernel;
  nameless.name.clear();
  std::string key = print(nameless);
  for (const BufferPlace& place : buffers)
    key += std::to_string(place.alignment) + "," + std::to_string(place.shares) + ";";
  llvm::Function*& function = kernel_functions_[key];
  if (function != nullptr) return function;
  llvm::SmallVector<llvm::Type*, 16> types(buffers.size(), b_.getPtrTy());
  for (const llvm::Value* scalar : scalars) types.push_back(scalar->getType());
  function = llvm::Function::Create(llvm::FunctionType::get(b_.getInt1Ty(), types, false),
                                    llvm::Function::InternalLinkage, kernel.name, module_);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(context_, "start", function));
  llvm::SmallVector<BufferPlace, 8> places(buffers.begin(), buffers.end());
  llvm::SmallVector<llvm::Value*, 8> values;
  for (unsigned i = 0; i < function->arg_size(); ++i) {
    if (i < places.size()) {
      places[i].pointer = function->getArg(i);
    } else {
      values.push_back(function->getArg(i));
    }
  }
  b.CreateRet(kernels_.emit(b, kernel, places, values));
  return function;
}

/// The addresses of operands and results stand in tables on the stack.
void ProgramEmitter::emit_routine(OpId id) {
  const auto table = [&](std::size_t size) {
    return at_start().CreateAlloca(llvm::ArrayType::get(b_.getPtrTy(), size));
  };
  const auto put = [&](llvm::Value* to, std::size_t i, llvm::Value* address) {
    b_.CreateStore(address, b_.CreateConstInBoundsGEP1_64(b_.getPtrTy(), to, i));
    return address;
  };
  const auto operands = f_.operands(id);
  const ValueRange results = f_.results(id);
  llvm::Value* const from = table(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) put(from, i, address_of(operands[i]));
  llvm::Value* const to = table(static_cast<std::size_t>(results.size()));
  llvm::SmallVector<llvm::Value*, 2> places;
  for (const ValueId v : results) {
    const std::size_t i = places.size();
    places.push_back(put(to, i, is_scalar(v) ? scalar_slot(f_.type(v).dtype, i) : pointer(b_, plan_.buffer(v))));
  }
  auto* type =
      llvm::FunctionType::get(b_.getInt32Ty(), {b_.getPtrTy(), b_.getInt32Ty(), b_.getPtrTy(), b_.getPtrTy()}, false);
  const auto number = static_cast<std::uint32_t>(program_.routine_of[static_cast<std::size_t>(id.index)]);
  return_if_raised(b_.CreateCall(type, service(kRoutineService), {entry_->getArg(0), b_.getInt32(number), from, to}));
  for (int i = 0; i < results.size(); ++i)
    if (is_scalar(results[i]))
      value(results[i]) = load_scalar(f_.type(results[i]).dtype, places[static_cast<std::size_t>(i)]);
}

void ProgramEmitter::emit_print(OpId id) {
  write_record(b_, id);
  auto* type = llvm::FunctionType::get(b_.getInt32Ty(), {b_.getPtrTy(), b_.getInt32Ty()}, false);
  const auto number = static_cast<std::uint32_t>(id.index);
  return_if_raised(b_.CreateCall(type, service(kPrintService), {entry_->getArg(0), b_.getInt32(number)}));
}

void ProgramEmitter::emit_assert(OpId id) {
  const ValueId v = f_.operand(id, 0);
  if (is_scalar(v)) return leave_if(b_.CreateIsNull(value(v)), id);
  // A byte that is 0, somewhere.
  llvm::FunctionCallee find =
      module_.getOrInsertFunction("memchr", b_.getPtrTy(), b_.getPtrTy(), b_.getInt32Ty(), b_.getInt64Ty());
  llvm::Value* const bytes = b_.getInt64(static_cast<std::uint64_t>(byte_count(f_.type(v))));
  leave_if(b_.CreateIsNotNull(b_.CreateCall(find, {address_of(v), b_.getInt32(0), bytes})), id);
}

}  // namespace tjit
