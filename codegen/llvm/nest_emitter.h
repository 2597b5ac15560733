// One nest of a kernel as LLVM IR: its loops, and in them its nodes as scalars or vectors.
#pragma once

#include "codegen/llvm/kernel_emitter.h"
#include "codegen/llvm/loops.h"
#include "codegen/llvm/nest_schedule.h"

namespace tjit {

/// What the nests of a kernel share.
struct KernelFrame {
  llvm::IRBuilderBase& b;
  OpLibrary& library;
  const Target& target;
  const Kernel& kernel;
  llvm::ArrayRef<BufferPlace> buffers;
  llvm::ArrayRef<llvm::Value*> scalars;
  Variable failed;                             ///< i64, not 0 after a failure
  llvm::BasicBlock* exit;                      ///< where a failure ends the kernel
  llvm::SmallVector<llvm::MDNode*, 8> scope;   ///< by buffer: the memory it lies in,
  llvm::SmallVector<llvm::MDNode*, 8> others;  ///< and all other memory of the kernel

  llvm::Value* number(std::int64_t n) const { return b.getInt64(static_cast<std::uint64_t>(n)); }
};

class NestEmitter {
 public:
  NestEmitter(KernelFrame& frame, const Nest& nest, std::span<const int> shares);

  /// Emits the nodes that are the same for every index and depend on no output, and leaves the kernel where one fails.
  void emit_invariant();
  /// Emits everything else.
  void emit();

 private:
  /// A node that differs between the vectors that are computed side by side has a part for each; others have one part.
  struct NodeValue {
    llvm::SmallVector<llvm::Value*, 8> parts;
    llvm::SmallVector<llvm::Value*, 8> broadcasts;  ///< of a scalar that vector code uses
  };
  /// Values stored by `nest_.stores`, part by part.
  using Stored = std::vector<llvm::SmallVector<llvm::Value*, 8>>;
  using Cursors = std::vector<llvm::Value*>;
  struct Accumulators;

  // nest_nodes.cpp: nodes.
  bool varies(NodeId id) const { return schedule_.nodes[static_cast<std::size_t>(id.index)].varies; }
  /// Whether a node differs between parts: these lie along the vector axis, or are rows of a tile.
  bool by_part(std::size_t node) const {
    return in_tile_ ? schedule_.nodes[node].by_row : schedule_.nodes[node].varies;
  }
  llvm::Value* scalar(NodeId id, int part) const;
  llvm::Value* vector(NodeId id, int part) const;
  llvm::Value* broadcast(llvm::Value* scalar) const;
  void emit_nodes(int level);
  void emit_after();
  void add_broadcast(std::size_t node, int part);
  void emit_node(std::size_t node, int part);
  llvm::Value* emit_op(const Node& node, int lanes, llvm::ArrayRef<llvm::Value*> args);
  llvm::Value* emit_in_range(const Node& node, llvm::Value* x);
  llvm::Value* emit_index(std::size_t node, int part);
  void check(llvm::Value* failing, const Node& node);
  int block_cost() const;

  // nest_memory.cpp: addresses, loads and stores. A cursor is the address of a node or, after those, of a store, as far
  // as the axes entered so far determine it.
  const Address& address(std::size_t cursor) const;
  std::int32_t buffer_of(std::size_t cursor) const;
  llvm::Type* element_of(std::size_t cursor) const;
  void start_cursors();
  llvm::Value* advance(std::size_t cursor, llvm::Value* count, std::int64_t factor);
  void enter(int axis, llvm::Value* index);
  std::int64_t vector_stride(std::size_t cursor) const;
  llvm::Value* place(std::size_t cursor, int part);
  bool differs_by_lane(std::size_t cursor) const;
  llvm::Value* lane_places(std::size_t cursor, llvm::Value* first, int part);
  llvm::Align alignment(std::size_t cursor) const;
  llvm::Value* emit_load(std::size_t node, int part);
  void store_part(std::size_t cursor, int part, llvm::Value* value, bool streaming);
  bool streams(std::size_t store) const;
  bool any_streaming() const;
  void add_scope(llvm::Instruction& access, std::size_t cursor) const;
  /// The same instruction, marked as an access to the cursor's buffer alone.
  template <class I>
  I* scoped(I* access, std::size_t cursor) const {
    add_scope(*access, cursor);
    return access;
  }

  // nest_tiles.cpp: rows computed together, so that operands contiguous along another axis can be turned in registers.
  void choose_tiles(std::span<const int> shares);
  void loop_tiles();
  void emit_tiles();
  void load_turned(std::size_t node);

  // nest_emitter.cpp: one loop, with the nodes that change in it; the loops over kept axes.
  void loop(int axis, llvm::function_ref<void()> body);
  void loop_kept(int axis);
  int side_by_side(std::int64_t vectors) const;
  void emit_vectors();
  Stored compute(int parts, llvm::Value* position);
  void store(const Stored& stored, llvm::Value* position, bool may_stream);

  // nest_reduce.cpp: the loops over reduced axes.
  void reduce();
  void loop_reduced(int axis, int end, llvm::function_ref<void()> body);
  void chunked(Accumulators& a, int end, llvm::function_ref<void()> body);
  void begin_chunk(Accumulators& a);
  void end_chunk(Accumulators& a);
  void join_columns(Accumulators& a);
  bool rows_in_registers() const;
  llvm::Value* new_memory(const Reduction& r);
  llvm::Value* lane_slot(const Accumulators& a, std::size_t r, llvm::Value* lane);
  void reduce_rows(Accumulators& a);
  void emit_row(Accumulators& a, llvm::Value* begin, llvm::Value* end);
  void emit_row_block(Accumulators& a, llvm::Value* position, int parts);
  void emit_row_tail(Accumulators& a, std::int64_t begin);
  void join_lanes(Accumulators& a, std::size_t r, llvm::Value* position, int part, llvm::Value* x, int count = 0);
  llvm::Value* combine(const Reduction& r, llvm::Value* x, llvm::Value* y);
  llvm::Value* fold(const Reduction& r, llvm::SmallVector<llvm::Value*, 64> lanes);

  KernelFrame& frame_;
  llvm::IRBuilderBase& b_;
  std::unique_ptr<Nest> turned_;  ///< the nest with its axes in another order
  const Nest* nest_;
  NestSchedule schedule_;
  bool tiled_ = false;
  bool in_tile_ = false;
  int parts_ = 1;        ///< vectors computed side by side at the moment
  bool aligned_ = true;  ///< whether the position on the vector axis is a multiple of `lanes`
  std::vector<NodeValue> values_;
  Cursors cursors_;
  std::vector<bool> streaming_;  ///< by store
};

}  // namespace tjit
