// The bodies of all elementwise ops on one operand type and one number of lanes, as functions that clang turns into
// bitcode: a shard of the library that generated code takes its scalar and vector operations from (op_library.h).
#pragma once

#include <array>
#include <utility>

#include "codegen/llvm/bitcode/width.h"
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

template <class T, int N>
[[gnu::always_inline]] inline void write(void* out, Vec<T, N> value) {
  *static_cast<Vec<T, N>*>(out) = value;
}
template <class T, int N>
[[gnu::always_inline]] inline void write(void* out, Mask<T, N> value) {
  write(out, to_bool(value));
}

template <class Op, class T, class R, int N>
struct OpBody {
  /// One volatile access: no pass may merge the reading of several operands into that of a chosen one.
  template <class V>
  [[gnu::always_inline]] static V read(const void* operand) {
    return V::of(*static_cast<const volatile typename V::Raw*>(operand));
  }

  /// Calls `f` with the operands as vectors.
  template <class F>
  [[gnu::always_inline]] static void on_operands(F f, const void* a, const void* b, const void* c) {
    using First = Vec<std::conditional_t<Op::info.mask_first, bool, T>, N>;
    using Other = Vec<T, N>;
    if constexpr (Op::info.arity == 1) {
      f(read<First>(a));
    } else if constexpr (Op::info.arity == 2) {
      f(read<First>(a), read<Other>(b));
    } else {
      static_assert(Op::info.arity == 3);
      f(read<First>(a), read<Other>(b), read<Other>(c));
    }
  }

  static void eval(void* out, const void* a, const void* b, const void* c) {
    on_operands(
        [&](auto... x) __attribute__((always_inline)) {
          if constexpr (Op::info.result == Result::Attribute) {
            [[clang::always_inline]] write(out, Op::template eval<R>(x...));
          } else {
            [[clang::always_inline]] write(out, Op::eval(x...));
          }
        },
        a, b, c);
  }

  static void fails(void* out, const void* a, const void* b, const void* c) {
    on_operands([&](auto... x) __attribute__((always_inline)) { [[clang::always_inline]] write(out, Op::fails(x...)); },
                a, b, c);
  }
};

template <class T, int N>
consteval Table shard() {
  Table table{};
  AllOps::for_each([&]<class Op>(Tag<Op>) {
    if constexpr (std::is_base_of_v<Elementwise, Op>) {
      ElementTypes::for_each([&]<class R>(Tag<R>) {
        if constexpr (gives<Op, T, R>() && sizeof(R) * N <= kMaxVectorBytes) {
          using Body = OpBody<Op, T, R, N>;
          Entry& entry = table[static_cast<std::size_t>(kOpcode<Op>)][static_cast<std::size_t>(dtype_of<R>)];
          entry.eval = Body::eval;
          if constexpr (requires(Vec<T, N> v) { Op::fails(v, v); }) entry.fails = Body::fails;
        }
      });
    }
  });
  return table;
}

}  // namespace tjit::bitcode
