// Kernels as text. Buffers are b0, b1, ..., scalars s0, ..., axes i0, ..., and nodes n0, ... within each nest; what
// does not change in the loops stands before them, and what needs reduced values behind the loop that reduces.
#include <algorithm>
#include <cstring>

#include "codegen/kernel.h"
#include "ir/text.h"

namespace tjit {

namespace {

std::string node_name(NodeId id) { return "n" + std::to_string(id.index); }

std::string element_text(DType t, const ElementBits& e) { return print_literal(Literal::copy({t, {}}, e.bytes, true)); }

/// `8*i0 - i1 + 3*n2 + 4`.
std::string address_text(const Address& address) {
  std::string text;
  const auto add = [&](std::int64_t factor, const std::string& name) {
    if (factor == 0) return;
    const std::uint64_t size = factor < 0 ? -static_cast<std::uint64_t>(factor) : static_cast<std::uint64_t>(factor);
    text += text.empty() ? (factor < 0 ? "-" : "") : (factor < 0 ? " - " : " + ");
    if (name.empty() || size != 1) text += std::to_string(size);
    if (!name.empty()) text += (size != 1 ? "*" : "") + name;
  };
  for (std::size_t a = 0; a < address.strides.size(); ++a) add(address.strides[a], "i" + std::to_string(a));
  for (const Address::Term& t : address.dynamic) add(t.factor, node_name(t.node));
  add(address.offset, "");
  return text.empty() ? "0" : text;
}

class NestPrinter {
 public:
  NestPrinter(const Nest& nest, std::string& out) : nest_(nest), out_(out), printed_(nest.nodes.size()) {}

  void print() {
    out_ += "  nest";
    if (nest_.copies >= 0) out_ += " copies b" + std::to_string(nest_.copies);
    out_ += " {\n";
    std::size_t indent = 4;
    print_nodes(invariant_nodes(nest_), indent);
    if (open_loops(false, "for ", indent)) indent += 2;
    if (!nest_.reductions.empty()) print_reductions(indent);
    print_nodes(std::vector<bool>(printed_.size(), true), indent);
    for (const Store& s : nest_.stores)
      line(indent, "b" + std::to_string(s.buffer) + "[" + address_text(s.address) + "] = " + node_name(s.value));
    if (indent > 4) line(4, "}");
    out_ += "  }\n";
  }

 private:
  void line(std::size_t indent, const std::string& text) {
    out_.append(indent, ' ');
    out_ += text + "\n";
  }

  bool open_loops(bool reduced, std::string text, std::size_t indent) {
    bool any = false;
    for (std::size_t a = 0; a < nest_.axes.size(); ++a) {
      if (nest_.axes[a].reduced != reduced) continue;
      text += (any ? ", i" : "i") + std::to_string(a) + " < " + std::to_string(nest_.axes[a].extent);
      any = true;
    }
    const ReductionOrder& order = nest_.order;
    if (reduced && order.lanes) text += " by lanes";
    if (reduced && (order.rows > order.rows_per_chunk || order.row > kReduceChunk)) {
      const bool pieces = order.row > kReduceChunk;
      text += " in chunks of " + std::to_string(pieces ? kReduceChunk : order.rows_per_chunk);
      if (order.lanes && !pieces) text += " rows";
      if (!pieces && order.span < order.rows) text += " of " + std::to_string(order.span);
    }
    if (any) line(indent, text + " {");
    return any;
  }

  void print_reductions(std::size_t indent) {
    std::vector<bool> body(nest_.nodes.size());
    for (const Reduction& r : nest_.reductions) body[static_cast<std::size_t>(r.value.index)] = true;
    for (std::size_t i = body.size(); i-- > 0;) {
      if (!body[i]) continue;
      for (const NodeId a : nest_.nodes[i].args) body[static_cast<std::size_t>(a.index)] = true;
      for (const Address::Term& t : nest_.nodes[i].address.dynamic) body[static_cast<std::size_t>(t.node.index)] = true;
    }
    open_loops(true, "reduce ", indent);
    print_nodes(body, indent + 2);
    for (std::size_t i = 0; i < nest_.reductions.size(); ++i) {
      const Reduction& r = nest_.reductions[i];
      line(indent + 2, "r" + std::to_string(i) + " = " + std::string(def(r.combine).info.name) + " " +
                           node_name(r.value) + " from " + element_text(r.dtype, r.identity));
    }
    line(indent, "}");
  }

  void print_nodes(const std::vector<bool>& which, std::size_t indent) {
    for (std::size_t i = 0; i < which.size(); ++i) {
      if (!which[i] || printed_[i]) continue;
      printed_[i] = true;
      const Node& n = nest_.nodes[i];
      line(indent, "n" + std::to_string(i) + " = " + node_text(n) + " : " + std::string(info(n.dtype).ir_name) +
                       (n.may_fail ? " checked" : ""));
    }
  }

  static std::string node_text(const Node& n) {
    switch (n.kind) {
      case NodeKind::Scalar: return "s" + std::to_string(n.slot);
      case NodeKind::Constant: return element_text(n.dtype, n.bits);
      case NodeKind::Index: return "index " + address_text(n.address);
      case NodeKind::Load: return "b" + std::to_string(n.slot) + "[" + address_text(n.address) + "]";
      case NodeKind::Reduced: return "r" + std::to_string(n.slot);
      case NodeKind::InRange: return "in_range " + node_name(n.args[0]) + ", " + std::to_string(n.limit);
      case NodeKind::Op: break;
    }
    std::string text(def(n.code).info.name);
    for (std::size_t k = 0; k < n.args.size(); ++k) text += (k == 0 ? " " : ", ") + node_name(n.args[k]);
    return text;
  }

  const Nest& nest_;
  std::string& out_;
  std::vector<bool> printed_;
};

}  // namespace

std::string print(const Kernel& kernel) {
  std::string out = "kernel @" + kernel.name + "(";
  bool first = true;
  const auto add = [&](const std::string& name, std::size_t i, const Type& type) {
    out += (first ? "" : ", ") + name + std::to_string(i) + ": " + to_string(type);
    first = false;
  };
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i)
    add(kernel.buffers[i].output ? "out b" : "in b", i, kernel.buffers[i].type);
  for (std::size_t i = 0; i < kernel.scalars.size(); ++i) add("s", i, kernel.scalar_types[i]);
  out += ") {\n";
  for (const Nest& nest : kernel.nests) NestPrinter(nest, out).print();
  return out + "}\n";
}

}  // namespace tjit
