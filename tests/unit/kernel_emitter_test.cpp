// Generated code against kernels run one element at a time: every op, node kind, length of tail, reduction and check, at
// every width of vectors.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "codegen/llvm/native_kernel.h"
#include "tests/unit/kernel_reference.h"

using namespace tjit;

namespace {

constexpr int kWidths[] = {16, 32, 64};
constexpr DType kAllTypes[] = {DType::Bool, DType::U8, DType::I32, DType::I64, DType::F32, DType::F64};

/// Numbers at which functions differ, then random ones.
template <class T>
std::vector<T> samples(std::int64_t count, std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  if constexpr (std::is_same_v<T, bool>) {
    values = {false, true, true};
  } else if constexpr (std::is_integral_v<T>) {
    values = {T(0), T(1), T(-1), T(2), T(-2), T(3), T(7), T(31), T(63), Limits::min(), Limits::max()};
  } else {
    values = {T(0), T(-0.0), T(1), T(-1), T(0.5), T(-2.5), T(3), T(100), T(-87.5), Limits::infinity(),
              -Limits::infinity(), Limits::quiet_NaN(), Limits::denorm_min(), Limits::max(), Limits::lowest(),
              Limits::min(), T(1e10), T(-3e9)};
  }
  std::shuffle(values.begin(), values.end(), random);
  while (static_cast<std::int64_t>(values.size()) < count) {
    if constexpr (std::is_same_v<T, bool>) {
      values.push_back(random() % 2 == 0);
    } else if constexpr (std::is_integral_v<T>) {
      values.push_back(static_cast<T>(static_cast<std::int64_t>(random() % 41) - 20));
    } else {
      values.push_back(static_cast<T>(static_cast<std::int64_t>(random() % 4001) - 2000) / T(128));
    }
  }
  values.resize(static_cast<std::size_t>(count));
  return values;
}

/// Memory of a buffer, with guard bytes around it.
class Memory {
 public:
  static constexpr std::size_t kGuard = 256;

  Memory(DType dtype, std::int64_t count, std::mt19937_64& random)
      : dtype_(dtype), bytes_(static_cast<std::size_t>(count) * static_cast<std::size_t>(size_of(dtype))) {
    store_.resize(bytes_ + 2 * kGuard + 64, std::byte{0xa5});
    begin_ = (-reinterpret_cast<std::uintptr_t>(store_.data()) & 63) + kGuard;
    dispatch(dtype, [&]<class T>(Tag<T>) {
      const auto values = samples<T>(count, random);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = values[i];
        std::memcpy(&store_[begin_ + i * sizeof(T)], &value, sizeof(T));
      }
    });
  }
  Memory(const Memory& other) : Memory(other.dtype_, 0, unused()) {
    bytes_ = other.bytes_;
    store_.assign(other.store_.size(), std::byte{0xa5});
    begin_ = (-reinterpret_cast<std::uintptr_t>(store_.data()) & 63) + kGuard;
    std::memcpy(data(), other.data(), bytes_);
  }
  Memory& operator=(const Memory&) = delete;

  std::byte* data() { return &store_[begin_]; }
  const std::byte* data() const { return &store_[begin_]; }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(data());
  }

  bool guards_hold() const {
    for (std::size_t i = 0; i < kGuard; ++i)
      if (store_[begin_ - kGuard + i] != std::byte{0xa5} || store_[begin_ + bytes_ + i] != std::byte{0xa5}) return false;
    return true;
  }

  /// The first element that differs, NaNs counting as equal; -1 for none.
  std::int64_t difference(const Memory& other) const {
    return dispatch(dtype_, [&]<class T>(Tag<T>) {
      for (std::size_t i = 0; i < bytes_ / sizeof(T); ++i) {
        T a, b;
        std::memcpy(&a, data() + i * sizeof(T), sizeof(T));
        std::memcpy(&b, other.data() + i * sizeof(T), sizeof(T));
        if (std::memcmp(&a, &b, sizeof(T)) != 0 && (a == a || b == b)) return static_cast<std::int64_t>(i);
      }
      return std::int64_t{-1};
    });
  }

 private:
  static std::mt19937_64& unused() {
    static std::mt19937_64 random;
    return random;
  }
  DType dtype_;
  std::size_t bytes_;
  std::vector<std::byte> store_;
  std::size_t begin_ = 0;
};

/// Builds nests by hand.
struct NestOf {
  explicit NestOf(std::vector<Axis> axes) { nest.axes = std::move(axes); }

  NodeId add(Node n) {
    nest.nodes.push_back(std::move(n));
    return {static_cast<std::int32_t>(nest.nodes.size()) - 1};
  }
  NodeId load(int buffer, DType t, std::vector<std::int64_t> strides, std::int64_t offset = 0,
              std::vector<Address::Term> dynamic = {}) {
    return add({.kind = NodeKind::Load, .dtype = t, .slot = buffer, .address = {offset, strides, dynamic}});
  }
  NodeId op(Opcode code, DType t, std::vector<NodeId> args, bool may_fail = false) {
    return add({.kind = NodeKind::Op, .dtype = t, .code = code, .args = std::move(args), .may_fail = may_fail});
  }
  NodeId index(std::vector<std::int64_t> strides, std::int64_t offset = 0) {
    return add({.kind = NodeKind::Index, .dtype = DType::I64, .address = {offset, strides, {}}});
  }
  NodeId in_range(NodeId x, std::int64_t limit, bool may_fail) {
    return add({.kind = NodeKind::InRange, .dtype = DType::I64, .args = {x}, .limit = limit, .may_fail = may_fail});
  }
  template <class T>
  NodeId constant(T value) {
    return add({.kind = NodeKind::Constant, .dtype = dtype_of<T>, .bits = reference::bits_of(value)});
  }
  NodeId scalar(int slot, DType t) { return add({.kind = NodeKind::Scalar, .dtype = t, .slot = slot}); }
  NodeId reduce(const char* op, DType t, NodeId value) {
    const OpDef& d = *find_op(op);
    std::uint64_t identity = 0;
    d.identity(t, &identity);
    nest.reductions.push_back({value, d.combine, t, identity});
    return add({.kind = NodeKind::Reduced, .dtype = t, .slot = static_cast<int>(nest.reductions.size()) - 1});
  }
  void store(int buffer, NodeId value, std::vector<std::int64_t> strides, std::int64_t offset = 0,
             std::vector<Address::Term> dynamic = {}) {
    nest.stores.push_back({buffer, {offset, strides, dynamic}, value});
  }
  Nest nest;
};

struct KernelOf {
  int buffer(DType t, Shape shape, bool output = false) {
    kernel.buffers.push_back({{}, {t, shape}, output});
    return static_cast<int>(kernel.buffers.size()) - 1;
  }
  int scalar(DType t) {
    kernel.scalars.push_back({});
    kernel.scalar_types.push_back({t, {}});
    return static_cast<int>(kernel.scalars.size()) - 1;
  }
  void add(NestOf n) {
    for (const Node& node : n.nest.nodes) kernel.may_fail |= node.may_fail;
    kernel.nests.push_back(std::move(n.nest));
  }
  Kernel kernel;
};

struct Case {
  const Kernel& kernel;
  std::vector<Memory> memory;                ///< of inputs and outputs before the run
  std::vector<std::vector<std::byte>> scalars = {};

  explicit Case(const Kernel& k, std::uint64_t seed = 1) : kernel(k) {
    std::mt19937_64 random(seed);
    for (const KernelBuffer& b : k.buffers) memory.emplace_back(b.type.dtype, element_count(b.type), random);
    for (const Type& t : k.scalar_types) {
      Memory one(t.dtype, 1, random);
      scalars.emplace_back(one.data(), one.data() + 8);
    }
  }

  /// Runs generated code and the reference; both must give the same.
  void check(NativeKernelOptions options = {}) const {
    auto expected = memory, found = memory;
    const bool passes = reference::Run(kernel, pointers(expected, {}), scalar_pointers())();
    NativeKernel native(kernel, options);
    const bool passed = native.run(pointers(found, options.shares), scalar_pointers());
    REQUIRE(passed == passes);
    for (std::size_t i = 0; i < found.size(); ++i) {
      REQUIRE(found[i].guards_hold());
      const int shares = options.shares.empty() ? -1 : options.shares[i];
      const Memory& place = found[shares >= 0 ? static_cast<std::size_t>(shares) : i];
      if (!passes || !kernel.buffers[i].output) continue;
      CAPTURE(i);
      CHECK(place.difference(expected[i]) == -1);
    }
  }

  void check_all_widths(NativeKernelOptions options = {}) const {
    for (const int width : kWidths) {
      CAPTURE(width);
      options.vector_bytes = width;
      check(options);
    }
  }

  std::vector<void*> pointers(std::vector<Memory>& m, const std::vector<int>& shares) const {
    std::vector<void*> p;
    for (std::size_t i = 0; i < m.size(); ++i)
      p.push_back(m[shares.empty() || shares[i] < 0 ? i : static_cast<std::size_t>(shares[i])].data());
    return p;
  }
  std::vector<const void*> scalar_pointers() const {
    std::vector<const void*> p;
    for (const auto& s : scalars) p.push_back(s.data());
    return p;
  }
};

}  // namespace

TEST_CASE("every elementwise op, on every type") {
  for (const OpDef& d : op_table()) {
    if (d.kind != OpKind::Elementwise) continue;
    for (const DType in : kAllTypes) {
      // All result types at once: one kernel with an output for each.
      KernelOf k;
      NestOf n({{150, false}});
      std::vector<NodeId> args;
      std::vector<std::pair<NodeId, DType>> results;
      for (int a = 0; a < d.info.arity; ++a) {
        const DType t = a == 0 && d.info.mask_first ? DType::Bool : in;
        args.push_back(n.load(k.buffer(t, {150}), t, {1}));
      }
      for (const DType out : kAllTypes) {
        bool fails = false;
        const std::vector<reference::Bits> zeros(args.size(), 0);
        if (!reference::eval(d.code, in, out, zeros, &fails)) continue;
        results.emplace_back(n.op(d.code, out, args), out);
      }
      if (results.empty()) continue;
      for (const auto& [node, out] : results) n.store(k.buffer(out, {150}, true), node, {1});
      k.add(n);
      CAPTURE(d.info.name);
      CAPTURE(info(in).ir_name);
      Case(k.kernel).check_all_widths();
    }
  }
}

TEST_CASE("tails of every length") {
  for (const auto [t, most] : {std::pair{DType::F32, 40}, std::pair{DType::U8, 140}, std::pair{DType::F64, 20}}) {
    for (int extent = 1; extent <= most; extent += t == DType::U8 ? 3 : 1) {
      CAPTURE(info(t).ir_name);
      CAPTURE(extent);
      KernelOf k;
      const int a = k.buffer(t, {extent}), b = k.buffer(t, {extent}), out = k.buffer(t, {extent}, true);
      NestOf n(extent == 1 ? std::vector<Axis>{} : std::vector<Axis>{{extent, false}});
      const std::vector<std::int64_t> along(n.nest.axes.size(), 1);
      const NodeId x = n.load(a, t, along), y = n.load(b, t, along);
      const NodeId sum = n.op(kOpcode<Add>, t, {n.op(kOpcode<Square>, t, {x}), y});
      n.store(out, sum, along);
      k.add(n);
      const Case c(k.kernel);
      c.check_all_widths();
      c.check_all_widths({.shares = {-1, -1, a}});
      c.check_all_widths({.stream_bytes = 1});
    }
  }
}

TEST_CASE("strides: rows, columns, repeated, reversed, skipped") {
  for (const DType t : kAllTypes) {
    CAPTURE(info(t).ir_name);
    KernelOf k;
    const int a = k.buffer(t, {7, 37}), b = k.buffer(t, {37, 7}), c = k.buffer(t, {37}), e = k.buffer(t, {7, 80});
    const int out = k.buffer(t, {7, 37}, true), turned = k.buffer(t, {37, 7}, true), back = k.buffer(t, {7, 37}, true);
    NestOf n({{7, false}, {37, false}});
    const NodeId x = n.load(a, t, {37, -1}, 36), y = n.load(b, t, {1, 7}), z = n.load(c, t, {0, 1});
    const NodeId w = n.load(a, t, {37, 0}, 5), v = n.load(e, t, {80, 2}, 1);
    const Opcode join = t == DType::Bool ? kOpcode<LogicalXor> : kOpcode<Add>;
    const NodeId sum = n.op(join, t, {n.op(join, t, {x, y}), n.op(join, t, {n.op(join, t, {z, w}), v})});
    n.store(out, sum, {37, 1});
    n.store(turned, sum, {1, 7});
    n.store(back, x, {37, -1}, 36);
    k.add(n);
    Case(k.kernel).check_all_widths();
    Case(k.kernel).check_all_widths({.stream_bytes = 1, .alignment = 1});
  }
}

TEST_CASE("scalars, constants, indices, and nodes that are the same for all indices") {
  KernelOf k;
  const int out = k.buffer(DType::F64, {5, 19}, true), all = k.buffer(DType::I32, {5, 19}, true);
  const int flags = k.buffer(DType::Bool, {5, 19}, true);
  const int s = k.scalar(DType::F64), c = k.scalar(DType::Bool);
  NestOf n({{5, false}, {19, false}});
  const NodeId i = n.index({3, 2}, -4), j = n.index({100, 0}, 7);
  const NodeId numbers = n.op(kOpcode<Cast>, DType::F64, {n.op(kOpcode<Multiply>, DType::I64, {i, j})});
  const NodeId root = n.op(kOpcode<Exp>, DType::F64, {n.op(kOpcode<Tanh>, DType::F64, {n.scalar(s, DType::F64)})});
  const NodeId flag = n.scalar(c, DType::Bool);
  n.store(out, n.op(kOpcode<Where>, DType::F64, {flag, n.op(kOpcode<Add>, DType::F64, {numbers, root}), numbers}), {19, 1});
  n.store(all, n.constant(std::int32_t{-77}), {19, 1});
  n.store(flags, flag, {19, 1});
  k.add(n);
  for (std::uint64_t seed = 1; seed < 5; ++seed) Case(k.kernel, seed).check_all_widths();
}

TEST_CASE("kernels of rank 0") {
  KernelOf k;
  const int in = k.buffer(DType::F32, {4}), out = k.buffer(DType::F32, {}, true);
  NestOf n({});
  n.store(out, n.op(kOpcode<Exp>, DType::F32, {n.load(in, DType::F32, {}, 2)}), {});
  k.add(n);
  Case(k.kernel).check_all_widths();
}

TEST_CASE("looking up and windows") {
  for (const int extent : {3, 16, 45}) {
    for (const bool may_fail : {false, true}) {
      KernelOf k;
      const int table = k.buffer(DType::F32, {30, 45}), rows = k.buffer(DType::I64, {extent});
      const int out = k.buffer(DType::F32, {extent, 45}, true), turned = k.buffer(DType::F32, {45, extent}, true);
      const int window = k.buffer(DType::F32, {200}, true), at = k.scalar(DType::I64);
      NestOf n({{extent, false}, {45, false}});
      const NodeId row = n.in_range(n.load(rows, DType::I64, {1, 0}), 29, may_fail);
      n.store(out, n.load(table, DType::F32, {0, 1}, 0, {{row, 45}}), {45, 1});
      k.add(n);
      NestOf lanes({{45, false}, {extent, false}});
      const NodeId by_lane = lanes.in_range(lanes.load(rows, DType::I64, {0, 1}), 29, may_fail);
      lanes.store(turned, lanes.load(table, DType::F32, {1, 0}, 0, {{by_lane, 45}}), {extent, 1});
      k.add(lanes);
      NestOf move({{extent, false}});
      const NodeId start = move.in_range(move.scalar(at, DType::I64), 200 - extent, may_fail);
      move.store(window, move.load(table, DType::F32, {1}, 3), {1}, 0, {{start, 1}});
      k.add(move);
      CAPTURE(extent);
      Case good(k.kernel);
      for (int i = 0; i < extent; ++i) good.memory[1].as<std::int64_t>()[i] = (i * 7) % 30;
      good.scalars[0].assign(8, std::byte{0});
      good.check_all_widths();
      for (const std::int64_t wrong : {std::int64_t{-1}, std::int64_t{30}, INT64_MIN, INT64_MAX}) {
        Case bad = good;
        bad.memory[1].as<std::int64_t>()[extent - 1] = wrong;
        bad.check_all_widths();
        Case outside = good;
        std::memcpy(outside.scalars[0].data(), &wrong, 8);
        if (wrong != 30) outside.check_all_widths();
      }
    }
  }
}

TEST_CASE("checks of integer division: whichever lane fails, and none that is not there") {
  for (const DType t : {DType::U8, DType::I32, DType::I64}) {
    for (const int extent : {1, 5, 16, 33, 67}) {
      KernelOf k;
      const int a = k.buffer(t, {extent}), b = k.buffer(t, {extent}), out = k.buffer(t, {extent}, true);
      NestOf n({{extent, false}});
      n.store(out, n.op(kOpcode<FloorDiv>, t, {n.load(a, t, {1}), n.load(b, t, {1})}, true), {1});
      if (extent > 1) k.add(n);
      if (extent == 1) continue;
      Case c(k.kernel);
      std::memset(c.memory[1].data(), 3, static_cast<std::size_t>(extent * size_of(t)));
      c.check_all_widths();
      for (const int zero : {0, extent / 2, extent - 1}) {
        Case failing = c;
        std::memset(failing.memory[1].data() + zero * size_of(t), 0, static_cast<std::size_t>(size_of(t)));
        failing.check_all_widths();
      }
    }
  }
}

TEST_CASE("a check that holds for all indices comes before any store") {
  KernelOf k;
  const int in = k.buffer(DType::I32, {20}), out = k.buffer(DType::I32, {20}, true), zero = k.scalar(DType::I32);
  NestOf first({{20, false}});
  first.store(out, first.op(kOpcode<Negative>, DType::I32, {first.load(in, DType::I32, {1})}), {1});
  k.add(first);
  NestOf n({{20, false}});
  const NodeId divisor = n.scalar(zero, DType::I32);
  n.store(out, n.op(kOpcode<Mod>, DType::I32, {n.constant(std::int32_t{7}), divisor}, true), {1});
  k.add(n);
  Case c(k.kernel);
  c.scalars[0].assign(8, std::byte{0});
  auto memory = c.memory;
  NativeKernel native(k.kernel, {.shares = {-1, in}});
  CHECK_FALSE(native.run(c.pointers(memory, {-1, in}), c.scalar_pointers()));
  CHECK(memory[0].difference(c.memory[0]) == -1);
}

namespace {

struct Reduced {
  const char* op;
  DType dtype;
};
constexpr Reduced kReductions[] = {
    {"reduce_sum", DType::F32},  {"reduce_sum", DType::F64},  {"reduce_prod", DType::F64}, {"reduce_max", DType::F32},
    {"reduce_min", DType::F32},  {"reduce_max", DType::F64},  {"reduce_sum", DType::I32},  {"reduce_sum", DType::U8},
    {"reduce_min", DType::U8},   {"reduce_max", DType::I64},  {"reduce_prod", DType::I32}, {"reduce_any", DType::Bool},
    {"reduce_all", DType::Bool}, {"reduce_max", DType::U8}};

/// Reduces axes of [outer, kept, row] to one output for each kept index: by lanes over the row (and outer), or by columns.
Kernel reduction(const Reduced& what, std::int64_t outer, std::int64_t kept, std::int64_t row, bool by_lanes, int body) {
  KernelOf k;
  const DType t = what.dtype;
  const int in = k.buffer(t, {outer, kept, row});
  const std::int64_t outputs = by_lanes ? kept : row;
  const int out = k.buffer(t, {outputs}, true), twice = k.buffer(t, {outputs}, true);
  std::vector<Axis> axes;
  std::vector<std::int64_t> strides;
  const auto axis = [&](std::int64_t extent, std::int64_t stride, bool reduced) {
    if (extent == 1) return;
    axes.push_back({extent, reduced});
    strides.push_back(stride);
  };
  if (by_lanes) {
    axis(kept, row, false), axis(outer, kept * row, true), axis(row, 1, true);
  } else {
    axis(row, 1, false), axis(outer, kept * row, true), axis(kept, row, true);
  }
  NestOf n(axes);
  n.nest.order = reduction_order(Shape{outer, kept, row}, by_lanes ? Dims{0, 2} : Dims{0, 1});
  NodeId x = n.load(in, t, strides);
  if (body == 1 && is_float(t)) x = n.op(kOpcode<Exp>, t, {x});
  if (body == 2 && t != DType::Bool) x = n.op(kOpcode<Multiply>, t, {x, x});
  const NodeId result = n.reduce(what.op, t, x);
  std::vector<std::int64_t> along(axes.size(), 0);
  if (outputs > 1) along[0] = 1;
  n.store(out, result, along);
  const Opcode join = t == DType::Bool ? kOpcode<LogicalXor> : kOpcode<Add>;
  n.store(twice, n.op(join, t, {result, result}), along);
  k.add(n);
  return k.kernel;
}

}  // namespace

TEST_CASE("reductions of rows, bit for bit") {
  for (const Reduced& what : kReductions) {
    CAPTURE(what.op);
    CAPTURE(info(what.dtype).ir_name);
    for (const std::int64_t row : {2, 3, 7, 16, 33, 64, 65, 100, 128, 200, 259}) {
      CAPTURE(row);
      Case(reduction(what, 1, 3, row, true, static_cast<int>(row % 3))).check_all_widths();
    }
    Case(reduction(what, 4, 2, 70, true, 0)).check_all_widths();
    Case(reduction(what, 4, 1, 5, true, 1)).check_all_widths();
  }
}

TEST_CASE("reductions of columns, bit for bit") {
  for (const Reduced& what : kReductions) {
    CAPTURE(what.op);
    CAPTURE(info(what.dtype).ir_name);
    for (const std::int64_t columns : {2, 3, 8, 17, 64, 131, 300}) {
      CAPTURE(columns);
      Case(reduction(what, 1, 5, columns, false, static_cast<int>(columns % 3))).check_all_widths();
    }
    Case(reduction(what, 3, 4, 20, false, 0)).check_all_widths();
  }
}

TEST_CASE("long reductions join chunk by chunk") {
  for (const Reduced& what : {Reduced{"reduce_sum", DType::F32}, Reduced{"reduce_max", DType::F64}}) {
    for (const int body : {0, 1}) {
      for (const std::int64_t row : {kReduceChunk - 1, kReduceChunk, kReduceChunk + 1, 2 * kReduceChunk + 77,
                                     2 * kReduceChunk + 64})
        Case(reduction(what, 1, 1, row, true, body)).check_all_widths();
      Case(reduction(what, 2, 2, kReduceChunk + 40, true, body)).check_all_widths();
      Case(reduction(what, 700, 1, 300, true, body)).check_all_widths();
      Case(reduction(what, 400, 300, 9, false, body)).check_all_widths();
      Case(reduction(what, kReduceChunk + 3, 1, 2, false, body)).check_all_widths();
    }
  }
}
