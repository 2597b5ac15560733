// Facts about kernels.
#include "codegen/kernel.h"

#include <algorithm>
#include <span>

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

  /// Invariant checks come before the nest's loops, others between its stores.
  bool checks_before_stores(const Nest& nest) {
    const std::vector<bool> invariant = invariant_nodes(nest);
    for (std::size_t i = 0; i < nest.nodes.size(); ++i) {
      if (!nest.nodes[i].may_fail) continue;
      if (stored_ || (!invariant[i] && !nest.stores.empty())) return false;
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

/// Numbers in a part for those in the whole: what the part uses, in the order of the whole.
class Renumbering {
 public:
  explicit Renumbering(std::size_t count) : number_(count, kUnused) {}
  void use(std::int32_t n) {
    if (n >= 0) number_[static_cast<std::size_t>(n)] = 0;
  }
  /// Calls `keep(n)` for what is used; from then on `of` answers.
  void number(auto keep) {
    std::int32_t next = 0;
    for (std::size_t i = 0; i < number_.size(); ++i) {
      if (number_[i] == kUnused) continue;
      number_[i] = next++;
      keep(i);
    }
  }
  std::int32_t of(std::int32_t n) const { return n < 0 ? n : number_[static_cast<std::size_t>(n)]; }

 private:
  static constexpr std::int32_t kUnused = -1;
  std::vector<std::int32_t> number_;
};

Kernel part_of(const Kernel& kernel, std::span<const Nest> nests) {
  Kernel part{.name = kernel.name, .op = kernel.op, .buffers = {}, .scalars = {}, .scalar_types = {}, .nests = {}};
  part.nests.assign(nests.begin(), nests.end());
  Renumbering buffers(kernel.buffers.size()), scalars(kernel.scalars.size());
  const auto numbers_of = [&](const Node& n) {
    return n.kind == NodeKind::Load ? &buffers : n.kind == NodeKind::Scalar ? &scalars : nullptr;
  };
  for (const Nest& nest : nests) {
    for (const Node& n : nest.nodes)
      if (Renumbering* const numbers = numbers_of(n); numbers != nullptr) numbers->use(n.slot);
    for (const Store& s : nest.stores) buffers.use(s.buffer);
    buffers.use(nest.copies);
  }
  buffers.number([&](std::size_t i) { part.buffers.push_back(kernel.buffers[i]); });
  scalars.number([&](std::size_t i) {
    part.scalars.push_back(kernel.scalars[i]);
    part.scalar_types.push_back(kernel.scalar_types[i]);
  });
  for (Nest& nest : part.nests) {
    for (Node& n : nest.nodes) {
      part.may_fail |= n.may_fail;
      if (const Renumbering* const numbers = numbers_of(n); numbers != nullptr) n.slot = numbers->of(n.slot);
    }
    for (Store& s : nest.stores) s.buffer = buffers.of(s.buffer);
    nest.copies = buffers.of(nest.copies);
  }
  return part;
}

}  // namespace

std::vector<Kernel> split(const Kernel& kernel, std::size_t nests) {
  std::vector<Kernel> parts;
  for (std::span<const Nest> rest = kernel.nests; !rest.empty(); rest = rest.subspan(std::min(nests, rest.size())))
    parts.push_back(part_of(kernel, rest.first(std::min(nests, rest.size()))));
  return parts;
}

std::vector<bool> invariant_nodes(const Nest& nest) {
  std::vector<bool> invariant(nest.nodes.size());
  for (std::size_t i = 0; i < nest.nodes.size(); ++i) {
    const Node& n = nest.nodes[i];
    const auto known = [&](NodeId a) { return invariant[at(a)]; };
    invariant[i] = n.kind != NodeKind::Reduced && is_zero(n.address.strides) && std::ranges::all_of(n.args, known) &&
                   std::ranges::all_of(n.address.dynamic, known, &Address::Term::node);
  }
  return invariant;
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
