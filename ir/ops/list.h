// The op list. An op's position here is its opcode.
#pragma once

#include "ir/ops/arithmetic.h"
#include "ir/ops/index.h"
#include "ir/ops/logic.h"
#include "ir/ops/reduce.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"

namespace tjit {

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

/// The opcode of an op struct, as a constant.
template <class Op>
  requires(AllOps::index<Op> >= 0)
inline constexpr Opcode kOpcode = static_cast<Opcode>(AllOps::index<Op>);

}  // namespace tjit
