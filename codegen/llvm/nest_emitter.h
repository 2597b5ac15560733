// One nest of a kernel as LLVM IR: its loops, and in them its nodes as scalars or vectors.
#pragma once

#include "codegen/llvm/kernel_emitter.h"
#include "codegen/llvm/loops.h"
#include "codegen/llvm/nest_plan.h"

namespace tjit {

/// What the nests of a kernel share.
struct KernelFrame {
  llvm::IRBuilderBase& b;
  OpLibrary& library;
  const Target& target;
  const Kernel& kernel;
  llvm::ArrayRef<BufferPlace> buffers;
  llvm::ArrayRef<llvm::Value*> scalars;
  Variable failed;                                 ///< i64, not 0 after a failure
  llvm::BasicBlock* exit = nullptr;                ///< where a failure ends the kernel
  llvm::SmallVector<llvm::MDNode*, 8> scope = {};  ///< by buffer: the memory it lies in,
  llvm::SmallVector<llvm::MDNode*, 8> others = {}; ///< and all other memory of the kernel

  llvm::Value* number(std::int64_t n) const { return b.getInt64(static_cast<std::uint64_t>(n)); }
};

class NestEmitter {
 public:
  NestEmitter(KernelFrame& frame, const Nest& nest);

  /// Emits the nodes that are the same for every index and depend on no output, and leaves the kernel where one fails.
  void emit_uniform();
  /// Emits everything else.
  void emit();

 private:
  /// A vector node has a part for each of the vectors that are computed side by side; a scalar has one part.
  struct NodeValue {
    llvm::SmallVector<llvm::Value*, 8> parts;
    llvm::Value* splat = nullptr;
  };
  /// Values stored by `nest_.stores`, part by part.
  using Stored = std::vector<llvm::SmallVector<llvm::Value*, 8>>;
  using Cursors = std::vector<llvm::Value*>;
  struct Accumulators;

  // nest_nodes.cpp: nodes.
  bool varies(NodeId id) const { return plan_.nodes[static_cast<std::size_t>(id.index)].varies; }
  llvm::Value* scalar(NodeId id) const;
  llvm::Value* vector(NodeId id, int part) const;
  llvm::Value* splat(llvm::Value* scalar) const;
  void emit_nodes(int level);
  void emit_after();
  void emit_node(std::size_t node, int part);
  llvm::Value* emit_op(const Node& node, int lanes, llvm::ArrayRef<llvm::Value*> args);
  llvm::Value* emit_in_range(const Node& node, llvm::Value* x);
  llvm::Value* emit_index(std::size_t node, int part);
  void check(llvm::Value* failing, bool uniform);
  int block_cost() const;

  // nest_memory.cpp: addresses, loads and stores. A cursor is an address so far, advanced by the axes entered.
  std::size_t store_cursor(std::size_t store) const { return nest_.nodes.size() + store; }
  const Address& address(std::size_t cursor) const;
  void enter(int axis, llvm::Value* index);
  llvm::Value* advance(std::size_t cursor, llvm::Value* count, std::int64_t factor);
  llvm::Value* place(std::size_t cursor, int part);
  std::int64_t vector_stride(std::size_t cursor) const;
  llvm::Align alignment(std::size_t cursor, int buffer) const;
  llvm::Value* emit_load(std::size_t node, int part);
  llvm::Value* load_lanes(std::size_t node, llvm::Value* first, std::int64_t stride);
  llvm::Value* gather(std::size_t node, llvm::Value* first, int part);
  void store_part(std::size_t store, int part, llvm::Value* value, bool streaming);
  bool streams(const Store& store) const;
  template <class I>
  I* scoped(I* access, int buffer) const;

  // nest_emitter.cpp: the loops over kept axes.
  void loop_kept(int axis);
  void emit_vectors();
  llvm::Value* last_vector() const;
  Stored compute(int parts, llvm::Value* position);
  void store(const Stored& stored, bool streaming);

  // nest_reduce.cpp: the loops over reduced axes.
  void reduce();
  void reduce_columns();
  void reduce_rows();
  void loop_reduced(int axis, int end, llvm::function_ref<void()> body);
  void chunked(Accumulators& a, int end, llvm::function_ref<void()> body);
  void emit_row(Accumulators& a, llvm::Value* begin, llvm::Value* end);
  void emit_row_tail(Accumulators& a);
  llvm::Value* combine(const Reduction& r, int lanes, llvm::Value* x, llvm::Value* y);
  llvm::Value* fold(const Reduction& r, llvm::SmallVector<llvm::Value*, 64> lanes);

  KernelFrame& frame_;
  llvm::IRBuilderBase& b_;
  const Nest& nest_;
  NestPlan plan_;
  int parts_ = 1;           ///< vectors computed side by side at the moment
  bool aligned_ = true;     ///< whether the position on the vector axis is a multiple of `lanes`
  std::vector<NodeValue> values_;
  Cursors cursors_;         ///< of nodes, then of stores
};

}  // namespace tjit
