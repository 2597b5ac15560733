// Builds one loop nest: turns values of a fusion group, seen through index maps, into nodes. Equal nodes are one.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "codegen/kernel.h"
#include "ir/index_map.h"

namespace tjit {

/// Where the reductions of a group run: over `axes` (ascending) of `shape`.
struct ReductionSpace {
  Shape shape;
  Dims axes;
};

class NestBuilder {
 public:
  /// An axis that has to be two, so that all maps are affine.
  struct Split {
    int axis;
    std::int64_t inner;
  };

  /// Kept axes run over `space`, with `splits` done one after another. Inputs and scalars are added to `kernel`.
  NestBuilder(const Function& f, OpId fusion, Kernel& kernel, const Shape& space, const ReductionSpace* reduction,
              std::span<const Split> splits);

  /// The map of a value of shape `space`.
  const IndexMap& root() const { return root_; }

  /// The node of a value's element. Invalid once `wanted` is set.
  NodeId eval(ValueId v, const IndexMap& map);
  /// An index brought into [0, limit]: adds it to coordinate `dim` of `map`.
  bool add_index(IndexMap& map, int dim, ValueId index, const IndexMap& index_map, std::int64_t limit, bool may_fail);
  /// Stores to output number `output`.
  void store(int output, const Shape& shape, const IndexMap& map, NodeId value);

  /// The map of the result of a reduction like those met before; null when there was none.
  std::optional<IndexMap> beside_reductions(OpId reduction) const;
  /// The maps under which a value of the group was met.
  std::span<const IndexMap> maps_of(ValueId v) const;
  bool covers_once(const IndexMap& map, const Shape& shape) const;

  /// A split without which the nest cannot be built: start again with it.
  const std::optional<Split>& wanted() const { return wanted_; }

  /// The finished nest, or nothing when it has nothing to do.
  std::optional<Nest> finish();

 private:
  struct Met {
    std::vector<IndexMap> maps;
    std::vector<NodeId> nodes;
  };

  NodeId add(Node node);
  NodeId add_op(Opcode code, DType dtype, std::vector<NodeId> args, bool may_fail = false);
  NodeId add_constant(DType dtype, const ElementBits& bits);
  Address address(const IndexMap& map, int dim) const;
  /// `map` is one of `shape`, under which the elements of `v` are seen.
  NodeId eval_outer(ValueId v, const IndexMap& map, const Shape& shape);
  NodeId eval_op(OpId op, const IndexMap& map);
  NodeId eval_reshape(OpId op, const IndexMap& map);
  NodeId eval_lookup(OpId op, const IndexMap& map);
  NodeId eval_count(OpId op, const IndexMap& map);
  NodeId eval_reduction(OpId op, const IndexMap& map);
  bool is_inner(ValueId v) const;
  bool fits(OpId reduction) const;
  std::int32_t input(ValueId v);
  std::int32_t scalar(ValueId v);

  void drop_empty();
  void drop_unused();
  void join_axes();
  void erase_axis(std::size_t axis);

  const Function& f_;
  BlockId body_;
  Kernel& kernel_;
  const ReductionSpace* reduction_;
  LoopSpace space_;
  IndexMap root_, reduced_;
  std::optional<IndexMap> reduction_operand_;  ///< of the first reduction
  bool in_reduction_ = false;
  Nest nest_;
  std::unordered_map<std::int32_t, Met> met_;
  std::unordered_multimap<std::size_t, NodeId> known_;
  std::optional<Split> wanted_;
};

}  // namespace tjit
