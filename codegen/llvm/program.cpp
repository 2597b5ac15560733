// The walk over a program: blocks, loops, branches, rank-0 ops, moves.

#include "codegen/llvm/loops.h"
#include "codegen/llvm/program_emitter.h"

namespace tjit {

namespace {

/// Kernels of programs with more of them become functions: LLVM's time grows faster than the size of a function.
constexpr std::size_t kMostKernelsInPlace = 24;

/// Addresses that are loaded once, at the start. More of them would not stay in registers: then each is loaded from the
/// frame's tables where it is used.
constexpr std::size_t kMostAddresses = 64;

}  // namespace

ProgramEmitter::ProgramEmitter(llvm::Module& module, const Target& target, const Lowered& program)
    : context_(module.getContext()),
      module_(module),
      program_(program),
      f_(program.function),
      plan_(program.plan),
      library_(module),
      kernels_(library_, target),
      b_(context_),
      values_(static_cast<std::size_t>(f_.value_count())),
      pointers_(plan_.buffers.size()),
      kernels_apart_(program.kernels.size() > kMostKernelsInPlace),
      loads_at_use_(plan_.buffers.size() + static_cast<std::size_t>(f_.params().size()) + f_.body().yields.size() >
                    kMostAddresses) {}

void ProgramEmitter::run() {
  auto* type = llvm::FunctionType::get(b_.getInt32Ty(), {b_.getPtrTy()}, false);
  entry_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, kEntryName, module_);
  llvm::Argument* frame = entry_->getArg(0);
  frame->addAttrs(llvm::AttrBuilder(context_)
                      .addAttribute(llvm::Attribute::NoAlias)
                      .addAttribute(llvm::Attribute::NonNull)
                      .addDereferenceableAttr(sizeof(Frame))
                      .addAlignmentAttr(alignof(Frame)));
  start_ = llvm::BasicBlock::Create(context_, "start", entry_);
  llvm::BasicBlock* body = new_block("body");
  b_.SetInsertPoint(body);
  for (const ValueId p : f_.params())
    if (is_scalar(p)) value(p) = load_scalar(f_.type(p).dtype, table_entry(b_, 0, f_.value(p).index));
  emit_block(Function::kBody);
  store_results();
  b_.CreateRet(b_.getInt32(kDone));
  llvm::IRBuilder<>(start_).CreateBr(body);
}

llvm::BasicBlock* ProgramEmitter::new_block(const char* name) {
  return llvm::BasicBlock::Create(context_, name, entry_);
}

void ProgramEmitter::emit_block(BlockId block) {
  for (const OpId op : f_.block(block).ops) emit_op(op);
}

void ProgramEmitter::emit_op(OpId id) {
  switch (f_.form(id)) {
    case Form::Map: return emit_elementwise(id);
    case Form::Reshape: return emit_reshape(id);
    case Form::Product:
    case Form::Routine: return emit_routine(id);
    case Form::Control: return emit_control(id, f_.def(id).control().kind);
    case Form::Constant: return emit_constant(f_.op(id).first_result);
    case Form::Effect: return emit_effect(id, f_.def(id).effect().kind);
    case Form::View:
    case Form::Lookup:
    case Form::Placing:
    case Form::Count:
    case Form::Reduction:
    case Form::Search: break;
  }
  check_failed("lowering leaves such ops only in fusions", __FILE__, __LINE__);
}

void ProgramEmitter::emit_control(OpId id, ControlKind kind) {
  switch (kind) {
    case ControlKind::Branch: return emit_branch(id);
    case ControlKind::Loop: return emit_loop(id);
    case ControlKind::Group: return emit_kernel(id);
    case ControlKind::Call: break;
  }
  check_failed("calls are inlined before", __FILE__, __LINE__);
}

void ProgramEmitter::emit_effect(OpId id, EffectKind kind) {
  switch (kind) {
    case EffectKind::Write: return emit_print(id);
    case EffectKind::Check: return emit_assert(id);
  }
}

void ProgramEmitter::emit_constant(ValueId v) {
  if (is_scalar(v)) value(v) = lanes_constant(context_, f_.type(v).dtype, 1, f_.constant(v)->first());
}

void ProgramEmitter::emit_elementwise(OpId id) {
  const Op& op = f_.op(id);
  TJIT_CHECK(is_scalar(op.first_result));
  llvm::SmallVector<llvm::Value*, 4> operands;
  for (const ValueId v : f_.operands(id)) operands.push_back(value(v));
  const DType in = f_.type(f_.operands(id).back()).dtype, out = f_.type(op.first_result).dtype;
  if (f_.may_fail(id)) leave_if(is_true(library_.fails(b_, op.code, in, out, 1, operands)), id);
  value(op.first_result) = library_.eval(b_, op.code, in, out, 1, operands);
}

/// Between a register and the memory of one element; other reshapes are the plan's.
void ProgramEmitter::emit_reshape(OpId id) {
  const ValueId from = f_.operand(id, 0), to = f_.results(id)[0];
  if (is_scalar(from) && is_scalar(to)) {
    value(to) = value(from);
  } else if (is_scalar(from)) {
    b_.CreateStore(value(from), pointer(b_, plan_.buffer(to)));
  } else if (is_scalar(to)) {
    value(to) = load_scalar(f_.type(to).dtype, pointer(b_, plan_.buffer(from)));
  }
}

void ProgramEmitter::emit_branch(OpId id) {
  const Op& op = f_.op(id);
  llvm::BasicBlock* branch[] = {new_block("then"), new_block("else")};
  llvm::BasicBlock* end = llvm::BasicBlock::Create(context_, "end");
  b_.CreateCondBr(is_true(value(f_.operand(id, 0))), branch[0], branch[1]);
  llvm::SmallVector<llvm::Value*, 8> yields[2];
  for (std::size_t i = 0; i < 2; ++i) {
    b_.SetInsertPoint(branch[i]);
    emit_block(op.blocks[i]);
    emit_moves(plan_.at_yield[static_cast<std::size_t>(op.blocks[i].index)]);
    for (const ValueId v : f_.block(op.blocks[i]).yields) yields[i].push_back(value(v));
    branch[i] = b_.GetInsertBlock();
    b_.CreateBr(end);
  }
  end->insertInto(entry_);
  b_.SetInsertPoint(end);
  for (int r = 0; r < op.result_count; ++r) {
    const ValueId v = f_.results(id)[r];
    if (!is_scalar(v)) continue;
    llvm::PHINode* phi = b_.CreatePHI(type_of(v), 2);
    for (std::size_t i = 0; i < 2; ++i) phi->addIncoming(yields[i][static_cast<std::size_t>(r)], branch[i]);
    value(v) = phi;
  }
}

void ProgramEmitter::emit_loop(OpId id) {
  const Op& op = f_.op(id);
  const auto [test, body] = f_.loop(id);
  emit_moves(plan_.before[static_cast<std::size_t>(id.index)]);
  llvm::BasicBlock* const before = b_.GetInsertBlock();
  llvm::BasicBlock* const head = new_block("while");
  b_.CreateBr(head);
  b_.SetInsertPoint(head);
  llvm::SmallVector<llvm::PHINode*, 8> phis;
  for (int i = 0; i < op.result_count; ++i) {
    phis.push_back(nullptr);
    if (!is_scalar(f_.results(id)[i])) continue;
    phis.back() = b_.CreatePHI(type_of(f_.results(id)[i]), 2);
    phis.back()->addIncoming(value(f_.operand(id, i)), before);
    // The test cannot change a variable: in both blocks and afterwards it has the value of the loop's head.
    value(f_.params(test)[i]) = value(f_.params(body)[i]) = value(f_.results(id)[i]) = phis.back();
  }
  emit_block(test);
  llvm::BasicBlock* const step = new_block("step");
  llvm::BasicBlock* const done = llvm::BasicBlock::Create(context_, "done");
  b_.CreateCondBr(is_true(value(f_.block(test).yields[0])), step, done);
  b_.SetInsertPoint(step);
  emit_block(body);
  emit_moves(plan_.at_yield[static_cast<std::size_t>(body.index)]);
  for (std::size_t i = 0; i < phis.size(); ++i)
    if (phis[i] != nullptr) phis[i]->addIncoming(value(f_.block(body).yields[i]), b_.GetInsertBlock());
  b_.CreateBr(head);
  done->insertInto(entry_);
  b_.SetInsertPoint(done);
}

void ProgramEmitter::emit_moves(const Moves& moves) {
  llvm::SmallVector<llvm::Value*, 4> places;
  for (const Move& m : moves.trades) places.push_back(pointer(b_, m.from));
  for (std::size_t i = 0; i < places.size(); ++i)
    b_.CreateStore(places[i], pointers_[static_cast<std::size_t>(moves.trades[i].to.index)]);
  AccessBatch batch(b_);
  for (const Move& m : moves.copies) {
    const auto bytes = static_cast<std::uint64_t>(plan_[m.to].bytes);
    b_.CreateMemCpy(pointer(b_, m.to), llvm::Align(alignment(m.to)), pointer(b_, m.from),
                    llvm::Align(alignment(m.from)), bytes);
    batch.add(1 + bytes / 32);
  }
}

void ProgramEmitter::store_results() {
  emit_moves(plan_.at_yield[0]);
  const auto& yields = f_.body().yields;
  AccessBatch batch(b_);
  for (std::size_t i = 0; i < yields.size(); ++i) {
    if (!is_scalar(yields[i])) continue;
    b_.CreateStore(value(yields[i]), table_entry(b_, 1, static_cast<std::int32_t>(i)));
    batch.add(1);
  }
}

}  // namespace tjit
