// The last steps of a nest: what runs over nothing goes, unused nodes go, and axes that one loop can walk are joined.
#include <algorithm>

#include "codegen/nest_builder.h"

namespace tjit {

namespace {

bool has_address(const Node& n) { return n.kind == NodeKind::Load || n.kind == NodeKind::Index; }

template <class F>
void for_each_address(Nest& nest, F&& f) {
  for (Node& n : nest.nodes)
    if (has_address(n)) f(n.address);
  for (Store& s : nest.stores) f(s.address);
}

template <class F>
void for_each_argument(const Node& n, F&& f) {
  for (const NodeId a : n.args) f(a);
  for (const Address::Term& t : n.address.dynamic) f(t.node);
}

/// Marks everything that the marked nodes are made of.
void mark_arguments(const Nest& nest, std::vector<bool>& marked) {
  for (std::size_t i = nest.nodes.size(); i-- > 0;)
    if (marked[i])
      for_each_argument(nest.nodes[i], [&](NodeId a) { marked[static_cast<std::size_t>(a.index)] = true; });
}

std::vector<bool> nodes_of_stores(const Nest& nest) {
  std::vector<bool> marked(nest.nodes.size());
  for (const Store& s : nest.stores) {
    marked[static_cast<std::size_t>(s.value.index)] = true;
    for (const Address::Term& t : s.address.dynamic) marked[static_cast<std::size_t>(t.node.index)] = true;
  }
  mark_arguments(nest, marked);
  return marked;
}

/// Whether one axis can walk through both `a` and `a + 1`.
bool joinable(Nest& nest, std::size_t a) {
  const Axis &outer = nest.axes[a], &inner = nest.axes[a + 1];
  if (outer.reduced != inner.reduced) return false;
  // Lanes count from the start of a row: rows stay what they are.
  if (inner.reduced && nest.order.lanes && a + 2 == nest.axes.size()) return false;
  bool all = true;
  for_each_address(nest, [&](const Address& at) { all &= at.strides[a] == at.strides[a + 1] * inner.extent; });
  return all;
}

}  // namespace

void NestBuilder::erase_axis(std::size_t axis) {
  nest_.axes.erase(nest_.axes.begin() + static_cast<std::ptrdiff_t>(axis));
  for_each_address(nest_,
                   [&](Address& at) { at.strides.erase(at.strides.begin() + static_cast<std::ptrdiff_t>(axis)); });
}

void NestBuilder::drop_empty() {
  const auto empty = [](bool reduced) { return [=](const Axis& a) { return a.extent == 0 && a.reduced == reduced; }; };
  const bool no_index = std::ranges::any_of(nest_.axes, empty(false));
  if (!no_index && !std::ranges::any_of(nest_.axes, empty(true))) return;
  if (no_index) nest_.stores.clear();
  // Checks of single elements go with the elements; those of single numbers, such as the place of a window, stay.
  const std::vector<bool> invariant = invariant_nodes(nest_), stored = nodes_of_stores(nest_);
  for (std::size_t i = 0; i < nest_.nodes.size(); ++i) {
    Node& n = nest_.nodes[i];
    n.may_fail = n.may_fail && (invariant[i] || stored[i]);
    if (n.kind != NodeKind::Reduced) continue;
    n.kind = NodeKind::Constant;
    n.bits = nest_.reductions[static_cast<std::size_t>(n.slot)].identity;
    n.slot = -1;
  }
  nest_.reductions.clear();
  for (std::size_t a = nest_.axes.size(); a-- > 0;)
    if (no_index || nest_.axes[a].reduced) erase_axis(a);
}

void NestBuilder::drop_unused() {
  std::vector<bool> used = nodes_of_stores(nest_);
  for (std::size_t i = 0; i < used.size(); ++i)
    if (nest_.nodes[i].may_fail) used[i] = true;
  for (const Reduction& r : nest_.reductions) used[static_cast<std::size_t>(r.value.index)] = true;
  mark_arguments(nest_, used);
  std::vector<NodeId> now(used.size());
  std::vector<Node> kept;
  const auto rename = [&](NodeId& id) { id = now[static_cast<std::size_t>(id.index)]; };
  const auto rename_address = [&](Address& at) {
    for (Address::Term& t : at.dynamic) rename(t.node);
  };
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    now[i] = {static_cast<std::int32_t>(kept.size())};
    Node& n = kept.emplace_back(std::move(nest_.nodes[i]));
    std::ranges::for_each(n.args, rename);
    rename_address(n.address);
  }
  nest_.nodes = std::move(kept);
  for (Store& s : nest_.stores) rename(s.value), rename_address(s.address);
  for (Reduction& r : nest_.reductions) rename(r.value);
}

void NestBuilder::join_axes() {
  for (std::size_t a = nest_.axes.size(); a-- > 1;) {
    if (!joinable(nest_, a - 1)) continue;
    nest_.axes[a].extent *= nest_.axes[a - 1].extent;
    erase_axis(a - 1);
  }
}

std::optional<Nest> NestBuilder::finish() {
  TJIT_CHECK(!wanted_);
  for (std::size_t a = 0; a < space_.axes.size(); ++a)
    nest_.axes.push_back({space_.axes[a], static_cast<int>(a) >= space_.kept});
  drop_empty();
  drop_unused();
  for (std::size_t a = nest_.axes.size(); a-- > 0;)
    if (nest_.axes[a].extent == 1) erase_axis(a);
  if (nest_.stores.empty() && nest_.nodes.empty()) return std::nullopt;
  if (nest_.reductions.empty()) nest_.order = {};
  if (!nest_.reductions.empty() && !std::ranges::any_of(nest_.axes, &Axis::reduced)) {
    nest_.axes.push_back({1, true});
    for_each_address(nest_, [](Address& at) { at.strides.push_back(0); });
  }
  join_axes();
  return std::move(nest_);
}

}  // namespace tjit
