// The rewrite rules that hold bit for bit.
#include <bit>
#include <cmath>

#include "ir/ops/element.h"
#include "passes/facts.h"
#include "passes/rules.h"

namespace tjit {
namespace pattern {
namespace {

constexpr DTypes kBits = kInts | kBool;  // types without NaN and -0

/// Types in which an op's body rounds at each of its steps, as ops in a row do.
constexpr DTypes kComputeInThemselves = those([](DType t) { return compute_type(t) == t; });

// ---- conditions ----

/// Constants stand on the right, so that the other rules need to look only there.
bool x_varies(const Match& m) { return uniform_behind_views(m.function, m.values[x.index]) == nullptr; }

/// c and 1/c are powers of two that the type holds.
bool exact_reciprocal(const Match& m) {
  const double value = std::abs(m.number(c));
  int exponent = 0;
  if (!std::isfinite(value) || std::frexp(value, &exponent) != 0.5) return false;
  const NumberLimits limits = limits_of(m.type(c).dtype);
  return 1 - exponent >= limits.lowest_exponent && 1 - exponent < limits.exponent;
}

bool power_of_two(const Match& m) {
  return m.integer(c) > 0 && std::has_single_bit(static_cast<std::uint64_t>(m.integer(c)));
}

/// Dividing by c and then by d is dividing by c * d.
bool product_fits(const Match& m) {
  const std::int64_t first = m.integer(c), second = m.integer(d), digits = limits_of(m.result.dtype).digits;
  std::int64_t product = 0;
  return first > 0 && second > 0 && std::max(first, second) < INT64_MAX &&  // which may stand for more
         !__builtin_mul_overflow(first, second, &product) && (digits > 62 || product >> digits == 0);
}

bool is_shift(const Match& m, Variable v) {
  const int width = 8 * size_of(m.result.dtype);
  return m.integer(v) >= 0 && m.integer(v) < width;
}
bool shifts_all(const Match& m) { return !is_shift(m, c); }
bool shifts_add(const Match& m) { return is_shift(m, c) && is_shift(m, d); }

bool keeps_dtype(const Match& m) { return m.type(x).dtype == m.result.dtype; }

/// x -> middle -> result is x -> result: the middle loses nothing and does not turn wrapping into saturation, or both
/// steps wrap.
bool casts_join(const Match& m) {
  const DType from = m.type(x).dtype, middle = m.function.type(m.operands[0]).dtype, to = m.result.dtype;
  if (is_integer(from) && is_integer(middle) && is_integer(to) && size_of(middle) >= size_of(to)) return true;
  const bool saturates = has_nan(middle) && !has_nan(from) && is_integer(to);
  return holds_all(middle, from) && (!saturates || holds_all(to, from));
}

/// All numbers of x's type are finite in the type that they are cast to.
bool stays_finite(const Match& m) {
  return limits_of(m.type(x).dtype).exponent < limits_of(m.function.type(m.operands[0]).dtype).exponent;
}

/// A float between two bitcasts makes one NaN of all.
bool keeps_nan_bits(const Match& m) { return !is_float(m.function.type(m.operands[0]).dtype); }

// ---- the table ----

std::vector<Rule> sums() {
  return {
      {"add-constant-left", c + x, x + c, kNumbers, x_varies},
      {"add-zero", x + 0, x, kInts},
      {"add-minus-zero", x + -0.0, x, kFloats},
      {"add-neg", x + -y, x - y, kNumbers},
      {"neg-add", -x + y, y - x, kNumbers},
      {"add-add", (x + c) + d, x + (c + d), kInts},
      {"add-sub-from", (c - x) + d, (c + d) - x, kInts},
      {"add-sub", (x - y) + y, x, kInts},
      {"add-sub-right", y + (x - y), x, kInts},
      {"add-multiple", x * c + x, x * (c + 1), kInts},
      {"add-multiple-right", x + x * c, x * (c + 1), kInts},
      {"add-multiples", x * c + x * d, x * (c + d), kInts},

      {"sub-zero", x - 0, x, kNumbers},
      {"sub-constant", x - c, x + -c, kInts},
      {"sub-self", x - x, 0, kInts},
      {"sub-neg", x - -y, x + y, kNumbers},
      {"zero-sub", 0 - x, -x, kInts},
      {"minus-zero-sub", -0.0 - x, -x, kFloats},
      {"sub-add", (x + y) - y, x, kInts},
      {"sub-add-left", (x + y) - x, y, kInts},
      {"sub-sub", x - (x - y), y, kInts},
      {"sub-self-add", x - (x + y), -y, kInts},
      {"sub-self-add-right", x - (y + x), -y, kInts},
      {"sub-from-add", c - (x + d), (c - d) - x, kInts},
      {"sub-from-sub-from", c - (d - x), x + (c - d), kInts},
      {"sub-multiple", x * c - x, x * (c - 1), kInts},
      {"sub-multiple-right", x - x * c, x * (1 - c), kInts},
      {"sub-multiples", x * c - x * d, x * (c - d), kInts},
  };
}

std::vector<Rule> products() {
  return {
      {"mul-constant-left", c * x, x * c, kReals, x_varies},
      {"mul-zero", x * 0, 0, kInts},
      {"mul-one", x * 1, x},
      {"mul-minus-one", x * -1, -x},
      {"mul-self", x * x, square(x), kNumbers},
      {"mul-neg-neg", -x * -y, x * y},
      {"mul-neg-constant", -x * c, x * -c},
      {"mul-mul", (x * c) * d, x * (c * d), kInts},
      {"mul-sign-abs", sign(x) * abs(x), x},
      {"mul-abs-sign", abs(x) * sign(x), x},
      {"mul-self-sign", x * sign(x), abs(x)},
      {"mul-sign-self", sign(x) * x, abs(x)},

      {"div-one", x / 1, x},
      {"div-minus-one", x / -1, -x},
      {"div-power-of-two", x / c, x * reciprocal(c), kFloats, exact_reciprocal},
      {"div-neg-neg", -x / -y, x / y},
      {"div-neg-constant", -x / c, x / -c},
      {"one-div", 1 / x, reciprocal(x)},
      {"reciprocal-sqrt", reciprocal(sqrt(x)), rsqrt(x), kFloats & kComputeInThemselves},

      {"floor-div-one", floor_div(x, 1), x, kInts},
      {"floor-div-one-float", floor_div(x, 1), floor(x), kFloats},
      {"floor-div-minus-one", floor_div(x, -1), -x, kInts & kSigned},
      {"floor-div-power-of-two", floor_div(x, c), shift_right(x, log2(c)), kInts, power_of_two},
      {"floor-div-twice", floor_div(floor_div(x, c), d), floor_div(x, c * d), kInts, product_fits},
      {"mod-one", mod(x, 1), 0, kInts},
      {"mod-minus-one", mod(x, -1), 0, kInts & kSigned},
      {"mod-power-of-two", mod(x, c), bitwise_and(x, c - 1), kInts, power_of_two},
      {"mod-twice", mod(mod(x, c), c), mod(x, c), kInts},

      {"power-zero", power(x, 0), 1},
      {"power-one", power(x, 1), x},
      {"power-two", power(x, 2), square(x)},
      {"one-power", power(1, x), 1},
  };
}

std::vector<Rule> signs() {
  return {
      {"neg-neg", -(-x), x, kNumbers},
      {"neg-sub", -(x - y), y - x, kInts},
      {"neg-add-constant", -(x + c), -c - x, kInts},
      {"neg-mul-constant", -(x * c), x * -c},
      {"abs-abs", abs(abs(x)), abs(x)},
      {"abs-neg", abs(-x), abs(x), kSigned},
      {"abs-unsigned", abs(x), x, kUnsigned},
      {"abs-square", abs(square(x)), square(x), kFloats},
      {"abs-exp", abs(exp(x)), exp(x)},
      {"sign-sign", sign(sign(x)), sign(x)},
      {"square-neg", square(-x), square(x)},
      {"square-abs", square(abs(x)), square(x)},
  };
}

std::vector<Rule> order() {
  return {
      {"maximum-constant-left", maximum(c, x), maximum(x, c), kReals, x_varies},
      {"maximum-self", maximum(x, x), x},
      {"maximum-lowest", maximum(x, lowest), x},
      {"maximum-highest", maximum(x, highest), highest, kInts},
      {"maximum-twice", maximum(maximum(x, c), d), maximum(x, maximum(c, d))},
      {"maximum-again", maximum(maximum(x, y), y), maximum(x, y)},
      {"maximum-again-left", maximum(maximum(x, y), x), maximum(x, y)},
      {"minimum-constant-left", minimum(c, x), minimum(x, c), kReals, x_varies},
      {"minimum-self", minimum(x, x), x},
      {"minimum-highest", minimum(x, highest), x},
      {"minimum-lowest", minimum(x, lowest), lowest, kInts},
      {"minimum-twice", minimum(minimum(x, c), d), minimum(x, minimum(c, d))},
      {"minimum-again", minimum(minimum(x, y), y), minimum(x, y)},
      {"minimum-again-left", minimum(minimum(x, y), x), minimum(x, y)},
      {"clip-below", clip(x, lowest, y), minimum(x, y)},
      {"clip-above", clip(x, y, highest), maximum(x, y)},
      {"clip-clip", clip(clip(x, y, z), y, z), clip(x, y, z)},
  };
}

std::vector<Rule> rounding_and_casts() {
  return {
      {"floor-floor", floor(floor(x)), floor(x)},
      {"floor-ceil", floor(ceil(x)), ceil(x)},
      {"floor-round", floor(round(x)), round(x)},
      {"floor-trunc", floor(trunc(x)), trunc(x)},
      {"ceil-floor", ceil(floor(x)), floor(x)},
      {"ceil-ceil", ceil(ceil(x)), ceil(x)},
      {"ceil-round", ceil(round(x)), round(x)},
      {"ceil-trunc", ceil(trunc(x)), trunc(x)},
      {"round-floor", round(floor(x)), floor(x)},
      {"round-ceil", round(ceil(x)), ceil(x)},
      {"round-round", round(round(x)), round(x)},
      {"round-trunc", round(trunc(x)), trunc(x)},
      {"trunc-floor", trunc(floor(x)), floor(x)},
      {"trunc-ceil", trunc(ceil(x)), ceil(x)},
      {"trunc-round", trunc(round(x)), round(x)},
      {"trunc-trunc", trunc(trunc(x)), trunc(x)},
      {"floor-whole", floor(cast(x)), cast(x), kBits},
      {"ceil-whole", ceil(cast(x)), cast(x), kBits},
      {"round-whole", round(cast(x)), cast(x), kBits},
      {"trunc-whole", trunc(cast(x)), cast(x), kBits},

      {"cast-same", cast(x), x, kAll, keeps_dtype},
      {"cast-cast", cast(cast(x)), cast(x), kAll, casts_join},
      {"bitcast-same", bitcast(x), x, kReals, keeps_dtype},
      {"bitcast-bitcast", bitcast(bitcast(x)), bitcast(x), kReals, keeps_nan_bits},
  };
}

std::vector<Rule> comparisons() {
  return {
      {"equal-constant-left", equal(c, x), equal(x, c), kAll, x_varies},
      {"equal-self", equal(x, x), 1, kBits},
      {"equal-true", equal(x, 1), x, kBool},
      {"equal-false", equal(x, 0), logical_not(x), kBool},
      {"equal-add", equal(x + c, d), equal(x, d - c), kInts},
      {"equal-sub", equal(x - y, 0), equal(x, y), kInts},
      {"equal-xor", equal(bitwise_xor(x, y), 0), equal(x, y)},
      {"equal-neg", equal(-x, c), equal(x, -c)},
      {"equal-neg-neg", equal(-x, -y), equal(x, y)},
      {"equal-cast-true", equal(cast(p), 1), p},
      {"equal-cast-false", equal(cast(p), 0), logical_not(p)},
      {"not-equal-constant-left", not_equal(c, x), not_equal(x, c), kAll, x_varies},
      {"not-equal-self", not_equal(x, x), 0, kBits},
      {"not-equal-self-float", not_equal(x, x), is_nan(x), kFloats},
      {"not-equal-true", not_equal(x, 1), logical_not(x), kBool},
      {"not-equal-false", not_equal(x, 0), x, kBool},
      {"not-equal-add", not_equal(x + c, d), not_equal(x, d - c), kInts},
      {"not-equal-sub", not_equal(x - y, 0), not_equal(x, y), kInts},
      {"not-equal-xor", not_equal(bitwise_xor(x, y), 0), not_equal(x, y)},
      {"not-equal-neg", not_equal(-x, c), not_equal(x, -c)},
      {"not-equal-neg-neg", not_equal(-x, -y), not_equal(x, y)},
      {"not-equal-cast-true", not_equal(cast(p), 1), logical_not(p)},
      {"not-equal-cast-false", not_equal(cast(p), 0), p},

      {"less-constant-left", less(c, x), greater(x, c), kReals, x_varies},
      {"less-self", less(x, x), 0},
      {"less-lowest", less(x, lowest), 0},
      {"less-equal-constant-left", less_equal(c, x), greater_equal(x, c), kReals, x_varies},
      {"less-equal-self", less_equal(x, x), 1, kInts},
      {"less-equal-highest", less_equal(x, highest), 1, kInts},
      {"greater-constant-left", greater(c, x), less(x, c), kReals, x_varies},
      {"greater-self", greater(x, x), 0},
      {"greater-highest", greater(x, highest), 0},
      {"greater-cast-false", greater(cast(p), 0), p},
      {"greater-equal-constant-left", greater_equal(c, x), less_equal(x, c), kReals, x_varies},
      {"greater-equal-self", greater_equal(x, x), 1, kInts},
      {"greater-equal-lowest", greater_equal(x, lowest), 1, kInts},
  };
}

std::vector<Rule> classes() {
  return {
      {"nan-neg", is_nan(-x), is_nan(x)},
      {"nan-abs", is_nan(abs(x)), is_nan(x)},
      {"nan-whole", is_nan(cast(x)), 0, kBits},
      {"inf-neg", is_inf(-x), is_inf(x)},
      {"inf-abs", is_inf(abs(x)), is_inf(x)},
      {"inf-whole", is_inf(cast(x)), 0, kBits, stays_finite},
      {"finite-neg", is_finite(-x), is_finite(x)},
      {"finite-abs", is_finite(abs(x)), is_finite(x)},
      {"finite-whole", is_finite(cast(x)), 1, kBits, stays_finite},
  };
}

std::vector<Rule> choices() {
  return {
      {"where-true", where(1, x, y), x, kAll},
      {"where-false", where(0, x, y), y, kAll},
      {"where-same", where(p, x, x), x, kAll},
      {"where-not", where(logical_not(p), x, y), where(p, y, x), kAll},
      {"where-where-then", where(p, where(p, x, y), z), where(p, x, z)},
      {"where-where-else", where(p, x, where(p, y, z)), where(p, x, z)},
      {"where-true-false", where(p, 1, 0), p},
      {"where-false-true", where(p, 0, 1), logical_not(p)},
      {"where-and", where(p, x, 0), logical_and(p, x), kBool},
      {"where-or", where(p, 1, x), logical_or(p, x), kBool},
      {"where-equal", where(equal(x, y), x, y), y, kBits},
      {"where-not-equal", where(not_equal(x, y), x, y), x, kBits},
      {"where-less", where(less(x, y), x, y), minimum(x, y), kInts},
      {"where-less-swapped", where(less(x, y), y, x), maximum(x, y), kInts},
      {"where-less-equal", where(less_equal(x, y), x, y), minimum(x, y), kInts},
      {"where-less-equal-swapped", where(less_equal(x, y), y, x), maximum(x, y), kInts},
      {"where-greater", where(greater(x, y), x, y), maximum(x, y), kInts},
      {"where-greater-swapped", where(greater(x, y), y, x), minimum(x, y), kInts},
      {"where-greater-equal", where(greater_equal(x, y), x, y), maximum(x, y), kInts},
      {"where-greater-equal-swapped", where(greater_equal(x, y), y, x), minimum(x, y), kInts},
  };
}

std::vector<Rule> logic() {
  return {
      {"and-constant-left", logical_and(c, x), logical_and(x, c), kBool, x_varies},
      {"and-true", logical_and(x, 1), x},
      {"and-false", logical_and(x, 0), 0},
      {"and-self", logical_and(x, x), x},
      {"and-not", logical_and(x, logical_not(x)), 0},
      {"not-and", logical_and(logical_not(x), x), 0},
      {"and-again", logical_and(logical_and(x, y), y), logical_and(x, y)},
      {"and-again-left", logical_and(logical_and(x, y), x), logical_and(x, y)},
      {"or-constant-left", logical_or(c, x), logical_or(x, c), kBool, x_varies},
      {"or-true", logical_or(x, 1), 1},
      {"or-false", logical_or(x, 0), x},
      {"or-self", logical_or(x, x), x},
      {"or-not", logical_or(x, logical_not(x)), 1},
      {"not-or", logical_or(logical_not(x), x), 1},
      {"or-again", logical_or(logical_or(x, y), y), logical_or(x, y)},
      {"or-again-left", logical_or(logical_or(x, y), x), logical_or(x, y)},
      {"xor-constant-left", logical_xor(c, x), logical_xor(x, c), kBool, x_varies},
      {"xor-true", logical_xor(x, 1), logical_not(x)},
      {"xor-false", logical_xor(x, 0), x},
      {"xor-self", logical_xor(x, x), 0},
      {"xor-not-not", logical_xor(logical_not(x), logical_not(y)), logical_xor(x, y)},
      {"xor-again", logical_xor(logical_xor(x, y), y), x},
      {"xor-again-left", logical_xor(logical_xor(x, y), x), y},

      {"not-not", logical_not(logical_not(x)), x},
      {"not-equal", logical_not(equal(x, y)), not_equal(x, y)},
      {"not-not-equal", logical_not(not_equal(x, y)), equal(x, y)},
      {"not-less", logical_not(less(x, y)), greater_equal(x, y), kInts},
      {"not-less-equal", logical_not(less_equal(x, y)), greater(x, y), kInts},
      {"not-greater", logical_not(greater(x, y)), less_equal(x, y), kInts},
      {"not-greater-equal", logical_not(greater_equal(x, y)), less(x, y), kInts},
  };
}

std::vector<Rule> bits() {
  return {
      {"bit-and-constant-left", bitwise_and(c, x), bitwise_and(x, c), kBits, x_varies},
      {"bit-and-zero", bitwise_and(x, 0), 0},
      {"bit-and-ones", bitwise_and(x, -1), x},
      {"bit-and-self", bitwise_and(x, x), x},
      {"bit-and-and", bitwise_and(bitwise_and(x, c), d), bitwise_and(x, bitwise_and(c, d))},
      {"bit-or-constant-left", bitwise_or(c, x), bitwise_or(x, c), kBits, x_varies},
      {"bit-or-zero", bitwise_or(x, 0), x},
      {"bit-or-ones", bitwise_or(x, -1), -1},
      {"bit-or-self", bitwise_or(x, x), x},
      {"bit-or-or", bitwise_or(bitwise_or(x, c), d), bitwise_or(x, bitwise_or(c, d))},
      {"bit-xor-constant-left", bitwise_xor(c, x), bitwise_xor(x, c), kBits, x_varies},
      {"bit-xor-zero", bitwise_xor(x, 0), x},
      {"bit-xor-ones", bitwise_xor(x, -1), bitwise_not(x)},
      {"bit-xor-self", bitwise_xor(x, x), 0},
      {"bit-xor-xor", bitwise_xor(bitwise_xor(x, c), d), bitwise_xor(x, bitwise_xor(c, d))},
      {"bit-xor-again", bitwise_xor(bitwise_xor(x, y), y), x},
      {"bit-xor-again-left", bitwise_xor(bitwise_xor(x, y), x), y},
      {"bit-not-not", bitwise_not(bitwise_not(x)), x},

      {"shift-left-zero", shift_left(x, 0), x},
      {"shift-left-all", shift_left(x, c), 0, kInts, shifts_all},
      {"shift-left-twice", shift_left(shift_left(x, c), d), shift_left(x, c + d), kInts, shifts_add},
      {"shift-right-zero", shift_right(x, 0), x},
      {"shift-right-all", shift_right(x, c), 0, kUnsigned, shifts_all},
      {"shift-right-twice", shift_right(shift_right(x, c), d), shift_right(x, c + d), kInts, shifts_add},
  };
}

}  // namespace
}  // namespace pattern

std::span<const Rule> exact_rules() {
  static const auto& rules = *[] {
    auto* all = new std::vector<Rule>;
    for (auto* part : {pattern::sums, pattern::products, pattern::signs, pattern::order, pattern::rounding_and_casts,
                       pattern::comparisons, pattern::classes, pattern::choices, pattern::logic, pattern::bits})
      for (Rule& rule : part()) all->push_back(std::move(rule));
    return all;
  }();
  return rules;
}

}  // namespace tjit
