// The loops of a nest over kept axes.
#include "codegen/llvm/nest_emitter.h"

#include <algorithm>
#include <bit>
#include <llvm/IR/IntrinsicsX86.h>

namespace tjit {

NestEmitter::NestEmitter(KernelFrame& frame, const Nest& nest, std::span<const int> shares)
    : frame_(frame), b_(frame.b), nest_(&nest), values_(nest.nodes.size()) {
  schedule_ = schedule_nest(frame.kernel, nest, frame.target.vector_bytes(), shares);
  choose_tiles(shares);
  start_cursors();
}

void NestEmitter::emit() {
  if (nest_->copies >= 0 && frame_.buffers[static_cast<std::size_t>(nest_->stores[0].buffer)].shares == nest_->copies)
    return;
  for (std::size_t s = 0; s < nest_->stores.size(); ++s) streaming_.push_back(streams(s));
  emit_nodes(0);
  loop_kept(0);
  if (any_streaming() && frame_.target.is_x86()) b_.CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence, {}, {});
}

bool NestEmitter::any_streaming() const { return std::ranges::find(streaming_, true) != streaming_.end(); }

void NestEmitter::loop(int axis, llvm::function_ref<void()> body) {
  const std::int64_t extent = nest_->axes[static_cast<std::size_t>(axis)].extent;
  emit_loop(b_, frame_.number(0), frame_.number(extent), 1, [&](llvm::Value* i) {
    const Cursors outside = cursors_;
    enter(axis, i);
    emit_nodes(axis + 1);
    body();
    cursors_ = outside;
  });
}

void NestEmitter::loop_kept(int axis) {
  const bool vectors = schedule_.vector_axis >= 0 && schedule_.vector_axis < schedule_.kept;
  if (tiled_ && axis == schedule_.vector_axis - 1) return loop_tiles();
  if (axis < schedule_.kept - (vectors ? 1 : 0)) {
    loop(axis, [&] { loop_kept(axis + 1); });
  } else if (vectors) {
    emit_vectors();
  } else {
    store(compute(1, nullptr), nullptr, false);
  }
}

/// How many vectors to compute side by side: enough work for each turn of the loop, but little code. Columns that are
/// reduced together read more of each row at once.
int NestEmitter::side_by_side(std::int64_t vectors) const {
  const int most = nest_->reductions.empty() ? 4 : 8;
  const int wanted = std::clamp(48 / std::max(block_cost(), 1), 1, most);
  return static_cast<int>(std::bit_floor(static_cast<std::uint64_t>(std::min<std::int64_t>(wanted, vectors))));
}

void NestEmitter::emit_vectors() {
  const std::int64_t extent = nest_->axes[static_cast<std::size_t>(schedule_.vector_axis)].extent;
  const std::int64_t lanes = schedule_.lanes, full = extent / lanes, last = extent - lanes;
  const bool tail = extent % lanes != 0;
  const int parts = side_by_side(full);
  const bool in_turn = tail && schedule_.may_repeat;  // the last, overlapping vector follows the others
  // One copy of the body when it is not cheap.
  const std::int64_t blocks = parts == 1 && in_turn && !any_streaming() ? 0 : full / parts;
  const std::int64_t rest = full - blocks * parts + (in_turn ? 1 : 0);
  Stored overlapping;
  if (tail && !in_turn) {
    aligned_ = false;
    overlapping = compute(1, frame_.number(last));  // reads what the others will change
  }
  if (blocks > 0) {
    emit_loop(b_, frame_.number(0), frame_.number(blocks * parts * lanes), parts * lanes, [&](llvm::Value* i) {
      aligned_ = true;
      store(compute(parts, i), i, true);
    });
  }
  if (rest > 0) {
    const std::int64_t begin = blocks * parts * lanes;
    emit_loop(b_, frame_.number(begin), frame_.number(begin + rest * lanes), lanes, [&](llvm::Value* i) {
      if (in_turn) i = lesser(b_, i, frame_.number(last));
      aligned_ = !in_turn;
      store(compute(1, i), i, !in_turn);
    });
  }
  aligned_ = false;
  if (tail && !in_turn) store(overlapping, frame_.number(last), false);
}

NestEmitter::Stored NestEmitter::compute(int parts, llvm::Value* position) {
  const Cursors outside = cursors_;
  parts_ = parts;
  if (position != nullptr) {
    enter(schedule_.vector_axis, position);
    if (in_tile_) emit_nodes(schedule_.vector_axis);
    emit_nodes(schedule_.vector_axis + 1);
  }
  if (!nest_->reductions.empty()) reduce();
  emit_after();
  Stored stored;
  for (const Store& s : nest_->stores) {
    auto& values = stored.emplace_back();
    for (int part = 0; part < parts; ++part)
      values.push_back(position == nullptr ? scalar(s.value, 0) : vector(s.value, part));
  }
  parts_ = 1;
  cursors_ = outside;
  return stored;
}

void NestEmitter::store(const Stored& stored, llvm::Value* position, bool may_stream) {
  const Cursors outside = cursors_;
  if (position != nullptr) enter(schedule_.vector_axis, position);
  for (int part = 0; part < static_cast<int>(stored.empty() ? 0 : stored[0].size()); ++part)
    for (std::size_t s = 0; s < stored.size(); ++s)
      store_part(nest_->nodes.size() + s, part, stored[s][static_cast<std::size_t>(part)], may_stream && streaming_[s]);
  cursors_ = outside;
}

}  // namespace tjit
