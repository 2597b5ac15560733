// Elementwise comparison, logic, bit operations and choice.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Equal : Elementwise {
  static constexpr OpInfo info{.name = "equal",
                               .arity = 2,
                               .types = kAll,
                               .result = Result::Bool,
                               .doc = "x == y; false when either is NaN; -0 equals +0."};
  static auto eval(auto x, auto y) { return x == y; }
};

struct NotEqual : Elementwise {
  static constexpr OpInfo info{.name = "not_equal",
                               .arity = 2,
                               .types = kAll,
                               .result = Result::Bool,
                               .doc = "x != y; true when either is NaN."};
  static auto eval(auto x, auto y) { return x != y; }
};

struct Less : Elementwise {
  static constexpr OpInfo info{
      .name = "less", .arity = 2, .types = kOrdered, .result = Result::Bool, .doc = "x < y; false when either is NaN."};
  static auto eval(auto x, auto y) { return x < y; }
};

struct LessEqual : Elementwise {
  static constexpr OpInfo info{.name = "less_equal",
                               .arity = 2,
                               .types = kOrdered,
                               .result = Result::Bool,
                               .doc = "x <= y; false when either is NaN."};
  static auto eval(auto x, auto y) { return x <= y; }
};

struct Greater : Elementwise {
  static constexpr OpInfo info{.name = "greater",
                               .arity = 2,
                               .types = kOrdered,
                               .result = Result::Bool,
                               .doc = "x > y; false when either is NaN."};
  static auto eval(auto x, auto y) { return x > y; }
};

struct GreaterEqual : Elementwise {
  static constexpr OpInfo info{.name = "greater_equal",
                               .arity = 2,
                               .types = kOrdered,
                               .result = Result::Bool,
                               .doc = "x >= y; false when either is NaN."};
  static auto eval(auto x, auto y) { return x >= y; }
};

struct IsNan : Elementwise {
  static constexpr OpInfo info{.name = "is_nan",
                               .types = kFloats | kComplex,
                               .result = Result::Bool,
                               .doc = "Whether x, or a part of it, is NaN."};
  static auto eval(auto x) { return math::is_nan(x); }
};

struct IsInf : Elementwise {
  static constexpr OpInfo info{.name = "is_inf",
                               .types = kFloats | kComplex,
                               .result = Result::Bool,
                               .doc = "Whether x, or a part of it, is an infinity."};
  static auto eval(auto x) { return math::is_inf(x); }
};

struct IsFinite : Elementwise {
  static constexpr OpInfo info{.name = "is_finite",
                               .types = kFloats | kComplex,
                               .result = Result::Bool,
                               .doc = "Whether neither x nor a part of it is infinite or NaN."};
  static auto eval(auto x) { return math::is_finite(x); }
};

struct LogicalAnd : Elementwise {
  static constexpr OpInfo info{.name = "logical_and", .arity = 2, .types = kBool, .doc = "Both."};
  static auto eval(auto x, auto y) { return x & y; }
};

struct LogicalOr : Elementwise {
  static constexpr OpInfo info{.name = "logical_or", .arity = 2, .types = kBool, .doc = "Either."};
  static auto eval(auto x, auto y) { return x | y; }
};

struct LogicalXor : Elementwise {
  static constexpr OpInfo info{.name = "logical_xor", .arity = 2, .types = kBool, .doc = "One but not both."};
  static auto eval(auto x, auto y) { return x ^ y; }
};

struct LogicalNot : Elementwise {
  static constexpr OpInfo info{.name = "logical_not", .types = kBool, .doc = "The opposite."};
  static auto eval(auto x) { return x ^ decltype(x)(true); }
};

struct BitwiseAnd : Elementwise {
  static constexpr OpInfo info{
      .name = "bitwise_and", .arity = 2, .types = kInts | kBool, .doc = "x & y; of bools, both."};
  static auto eval(auto x, auto y) { return x & y; }
};

struct BitwiseOr : Elementwise {
  static constexpr OpInfo info{
      .name = "bitwise_or", .arity = 2, .types = kInts | kBool, .doc = "x | y; of bools, either."};
  static auto eval(auto x, auto y) { return x | y; }
};

struct BitwiseXor : Elementwise {
  static constexpr OpInfo info{
      .name = "bitwise_xor", .arity = 2, .types = kInts | kBool, .doc = "x ^ y; of bools, one but not both."};
  static auto eval(auto x, auto y) { return x ^ y; }
};

struct BitwiseNot : Elementwise {
  static constexpr OpInfo info{.name = "bitwise_not", .types = kInts | kBool, .doc = "~x; of bools, the opposite."};
  static auto eval(auto x) { return ~x; }
};

struct ShiftLeft : Elementwise {
  static constexpr OpInfo info{
      .name = "shift_left", .arity = 2, .types = kInts, .doc = "x << y; 0 when y is negative or at least the width."};
  static auto eval(auto x, auto y) { return math::shift_left(x, y); }
};

struct ShiftRight : Elementwise {
  static constexpr OpInfo info{.name = "shift_right",
                               .arity = 2,
                               .types = kInts,
                               .doc =
                                   "x >> y, arithmetic for signed types; 0, or the sign, when y is negative or at "
                                   "least the width."};
  static auto eval(auto x, auto y) { return math::shift_right(x, y); }
};

struct Where : Elementwise {
  static constexpr OpInfo info{.name = "where",
                               .arity = 3,
                               .types = kAll,
                               .as_stored = true,
                               .mask_first = true,
                               .doc = "x where the bool operand is true, else y."};
  static auto eval(auto c, auto x, auto y) { return select(c, x, y); }
};

}  // namespace tjit::inline ops
