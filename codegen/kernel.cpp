// Facts about kernels.
#include "codegen/kernel.h"

#include <algorithm>

namespace tjit {

namespace {

std::size_t at(NodeId id) { return static_cast<std::size_t>(id.index); }

bool is_zero(const std::vector<std::int64_t>& strides) {
  return std::ranges::all_of(strides, [](std::int64_t s) { return s == 0; });
}

/// What sharing one buffer between an input and an output asks of a kernel, nest by nest.
class Sharing {
 public:
  Sharing(int in, int out) : in_(in), out_(out) {}

  bool allows(const Nest& nest) {
    if (nest.copies == in_ && stores_only_out(nest)) return true;  // nothing is done
    return checks_before_stores(nest) && loads_match(nest);
  }

 private:
  bool stores_only_out(const Nest& nest) const {
    return std::ranges::all_of(nest.stores, [&](const Store& s) { return s.buffer == out_; });
  }

  /// Uniform checks come before the nest's loops, others between its stores.
  bool checks_before_stores(const Nest& nest) {
    const std::vector<bool> uniform = uniform_nodes(nest);
    for (std::size_t i = 0; i < nest.nodes.size(); ++i) {
      if (!nest.nodes[i].may_fail) continue;
      if (stored_ || (!uniform[i] && !nest.stores.empty())) return false;
    }
    stored_ |= !nest.stores.empty();
    return true;
  }

  bool loads_match(const Nest& nest) {
    const auto store = std::ranges::find(nest.stores, out_, &Store::buffer);
    for (const Node& n : nest.nodes) {
      if (n.kind != NodeKind::Load || n.slot != in_) continue;
      if (written_) return false;
      if (store != nest.stores.end() && n.address != store->address) return false;
    }
    written_ |= store != nest.stores.end();
    return true;
  }

  int in_, out_;
  bool stored_ = false;   ///< something was stored by earlier nests
  bool written_ = false;  ///< the shared buffer was
};

}  // namespace

std::vector<bool> uniform_nodes(const Nest& nest) {
  std::vector<bool> uniform(nest.nodes.size());
  for (std::size_t i = 0; i < nest.nodes.size(); ++i) {
    const Node& n = nest.nodes[i];
    const auto known = [&](NodeId a) { return uniform[at(a)]; };
    uniform[i] = n.kind != NodeKind::Reduced && is_zero(n.address.strides) && std::ranges::all_of(n.args, known) &&
                 std::ranges::all_of(n.address.dynamic, known, &Address::Term::node);
  }
  return uniform;
}

bool can_share(const Kernel& kernel, int in, int out) {
  const KernelBuffer &from = kernel.buffers[static_cast<std::size_t>(in)],
                     &to = kernel.buffers[static_cast<std::size_t>(out)];
  if (from.output || !to.output || size_of(from.type.dtype) != size_of(to.type.dtype) ||
      element_count(from.type) != element_count(to.type))
    return false;
  Sharing sharing(in, out);
  return std::ranges::all_of(kernel.nests, [&](const Nest& nest) { return sharing.allows(nest); });
}

}  // namespace tjit
