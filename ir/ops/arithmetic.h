// Elementwise arithmetic. `eval` is the only numeric definition: it becomes the eager kernels, the
// constant folder and, as bitcode, the generated code.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Add : Elementwise {
  static constexpr OpInfo info{.name = "add", .arity = 2, .types = kNumbers, .ulp = 0.5, .doc = "Sum; integers wrap."};
  static auto eval(auto x, auto y) { return x + y; }
};

struct Subtract : Elementwise {
  static constexpr OpInfo info{
      .name = "subtract", .arity = 2, .types = kNumbers, .ulp = 0.5, .doc = "Difference; integers wrap."};
  static auto eval(auto x, auto y) { return x - y; }
};

struct Multiply : Elementwise {
  static constexpr OpInfo info{
      .name = "multiply", .arity = 2, .types = kNumbers, .ulp = {0.5, 0.5, 2.5}, .doc = "Product; integers wrap."};
  static auto eval(auto x, auto y) { return x * y; }
};

struct Divide : Elementwise {
  static constexpr OpInfo info{.name = "divide",
                               .arity = 2,
                               .types = kFloats | kComplex,
                               .ulp = {0.5, 0.5, 4},
                               .doc =
                                   "Quotient. Floats: as IEEE 754 defines it; x/0 is inf or NaN. Complex: without "
                                   "overflow or underflow on the way; a real divisor, with imaginary part 0, divides "
                                   "each part; otherwise infinity over finite is infinite and finite over infinity 0."};
  static auto eval(auto x, auto y) { return math::divide(x, y); }
};

/// What division with a remainder shares: on integers it fails where the divisor is 0.
struct RemainderDivision : Elementwise {
  static constexpr std::string_view failure = "integer division by zero";
  static constexpr bool fails_by_last = true;
  template <class V>
    requires(!is_float(dtype_of<typename V::Scalar>))
  static auto fails(V /*x*/, V y) {
    return y == V(0);
  }
};

struct FloorDiv : RemainderDivision {
  static constexpr OpInfo info{.name = "floor_div",
                               .arity = 2,
                               .types = kReals,
                               .ulp = 0.5,
                               .doc =
                                   "Quotient rounded towards minus infinity; -7 // 2 is -4. Floats: floor(x/y). "
                                   "Integers: 0 as divisor raises, the lowest value // -1 wraps."};
  static auto eval(auto x, auto y) { return math::floor_div(x, y); }
};

struct Mod : RemainderDivision {
  static constexpr OpInfo info{.name = "mod",
                               .arity = 2,
                               .types = kReals,
                               .ulp = 0.5,
                               .doc =
                                   "Remainder of floor_div, with the divisor's sign; -7 mod 2 is 1. Integers: 0 as "
                                   "divisor raises. Floats: exact; x mod 0 and inf mod y are NaN."};
  static auto eval(auto x, auto y) { return math::mod(x, y); }
};

struct Power : Elementwise {
  static constexpr OpInfo info{.name = "power",
                               .arity = 2,
                               .types = kNumbers,
                               .ulp = {2.5, 1.5, 2.5},
                               .doc =
                                   "x to the power y. Floats: C99's pow with all its special cases. Integers: wraps; a "
                                   "negative exponent raises. Complex: exp(y log x), with an error that grows with "
                                   "|y log x|, or products for whole y from -4 to 4; 1 for y = 0; of x = 0, 0 "
                                   "where the real part of y is positive and the other finite, else NaN."};
  static constexpr std::string_view failure = "negative integer power";
  static constexpr bool fails_by_last = true;
  static auto eval(auto x, auto y) { return math::pow(x, y); }
  template <class V>
    requires(contains(kSigned& kInts, dtype_of<typename V::Scalar>))
  static auto fails(V /*x*/, V y) {
    return y < V(0);
  }
};

struct Maximum : Elementwise {
  static constexpr OpInfo info{
      .name = "maximum", .arity = 2, .types = kOrdered, .doc = "The larger; NaN when either is NaN; +0 over -0."};
  static auto eval(auto x, auto y) { return math::maximum(x, y); }
};

struct Minimum : Elementwise {
  static constexpr OpInfo info{
      .name = "minimum", .arity = 2, .types = kOrdered, .doc = "The smaller; NaN when either is NaN; -0 under +0."};
  static auto eval(auto x, auto y) { return math::minimum(x, y); }
};

struct Clip : Elementwise {
  static constexpr OpInfo info{.name = "clip",
                               .arity = 3,
                               .types = kOrdered,
                               .doc = "minimum(maximum(x, lo), hi): hi when lo > hi; NaN when any is NaN."};
  static auto eval(auto x, auto lo, auto hi) { return math::minimum(math::maximum(x, lo), hi); }
};

struct Negative : Elementwise {
  static constexpr OpInfo info{.name = "negative", .types = kNumbers, .doc = "-x; integers wrap; -0 for +0."};
  static auto eval(auto x) { return -x; }
};

struct Abs : Elementwise {
  static constexpr OpInfo info{
      .name = "abs",
      .types = kNumbers,
      .result = Result::Part,
      .ulp = {0, 0, 1},
      .doc =
          "Magnitude; the lowest integer stays itself; +0 for -0. Complex: hypot of the parts, "
          "of their type; inf when either is infinite, even beside NaN."};
  static auto eval(auto x) { return math::abs(x); }
};

struct Sign : Elementwise {
  static constexpr OpInfo info{.name = "sign", .types = kReals, .doc = "-1, 0 or 1; NaN and both zeros stay."};
  static auto eval(auto x) { return math::sign(x); }
};

struct Reciprocal : Elementwise {
  static constexpr OpInfo info{.name = "reciprocal",
                               .types = kFloats | kComplex,
                               .ulp = {0.5, 0.5, 2.5},
                               .doc = "1/x, as `divide` has it; ±inf for ±0."};
  static auto eval(auto x) { return math::divide(decltype(x)(1), x); }
};

struct Square : Elementwise {
  static constexpr OpInfo info{
      .name = "square", .types = kNumbers, .ulp = {0.5, 0.5, 2.5}, .doc = "x * x; integers wrap."};
  static auto eval(auto x) { return x * x; }
};

struct Sqrt : Elementwise {
  static constexpr OpInfo info{.name = "sqrt",
                               .types = kFloats | kComplex,
                               .ulp = {0.5, 0.5, 2.5},
                               .doc =
                                   "Square root; NaN below 0; -0 for -0. Complex: the one with a real part that is not "
                                   "negative; the imaginary part keeps its sign, so -4+0i has 2i and -4-0i has -2i."};
  static auto eval(auto x) { return math::sqrt(x); }
};

struct Rsqrt : Elementwise {
  static constexpr OpInfo info{
      .name = "rsqrt", .types = kFloats, .ulp = 1.5, .doc = "1/sqrt(x); ±inf for ±0, NaN below 0, 0 for inf."};
  static auto eval(auto x) { return math::rsqrt(x); }
};

struct Floor : Elementwise {
  static constexpr OpInfo info{.name = "floor", .types = kFloats, .doc = "Rounded towards minus infinity; -0 for -0."};
  static auto eval(auto x) { return math::floor(x); }
};

struct Ceil : Elementwise {
  static constexpr OpInfo info{.name = "ceil", .types = kFloats, .doc = "Rounded towards infinity; -0 for -0.5."};
  static auto eval(auto x) { return math::ceil(x); }
};

struct Round : Elementwise {
  static constexpr OpInfo info{.name = "round", .types = kFloats, .doc = "Rounded to nearest, halves to even."};
  static auto eval(auto x) { return math::round_even(x); }
};

struct Trunc : Elementwise {
  static constexpr OpInfo info{.name = "trunc", .types = kFloats, .doc = "Rounded towards 0; -0 for -0.5."};
  static auto eval(auto x) { return math::trunc(x); }
};

}  // namespace tjit::inline ops
