// How an elementwise op is applied to vectors of elements: the one place that eager kernels, the bitcode that generated
// code inlines, inference and tests share. All is inlined at each call, as no code of one instruction set may serve
// another.
#pragma once

#include <utility>

#include "ir/ops/base.h"
#include "ir/ops/element.h"
#include "ir/ops/math_basic.h"

namespace tjit {

/// The element type of operand `kPlace` of an op on elements of type T.
template <class Op, class T, std::size_t kPlace>
using OperandOf = std::conditional_t<kPlace == 0 && Op::info.mask_first, bool, T>;

namespace detail {
/// What an op computes with.
template <class Op, class T, int N>
[[gnu::always_inline]] inline auto operand(Vec<T, N> v) {
  if constexpr (Op::info.as_stored) {
    return v;
  } else {
    return math::cast<typename Element<T>::Compute>(v);
  }
}
template <class Op, class T, std::size_t... I>
consteval bool can_fail(std::index_sequence<I...>) {
  return requires(Vec<OperandOf<Op, T, I>, 1>... x) { Op::fails(operand<Op>(x)...); };
}
template <class R, class T, int N>
[[gnu::always_inline]] inline Vec<R, N> elements(Vec<T, N> v) {
  return math::cast<R>(v);
}
template <class R, class T, int N>
[[gnu::always_inline]] inline Vec<R, N> elements(Mask<T, N> m) {
  return to_bool(m);
}
}  // namespace detail

/// Calls `f(Tag<R>)` for each type R of results that an elementwise op gives on operands of type T, if it takes them.
template <class Op, class T>
constexpr void for_each_result(auto f) {
  if constexpr (contains(Op::info.types, dtype_of<T>)) {
    if constexpr (Op::info.result == Result::Attribute) {
      ElementTypes::for_each([&]<class R>(Tag<R> result) {
        if constexpr (requires(Vec<T, 1> x) { Op::template eval<R>(x); }) f(result);
      });
    } else {
      f(Tag<ElementOf<result_dtype(Op::info.result, dtype_of<T>)>>());
    }
  }
}

/// Calls `f(Tag<T>, Tag<R>)` for each operand type T that an elementwise op takes and result type R that it gives.
template <class Op>
constexpr void for_each_signature(auto f) {
  ElementTypes::for_each([&](auto operand) {
    for_each_result<Op, typename decltype(operand)::type>([&](auto result) { f(operand, result); });
  });
}

/// Whether an elementwise op can fail on elements of type T.
template <class Op, class T>
inline constexpr bool can_fail = detail::can_fail<Op, T>(std::make_index_sequence<Op::info.arity>());

/// The op's results, of type R, on vectors of its operands: computed in their compute type and rounded once.
template <class Op, class R, class... V>
[[gnu::always_inline]] inline auto apply_op(V... x) {
  if constexpr (Op::info.result == Result::Attribute) {
    [[clang::always_inline]] return detail::elements<R>(Op::template eval<R>(detail::operand<Op>(x)...));
  } else {
    [[clang::always_inline]] return detail::elements<R>(Op::eval(detail::operand<Op>(x)...));
  }
}

/// A mask of the lanes in which the op fails.
template <class Op, class... V>
[[gnu::always_inline]] inline auto fails_op(V... x) {
  [[clang::always_inline]] return Op::fails(detail::operand<Op>(x)...);
}

}  // namespace tjit
