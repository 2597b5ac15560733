// The op list: names alone. An op's position here is its opcode.
#pragma once

#include "tjit/dtype.h"

namespace tjit {

inline namespace ops {

// The list declares the ops; other namespaces have names of their own.
// NOLINTBEGIN(bugprone-forward-declaration-namespace)
// Elementwise ops, a list for each file that defines them: their kernels are compiled list by list.
using ArithmeticOps =
    TypeList<struct Add, struct Subtract, struct Multiply, struct Divide, struct FloorDiv, struct Mod, struct Power,
             struct Maximum, struct Minimum, struct Clip, struct Negative, struct Abs, struct Sign, struct Reciprocal,
             struct Square, struct Sqrt, struct Rsqrt, struct Floor, struct Ceil, struct Round, struct Trunc>;
using FunctionOps = TypeList<struct Exp, struct Expm1, struct Log, struct Log1p, struct Sigmoid, struct Sin, struct Cos,
                             struct Tan, struct Asin, struct Acos, struct Atan, struct Atan2, struct Sinh, struct Cosh,
                             struct Tanh, struct Asinh, struct Acosh, struct Atanh>;
using SpecialOps = TypeList<struct Erf, struct Erfc, struct ErfInv, struct Cbrt, struct Hypot, struct Lgamma,
                            struct Digamma, struct Copysign, struct NextAfter, struct PopulationCount>;
using LogicOps = TypeList<struct IsNan, struct IsInf, struct IsFinite, struct Equal, struct NotEqual, struct Less,
                          struct LessEqual, struct Greater, struct GreaterEqual, struct LogicalAnd, struct LogicalOr,
                          struct LogicalXor, struct LogicalNot, struct BitwiseAnd, struct BitwiseOr, struct BitwiseXor,
                          struct BitwiseNot, struct ShiftLeft, struct ShiftRight, struct Where>;
using ConvertOps = TypeList<struct Cast, struct Bitcast>;
using ComplexOps = TypeList<struct Real, struct Imag, struct Conj, struct MakeComplex, struct Angle>;
using ElementwiseLists = TypeList<ArithmeticOps, FunctionOps, SpecialOps, LogicOps, ConvertOps, ComplexOps>;

using ReduceOps = TypeList<struct ReduceSum, struct ReduceProd, struct ReduceMax, struct ReduceMin, struct ReduceAny,
                           struct ReduceAll, struct CumSum, struct CumProd, struct CumMax, struct CumMin, struct ArgMax,
                           struct ArgMin>;

using OtherOps = TypeList<
    // view
    struct BroadcastTo, struct Reshape, struct Transpose, struct Slice, struct Reverse,
    // index
    struct Pad, struct Concat, struct Gather, struct Scatter, struct DynamicSlice, struct DynamicUpdateSlice,
    struct Iota, struct Sort, struct ArgSort, struct TopK,
    // contract
    struct Dot, struct Conv, struct ReduceWindow,
    // control
    struct Cond, struct While, struct Call, struct Fusion,
    // source, effect
    struct Constant, struct RandomBits, struct CustomCall, struct Print, struct Assert>;
// NOLINTEND(bugprone-forward-declaration-namespace)

}  // namespace ops

template <class... A, class... B>
consteval TypeList<A..., B...> operator+(TypeList<A...>, TypeList<B...>) {
  return {};
}
namespace detail {
template <class... Lists>
consteval auto joined(TypeList<Lists...>) {
  return (Lists() + ... + (ReduceOps() + OtherOps()));
}
}  // namespace detail

using AllOps = decltype(detail::joined(ElementwiseLists()));

/// Position in the op list.
enum class Opcode : std::uint16_t {};

/// The opcode of an op struct.
template <class Op>
  requires(AllOps::index<Op> >= 0)
inline constexpr Opcode kOpcode = static_cast<Opcode>(AllOps::index<Op>);

}  // namespace tjit
