// From a fusion op to its kernel: one nest for pointwise groups and reductions, one for each piece of a placing op.
#include <algorithm>

#include "codegen/nest_builder.h"
#include "ir/ops/structure.h"

namespace tjit {

namespace {

/// Bytes up to which the border of a padded tensor is filled by writing the whole of it first: one nest instead of
/// several.
constexpr std::int64_t kFillBytes = 16 << 10;

/// Values are walked by recursion; the pass makes far smaller groups.
constexpr std::size_t kMostOps = 4096;

class KernelBuilder {
 public:
  KernelBuilder(const Function& f, OpId fusion) : f_(f), fusion_(fusion), block_(f.block(f.op(fusion).blocks.front())) {
    kernel_.name = f.name + "_" + std::to_string(fusion.index);
    kernel_.op = fusion;
  }

  Kernel build() {
    if (block_.ops.size() > kMostOps) refuse("more than " + std::to_string(kMostOps) + " ops in a group");
    for (const OpId op : block_.ops) check_unused_indices(op);
    const OpId placing = find([&](OpId op) { return f_.form(op) == Form::Placing; });
    if (placing.valid()) {
      build_placing(placing);
    } else {
      build_loops();
    }
    const auto inputs = static_cast<std::int32_t>(kernel_.buffers.size());
    for (const ValueId r : f_.results(fusion_)) kernel_.buffers.push_back({r, f_.type(r), true});
    for (Nest& nest : kernel_.nests) {
      for (Store& s : nest.stores) s.buffer += inputs;
      kernel_.may_fail |= std::ranges::any_of(nest.nodes, &Node::may_fail);
    }
    return std::move(kernel_);
  }

 private:
  OpId find(auto&& wanted) const {
    const auto it = std::ranges::find_if(block_.ops, wanted);
    return it == block_.ops.end() ? OpId{} : *it;
  }

  bool is_inner(ValueId v) const {
    const OpId source = f_.value(v).op;
    return source.valid() && f_.op(source).parent == f_.op(fusion_).blocks.front();
  }

  [[noreturn]] void refuse(const std::string& why) const { fail_at(f_.op(fusion_).loc, "fusion: " + why); }

  /// Lets `fill` build a nest, again after each split that it turns out to need. Returns whether there is a nest.
  bool add_nest(const Shape& space, const ReductionSpace* reduction, auto&& fill) {
    std::vector<NestBuilder::Split> splits;
    for (;;) {
      NestBuilder nest(f_, fusion_, kernel_, space, reduction, splits);
      fill(nest);
      if (const auto& split = nest.wanted()) {
        splits.push_back(*split);
        continue;
      }
      auto done = nest.finish();
      if (done) kernel_.nests.push_back(std::move(*done));
      return done.has_value();
    }
  }

  /// Indices are checked where they are used; a lookup without results uses none, and yet they must be in range.
  void check_unused_indices(OpId op) {
    const Type& result = f_.type(f_.op(op).first_result);
    if (f_.form(op) != Form::Lookup || !checks_only(f_, op)) return;
    const auto coordinates = f_.lookup(op);
    for (std::size_t d = 0; d < coordinates.size(); ++d) {
      const Coordinate& c = coordinates[d];
      if (c.index < 0 || c.dim >= 0) continue;
      const ValueId index = f_.operand(op, c.index);
      const std::int64_t limit = lookup_limit(c, static_cast<int>(d), f_.type(f_.operand(op, 0)).shape, result.shape);
      add_nest(f_.type(index).shape, nullptr, [&](NestBuilder& nest) {
        IndexMap at(1, nest.root().axes());
        nest.add_index(at, 0, index, nest.root(), limit, true);
      });
    }
  }

  // ---- pointwise and reductions ----

  std::optional<ReductionSpace> reduction() const {
    const OpId op = find([&](OpId o) { return f_.form(o) == Form::Reduction; });
    if (!op.valid()) return std::nullopt;
    return ReductionSpace{f_.type(f_.operand(op, 0)).shape, f_.reduced_axes(op)};
  }

  /// Results and ops that may fail, last op first: what comes early may be met, with its map, on the way from what
  /// comes late.
  std::vector<ValueId> targets() const {
    std::vector<ValueId> list(block_.yields);
    for (const OpId op : block_.ops)
      if (f_.may_fail(op)) list.push_back(f_.op(op).first_result);
    std::ranges::sort(list, std::greater{});
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }

  void build_loops() {
    const std::vector<ValueId> list = targets();
    if (list.empty()) return;
    const std::optional<ReductionSpace> reduced = reduction();
    const Shape space = f_.type(list.front()).shape;
    add_nest(space, reduced ? &*reduced : nullptr, [&](NestBuilder& nest) {
      for (const ValueId v : list) add_target(nest, v, space);
    });
  }

  void add_target(NestBuilder& nest, ValueId v, const Shape& space) {
    const Shape& shape = f_.type(v).shape;
    const auto met = nest.maps_of(v);
    const bool yielded = std::ranges::find(block_.yields, v) != block_.yields.end();
    if (!yielded && !met.empty()) return;
    const auto it = std::ranges::find_if(met, [&](const IndexMap& m) { return nest.covers_once(m, shape); });
    std::optional<IndexMap> map;
    if (it != met.end()) map = *it;
    if (!map && is_inner(v)) map = nest.beside_reductions(f_.value(v).op);
    if (!map && shape == space) map = nest.root();
    if (nest.wanted()) return;
    if (!map || !nest.covers_once(*map, shape)) refuse("a result has other indices than the last op of the group");
    const NodeId node = nest.eval(v, *map);
    for (std::size_t i = 0; i < block_.yields.size(); ++i)
      if (block_.yields[i] == v) nest.store(static_cast<int>(i), shape, *map, node);
  }

  // ---- placing ops ----

  void build_placing(OpId op) {
    const ValueId result = f_.op(op).first_result;
    if (block_.ops.back() != op || block_.yields != std::vector{result})
      refuse(std::string(f_.def(op).info.name) + " must be the last op of its group and its only result");
    const Placing placing = f_.placing(op);
    const Shape& shape = f_.type(result).shape;
    if (placing.background >= 0) add_background(op, placing, shape);
    for (const Placement& piece : placing.pieces) add_piece(op, placing, piece, shape);
  }

  void add_background(OpId op, const Placing& placing, const Shape& shape) {
    const ValueId v = f_.operand(op, placing.background);
    const Shape& piece = f_.type(f_.operand(op, placing.pieces.front().operand)).shape;
    const bool inner = is_inner(v);
    if (piece == shape && !inner) return;
    if (f_.type(v).is_scalar() && placing.first_index < 0)
      return add_border(v, placing.pieces.front().offset, piece, shape);
    const bool added = add_nest(
        shape, nullptr, [&](NestBuilder& nest) { nest.store(0, shape, nest.root(), nest.eval(v, nest.root())); });
    if (inner || !added) return;
    const auto same = [&](const KernelBuffer& b) { return b.value == v; };
    const auto it = std::ranges::find_if(kernel_.buffers, same);
    if (it != kernel_.buffers.end())
      kernel_.nests.back().copies = static_cast<std::int32_t>(it - kernel_.buffers.begin());
  }

  void add_box(ValueId fill, const Shape& begin, const Shape& size, const Shape& shape) {
    add_nest(size, nullptr, [&](NestBuilder& nest) {
      IndexMap to = nest.root();
      for (int d = 0; d < begin.size(); ++d) to.offset(d) += begin[d];
      nest.store(0, shape, to, nest.eval(fill, IndexMap(0, to.axes())));
    });
  }

  /// What surrounds the piece: for each dimension the slabs before and behind it, as wide as the piece in the
  /// dimensions that came before.
  void add_border(ValueId fill, const Dims& low, const Shape& piece, const Shape& shape) {
    struct Box {
      Shape begin, size;
    };
    std::vector<Box> boxes;
    Box rest{Dims::filled(shape.size(), 0), shape};
    for (int d = 0; d < shape.size(); ++d) {
      Box before = rest, behind = rest;
      before.size[d] = low[d];
      behind.begin[d] = low[d] + piece[d];
      behind.size[d] = shape[d] - behind.begin[d];
      for (const Box& b : {before, behind})
        if (!b.size.contains(0)) boxes.push_back(b);
      rest.begin[d] = low[d];
      rest.size[d] = piece[d];
    }
    const std::int64_t bytes = element_count(shape) * size_of(f_.type(fill).dtype);
    if (boxes.size() > 2 && bytes <= kFillBytes) boxes = {{Dims::filled(shape.size(), 0), shape}};
    for (const Box& b : boxes) add_box(fill, b.begin, b.size, shape);
  }

  void add_piece(OpId op, const Placing& placing, const Placement& piece, const Shape& shape) {
    const ValueId v = f_.operand(op, piece.operand);
    const Shape& size = f_.type(v).shape;
    const bool may_fail = f_.may_fail(op);
    add_nest(size, nullptr, [&](NestBuilder& nest) {
      IndexMap to = nest.root();
      for (int d = 0; d < shape.size(); ++d) {
        to.offset(d) += piece.offset[d];
        if (placing.first_index < 0) continue;
        const ValueId index = f_.operand(op, placing.first_index + d);
        if (!nest.add_index(to, d, index, IndexMap(0, to.axes()), shape[d] - size[d], may_fail)) return;
      }
      nest.store(0, shape, to, nest.eval(v, nest.root()));
    });
  }

  const Function& f_;
  OpId fusion_;
  const Block& block_;
  Kernel kernel_;
};

}  // namespace

Kernel build_kernel(const Function& function, OpId fusion) {
  TJIT_CHECK(function.is_group(fusion));
  try {
    return KernelBuilder(function, fusion).build();
  } catch (const Error& e) {
    if (e.kind() != Error::Kind::User || !function.attrs<Fusion>(fusion).by_pass) throw;
    // The pass walks the same maps to find out what becomes a kernel.
    throw Error(Error::Kind::Internal,
                "passes/fusion_group.cpp takes in what codegen/nest_builder.cpp refuses: " + e.message(), e.location());
  }
}

}  // namespace tjit
