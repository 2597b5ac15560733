// Generated code against kernels run one element at a time: every op, node kind, length of tail, reduction and check,
// at every width of vectors.

#include "kernel_cases.h"

using namespace tjit;
using namespace tjit::test;

namespace {

/// One op on some 160 elements, in vectors of `lanes`.
Kernel elementwise(const OpDef& op, DType in, DType out, int lanes) {
  const std::int64_t rows = 160 / lanes;
  KernelOf k;
  NestOf n(lanes > 1 ? std::vector<Axis>{{rows, false}, {lanes, false}} : std::vector<Axis>{{rows, false}, {2, true}});
  const std::vector<std::int64_t> along =
      lanes > 1 ? std::vector<std::int64_t>{lanes, 1} : std::vector<std::int64_t>{1, 0};
  std::vector<NodeId> args;
  for (int a = 0; a < op.info.arity; ++a) {
    const DType t = a == 0 && op.info.mask_first ? DType::Bool : in;
    args.push_back(n.load(k.buffer(t, {160}), t, along));
  }
  const NodeId result = n.op(op.code, out, args);
  n.store(k.buffer(out, {160}, true), result, along);
  if (lanes == 1) {
    // Beside a reduction by lanes, which uses up the vectors.
    n.nest.order = {.lanes = true, .row = 2};
    n.reduce("reduce_sum", DType::I32, n.constant(std::int32_t{1}));
  }
  k.add(n);
  return k.kernel;
}

}  // namespace

TEST_CASE("every elementwise op, on every type, at every number of lanes") {
  for (const OpDef& op : op_table()) {
    if (op.form() != Form::Map) continue;
    CAPTURE(op.info.name);
    for (const DTypeInfo& operand : kDTypes) {
      for (const DTypeInfo& result : kDTypes) {
        const DType in = operand.dtype, out = result.dtype;
        if (!takes(op, in, out)) continue;
        for (int lanes = 1; lanes * std::max(size_of(in), size_of(out)) <= 64; lanes *= 2) {
          CAPTURE(info(in).ir_name);
          CAPTURE(info(out).ir_name);
          CAPTURE(lanes);
          const Kernel kernel = elementwise(op, in, out, lanes);
          Case(kernel).check({.vector_bytes = 64});
        }
      }
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
      c.check_everywhere();
      c.check_everywhere({.shares = {-1, -1, a}});
      c.check_everywhere({.stream_bytes = 1});
    }
  }
}

TEST_CASE("strides: rows, columns, repeated, reversed, skipped") {
  for (const DTypeInfo& type : kDTypes) {
    const DType t = type.dtype;
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
    Case(k.kernel).check_everywhere();
    Case(k.kernel).check_everywhere({.stream_bytes = 1, .alignment = 1});
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
  n.store(out, n.op(kOpcode<Where>, DType::F64, {flag, n.op(kOpcode<Add>, DType::F64, {numbers, root}), numbers}),
          {19, 1});
  n.store(all, n.constant(std::int32_t{-77}), {19, 1});
  n.store(flags, flag, {19, 1});
  k.add(n);
  for (std::uint64_t seed = 1; seed < 5; ++seed) Case(k.kernel, seed).check_everywhere();
}

TEST_CASE("kernels of rank 0") {
  KernelOf k;
  const int in = k.buffer(DType::F32, {4}), out = k.buffer(DType::F32, {}, true);
  NestOf n({});
  n.store(out, n.op(kOpcode<Exp>, DType::F32, {n.load(in, DType::F32, {}, 2)}), {});
  k.add(n);
  Case(k.kernel).check_everywhere();
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
      good.check_everywhere();
      for (const std::int64_t wrong : {std::int64_t{-1}, std::int64_t{30}, INT64_MIN, INT64_MAX}) {
        Case bad = good;
        bad.memory[1].as<std::int64_t>()[extent - 1] = wrong;
        bad.check_everywhere();
        Case outside = good;
        std::memcpy(outside.scalars[0].data(), &wrong, 8);
        if (wrong != 30) outside.check_everywhere();
      }
    }
  }
}

TEST_CASE("no index is in the range of nothing") {
  for (const int extent : {0, 40}) {  // 0: the index is the same for all
    KernelOf k;
    const int in = k.buffer(DType::I64, {40}), out = k.buffer(DType::I64, {40}, true);
    NestOf n({{40, false}});
    const NodeId x = n.load(in, DType::I64, {extent == 0 ? 0 : 1});
    n.store(out, n.in_range(x, -1, true), {1});
    k.add(n);
    Case c(k.kernel);
    std::memset(c.memory[0].data(), 0, 40 * 8);
    c.check_everywhere();
  }
}

TEST_CASE("checks of integer division: whichever lane fails, and none that is not there") {
  for (const DType t : {DType::U8, DType::I32, DType::I64}) {
    for (const int extent : {2, 5, 16, 33, 67}) {
      KernelOf k;
      const int a = k.buffer(t, {extent}), b = k.buffer(t, {extent}), out = k.buffer(t, {extent}, true);
      NestOf n({{extent, false}});
      n.store(out, n.op(kOpcode<FloorDiv>, t, {n.load(a, t, {1}), n.load(b, t, {1})}, true), {1});
      k.add(n);
      Case c(k.kernel);
      std::memset(c.memory[1].data(), 3, static_cast<std::size_t>(extent * size_of(t)));
      c.check_everywhere();
      for (const int zero : {0, extent / 2, extent - 1}) {
        Case failing = c;
        std::memset(failing.memory[1].data() + zero * size_of(t), 0, static_cast<std::size_t>(size_of(t)));
        failing.check_everywhere();
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
    {"reduce_sum", DType::F32},  {"reduce_sum", DType::F64}, {"reduce_prod", DType::F64}, {"reduce_max", DType::F32},
    {"reduce_min", DType::F32},  {"reduce_max", DType::F64}, {"reduce_sum", DType::I32},  {"reduce_sum", DType::U8},
    {"reduce_min", DType::U8},   {"reduce_max", DType::I64}, {"reduce_prod", DType::I32}, {"reduce_any", DType::Bool},
    {"reduce_all", DType::Bool}, {"reduce_max", DType::U8}};

/// Reduces axes of [outer, kept, row] to one output for each kept index: by lanes over the row (and outer), or by
/// columns.
Kernel reduction(const Reduced& what, std::int64_t outer, std::int64_t kept, std::int64_t row, bool by_lanes,
                 int body) {
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
      Case(reduction(what, 1, 3, row, true, static_cast<int>(row % 3))).check_everywhere();
    }
    Case(reduction(what, 4, 2, 70, true, 0)).check_everywhere();
    Case(reduction(what, 4, 1, 5, true, 1)).check_everywhere();
  }
}

TEST_CASE("reductions of columns, bit for bit") {
  for (const Reduced& what : kReductions) {
    CAPTURE(what.op);
    CAPTURE(info(what.dtype).ir_name);
    for (const std::int64_t columns : {2, 3, 8, 17, 64, 131, 300}) {
      CAPTURE(columns);
      Case(reduction(what, 1, 5, columns, false, static_cast<int>(columns % 3))).check_everywhere();
    }
    Case(reduction(what, 3, 4, 20, false, 0)).check_everywhere();
  }
}

TEST_CASE("long reductions join chunk by chunk") {
  for (const Reduced& what : {Reduced{"reduce_sum", DType::F32}, Reduced{"reduce_max", DType::F64}}) {
    for (const int body : {0, 1}) {
      for (const std::int64_t row :
           {kReduceChunk - 1, kReduceChunk, kReduceChunk + 1, 2 * kReduceChunk + 77, 2 * kReduceChunk + 64})
        Case(reduction(what, 1, 1, row, true, body)).check_everywhere();
      Case(reduction(what, 2, 2, kReduceChunk + 40, true, body)).check_everywhere();
      Case(reduction(what, 700, 1, 300, true, body)).check_everywhere();
      Case(reduction(what, 400, 300, 9, false, body)).check_everywhere();
      Case(reduction(what, 3, 5000, 9, false, body)).check_everywhere();
      Case(reduction(what, kReduceChunk + 3, 1, 2, false, body)).check_everywhere();
    }
  }
}

TEST_CASE("an unknown CPU is the user's mistake") {
  KernelOf k;
  CHECK_THROWS_WITH_AS(NativeKernel(k.kernel, {.cpu = "8086"}), "error: unknown CPU '8086'", Error);
}
