// The bodies of all elementwise ops on one operand type and one number of lanes, as functions that clang turns into
// bitcode: a shard of the library that generated code takes its scalar and vector operations from (op_library.h).
#pragma once

#include <array>
#include <utility>

#include "codegen/llvm/bitcode/width.h"
#include "ir/ops/apply.h"
#include "ir/ops/ops.h"

namespace tjit::bitcode {

/// Operands and results travel through memory: as values, vectors would follow a calling convention that depends on the
/// instruction set. Parameters beyond an op's arity are unused.
using Body = void (*)(void* out, const void* a, const void* b, const void* c);

struct Entry {
  Body eval = nullptr;   ///< writes the result
  Body fails = nullptr;  ///< writes a bool per lane; null when the op cannot fail on this type
};

/// By opcode, then result type. Entries are empty where there is no such op.
using Table = std::array<std::array<Entry, kDTypeCount>, AllOps::size>;

template <class Op, class T, class R, int N>
struct OpBody {
  /// One volatile access: no pass may merge the reading of several operands into that of a chosen one.
  template <std::size_t kPlace>
  [[gnu::always_inline]] static auto read(const void* operand) {
    using V = Vec<OperandOf<Op, T, kPlace>, N>;
    return V::of(*static_cast<const volatile typename V::Raw*>(operand));
  }

  /// Calls `f` with the operands as vectors.
  template <class F>
  [[gnu::always_inline]] static void on_operands(F f, const void* a, const void* b, const void* c) {
    if constexpr (Op::info.arity == 1) {
      f(read<0>(a));
    } else if constexpr (Op::info.arity == 2) {
      f(read<0>(a), read<1>(b));
    } else {
      static_assert(Op::info.arity == 3);
      f(read<0>(a), read<1>(b), read<2>(c));
    }
  }

  static void eval(void* out, const void* a, const void* b, const void* c) {
    on_operands(
        [&](auto... x)
            __attribute__((always_inline)) { apply_op<Op, R>(x...).put(static_cast<typename Vec<R, N>::Raw*>(out)); },
        a, b, c);
  }

  static void fails(void* out, const void* a, const void* b, const void* c) {
    on_operands([&](auto... x)
                    __attribute__((always_inline)) { *static_cast<Vec<bool, N>*>(out) = to_bool(fails_op<Op>(x...)); },
                a, b, c);
  }
};

template <class T, int N>
consteval Table shard() {
  Table table{};
  AllOps::for_each([&]<class Op>(Tag<Op>) {
    if constexpr (std::is_base_of_v<Elementwise, Op>) {
      for_each_result<Op, T>([&]<class R>(Tag<R>) {
        if constexpr (sizeof(R) * N <= kMaxVectorBytes) {
          using Body = OpBody<Op, T, R, N>;
          Entry& entry = table[static_cast<std::size_t>(kOpcode<Op>)][static_cast<std::size_t>(dtype_of<R>)];
          entry.eval = Body::eval;
          if constexpr (can_fail<Op, T>) entry.fails = Body::fails;
        }
      });
    }
  });
  return table;
}

}  // namespace tjit::bitcode
