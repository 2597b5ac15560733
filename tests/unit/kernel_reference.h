// Runs kernels as their definition says, one element at a time: what generated code is compared with.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "codegen/kernel.h"
#include "ir/ops/list.h"

namespace tjit::reference {

/// An element in the low bytes.
using Bits = std::uint64_t;

template <class T>
Bits bits_of(T value) {
  Bits bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}
template <class T>
T value_of(Bits bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <class T, int N>
Bits result_bits(Vec<T, N> y) {
  return bits_of<T>(y[0]);
}
template <class T, int N>
Bits result_bits(Mask<T, N> y) {
  return bits_of<bool>(any(y));
}

/// The op on one element of operands of type T; nothing when there is no such op.
template <class Op, class T, class R>
std::optional<Bits> eval_typed(std::span<const Bits> args, bool* fails) {
  using First = std::conditional_t<Op::info.mask_first, bool, T>;
  const auto on_args = [&]<std::size_t... I>(auto f, std::index_sequence<I...>) {
    return f(Vec<std::conditional_t<I == 0, First, T>, 1>(value_of<std::conditional_t<I == 0, First, T>>(args[I]))...);
  };
  constexpr auto indices = std::make_index_sequence<Op::info.arity>();
  if constexpr (requires(Vec<T, 1> v) { Op::fails(v, v); })
    *fails = on_args([](auto... x) { return any(Op::fails(x...)); }, indices);
  if constexpr (Op::info.result == Result::Attribute) {
    if constexpr (requires(Vec<T, 1> v) { Op::template eval<R>(v); })
      return on_args([](auto... x) { return result_bits(Op::template eval<R>(x...)); }, indices);
    return std::nullopt;
  } else if constexpr (std::is_same_v<R, std::conditional_t<Op::info.result == Result::Bool, bool, T>>) {
    return on_args([](auto... x) { return result_bits(Op::eval(x...)); }, indices);
  } else {
    return std::nullopt;
  }
}

/// Op `code` on one element of each operand; nothing when it does not take or give these types.
inline std::optional<Bits> eval(Opcode code, DType in, DType out, std::span<const Bits> args, bool* fails) {
  std::optional<Bits> result;
  *fails = false;
  AllOps::for_each([&]<class Op>(Tag<Op>) {
    if constexpr (std::is_base_of_v<Elementwise, Op>) {
      if (kOpcode<Op> != code || !contains(Op::info.types, in)) return;
      dispatch(in, [&]<class T>(Tag<T>) {
        if constexpr (contains(Op::info.types, dtype_of<T>))
          dispatch(out, [&]<class R>(Tag<R>) { result = eval_typed<Op, T, R>(args, fails); });
      });
    }
  });
  return result;
}

class Run {
 public:
  Run(const Kernel& kernel, std::span<void* const> buffers, std::span<const void* const> scalars)
      : kernel_(kernel), buffers_(buffers), scalars_(scalars) {}

  /// Whether every check passed.
  bool operator()() {
    for (const Nest& nest : kernel_.nests) {
      nest_ = &nest;
      values_.assign(nest.nodes.size(), 0);
      index_.assign(nest.axes.size(), 0);
      kept_ = 0;
      for (const Axis& a : nest.axes) kept_ += a.reduced ? 0 : 1;
      std::vector<char> after(nest.nodes.size());
      for (std::size_t i = 0; i < after.size(); ++i) {
        after[i] = nest.nodes[i].kind == NodeKind::Reduced;
        for (const NodeId arg : nest.nodes[i].args) after[i] |= after[static_cast<std::size_t>(arg.index)];
      }
      after_ = after;
      for_each_index(0, kept_, [&] { run_kept(); });
    }
    return !failed_;
  }

 private:
  template <class F>
  void for_each_index(std::size_t axis, std::size_t end, F f) {
    if (axis == end) return f();
    for (index_[axis] = 0; index_[axis] < nest_->axes[axis].extent; ++index_[axis]) for_each_index(axis + 1, end, f);
    index_[axis] = 0;
  }

  void run_kept() {
    if (nest_->reductions.empty()) {
      run_nodes(false);
    } else {
      std::vector<std::vector<Bits>> elements(nest_->reductions.size());
      for_each_index(kept_, index_.size(), [&] {
        run_nodes(false);
        for (std::size_t r = 0; r < elements.size(); ++r) elements[r].push_back(at(nest_->reductions[r].value));
      });
      reduced_.clear();
      for (std::size_t r = 0; r < elements.size(); ++r) reduced_.push_back(join_all(nest_->reductions[r], elements[r]));
      run_nodes(true);
    }
    for (const Store& s : nest_->stores) {
      const int size = size_of(kernel_.buffers[static_cast<std::size_t>(s.buffer)].type.dtype);
      std::memcpy(place(s.buffer, s.address, size), &values_[static_cast<std::size_t>(s.value.index)],
                  static_cast<std::size_t>(size));
    }
  }

  Bits at(NodeId id) const { return values_[static_cast<std::size_t>(id.index)]; }

  std::int64_t number(const Address& a) const {
    std::int64_t n = a.offset;
    for (std::size_t axis = 0; axis < a.strides.size(); ++axis) n += a.strides[axis] * index_[axis];
    for (const Address::Term& t : a.dynamic) n += t.factor * value_of<std::int64_t>(at(t.node));
    return n;
  }

  std::byte* place(std::int32_t buffer, const Address& a, int size) const {
    return static_cast<std::byte*>(buffers_[static_cast<std::size_t>(buffer)]) + number(a) * size;
  }

  void run_nodes(bool after) {
    for (std::size_t i = 0; i < nest_->nodes.size(); ++i)
      if (static_cast<bool>(after_[i]) == after) values_[i] = run_node(nest_->nodes[i]);
  }

  Bits run_node(const Node& n) {
    const auto size = static_cast<std::size_t>(size_of(n.dtype));
    Bits bits = 0;
    switch (n.kind) {
      case NodeKind::Scalar: std::memcpy(&bits, scalars_[static_cast<std::size_t>(n.slot)], size); return bits;
      case NodeKind::Constant: return n.bits;
      case NodeKind::Index: return bits_of(number(n.address));
      case NodeKind::Load: std::memcpy(&bits, place(n.slot, n.address, static_cast<int>(size)), size); return bits;
      case NodeKind::Reduced: return reduced_[static_cast<std::size_t>(n.slot)];
      case NodeKind::InRange: {
        const auto x = value_of<std::int64_t>(at(n.args[0]));
        failed_ |= n.may_fail && (x < 0 || x > n.limit);
        return bits_of(std::max<std::int64_t>(0, std::min(x, n.limit)));
      }
      case NodeKind::Op: return run_op(n);
    }
    return 0;
  }

  Bits run_op(const Node& n) {
    std::vector<Bits> args;
    for (const NodeId arg : n.args) args.push_back(at(arg));
    bool fails = false;
    const DType in = nest_->nodes[static_cast<std::size_t>(n.args.back().index)].dtype;
    const Bits result = eval(n.code, in, n.dtype, args, &fails).value();
    failed_ |= n.may_fail && fails;
    return result;
  }

  static Bits join(const Reduction& r, Bits a, Bits b) {
    bool fails = false;
    return eval(r.combine, r.dtype, r.dtype, std::array{a, b}, &fails).value();
  }

  /// ir/order.h, as it is written there.
  Bits join_all(const Reduction& r, std::span<const Bits> elements) const {
    const ReductionOrder& order = nest_->order;
    std::vector<Bits> chunks;
    const auto n = static_cast<std::int64_t>(elements.size());
    const std::int64_t row = order.lanes ? order.row : 1;
    const std::int64_t piece = std::min<std::int64_t>(row, kReduceChunk);
    std::int64_t rows_in_chunk = 0;
    std::vector<Bits> lanes;
    for (std::int64_t begin = 0; begin < n;) {
      if (rows_in_chunk == 0) lanes.assign(order.lanes ? kReduceLanes : 1, r.identity);
      const std::int64_t in_row = begin % row, end = begin + std::min(piece, row - in_row);
      for (std::int64_t i = begin; i < end; ++i) {
        Bits& lane = lanes[static_cast<std::size_t>(i - begin) % lanes.size()];
        lane = join(r, lane, elements[static_cast<std::size_t>(i)]);
      }
      begin = end;
      if (row <= kReduceChunk && ++rows_in_chunk < order.rows_per_chunk && begin < n) continue;
      rows_in_chunk = 0;
      for (std::size_t half = lanes.size() / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j) lanes[j] = join(r, lanes[j], lanes[j + half]);
      chunks.push_back(lanes[0]);
    }
    if (chunks.empty()) return r.identity;
    Bits total = chunks[0];
    for (std::size_t c = 1; c < chunks.size(); ++c) total = join(r, total, chunks[c]);
    return total;
  }

  const Kernel& kernel_;
  std::span<void* const> buffers_;
  std::span<const void* const> scalars_;
  const Nest* nest_ = nullptr;
  std::size_t kept_ = 0;
  std::vector<std::int64_t> index_;
  std::vector<Bits> values_, reduced_;
  std::vector<char> after_;
  bool failed_ = false;
};

}  // namespace tjit::reference
