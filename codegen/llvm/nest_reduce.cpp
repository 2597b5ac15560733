// Reductions in the one order that ir/order.h defines.
#include <algorithm>
#include <llvm/IR/Constants.h>
#include <numeric>

#include "codegen/llvm/nest_emitter.h"

namespace tjit {

/// The state of a nest's reductions while their loops run.
struct NestEmitter::Accumulators {
  /// By reduction: the vectors of a chunk so far. Rows: kReduceLanes lanes; columns: one for each part.
  std::vector<std::vector<Variable>> chunk;
  /// Rows whose body is too long for a copy per accumulator: by reduction, the lanes in memory.
  std::vector<llvm::Value*> memory;
  /// By reduction and part: earlier chunks joined, and whether there were any.
  std::vector<std::vector<Variable>> total;
  Variable started;
  bool several_chunks = false;
};

namespace {

/// Lanes moved down by `by`; those above hold nothing of use.
llvm::Value* moved_down(llvm::IRBuilderBase& b, llvm::Value* x, int lanes, int by) {
  llvm::SmallVector<int, 64> from(static_cast<std::size_t>(lanes), -1);
  for (int lane = 0; lane + by < lanes; ++lane) from[static_cast<std::size_t>(lane)] = lane + by;
  return b.CreateShuffleVector(x, from);
}

llvm::Constant* first_lanes(llvm::LLVMContext& context, int lanes, int count) {
  llvm::SmallVector<llvm::Constant*, 64> mask;
  for (int lane = 0; lane < lanes; ++lane) mask.push_back(llvm::ConstantInt::getBool(context, lane < count));
  return llvm::ConstantVector::get(mask);
}

}  // namespace

void NestEmitter::reduce() {
  const int parts = parts_;
  Accumulators a;
  const bool rows = nest_->order.lanes;
  const int held = rows ? kReduceLanes / schedule_.lanes : parts;
  a.several_chunks = nest_->order.rows > nest_->order.rows_per_chunk || nest_->order.row > kReduceChunk;
  a.started = Variable(b_, b_.getInt1Ty(), "started");
  if (a.several_chunks) a.started.set(b_, b_.getFalse());
  for (const Reduction& r : nest_->reductions) {
    llvm::Type* type = lanes_type(b_.getContext(), r.dtype, schedule_.lanes);
    llvm::Type* result = rows ? type->getScalarType() : type;
    auto& chunk = a.chunk.emplace_back();
    auto& total = a.total.emplace_back();
    if (rows && !rows_in_registers()) {
      a.memory.push_back(new_memory(r));
    } else {
      for (int k = 0; k < held; ++k) chunk.emplace_back(b_, type, "accumulator");
    }
    for (int k = 0; k < (rows ? 1 : parts); ++k) total.emplace_back(b_, result, "total");
  }
  if (rows) {
    reduce_rows(a);
  } else {
    chunked(a, static_cast<int>(nest_->axes.size()), [&] { join_columns(a); });
  }
  for (std::size_t i = 0; i < nest_->nodes.size(); ++i) {
    const Node& node = nest_->nodes[i];
    if (node.kind != NodeKind::Reduced) continue;
    values_[i].parts.clear();
    for (const Variable& total : a.total[static_cast<std::size_t>(node.slot)])
      values_[i].parts.push_back(total.get(b_));
  }
  parts_ = parts;
}

/// Whether the lanes of rows are held in registers, by a loop over kReduceLanes elements with a copy of the body for
/// each accumulator; else in memory, by a loop over vectors.
bool NestEmitter::rows_in_registers() const {
  const int accumulators = kReduceLanes / schedule_.lanes;
  const int registers = frame_.target.vector_bytes() == 64 ? 32 : 16;
  return accumulators * static_cast<int>(nest_->reductions.size()) <= registers && accumulators * block_cost() <= 96;
}

llvm::Value* NestEmitter::new_memory(const Reduction& r) {
  llvm::BasicBlock& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
  llvm::Type* type = llvm::ArrayType::get(lanes_type(b_.getContext(), r.dtype, 1), kReduceLanes);
  llvm::AllocaInst* memory = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(type, nullptr, "lanes");
  memory->setAlignment(llvm::Align(kMaxVectorBytes));
  return memory;
}

llvm::Value* NestEmitter::lane_slot(const Accumulators& a, std::size_t r, llvm::Value* lane) {
  return b_.CreateGEP(lanes_type(b_.getContext(), nest_->reductions[r].dtype, 1), a.memory[r], lane);
}

llvm::Value* NestEmitter::combine(const Reduction& r, llvm::Value* x, llvm::Value* y) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(x->getType());
  const int lanes = vector == nullptr ? 1 : static_cast<int>(vector->getNumElements());
  return frame_.library.eval(b_, r.combine, r.dtype, r.dtype, lanes, {x, y});
}

void NestEmitter::begin_chunk(Accumulators& a) {
  for (std::size_t r = 0; r < nest_->reductions.size(); ++r) {
    const Reduction& reduction = nest_->reductions[r];
    llvm::Constant* identity = lanes_constant(b_.getContext(), reduction.dtype, schedule_.lanes, reduction.identity);
    for (const Variable& v : a.chunk[r]) v.set(b_, identity);
    if (a.memory.empty()) continue;
    for (int lane = 0; lane < kReduceLanes; lane += schedule_.lanes)
      b_.CreateStore(identity, lane_slot(a, r, frame_.number(lane)));
  }
}

void NestEmitter::end_chunk(Accumulators& a) {
  for (std::size_t r = 0; r < nest_->reductions.size(); ++r) {
    const Reduction& reduction = nest_->reductions[r];
    llvm::SmallVector<llvm::Value*, 64> results;
    for (const Variable& v : a.chunk[r]) results.push_back(v.get(b_));
    llvm::Type* type = lanes_type(b_.getContext(), reduction.dtype, schedule_.lanes);
    for (int lane = 0; !a.memory.empty() && lane < kReduceLanes; lane += schedule_.lanes)
      results.push_back(b_.CreateLoad(type, lane_slot(a, r, frame_.number(lane))));
    if (nest_->order.lanes) results = {fold(reduction, std::move(results))};
    for (std::size_t part = 0; part < results.size(); ++part) {
      const Variable& total = a.total[r][part];
      llvm::Value* joined = results[part];
      if (a.several_chunks) {
        llvm::Value* both = combine(reduction, total.get(b_), joined);
        joined = b_.CreateSelect(a.started.get(b_), both, joined);
      }
      total.set(b_, joined);
    }
  }
  if (a.several_chunks) a.started.set(b_, b_.getTrue());
}

/// Lanes fold by halves: j with j + 32, then j + 16, ... j + 1.
llvm::Value* NestEmitter::fold(const Reduction& r, llvm::SmallVector<llvm::Value*, 64> lanes) {
  while (lanes.size() > 1) {
    const std::size_t half = lanes.size() / 2;
    for (std::size_t k = 0; k < half; ++k) lanes[k] = combine(r, lanes[k], lanes[k + half]);
    lanes.resize(half);
  }
  llvm::Value* last = lanes[0];
  for (int half = schedule_.lanes / 2; half > 0; half /= 2)
    last = combine(r, last, moved_down(b_, last, schedule_.lanes, half));
  return schedule_.lanes == 1 ? last : b_.CreateExtractElement(last, std::uint64_t{0});
}

/// The loops over the reduced axes from `axis` to before `end`, and `body` in them.
void NestEmitter::loop_reduced(int axis, int end, llvm::function_ref<void()> body) {
  if (axis == end) return body();
  loop(axis, [&] { loop_reduced(axis + 1, end, body); });
}

/// The same, chunk by chunk.
void NestEmitter::chunked(Accumulators& a, int end, llvm::function_ref<void()> body) {
  const int first = schedule_.kept;
  const std::int64_t per_chunk = nest_->order.rows_per_chunk;
  std::int64_t turns = 1;
  for (int axis = first; axis < end; ++axis) turns *= nest_->axes[static_cast<std::size_t>(axis)].extent;
  if (turns <= per_chunk) {
    begin_chunk(a);
    loop_reduced(first, end, body);
    return end_chunk(a);
  }
  const Cursors outside = cursors_;
  const std::int64_t span = nest_->order.span;
  const auto chunk = [&](llvm::Value* begin, llvm::Value* span_end) {
    begin_chunk(a);
    llvm::Value* stop = lesser(b_, b_.CreateAdd(begin, frame_.number(per_chunk)), span_end);
    emit_loop(b_, begin, stop, 1, [&](llvm::Value* turn) {
      std::int64_t inner = turns;
      for (int axis = first; axis < end; ++axis) {
        const std::int64_t extent = nest_->axes[static_cast<std::size_t>(axis)].extent;
        inner /= extent;
        llvm::Value* index = inner == 1 ? turn : b_.CreateUDiv(turn, frame_.number(inner));
        enter(axis, axis == first ? index : b_.CreateURem(index, frame_.number(extent)));
      }
      for (int axis = first; axis < end; ++axis) emit_nodes(axis + 1);
      body();
      cursors_ = outside;
    });
    end_chunk(a);
  };
  emit_loop(b_, frame_.number(0), frame_.number(turns), span, [&](llvm::Value* first_turn) {
    llvm::Value* span_end = b_.CreateAdd(first_turn, frame_.number(span));
    emit_loop(b_, first_turn, span_end, per_chunk, [&](llvm::Value* begin) { chunk(begin, span_end); });
  });
}

void NestEmitter::join_columns(Accumulators& a) {
  for (std::size_t r = 0; r < nest_->reductions.size(); ++r) {
    const Reduction& reduction = nest_->reductions[r];
    for (int part = 0; part < parts_; ++part) {
      const Variable& joined = a.chunk[r][static_cast<std::size_t>(part)];
      joined.set(b_, combine(reduction, joined.get(b_), vector(reduction.value, part)));
    }
  }
}

void NestEmitter::reduce_rows(Accumulators& a) {
  const std::int64_t row = nest_->order.row;
  TJIT_CHECK(nest_->axes.back().extent == row);
  if (row <= kReduceChunk)
    return chunked(a, schedule_.vector_axis, [&] { emit_row(a, frame_.number(0), frame_.number(row)); });
  loop_reduced(schedule_.kept, schedule_.vector_axis, [&] {
    emit_loop(b_, frame_.number(0), frame_.number(row), kReduceChunk, [&](llvm::Value* begin) {
      begin_chunk(a);
      llvm::Value* next = b_.CreateAdd(begin, frame_.number(kReduceChunk));
      emit_row(a, begin, lesser(b_, next, frame_.number(row)));
      end_chunk(a);
    });
  });
}

/// The elements [begin, end) of a row; `begin` is a multiple of kReduceChunk.
void NestEmitter::emit_row(Accumulators& a, llvm::Value* begin, llvm::Value* end) {
  const std::int64_t row = nest_->order.row;
  const std::int64_t step = a.memory.empty() ? kReduceLanes : schedule_.lanes;
  const std::int64_t whole = row - row % step;  // what the loop does; the tail is static
  const auto loop = [&] {
    llvm::Value* stop = lesser(b_, end, frame_.number(whole));
    emit_loop(b_, begin, stop, step,
              [&](llvm::Value* i) { emit_row_block(a, i, static_cast<int>(step) / schedule_.lanes); });
  };
  if (row > kReduceChunk && whole % kReduceChunk == 0) {
    emit_if(b_, b_.CreateICmpSLT(begin, frame_.number(whole)), loop);
  } else if (whole > 0) {
    loop();
  }
  if (whole == row) return;
  if (row <= kReduceChunk) return emit_row_tail(a, whole);
  emit_if(b_, b_.CreateICmpEQ(end, frame_.number(row)), [&] { emit_row_tail(a, whole); });
}

/// `parts` vectors from element `position` on join the accumulators.
void NestEmitter::emit_row_block(Accumulators& a, llvm::Value* position, int parts) {
  const Cursors outside = cursors_;
  parts_ = parts;
  enter(schedule_.vector_axis, position);
  emit_nodes(schedule_.vector_axis + 1);
  for (std::size_t r = 0; r < nest_->reductions.size(); ++r)
    for (int part = 0; part < parts; ++part) join_lanes(a, r, position, part, vector(nest_->reductions[r].value, part));
  parts_ = 1;
  cursors_ = outside;
}

/// The row's elements from `begin` on, fewer than a block. The last ones, fewer than a vector, come from a vector that
/// ends with the row, so that nothing beyond it is read or checked.
void NestEmitter::emit_row_tail(Accumulators& a, std::int64_t begin) {
  const std::int64_t row = nest_->order.row;
  const int lanes = schedule_.lanes;
  const int vectors = static_cast<int>((row - begin) / lanes), left = static_cast<int>(row % lanes);
  if (vectors > 0) emit_row_block(a, frame_.number(begin), vectors);
  if (left == 0) return;
  const Cursors outside = cursors_;
  aligned_ = false;
  enter(schedule_.vector_axis, frame_.number(row - lanes));
  emit_nodes(schedule_.vector_axis + 1);
  for (std::size_t r = 0; r < nest_->reductions.size(); ++r) {
    llvm::Value* x = moved_down(b_, vector(nest_->reductions[r].value, 0), lanes, lanes - left);
    join_lanes(a, r, frame_.number(begin), vectors, x, left);
  }
  aligned_ = true;
  cursors_ = outside;
}

/// Joins a vector to the accumulator of vector `part` after element `position`; only its first `count` lanes, when not
/// 0.
void NestEmitter::join_lanes(Accumulators& a, std::size_t r, llvm::Value* position, int part, llvm::Value* x,
                             int count) {
  const Reduction& reduction = nest_->reductions[r];
  const auto join = [&](llvm::Value* before) {
    llvm::Value* after = combine(reduction, before, x);
    return count == 0 ? after : b_.CreateSelect(first_lanes(b_.getContext(), schedule_.lanes, count), after, before);
  };
  if (a.memory.empty()) {
    const Variable& joined = a.chunk[r][static_cast<std::size_t>(part)];
    return joined.set(b_, join(joined.get(b_)));
  }
  llvm::Value* at = b_.CreateAdd(position, frame_.number(std::int64_t{part} * schedule_.lanes));
  llvm::Value* slot = lane_slot(a, r, b_.CreateAnd(at, frame_.number(kReduceLanes - 1)));
  b_.CreateStore(join(b_.CreateLoad(x->getType(), slot)), slot);
}

}  // namespace tjit
