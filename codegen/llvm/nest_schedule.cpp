// Levels, vectors and their width.
#include "codegen/llvm/nest_schedule.h"

#include <algorithm>
#include <bit>

namespace tjit {

namespace {

std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

class Scheduler {
 public:
  Scheduler(const Kernel& kernel, const Nest& nest, std::span<const int> shares)
      : kernel_(kernel), nest_(nest), shares_(shares) {
    schedule_.kept = static_cast<int>(std::ranges::count(nest.axes, false, &Axis::reduced));
    const bool by_lanes = !nest.reductions.empty() && nest.order.lanes;
    schedule_.vector_axis = by_lanes ? static_cast<int>(nest.axes.size()) - 1 : schedule_.kept - 1;
  }

  NestSchedule run(int vector_bytes) {
    for (const Node& node : nest_.nodes) schedule_.nodes.push_back(describe(node));
    mark_broadcasts();
    choose_lanes(vector_bytes);
    schedule_.may_repeat = std::ranges::none_of(nest_.nodes, [&](const Node& n) {
      return n.kind == NodeKind::Load && std::ranges::any_of(nest_.stores, [&](const Store& s) {
               return s.buffer == n.slot || shares_[static_cast<std::size_t>(s.buffer)] == n.slot;
             });
    });
    return std::move(schedule_);
  }

 private:
  NodeSchedule describe(const Node& node) const {
    NodeSchedule p;
    const auto depend = [&](NodeId on) {
      const NodeSchedule& other = schedule_.nodes[at(on)];
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
      p.varies |= a == schedule_.vector_axis;
      p.by_row |= a == schedule_.vector_axis - 1;
    }
    if (node.kind == NodeKind::Load) p.reads_output |= kernel_.buffers[static_cast<std::size_t>(node.slot)].output;
    if (node.kind == NodeKind::Reduced) {
      p.after = true;
      p.level = schedule_.kept;
      // By lanes, one row gives one number.
      p.varies = schedule_.vector_axis >= 0 && schedule_.vector_axis < schedule_.kept;
    }
    return p;
  }

  void use_in_vector(NodeId id) {
    NodeSchedule& p = schedule_.nodes[at(id)];
    p.broadcast |= !p.varies;
  }

  void mark_broadcasts() {
    for (std::size_t i = 0; i < nest_.nodes.size(); ++i) {
      if (!schedule_.nodes[i].varies) continue;
      for (const NodeId arg : nest_.nodes[i].args) use_in_vector(arg);
    }
    if (schedule_.vector_axis < 0) return;
    for (const Reduction& r : nest_.reductions) use_in_vector(r.value);
    if (schedule_.vector_axis >= schedule_.kept) return;
    for (const Store& s : nest_.stores) use_in_vector(s.value);
  }

  void choose_lanes(int vector_bytes) {
    if (schedule_.vector_axis < 0) return;
    int widest = 1;
    const auto include = [&](DType t) { widest = std::max(widest, size_of(t)); };
    for (std::size_t i = 0; i < nest_.nodes.size(); ++i)
      if (schedule_.nodes[i].varies) include(nest_.nodes[i].dtype);
    for (const Reduction& r : nest_.reductions) include(r.dtype);
    for (const Store& s : nest_.stores)
      if (schedule_.vector_axis < schedule_.kept) include(nest_.nodes[at(s.value)].dtype);
    const auto extent = static_cast<std::uint64_t>(nest_.axes[static_cast<std::size_t>(schedule_.vector_axis)].extent);
    const auto fits = static_cast<std::uint64_t>(vector_bytes / widest);
    schedule_.lanes = static_cast<int>(std::min(fits, std::bit_floor(extent)));
  }

  const Kernel& kernel_;
  const Nest& nest_;
  std::span<const int> shares_;
  NestSchedule schedule_;
};

/// Whether a load's elements are contiguous along `axis`, and far apart along the vector axis.
bool is_turned_along(const NestSchedule& schedule, const Node& node, int axis) {
  if (node.kind != NodeKind::Load || node.address.strides[static_cast<std::size_t>(axis)] != 1) return false;
  return std::abs(node.address.strides[static_cast<std::size_t>(schedule.vector_axis)]) > 1;
}

}  // namespace

int tile_axis(const Nest& nest, const NestSchedule& schedule) {
  if (!nest.reductions.empty() || !schedule.may_repeat) return -1;
  for (int axis = 0; axis < schedule.vector_axis; ++axis) {
    if (nest.axes[static_cast<std::size_t>(axis)].extent < schedule.lanes) continue;
    const auto turned = [&](const Node& n) { return n.address.dynamic.empty() && is_turned_along(schedule, n, axis); };
    if (std::ranges::any_of(nest.nodes, turned)) return axis;
  }
  return -1;
}

bool is_turned(const Nest& nest, const NestSchedule& schedule, const Node& node) {
  const auto differs = [&](const Address::Term& t) {
    return schedule.nodes[at(t.node)].varies || schedule.nodes[at(t.node)].by_row;
  };
  return schedule.vector_axis > 0 && !nest.axes.empty() && is_turned_along(schedule, node, schedule.vector_axis - 1) &&
         std::ranges::none_of(node.address.dynamic, differs);
}

Nest with_rows_along(const Nest& nest, const NestSchedule& schedule, int axis) {
  Nest turned = nest;
  const auto move = [&](auto& list) {
    if (list.empty()) return;
    const auto first = list.begin() + axis;
    std::rotate(first, first + 1, list.begin() + schedule.vector_axis);
  };
  move(turned.axes);
  for (Node& n : turned.nodes) move(n.address.strides);
  for (Store& s : turned.stores) move(s.address.strides);
  return turned;
}

NestSchedule schedule_nest(const Kernel& kernel, const Nest& nest, int vector_bytes, std::span<const int> shares) {
  return Scheduler(kernel, nest, shares).run(vector_bytes);
}

}  // namespace tjit
