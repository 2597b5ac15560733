// Nodes of a nest as scalar and vector instructions.
#include <algorithm>
#include <bit>
#include <llvm/IR/Constants.h>

#include "codegen/llvm/nest_emitter.h"

namespace tjit {

llvm::Value* NestEmitter::scalar(NodeId id, int part) const {
  const auto node = static_cast<std::size_t>(id.index);
  TJIT_CHECK(!varies(id));
  return values_[node].parts[static_cast<std::size_t>(by_part(node) ? part : 0)];
}

llvm::Value* NestEmitter::vector(NodeId id, int part) const {
  const auto node = static_cast<std::size_t>(id.index);
  const auto k = static_cast<std::size_t>(by_part(node) ? part : 0);
  return varies(id) || schedule_.vector_axis < 0 ? values_[node].parts[k] : values_[node].broadcasts[k];
}

llvm::Value* NestEmitter::broadcast(llvm::Value* scalar) const {
  return schedule_.lanes == 1 ? scalar : b_.CreateVectorSplat(static_cast<unsigned>(schedule_.lanes), scalar);
}

void NestEmitter::emit_invariant() {
  for (std::size_t i = 0; i < nest_->nodes.size(); ++i) {
    const NodeSchedule& schedule = schedule_.nodes[i];
    if (schedule.level == 0 && !schedule.after && !schedule.reads_output) emit_node(i, 0);
  }
}

void NestEmitter::emit_nodes(int level) {
  for (int part = 0; part < parts_; ++part) {
    for (std::size_t i = 0; i < nest_->nodes.size(); ++i) {
      const NodeSchedule& schedule = schedule_.nodes[i];
      if (schedule.level != level || schedule.after || (part > 0 && !by_part(i))) continue;
      if (level > 0 || schedule.reads_output) emit_node(i, part);
      add_broadcast(i, part);
    }
  }
}

void NestEmitter::emit_after() {
  for (int part = 0; part < parts_; ++part) {
    for (std::size_t i = 0; i < nest_->nodes.size(); ++i) {
      if (!schedule_.nodes[i].after || (part > 0 && !by_part(i))) continue;
      if (nest_->nodes[i].kind != NodeKind::Reduced) emit_node(i, part);
      add_broadcast(i, part);
    }
  }
}

void NestEmitter::add_broadcast(std::size_t node, int part) {
  if (!schedule_.nodes[node].broadcast) return;
  NodeValue& value = values_[node];
  value.broadcasts.resize(value.parts.size());
  value.broadcasts[static_cast<std::size_t>(part)] = broadcast(value.parts[static_cast<std::size_t>(part)]);
}

void NestEmitter::emit_node(std::size_t index, int part) {
  const Node& node = nest_->nodes[index];
  const bool is_vector = schedule_.nodes[index].varies;
  if (in_tile_ && is_turned(*nest_, schedule_, node)) return part == 0 ? load_turned(index) : void();
  const int lanes = is_vector ? schedule_.lanes : 1;
  llvm::SmallVector<llvm::Value*, 4> args;
  for (const NodeId arg : node.args) args.push_back(is_vector ? vector(arg, part) : scalar(arg, part));
  const auto value = [&]() -> llvm::Value* {
    switch (node.kind) {
      case NodeKind::Scalar: return frame_.scalars[static_cast<std::size_t>(node.slot)];
      case NodeKind::Constant: return lanes_constant(b_.getContext(), node.dtype, 1, node.bits);
      case NodeKind::Index: return emit_index(index, part);
      case NodeKind::Load: return emit_load(index, part);
      case NodeKind::Op: return emit_op(node, lanes, args);
      case NodeKind::InRange: return emit_in_range(node, args[0]);
      case NodeKind::Reduced: break;
    }
    llvm_unreachable("a reduced value is not computed by a node");
  };
  values_[index].parts.resize(static_cast<std::size_t>(parts_));
  values_[index].parts[static_cast<std::size_t>(part)] = value();
}

llvm::Value* NestEmitter::emit_index(std::size_t node, int part) {
  llvm::Value* first = place(node, part);
  if (!schedule_.nodes[node].varies || schedule_.lanes == 1) return first;
  const auto stride = static_cast<std::uint64_t>(vector_stride(node));
  llvm::SmallVector<std::uint64_t, 64> steps;
  for (int lane = 0; lane < schedule_.lanes; ++lane) steps.push_back(static_cast<std::uint64_t>(lane) * stride);
  return b_.CreateAdd(broadcast(first), llvm::ConstantDataVector::get(b_.getContext(), steps), "index");
}

llvm::Value* NestEmitter::emit_op(const Node& node, int lanes, llvm::ArrayRef<llvm::Value*> args) {
  const DType in = nest_->nodes[static_cast<std::size_t>(node.args.back().index)].dtype;
  if (node.may_fail) {
    llvm::Value* failing = frame_.library.fails(b_, node.code, in, node.dtype, lanes, args);
    if (failing != nullptr) check(b_.CreateIsNotNull(failing), node);
  }
  return frame_.library.eval(b_, node.code, in, node.dtype, lanes, args);
}

llvm::Value* NestEmitter::emit_in_range(const Node& node, llvm::Value* x) {
  llvm::Type* type = x->getType();
  llvm::Constant* zero = llvm::Constant::getNullValue(type);
  llvm::Constant* limit =
      llvm::ConstantInt::get(type, static_cast<std::uint64_t>(std::max<std::int64_t>(node.limit, 0)));
  if (node.may_fail) {
    llvm::Value* outside = b_.CreateICmpUGT(x, limit, "outside");
    if (node.limit < 0) outside = llvm::Constant::getAllOnesValue(outside->getType());
    check(outside, node);
  }
  llvm::Value* low = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, zero);
  return b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, low, limit, nullptr, "in_range");
}

void NestEmitter::check(llvm::Value* failing, const Node& node) {
  const NodeSchedule& schedule = schedule_.nodes[static_cast<std::size_t>(&node - nest_->nodes.data())];
  if (schedule.level == 0 && !schedule.after) {
    // Once for the whole nest: leave before anything is stored.
    auto* go_on = llvm::BasicBlock::Create(b_.getContext(), "checked", b_.GetInsertBlock()->getParent());
    auto* leave = llvm::BasicBlock::Create(b_.getContext(), "failed", b_.GetInsertBlock()->getParent());
    b_.CreateCondBr(failing, leave, go_on);
    b_.SetInsertPoint(leave);
    frame_.failed.set(b_, frame_.number(1));
    b_.CreateBr(frame_.exit);
    b_.SetInsertPoint(go_on);
    return;
  }
  if (auto* lanes = llvm::dyn_cast<llvm::FixedVectorType>(failing->getType()))
    failing = b_.CreateBitCast(failing, b_.getIntNTy(lanes->getNumElements()));
  llvm::Value* before = frame_.failed.get(b_);
  frame_.failed.set(b_, b_.CreateOr(before, b_.CreateZExt(failing, before->getType())));
}

int NestEmitter::block_cost() const {
  int cost = 0;
  for (std::size_t i = 0; i < nest_->nodes.size(); ++i) {
    const Node& node = nest_->nodes[i];
    if (!schedule_.nodes[i].varies || schedule_.nodes[i].after) continue;
    if (tiled_ && is_turned(*nest_, schedule_, node)) {
      cost += std::countr_zero(static_cast<unsigned>(schedule_.lanes));
    } else if (node.kind == NodeKind::Op) {
      const DType in = nest_->nodes[static_cast<std::size_t>(node.args.back().index)].dtype;
      cost += frame_.library.cost(node.code, in, node.dtype, schedule_.lanes);
    } else if (node.kind == NodeKind::Load && (std::abs(vector_stride(i)) != 1 || !node.address.dynamic.empty())) {
      cost += 2 * schedule_.lanes;
    } else {
      ++cost;
    }
  }
  return cost;
}

}  // namespace tjit
