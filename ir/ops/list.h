// The op list. An op's position here is its opcode.
#pragma once

#include "ir/ops/arithmetic.h"
#include "ir/ops/index.h"
#include "ir/ops/logic.h"
#include "ir/ops/reduce.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"

namespace tjit {

template <class... T>
struct TypeList {
  static constexpr int size = sizeof...(T);
  /// Calls `f(Tag<T>{})` for each type in order.
  static constexpr void for_each(auto&& f) { (f(Tag<T>{}), ...); }
};

using AllOps = TypeList<
    // elementwise
    Add, Subtract, Multiply, Divide, FloorDiv, Mod, Power, Maximum, Minimum, Clip, Negative, Abs, Sign, Reciprocal,
    Square, Sqrt, Rsqrt, Exp, Log, Tanh, Sigmoid, Floor, Ceil, Round, Trunc, IsNan, IsInf, IsFinite, Equal, NotEqual,
    Less, LessEqual, Greater, GreaterEqual, LogicalAnd, LogicalOr, LogicalXor, LogicalNot, BitwiseAnd, BitwiseOr,
    BitwiseXor, BitwiseNot, ShiftLeft, ShiftRight, Where, Cast, Bitcast,
    // reduce
    ReduceSum, ReduceProd, ReduceMax, ReduceMin, ReduceAny, ReduceAll, ArgMax, ArgMin,
    // view
    BroadcastTo, Reshape, Transpose, Slice, Reverse,
    // index
    Pad, Concat, Gather, DynamicSlice, DynamicUpdateSlice, Iota,
    // contract
    Dot,
    // control
    Cond, While, Call, Fusion,
    // source, effect
    Constant, Print, Assert>;

namespace detail {
template <class Op, class List>
struct IndexIn;
template <class Op, class... T>
struct IndexIn<Op, TypeList<T...>> {
  static constexpr int value = [] {
    int i = 0, found = -1;
    ((std::is_same_v<Op, T> ? void(found = i) : void(0), ++i), ...);
    return found;
  }();
  static_assert(value >= 0, "the op is not in AllOps");
};
}  // namespace detail

/// The opcode of an op struct, as a constant.
template <class Op>
inline constexpr Opcode kOpcode = static_cast<Opcode>(detail::IndexIn<Op, AllOps>::value);

}  // namespace tjit
