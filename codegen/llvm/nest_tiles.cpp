// Tiles: as many rows as a vector has lanes, computed together. An operand that is contiguous down the rows is loaded
// by vectors down the rows, and these are turned, as a square matrix is transposed.
#include "codegen/llvm/nest_emitter.h"

namespace tjit {

namespace {

/// Lane k of vector i becomes lane i of vector k: squares of half the size, of a quarter, ... trade places.
void transpose(llvm::IRBuilderBase& b, llvm::MutableArrayRef<llvm::Value*> square) {
  const auto n = static_cast<int>(square.size());
  for (int size = n / 2; size > 0; size /= 2) {
    llvm::SmallVector<int, 16> low, high;
    for (int lane = 0; lane < n; ++lane) {
      const bool right = (lane & size) != 0;
      low.push_back(right ? n + lane - size : lane);
      high.push_back(right ? n + lane : lane + size);
    }
    for (int i = 0; i < n; ++i) {
      if ((i & size) != 0) continue;
      llvm::Value*& upper = square[static_cast<std::size_t>(i)];
      llvm::Value*& lower = square[static_cast<std::size_t>(i + size)];
      llvm::Value* left = b.CreateShuffleVector(upper, lower, low);
      lower = b.CreateShuffleVector(upper, lower, high);
      upper = left;
    }
  }
}

}  // namespace

void NestEmitter::choose_tiles(std::span<const int> shares) {
  constexpr int kMostLanes = 16, kFewestLanes = 4;
  constexpr int kMostInstructions = 320;  // of a tile: all its rows are written out
  const int axis = tile_axis(*nest_, schedule_);
  if (axis < 0 || schedule_.lanes < kFewestLanes) return;
  auto turned = std::make_unique<Nest>(with_rows_along(*nest_, schedule_, axis));
  NestSchedule schedule = schedule_nest(frame_.kernel, *turned, frame_.target.vector_bytes(), shares);
  schedule.lanes = std::min(schedule.lanes, kMostLanes);
  std::swap(schedule_, schedule);
  std::swap(turned_, turned);
  nest_ = turned_.get();
  tiled_ = true;
  if (schedule_.lanes * block_cost() > kMostInstructions) schedule_.lanes = std::max(schedule_.lanes / 2, kFewestLanes);
  if (schedule_.lanes * block_cost() <= kMostInstructions) return;
  tiled_ = false;  // the order of the axes is as good as the other; only the lanes must be those of the schedule
  schedule_ = schedule_nest(frame_.kernel, *nest_, frame_.target.vector_bytes(), shares);
}

void NestEmitter::loop_tiles() {
  const int rows = schedule_.vector_axis - 1;
  const std::int64_t extent = nest_->axes[static_cast<std::size_t>(rows)].extent;
  const std::int64_t whole = extent - extent % schedule_.lanes;
  const auto row_loop = [&](std::int64_t begin, std::int64_t end, std::int64_t step, auto body) {
    emit_loop(b_, frame_.number(begin), frame_.number(end), step, [&](llvm::Value* i) {
      const Cursors outside = cursors_;
      enter(rows, i);
      body();
      cursors_ = outside;
    });
  };
  in_tile_ = true;
  row_loop(0, whole, schedule_.lanes, [&] { emit_tiles(); });
  in_tile_ = false;
  if (whole == extent) return;
  row_loop(whole, extent, 1, [&] {
    emit_nodes(rows + 1);
    emit_vectors();
  });
}

void NestEmitter::emit_tiles() {
  const std::int64_t extent = nest_->axes[static_cast<std::size_t>(schedule_.vector_axis)].extent;
  const std::int64_t lanes = schedule_.lanes, count = (extent + lanes - 1) / lanes;
  const bool tail = extent % lanes != 0;
  emit_loop(b_, frame_.number(0), frame_.number(count * lanes), lanes, [&](llvm::Value* i) {
    if (tail) i = lesser(b_, i, frame_.number(extent - lanes));
    aligned_ = !tail;
    store(compute(schedule_.lanes, i), i, !tail);
  });
}

void NestEmitter::load_turned(std::size_t node) {
  auto& rows = values_[node].parts;
  rows.clear();
  const llvm::Align natural = natural_alignment(nest_->nodes[node].dtype);
  llvm::Type* type = lanes_type(b_.getContext(), nest_->nodes[node].dtype, schedule_.lanes);
  llvm::Value* first = place(node, 0);
  for (int lane = 0; lane < schedule_.lanes; ++lane) {
    llvm::Value* from = b_.CreateGEP(element_of(node), first, frame_.number(lane * vector_stride(node)));
    rows.push_back(scoped(b_.CreateAlignedLoad(type, from, natural, "load"), node));
  }
  transpose(b_, rows);
}

}  // namespace tjit
