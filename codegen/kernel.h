// Kernel IR: what a fusion group does, as loop nests over buffers with affine addresses. Schedules are chosen here;
// LLVM IR is emitted from it, and an interpreter checks it against the tensor IR.
#pragma once

#include <string>
#include <vector>

#include "ir/function.h"
#include "ir/order.h"

namespace tjit {

using NodeId = IdOf<struct NodeTag>;

/// An element of a buffer, or a number: offset + sum(strides[a] * axis a) + sum(factor * value of node).
struct Address {
  std::int64_t offset = 0;
  std::vector<std::int64_t> strides;  ///< one per axis of the nest
  struct Term {
    NodeId node;  ///< an i64 node
    std::int64_t factor;
    friend bool operator==(const Term&, const Term&) = default;
  };
  std::vector<Term> dynamic;
  friend bool operator==(const Address&, const Address&) = default;
};

enum class NodeKind : std::uint8_t {
  Scalar,    ///< rank-0 value `slot` of Kernel::scalars
  Constant,  ///< `bits`
  Index,     ///< `address` as an i64 number (no dynamic terms)
  Load,      ///< element `address` of buffer `slot`
  Op,        ///< elementwise op `code` of `args`
  InRange,   ///< args[0] (i64) brought into [0, limit]; fails when it was outside and `may_fail`
  Reduced    ///< result of Nest::reductions[slot]; only nodes after the loop over reduced axes use it
};

/// One scalar operation, done for every index of the nest. Nodes stand in topological order. A node that may fail is
/// checked even where nothing uses its value. No node loads from a buffer without elements.
struct Node {
  NodeKind kind{};
  DType dtype{};
  std::int32_t slot = -1;
  Opcode code = kNoOp;
  std::vector<NodeId> args = {};
  ElementBits bits = {};   ///< Constant
  std::int64_t limit = 0;  ///< InRange; -1 where every number fails
  Address address = {};
  bool may_fail = false;  ///< InRange, Op: a check stands here; its failure ends the kernel's run
};

struct Axis {
  std::int64_t extent;
  bool reduced;
};

struct Reduction {
  NodeId value;  ///< joined over all reduced axes
  Opcode combine;
  DType dtype;
  ElementBits identity;
};

struct Store {
  std::int32_t buffer;
  Address address;  ///< strides of reduced axes are 0
  NodeId value;
};

/// Loops over `axes`, outermost first: kept ones, then reduced ones. The last kept axis (pointwise, or a reduction
/// whose order is not by lanes) or the last reduced axis (by lanes) is the one that vectors run along.
///
/// All extents are at least 1; extents of 1 occur only as the single reduced axis of a reduction that joins one element
/// (it still joins it to the identity). A nest with reductions has at least one reduced axis; the order's `row` is the
/// extent of the last one, its `rows` the product of the others (by lanes). Reductions over nothing are Constant nodes.
/// A nest without stores is there for its checks. Every output is stored by one store of a nest, or by one each in
/// several nests, of which later ones write over earlier ones.
struct Nest {
  std::vector<Axis> axes;
  std::vector<Node> nodes;
  std::vector<Reduction> reductions;  ///< empty: pointwise
  ReductionOrder order;               ///< of all reductions of the nest
  std::vector<Store> stores;
  /// When >= 0, the nest only copies this input to the same places of the output: nothing to do when they share memory.
  std::int32_t copies = -1;
};

struct KernelBuffer {
  ValueId value;  ///< of the function; for outputs the fusion's result
  Type type;
  bool output;
};

struct Kernel {
  std::string name;
  OpId op;                            ///< the fusion op
  std::vector<KernelBuffer> buffers;  ///< inputs, then outputs in the order of the fusion's results
  std::vector<ValueId> scalars;       ///< rank-0 values that come in registers
  std::vector<Type> scalar_types;
  std::vector<Nest> nests;  ///< run one after another
  bool may_fail = false;
};

/// Whether a node's value is the same for every index of the nest. Such nodes are evaluated before its loops.
std::vector<bool> invariant_nodes(const Nest& nest);

/// The kernel of a `fusion` op.
Kernel build_kernel(const Function& function, OpId fusion);

/// Whether output `out` may share memory with input `in` (buffer numbers): same size, every load of `in` outside
/// copying nests reads just the element that the same index stores, and every check that can fail comes before the
/// first store.
bool can_share(const Kernel& kernel, int in, int out);

/// The same as kernels of at most `nests` nests each, to be run one after another until one fails. Each has the buffers
/// and scalars that it uses.
std::vector<Kernel> split(const Kernel& kernel, std::size_t nests);

/// Text for reading.
std::string print(const Kernel& kernel);

/// Runs the kernel element by element. Pointers are in the order of `buffers` and `scalars`. Returns false when a check
/// failed, before or after some stores.
bool interpret(const Kernel& kernel, std::span<void* const> buffers, std::span<const void* const> scalars);

}  // namespace tjit
