// Levels, vectors and their width.
#include "codegen/llvm/nest_plan.h"

#include <algorithm>
#include <bit>

namespace tjit {

namespace {

std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

class Planner {
 public:
  Planner(const Kernel& kernel, const Nest& nest, std::span<const int> shares)
      : kernel_(kernel), nest_(nest), shares_(shares) {
    plan_.kept = static_cast<int>(std::ranges::count(nest.axes, false, &Axis::reduced));
    const bool by_lanes = !nest.reductions.empty() && nest.order.lanes;
    plan_.vector_axis = by_lanes ? static_cast<int>(nest.axes.size()) - 1 : plan_.kept - 1;
  }

  NestPlan run(int vector_bytes) {
    for (const Node& node : nest_.nodes) plan_.nodes.push_back(describe(node));
    mark_splats();
    choose_lanes(vector_bytes);
    plan_.may_repeat = std::ranges::none_of(nest_.nodes, [&](const Node& n) {
      return n.kind == NodeKind::Load && std::ranges::any_of(nest_.stores, [&](const Store& s) {
               return s.buffer == n.slot || shares_[static_cast<std::size_t>(s.buffer)] == n.slot;
             });
    });
    return std::move(plan_);
  }

 private:
  NodePlan describe(const Node& node) const {
    NodePlan p;
    const auto depend = [&](NodeId on) {
      const NodePlan& other = plan_.nodes[at(on)];
      p.level = std::max(p.level, other.level);
      p.varies |= other.varies;
      p.after |= other.after;
      p.by_row |= other.by_row;
      p.reads_output |= other.reads_output;
    };
    for (const NodeId arg : node.args) depend(arg);
    for (const Address::Term& term : node.address.dynamic) depend(term.node);
    for (int a = 0; a < static_cast<int>(node.address.strides.size()); ++a) {
      if (node.address.strides[static_cast<std::size_t>(a)] == 0) continue;
      p.level = std::max(p.level, a + 1);
      p.varies |= a == plan_.vector_axis;
      p.by_row |= a == plan_.vector_axis - 1;
    }
    if (node.kind == NodeKind::Load) p.reads_output |= kernel_.buffers[static_cast<std::size_t>(node.slot)].output;
    if (node.kind == NodeKind::Reduced) {
      p.after = true;
      p.level = plan_.kept;
      // By lanes, one row gives one number.
      p.varies = plan_.vector_axis >= 0 && plan_.vector_axis < plan_.kept;
    }
    return p;
  }

  void use_in_vector(NodeId id) {
    NodePlan& p = plan_.nodes[at(id)];
    p.splat |= !p.varies;
  }

  void mark_splats() {
    for (std::size_t i = 0; i < nest_.nodes.size(); ++i) {
      if (!plan_.nodes[i].varies) continue;
      for (const NodeId arg : nest_.nodes[i].args) use_in_vector(arg);
    }
    if (plan_.vector_axis < 0) return;
    for (const Reduction& r : nest_.reductions) use_in_vector(r.value);
    if (plan_.vector_axis >= plan_.kept) return;
    for (const Store& s : nest_.stores) use_in_vector(s.value);
  }

  void choose_lanes(int vector_bytes) {
    if (plan_.vector_axis < 0) return;
    int widest = 1;
    const auto include = [&](DType t) { widest = std::max(widest, size_of(t)); };
    for (std::size_t i = 0; i < nest_.nodes.size(); ++i)
      if (plan_.nodes[i].varies) include(nest_.nodes[i].dtype);
    for (const Reduction& r : nest_.reductions) include(r.dtype);
    for (const Store& s : nest_.stores)
      if (plan_.vector_axis < plan_.kept) include(nest_.nodes[at(s.value)].dtype);
    const auto extent = static_cast<std::uint64_t>(nest_.axes[static_cast<std::size_t>(plan_.vector_axis)].extent);
    const auto fits = static_cast<std::uint64_t>(vector_bytes / widest);
    plan_.lanes = static_cast<int>(std::min(fits, std::bit_floor(extent)));
  }

  const Kernel& kernel_;
  const Nest& nest_;
  std::span<const int> shares_;
  NestPlan plan_;
};

/// Whether a load's elements are contiguous along `axis`, and far apart along the vector axis.
bool is_turned_along(const NestPlan& plan, const Node& node, int axis) {
  if (node.kind != NodeKind::Load || node.address.strides[static_cast<std::size_t>(axis)] != 1) return false;
  return std::abs(node.address.strides[static_cast<std::size_t>(plan.vector_axis)]) > 1;
}

}  // namespace

int tile_axis(const Nest& nest, const NestPlan& plan) {
  if (!nest.reductions.empty() || !plan.may_repeat) return -1;
  for (int axis = 0; axis < plan.vector_axis; ++axis) {
    if (nest.axes[static_cast<std::size_t>(axis)].extent < plan.lanes) continue;
    const auto turned = [&](const Node& n) { return n.address.dynamic.empty() && is_turned_along(plan, n, axis); };
    if (std::ranges::any_of(nest.nodes, turned)) return axis;
  }
  return -1;
}

bool is_turned(const Nest& nest, const NestPlan& plan, const Node& node) {
  const auto differs = [&](const Address::Term& t) {
    return plan.nodes[at(t.node)].varies || plan.nodes[at(t.node)].by_row;
  };
  return plan.vector_axis > 0 && !nest.axes.empty() && is_turned_along(plan, node, plan.vector_axis - 1) &&
         std::ranges::none_of(node.address.dynamic, differs);
}

Nest with_rows_along(const Nest& nest, const NestPlan& plan, int axis) {
  Nest turned = nest;
  const auto move = [&](auto& list) {
    if (list.empty()) return;
    const auto first = list.begin() + axis;
    std::rotate(first, first + 1, list.begin() + plan.vector_axis);
  };
  move(turned.axes);
  for (Node& n : turned.nodes) move(n.address.strides);
  for (Store& s : turned.stores) move(s.address.strides);
  return turned;
}

NestPlan plan_nest(const Kernel& kernel, const Nest& nest, int vector_bytes, std::span<const int> shares) {
  return Planner(kernel, nest, shares).run(vector_bytes);
}

}  // namespace tjit
