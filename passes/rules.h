// Rewrite rules as data: each is two expressions, the element types it holds for, and a condition on its constants.
//
//     {"neg-neg",  -(-x),              x},
//     {"div-pow2", x / c,              x * reciprocal(c),   kFloats, exact_reciprocal},
//
// An op whose operands match the left side is replaced by the right side. Rules are applied as ops are appended, so
// that what they see below is already rewritten.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/convert.h"
#include "ir/ops/functions.h"
#include "ir/ops/logic.h"

namespace tjit {

/// One side of a rule.
struct Pattern {
  enum class Kind : std::uint8_t {
    Variable,  ///< any value; or, when `is_constant`, one that is a constant with the same element everywhere
    Number,    ///< this number in the element type at hand; ±0 differ
    Lowest,    ///< the lowest value of the element type, -inf for floats
    Highest,   ///< the highest value, +inf for floats
    Log2,      ///< right sides: the exponent of the operand, a constant power of two
    Op
  };

  struct Variable {
    std::uint8_t index;
    bool is_constant = false, is_bool = false;
  };

  Pattern(const Variable& v) : kind(Kind::Variable), variable(v) {}
  Pattern(double value) : kind(Kind::Number), number(value) {}
  Pattern(Kind k) : kind(k) {}
  Pattern(Opcode op, std::initializer_list<Pattern> operands) : kind(Kind::Op), code(op), args(operands) {}

  Kind kind;
  Variable variable{};
  double number = 0;
  Opcode code = kNoOp;
  std::vector<Pattern> args;
};

/// What rules are written with. `x y z` stand for values, `p q` for bools, `c d` for constants.
namespace pattern {

using Variable = Pattern::Variable;
inline constexpr Variable x{0}, y{1}, z{2}, p{3, false, true}, q{4, false, true}, c{5, true}, d{6, true};
inline constexpr int kVariables = 7;
inline constexpr Pattern::Kind lowest = Pattern::Kind::Lowest, highest = Pattern::Kind::Highest;

template <class T>
struct OpPattern {
  template <class... P>
    requires(sizeof...(P) == T::info.arity)
  Pattern operator()(const P&... operands) const {
    return {kOpcode<T>, {Pattern(operands)...}};
  }
};

inline Pattern operator+(const Pattern& a, const Pattern& b) { return {kOpcode<Add>, {a, b}}; }
inline Pattern operator-(const Pattern& a, const Pattern& b) { return {kOpcode<Subtract>, {a, b}}; }
inline Pattern operator*(const Pattern& a, const Pattern& b) { return {kOpcode<Multiply>, {a, b}}; }
inline Pattern operator/(const Pattern& a, const Pattern& b) { return {kOpcode<Divide>, {a, b}}; }
inline Pattern operator-(const Pattern& a) { return {kOpcode<Negative>, {a}}; }

inline constexpr OpPattern<FloorDiv> floor_div;
inline constexpr OpPattern<Mod> mod;
inline constexpr OpPattern<Power> power;
inline constexpr OpPattern<Maximum> maximum;
inline constexpr OpPattern<Minimum> minimum;
inline constexpr OpPattern<Clip> clip;
inline constexpr OpPattern<Abs> abs;
inline constexpr OpPattern<Sign> sign;
inline constexpr OpPattern<Reciprocal> reciprocal;
inline constexpr OpPattern<Square> square;
inline constexpr OpPattern<Sqrt> sqrt;
inline constexpr OpPattern<Rsqrt> rsqrt;
inline constexpr OpPattern<Exp> exp;
inline constexpr OpPattern<Log> log;
inline constexpr OpPattern<Floor> floor;
inline constexpr OpPattern<Ceil> ceil;
inline constexpr OpPattern<Round> round;
inline constexpr OpPattern<Trunc> trunc;
inline constexpr OpPattern<IsNan> is_nan;
inline constexpr OpPattern<IsInf> is_inf;
inline constexpr OpPattern<IsFinite> is_finite;
inline constexpr OpPattern<Equal> equal;
inline constexpr OpPattern<NotEqual> not_equal;
inline constexpr OpPattern<Less> less;
inline constexpr OpPattern<LessEqual> less_equal;
inline constexpr OpPattern<Greater> greater;
inline constexpr OpPattern<GreaterEqual> greater_equal;
inline constexpr OpPattern<LogicalAnd> logical_and;
inline constexpr OpPattern<LogicalOr> logical_or;
inline constexpr OpPattern<LogicalXor> logical_xor;
inline constexpr OpPattern<LogicalNot> logical_not;
inline constexpr OpPattern<BitwiseAnd> bitwise_and;
inline constexpr OpPattern<BitwiseOr> bitwise_or;
inline constexpr OpPattern<BitwiseXor> bitwise_xor;
inline constexpr OpPattern<BitwiseNot> bitwise_not;
inline constexpr OpPattern<ShiftLeft> shift_left;
inline constexpr OpPattern<ShiftRight> shift_right;
inline constexpr OpPattern<Where> where;
/// On the left: to any element type. On the right: to that of the op that is replaced.
inline constexpr OpPattern<Cast> cast;
inline constexpr OpPattern<Bitcast> bitcast;
/// The exponent of a constant power of two.
inline Pattern log2(const Pattern& a) {
  Pattern result(Pattern::Kind::Log2);
  result.args = {a};
  return result;
}

}  // namespace pattern

/// What the variables of a left side stand for in the function that is built.
struct Match {
  const Function& function;
  std::span<const ValueId> operands;  ///< of the op that is replaced
  Type result;                        ///< its type
  std::array<ValueId, pattern::kVariables> values{};

  const Type& type(Pattern::Variable v) const { return function.type(values[v.index]); }
  /// The one element that a float constant has everywhere.
  double number(Pattern::Variable v) const;
  /// That of an integer constant; INT64_MAX where it is larger.
  std::int64_t integer(Pattern::Variable v) const;
};

struct Rule {
  std::string_view name;
  Pattern from, to;
  DTypes types = kReals | kBool;         ///< that `x` may have (a rule without `x`: kBool)
  bool (*when)(const Match&) = nullptr;  ///< a further condition
};

/// Rules that hold bit for bit: NaN, infinities, -0 and wrapping included.
std::span<const Rule> exact_rules();
/// Rules that hold for real numbers; results may differ in rounding, and where NaN, infinities or -0 come up. They run
/// only under --fast-math.
std::span<const Rule> relaxed_rules();

/// The value that replaces `op` by this rule, or nullopt when it does not match.
std::optional<ValueId> apply(const Rule& rule, Builder& b, const NewOp& op);
/// The same by the first rule of the two tables that matches; `fast_math` adds the relaxed ones.
std::optional<ValueId> apply_rules(Builder& b, const NewOp& op, bool fast_math);

}  // namespace tjit
