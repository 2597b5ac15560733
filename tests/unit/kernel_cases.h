// Kernels built by hand, and their generated code against the interpreter of kernels.
#pragma once

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <random>

#include "codegen/kernel.h"
#include "codegen/llvm/native_kernel.h"
#include "ir/ops/element.h"
#include "runtime/kernels.h"

namespace tjit::test {

/// Vectors of each width, for this machine and for ones without masks (AVX-512), and without fma and wide vectors.
struct TestTarget {
  const char* cpu;
  int vector_bytes;
  CpuLevel needs;
};
inline constexpr TestTarget kTargets[] = {
    {"", 64, CpuLevel::Base}, {"", 16, CpuLevel::Base}, {"haswell", 32, CpuLevel::V3}, {"x86-64", 16, CpuLevel::Base}};

/// Numbers at which functions differ, then random ones.
template <class T>
std::vector<T> samples(std::int64_t count, std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  if constexpr (is_complex(dtype_of<T>)) {
    const std::vector<double> re = samples<double>(count, random), im = samples<double>(count, random);
    for (std::size_t i = 0; i < re.size(); ++i) values.emplace_back(re[i], im[i]);
    return values;
  } else {
    if constexpr (std::is_same_v<T, bool>) {
      values = {false, true, true};
    } else if constexpr (std::is_integral_v<T>) {
      values = {T(0), T(1), T(-1), T(2), T(-2), T(3), T(7), T(31), T(63), Limits::min(), Limits::max()};
    } else {
      values = {T(0),
                T(-0.0),
                T(1),
                T(-1),
                T(0.5),
                T(-2.5),
                T(3),
                T(100),
                T(-87.5),
                Limits::infinity(),
                -Limits::infinity(),
                Limits::quiet_NaN(),
                Limits::denorm_min(),
                Limits::max(),
                Limits::lowest(),
                Limits::min(),
                T(1e10),
                T(-3e9)};
    }
    std::shuffle(values.begin(), values.end(), random);
    while (static_cast<std::int64_t>(values.size()) < count) {
      if constexpr (std::is_same_v<T, bool>) {
        values.push_back(random() % 2 == 0);
      } else if constexpr (std::is_integral_v<T>) {
        values.push_back(static_cast<T>(static_cast<std::int64_t>(random() % 41) - 20));
      } else {
        values.push_back(static_cast<T>(static_cast<double>(static_cast<std::int64_t>(random() % 4001) - 2000) / 128));
      }
    }
    values.resize(static_cast<std::size_t>(count));
    return values;
  }
}

/// Memory of a buffer, with guard bytes around it.
class Memory {
 public:
  static constexpr std::size_t kGuard = 256;

  Memory(DType dtype, std::int64_t count, std::mt19937_64& random)
      : Memory(dtype, static_cast<std::size_t>(count) * static_cast<std::size_t>(size_of(dtype))) {
    dispatch(dtype, [&]<class T>(Tag<T>) {
      const auto values = samples<T>(count, random);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = values[i];
        std::memcpy(&store_[begin_ + i * sizeof(T)], &value, sizeof(T));
      }
    });
  }
  Memory(const Memory& other) : Memory(other.dtype_, other.bytes_) { std::memcpy(data(), other.data(), bytes_); }
  Memory& operator=(const Memory&) = delete;

  std::byte* data() { return &store_[begin_]; }
  const std::byte* data() const { return &store_[begin_]; }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(data());
  }

  bool guards_hold() const {
    for (std::size_t i = 0; i < kGuard; ++i)
      if (store_[begin_ - kGuard + i] != std::byte{0xa5} || store_[begin_ + bytes_ + i] != std::byte{0xa5})
        return false;
    return true;
  }

  /// The first element that differs, NaNs counting as equal; -1 for none.
  std::int64_t difference(const Memory& other) const {
    return dispatch(dtype_, [&]<class T>(Tag<T>) {
      for (std::size_t i = 0; i < bytes_ / sizeof(T); ++i) {
        T a, b;
        std::memcpy(&a, data() + i * sizeof(T), sizeof(T));
        std::memcpy(&b, other.data() + i * sizeof(T), sizeof(T));
        if (!Element<T>::same(a, b)) return static_cast<std::int64_t>(i);
      }
      return std::int64_t{-1};
    });
  }

 private:
  Memory(DType dtype, std::size_t bytes)
      : dtype_(dtype), bytes_(bytes), store_(bytes + 2 * kGuard + 64, std::byte{0xa5}) {
    begin_ = (-reinterpret_cast<std::uintptr_t>(store_.data()) & 63) + kGuard;
  }

  DType dtype_;
  std::size_t bytes_;
  std::vector<std::byte> store_;
  std::size_t begin_ = 0;
};

/// Whether the op takes operands of type `in` and then gives `out`.
inline bool takes(const OpDef& op, DType in, DType out) {
  return kernels().elementwise_kernel(op.code, in, out).run != nullptr;
}

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
    return add({.kind = NodeKind::Constant, .dtype = dtype_of<T>, .bits = ElementBits::of(value)});
  }
  NodeId scalar(int slot, DType t) { return add({.kind = NodeKind::Scalar, .dtype = t, .slot = slot}); }
  NodeId reduce(const char* op, DType t, NodeId value) {
    const OpDef& d = *find_op(op);
    const ReductionFacts& facts = d.reduction();
    nest.reductions.push_back({value, facts.combine, t, facts.identity(t)});
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
  std::vector<Memory> memory;  ///< of inputs and outputs before the run
  std::vector<std::vector<std::byte>> scalars = {};

  explicit Case(const Kernel& k, std::uint64_t seed = 1) : kernel(k) {
    std::mt19937_64 random(seed);
    for (const KernelBuffer& b : k.buffers) memory.emplace_back(b.type.dtype, element_count(b.type), random);
    for (const Type& t : k.scalar_types) {
      Memory one(t.dtype, 1, random);
      scalars.emplace_back(one.data(), one.data() + size_of(t.dtype));
    }
  }

  /// Runs generated code and the interpreter; both must give the same.
  void check(NativeKernelOptions options = {}) const {
    auto expected = memory, found = memory;
    const bool passes = interpret(kernel, pointers(expected, {}), scalar_pointers());
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

  void check_everywhere(NativeKernelOptions options = {}) const {
    for (const TestTarget& target : kTargets) {
      if (target.needs > hardware_level()) continue;
      CAPTURE(target.cpu);
      CAPTURE(target.vector_bytes);
      options.cpu = target.cpu;
      options.vector_bytes = target.vector_bytes;
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

}  // namespace tjit::test
