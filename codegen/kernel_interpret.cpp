// Runs kernels element by element: slow, plain, and the check that a schedule means what the tensor IR says.
#include <algorithm>
#include <array>
#include <cstring>

#include "codegen/kernel.h"
#include "runtime/kernels.h"

namespace tjit {

namespace {

std::int64_t number_of(const ElementBits& e) { return e.as<std::int64_t>(); }

class NestRun {
 public:
  NestRun(const Nest& nest, const Kernel& kernel, std::span<void* const> buffers, std::span<const void* const> scalars)
      : nest_(nest),
        kernel_(kernel),
        buffers_(buffers),
        scalars_(scalars),
        index_(nest.axes.size()),
        values_(nest.nodes.size()),
        invariant_(invariant_nodes(nest)),
        late_(nest.nodes.size()) {
    for (std::size_t i = 0; i < late_.size(); ++i) {
      const Node& n = nest.nodes[i];
      const auto is_late = [&](NodeId a) { return late_[static_cast<std::size_t>(a.index)]; };
      late_[i] = n.kind == NodeKind::Reduced || std::ranges::any_of(n.args, is_late) ||
                 std::ranges::any_of(n.address.dynamic, is_late, &Address::Term::node);
    }
    for (const Axis& a : nest.axes) (a.reduced ? reduced_ : kept_)++;
  }

  bool run() {
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (invariant_[i] && !evaluate(i)) return false;
    return for_each_index(0, kept_, [&] {
      if (!nest_.reductions.empty() && !reduce()) return false;
      for (std::size_t i = 0; i < values_.size(); ++i)
        if (!invariant_[i] && !evaluate(i)) return false;
      for (const Store& s : nest_.stores) {
        const DType t = nest_.nodes[static_cast<std::size_t>(s.value.index)].dtype;
        std::memcpy(place(s.buffer, s.address, t), value(s.value).bytes, static_cast<std::size_t>(size_of(t)));
      }
      return true;
    });
  }

 private:
  const ElementBits& value(NodeId id) const { return values_[static_cast<std::size_t>(id.index)]; }

  /// Calls `f` for every index of axes [first, last) in row-major order until it returns false.
  bool for_each_index(std::size_t first, std::size_t last, auto&& f) {
    std::fill(index_.begin() + static_cast<std::ptrdiff_t>(first), index_.begin() + static_cast<std::ptrdiff_t>(last),
              0);
    for (;;) {
      if (!f()) return false;
      std::size_t a = last;
      while (a > first && ++index_[a - 1] == nest_.axes[a - 1].extent) index_[--a] = 0;
      if (a == first) return true;
    }
  }

  std::int64_t number(const Address& address) const {
    std::int64_t n = address.offset;
    for (std::size_t a = 0; a < address.strides.size(); ++a) n += address.strides[a] * index_[a];
    for (const Address::Term& t : address.dynamic) n += t.factor * number_of(value(t.node));
    return n;
  }

  std::byte* place(std::int32_t buffer, const Address& address, DType t) const {
    const std::int64_t n = number(address);
    TJIT_CHECK(n >= 0 && n < element_count(kernel_.buffers[static_cast<std::size_t>(buffer)].type));
    return static_cast<std::byte*>(buffers_[static_cast<std::size_t>(buffer)]) + n * size_of(t);
  }

  /// Returns false when the node's check fails.
  bool evaluate(std::size_t i) {
    const Node& n = nest_.nodes[i];
    ElementBits& out = values_[i];
    const auto bytes = static_cast<std::size_t>(size_of(n.dtype));
    switch (n.kind) {
      case NodeKind::Scalar: std::memcpy(out.bytes, scalars_[static_cast<std::size_t>(n.slot)], bytes); return true;
      case NodeKind::Constant: out = n.bits; return true;
      case NodeKind::Index: out = ElementBits::of(number(n.address)); return true;
      case NodeKind::Load: std::memcpy(out.bytes, place(n.slot, n.address, n.dtype), bytes); return true;
      case NodeKind::Reduced: out = totals_[static_cast<std::size_t>(n.slot)]; return true;
      case NodeKind::InRange: {
        const std::int64_t at = number_of(value(n.args[0]));
        if (n.may_fail && (at < 0 || at > n.limit)) return false;
        out = ElementBits::of(std::clamp<std::int64_t>(at, 0, std::max<std::int64_t>(n.limit, 0)));
        return true;
      }
      case NodeKind::Op: break;
    }
    std::array<const void*, 4> args{};
    for (std::size_t k = 0; k < n.args.size(); ++k) args[k] = value(n.args[k]).bytes;
    const DType operand = nest_.nodes[static_cast<std::size_t>(n.args.back().index)].dtype;
    const ElementwiseKernel& op = kernels().elementwise_kernel(n.code, operand, n.dtype);
    if (n.may_fail && op.first_failure != nullptr && op.first_failure(args.data(), 1) >= 0) return false;
    op.run(out.bytes, args.data(), 1);
    return true;
  }

  // ---- reductions ----

  void join(ElementBits& to, const ElementBits& x, const Reduction& r) const {
    const std::array<const void*, 2> args{to.bytes, x.bytes};
    kernels().elementwise_kernel(r.combine, r.dtype, r.dtype).run(to.bytes, args.data(), 1);
  }

  /// Lanes of one chunk for each reduction; one lane when the order is not by lanes.
  using Lanes = std::vector<std::array<ElementBits, kReduceLanes>>;

  void start_chunk(Lanes& lanes) const {
    for (std::size_t r = 0; r < lanes.size(); ++r) lanes[r].fill(nest_.reductions[r].identity);
  }

  void end_chunk(Lanes& lanes, bool first) {
    for (std::size_t r = 0; r < lanes.size(); ++r) {
      const Reduction& reduction = nest_.reductions[r];
      if (nest_.order.lanes)
        for (std::size_t half = kReduceLanes / 2; half > 0; half /= 2)
          for (std::size_t lane = 0; lane < half; ++lane) join(lanes[r][lane], lanes[r][lane + half], reduction);
      if (first) {
        totals_[r] = lanes[r][0];
      } else {
        join(totals_[r], lanes[r][0], reduction);
      }
    }
    start_chunk(lanes);
  }

  bool reduce() {
    const ReductionOrder& order = nest_.order;
    Lanes lanes(nest_.reductions.size());
    totals_.resize(lanes.size());
    start_chunk(lanes);
    std::int64_t row = 0, column = 0, chunks = 0;
    const bool done = for_each_index(kept_, kept_ + reduced_, [&] {
      const bool begins = column == 0 ? order.begins_chunk(row) : column % kReduceChunk == 0;
      if (begins && (row != 0 || column != 0)) end_chunk(lanes, chunks++ == 0);
      for (std::size_t i = 0; i < values_.size(); ++i)
        if (!invariant_[i] && !late_[i] && !evaluate(i)) return false;
      for (std::size_t r = 0; r < lanes.size(); ++r)
        join(lanes[r][static_cast<std::size_t>(order.lanes ? column % kReduceLanes : 0)],
             value(nest_.reductions[r].value), nest_.reductions[r]);
      if (!order.lanes || ++column == order.row) column = 0, ++row;
      return true;
    });
    if (done) end_chunk(lanes, chunks == 0);
    return done;
  }

  const Nest& nest_;
  const Kernel& kernel_;
  std::span<void* const> buffers_;
  std::span<const void* const> scalars_;
  std::vector<std::int64_t> index_;
  std::vector<ElementBits> values_, totals_;
  std::vector<bool> invariant_, late_;
  std::size_t kept_ = 0, reduced_ = 0;
};

}  // namespace

bool interpret(const Kernel& kernel, std::span<void* const> buffers, std::span<const void* const> scalars) {
  return std::ranges::all_of(kernel.nests,
                             [&](const Nest& nest) { return NestRun(nest, kernel, buffers, scalars).run(); });
}

}  // namespace tjit
