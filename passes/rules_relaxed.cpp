// The rewrite rules that hold for real numbers: for --fast-math.
#include <cmath>

#include "passes/rules.h"

namespace tjit {
namespace pattern {
namespace {

/// 1/c neither overflows nor vanishes, in f32 either.
bool has_reciprocal(const Match& m) { return std::abs(m.number(c)) > 1e-37 && std::abs(m.number(c)) < 1e37; }

/// (x^c)^d is x^(c * d) below 0 as well.
bool whole_exponents(const Match& m) {
  return std::trunc(m.number(c)) == m.number(c) && std::trunc(m.number(d)) == m.number(d);
}

std::vector<Rule> arithmetic() {
  return {
      {"fast-add-zero", x + 0, x, kFloats},
      {"fast-add-add", (x + c) + d, x + (c + d), kFloats},
      {"fast-add-sub-constant", (x - c) + d, x + (d - c), kFloats},
      {"fast-add-sub-from", (c - x) + d, (c + d) - x, kFloats},
      {"fast-add-sub", (x - y) + y, x, kFloats},
      {"fast-add-multiple", x * c + x, x * (c + 1), kFloats},
      {"fast-add-multiple-right", x + x * c, x * (c + 1), kFloats},
      {"fast-add-multiples", x * c + x * d, x * (c + d), kFloats},
      {"fast-sub-self", x - x, 0, kFloats},
      {"fast-sub-minus-zero", x - -0.0, x, kFloats},
      {"fast-zero-sub", 0 - x, -x, kFloats},
      {"fast-sub-constant-add", (x + c) - d, x + (c - d), kFloats},
      {"fast-sub-constant-sub", (x - c) - d, x - (c + d), kFloats},
      {"fast-sub-add", (x + y) - y, x, kFloats},
      {"fast-sub-add-left", (x + y) - x, y, kFloats},
      {"fast-sub-sub", x - (x - y), y, kFloats},
      {"fast-sub-multiple", x * c - x, x * (c - 1), kFloats},
      {"fast-neg-sub", -(x - y), y - x, kFloats},

      {"fast-mul-zero", x * 0, 0, kFloats},
      {"fast-mul-minus-zero", x * -0.0, 0, kFloats},
      {"fast-mul-mul", (x * c) * d, x * (c * d), kFloats},
      {"fast-mul-reciprocal", x * reciprocal(y), x / y},
      {"fast-mul-sqrt-self", square(sqrt(x)), x},
      {"fast-div-self", x / x, 1},
      {"fast-div-constant", x / c, x * reciprocal(c), kFloats, has_reciprocal},
      {"fast-div-sqrt", x / sqrt(x), sqrt(x)},
      {"fast-div-reciprocal", x / reciprocal(y), x * y},
      {"fast-mul-div", (x / y) * y, x},
      {"fast-div-mul", (x * y) / y, x},
      {"fast-div-mul-left", (x * y) / x, y},
      {"fast-reciprocal-reciprocal", reciprocal(reciprocal(x)), x},
      {"fast-reciprocal-div", reciprocal(x / y), y / x},
      {"fast-sqrt-square", sqrt(square(x)), abs(x)},
  };
}

std::vector<Rule> functions() {
  return {
      {"fast-power-half", power(x, 0.5), sqrt(x), kFloats},
      {"fast-power-minus-half", power(x, -0.5), rsqrt(x), kFloats},
      {"fast-power-minus-one", power(x, -1), reciprocal(x), kFloats},
      {"fast-power-power", power(power(x, c), d), power(x, c * d), kFloats, whole_exponents},
      {"fast-log-exp", log(exp(x)), x},
      {"fast-exp-log", exp(log(x)), x},

      {"fast-equal-self", equal(x, x), 1, kFloats},
      {"fast-less-equal-self", less_equal(x, x), 1, kFloats},
      {"fast-greater-equal-self", greater_equal(x, x), 1, kFloats},
      {"fast-not-less", logical_not(less(x, y)), greater_equal(x, y), kFloats},
      {"fast-not-less-equal", logical_not(less_equal(x, y)), greater(x, y), kFloats},
      {"fast-not-greater", logical_not(greater(x, y)), less_equal(x, y), kFloats},
      {"fast-not-greater-equal", logical_not(greater_equal(x, y)), less(x, y), kFloats},
  };
}

}  // namespace
}  // namespace pattern

std::span<const Rule> relaxed_rules() {
  static const auto& rules = *[] {
    auto* all = new std::vector<Rule>(pattern::arithmetic());
    for (Rule& rule : pattern::functions()) all->push_back(std::move(rule));
    return all;
  }();
  return rules;
}

}  // namespace tjit
