// Addresses, loads and stores of a nest.
#include <algorithm>
#include <llvm/IR/Constants.h>
#include <llvm/Support/MathExtras.h>

#include "codegen/llvm/nest_emitter.h"

namespace tjit {

const Address& NestEmitter::address(std::size_t cursor) const {
  const std::size_t nodes = nest_->nodes.size();
  return cursor < nodes ? nest_->nodes[cursor].address : nest_->stores[cursor - nodes].address;
}

std::int32_t NestEmitter::buffer_of(std::size_t cursor) const {
  const std::size_t nodes = nest_->nodes.size();
  if (cursor >= nodes) return nest_->stores[cursor - nodes].buffer;
  return nest_->nodes[cursor].kind == NodeKind::Load ? nest_->nodes[cursor].slot : -1;
}

llvm::Type* NestEmitter::element_of(std::size_t cursor) const {
  const auto buffer = static_cast<std::size_t>(buffer_of(cursor));
  return lanes_type(b_.getContext(), frame_.kernel.buffers[buffer].type.dtype, 1);
}

void NestEmitter::start_cursors() {
  for (std::size_t c = 0; c < nest_->nodes.size() + nest_->stores.size(); ++c) {
    llvm::Value* start = nullptr;
    if (const std::int32_t buffer = buffer_of(c); buffer >= 0) {
      start = frame_.buffers[static_cast<std::size_t>(buffer)].pointer;
    } else if (nest_->nodes[c].kind == NodeKind::Index) {
      start = frame_.number(0);
    }
    cursors_.push_back(start);
    if (start != nullptr) cursors_[c] = advance(c, frame_.number(address(c).offset), 1);
  }
}

llvm::Value* NestEmitter::advance(std::size_t cursor, llvm::Value* count, std::int64_t factor) {
  llvm::Value* from = cursors_[cursor];
  llvm::Value* by = factor == 1 ? count : b_.CreateMul(count, frame_.number(factor), "", false, /*HasNSW=*/true);
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(by); known != nullptr && known->isZero()) return from;
  if (!from->getType()->isPointerTy()) return b_.CreateAdd(from, by, "", false, /*HasNSW=*/true);
  return b_.CreateGEP(element_of(cursor), from, by);
}

void NestEmitter::enter(int axis, llvm::Value* index) {
  for (std::size_t c = 0; c < cursors_.size(); ++c) {
    if (cursors_[c] == nullptr) continue;
    const std::int64_t stride = address(c).strides[static_cast<std::size_t>(axis)];
    if (stride != 0) cursors_[c] = advance(c, index, stride);
  }
}

std::int64_t NestEmitter::vector_stride(std::size_t cursor) const {
  return schedule_.vector_axis < 0 ? 0 : address(cursor).strides[static_cast<std::size_t>(schedule_.vector_axis)];
}

/// The address of the first lane of a part, without terms that differ between lanes.
llvm::Value* NestEmitter::place(std::size_t cursor, int part) {
  llvm::Value* const entered = cursors_[cursor];
  if (in_tile_) {
    const std::int64_t stride = address(cursor).strides[static_cast<std::size_t>(schedule_.vector_axis - 1)];
    cursors_[cursor] = advance(cursor, frame_.number(part), stride);
  } else {
    cursors_[cursor] = advance(cursor, frame_.number(std::int64_t{part} * schedule_.lanes), vector_stride(cursor));
  }
  for (const Address::Term& term : address(cursor).dynamic)
    if (!varies(term.node)) cursors_[cursor] = advance(cursor, scalar(term.node, part), term.factor);
  return std::exchange(cursors_[cursor], entered);
}

/// What the addresses of vectors are multiples of.
llvm::Align NestEmitter::alignment(std::size_t cursor) const {
  const auto buffer = static_cast<std::size_t>(buffer_of(cursor));
  const DType dtype = frame_.kernel.buffers[buffer].type.dtype;
  const auto size = static_cast<std::uint64_t>(size_of(dtype));
  const Address& a = address(cursor);
  std::uint64_t known = std::max(natural_alignment(dtype).value(), frame_.buffers[buffer].alignment);
  const auto include = [&](std::int64_t step) {
    known = llvm::MinAlign(known, static_cast<std::uint64_t>(step) * size);
  };
  include(a.offset);
  for (std::size_t axis = 0; axis < a.strides.size(); ++axis) {
    const bool by_vectors = static_cast<int>(axis) == schedule_.vector_axis && aligned_;
    include(a.strides[axis] * (by_vectors ? schedule_.lanes : 1));
  }
  for (const Address::Term& term : a.dynamic) include(term.factor);
  return llvm::Align(known);
}

void NestEmitter::add_scope(llvm::Instruction& access, std::size_t cursor) const {
  const auto buffer = static_cast<std::size_t>(buffer_of(cursor));
  access.setMetadata(llvm::LLVMContext::MD_alias_scope, frame_.scope[buffer]);
  if (frame_.others[buffer] != nullptr) access.setMetadata(llvm::LLVMContext::MD_noalias, frame_.others[buffer]);
}

bool NestEmitter::differs_by_lane(std::size_t cursor) const {
  return std::ranges::any_of(address(cursor).dynamic, [&](const Address::Term& t) { return varies(t.node); });
}

llvm::Value* NestEmitter::emit_load(std::size_t node, int part) {
  llvm::Value* first = place(node, part);
  llvm::Type* element = element_of(node);
  const llvm::Align natural = natural_alignment(nest_->nodes[node].dtype);
  if (!schedule_.nodes[node].varies || schedule_.lanes == 1) {
    if (differs_by_lane(node)) first = lane_places(node, first, part);
    return scoped(b_.CreateAlignedLoad(element, first, natural, "load"), node);
  }
  if (differs_by_lane(node)) {
    llvm::Value* places = lane_places(node, first, part);
    auto* type = llvm::cast<llvm::VectorType>(lanes_type(b_.getContext(), nest_->nodes[node].dtype, schedule_.lanes));
    return scoped(b_.CreateMaskedGather(type, places, natural, nullptr, nullptr, "gather"), node);
  }
  const std::int64_t stride = vector_stride(node);
  llvm::Type* type = lanes_type(b_.getContext(), nest_->nodes[node].dtype, schedule_.lanes);
  if (stride == 1) return scoped(b_.CreateAlignedLoad(type, first, alignment(node), "load"), node);
  if (stride == -1) {
    llvm::Value* lowest = b_.CreateGEP(element, first, frame_.number(1 - schedule_.lanes));
    return b_.CreateVectorReverse(scoped(b_.CreateAlignedLoad(type, lowest, natural, "load"), node), "reverse");
  }
  llvm::Value* lanes = llvm::PoisonValue::get(type);
  for (int lane = 0; lane < schedule_.lanes; ++lane) {
    llvm::Value* from = b_.CreateGEP(element, first, frame_.number(lane * stride));
    llvm::Value* x = scoped(b_.CreateAlignedLoad(element, from, natural, "load"), node);
    lanes = b_.CreateInsertElement(lanes, x, static_cast<std::uint64_t>(lane));
  }
  return lanes;
}

/// The addresses of all lanes, as a vector of pointers (or one pointer), when they differ by terms.
llvm::Value* NestEmitter::lane_places(std::size_t cursor, llvm::Value* first, int part) {
  llvm::Type* type = lanes_type(b_.getContext(), DType::I64, schedule_.lanes);
  llvm::SmallVector<std::uint64_t, 64> steps;
  for (int lane = 0; lane < schedule_.lanes; ++lane)
    steps.push_back(static_cast<std::uint64_t>(lane) * static_cast<std::uint64_t>(vector_stride(cursor)));
  llvm::Value* offsets = frame_.number(0);
  if (schedule_.lanes > 1) offsets = llvm::ConstantDataVector::get(b_.getContext(), steps);
  for (const Address::Term& term : address(cursor).dynamic) {
    if (!varies(term.node)) continue;
    llvm::Value* factor = llvm::ConstantInt::get(type, static_cast<std::uint64_t>(term.factor));
    offsets = b_.CreateAdd(offsets, b_.CreateMul(vector(term.node, part), factor));
  }
  return b_.CreateGEP(element_of(cursor), first, offsets);
}

void NestEmitter::store_part(std::size_t cursor, int part, llvm::Value* value, bool streaming) {
  llvm::Value* first = place(cursor, part);
  llvm::Type* element = element_of(cursor);
  const auto buffer = static_cast<std::size_t>(buffer_of(cursor));
  const llvm::Align natural = natural_alignment(frame_.kernel.buffers[buffer].type.dtype);
  const bool apart = differs_by_lane(cursor);
  if (!value->getType()->isVectorTy()) {
    if (apart) first = lane_places(cursor, first, part);
    scoped(b_.CreateAlignedStore(value, first, natural), cursor);
    return;
  }
  const std::int64_t stride = vector_stride(cursor);
  if (stride == 1 && !apart) {
    auto* store = scoped(b_.CreateAlignedStore(value, first, alignment(cursor)), cursor);
    if (streaming)
      store->setMetadata(llvm::LLVMContext::MD_nontemporal,
                         llvm::MDNode::get(b_.getContext(), llvm::ConstantAsMetadata::get(b_.getInt32(1))));
    return;
  }
  if (stride == -1 && !apart) {
    llvm::Value* lowest = b_.CreateGEP(element, first, frame_.number(1 - schedule_.lanes));
    scoped(b_.CreateAlignedStore(b_.CreateVectorReverse(value), lowest, natural), cursor);
    return;
  }
  llvm::Value* places = apart ? lane_places(cursor, first, part) : nullptr;
  for (int lane = 0; lane < schedule_.lanes; ++lane) {
    const auto k = static_cast<std::uint64_t>(lane);
    llvm::Value* to =
        apart ? b_.CreateExtractElement(places, k) : b_.CreateGEP(element, first, frame_.number(lane * stride));
    scoped(b_.CreateAlignedStore(b_.CreateExtractElement(value, k), to, natural), cursor);
  }
}

/// Whether a store goes past the caches: as LLVM splits such stores when they are not aligned, and small ones gain
/// nothing, only full aligned vectors of large outputs.
bool NestEmitter::streams(std::size_t store) const {
  const Store& s = nest_->stores[store];
  const auto buffer = static_cast<std::size_t>(s.buffer);
  const std::size_t cursor = nest_->nodes.size() + store;
  if (!nest_->reductions.empty() || frame_.buffers[buffer].shares >= 0) return false;
  if (vector_stride(cursor) != 1 || differs_by_lane(cursor)) return false;
  std::int64_t bytes = size_of(frame_.kernel.buffers[buffer].type.dtype);
  const auto vector = static_cast<std::uint64_t>(bytes * schedule_.lanes);
  for (const Axis& axis : nest_->axes) bytes *= axis.extent;
  return vector >= 16 && alignment(cursor).value() >= vector && bytes > frame_.target.stream_bytes();
}

}  // namespace tjit
