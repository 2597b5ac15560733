// Math functions, element by element; see math.h for what they promise.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Exp : Elementwise {
  static constexpr OpInfo info{.name = "exp",
                               .types = kFloats | kComplex,
                               .ulp = {1.5, 1.5, 2.5},
                               .doc =
                                   "e to the x; inf on overflow, 0 for -inf; subnormal results are kept. Complex: a "
                                   "part overflows only if it is itself too large; special values of C99's cexp."};
  static auto eval(auto x) { return math::exp(x); }
};

struct Expm1 : Elementwise {
  static constexpr OpInfo info{
      .name = "expm1",
      .types = kFloats,
      .ulp = 1.5,
      .doc = "e to the x less 1, without loss where that is tiny; -1 for -inf, inf on overflow; -0 for -0."};
  static auto eval(auto x) { return math::expm1(x); }
};

struct Log : Elementwise {
  static constexpr OpInfo info{
      .name = "log",
      .types = kFloats | kComplex,
      .ulp = {1, 1, 2},
      .doc =
          "Natural logarithm; -inf for ±0, NaN below 0, inf for inf. Complex: the logarithm of "
          "the magnitude, without loss near 1, and the angle; special values of C99's clog."};
  static auto eval(auto x) { return math::log(x); }
};

struct Log1p : Elementwise {
  static constexpr OpInfo info{
      .name = "log1p",
      .types = kFloats,
      .ulp = 1,
      .doc =
          "Natural logarithm of 1 + x, without loss where x is tiny; -inf for -1, NaN below, inf for inf; -0 for -0."};
  static auto eval(auto x) { return math::log1p(x); }
};

struct Sigmoid : Elementwise {
  static constexpr OpInfo info{.name = "sigmoid",
                               .types = kFloats,
                               .ulp = 2,
                               .doc = "1/(1+exp(-x)), without loss where that is tiny; 0 and 1 for -inf and inf."};
  static auto eval(auto x) { return math::sigmoid(x); }
};

struct Sin : Elementwise {
  static constexpr OpInfo info{.name = "sin",
                               .types = kFloats | kComplex,
                               .ulp = {1, 1, 3},
                               .doc =
                                   "Sine, however large x is; NaN for ±inf; -0 for -0. Complex: a part overflows only "
                                   "if it is itself too large; special values of C99's -i csinh(ix)."};
  static auto eval(auto x) { return math::sin(x); }
};

struct Cos : Elementwise {
  static constexpr OpInfo info{.name = "cos",
                               .types = kFloats | kComplex,
                               .ulp = {1, 1, 3},
                               .doc =
                                   "Cosine, however large x is; NaN for ±inf. Complex: a part overflows only if it is "
                                   "itself too large; special values of C99's ccosh(ix)."};
  static auto eval(auto x) { return math::cos(x); }
};

struct Tan : Elementwise {
  static constexpr OpInfo info{.name = "tan",
                               .types = kFloats,
                               .ulp = {2.5, 1.5},
                               .doc = "Tangent, however large x is; NaN for ±inf; -0 for -0."};
  static auto eval(auto x) { return math::tan(x); }
};

struct Asin : Elementwise {
  static constexpr OpInfo info{
      .name = "asin", .types = kFloats, .ulp = 1.5, .doc = "Inverse sine, from -π/2 to π/2; NaN beyond ±1; -0 for -0."};
  static auto eval(auto x) { return math::asin(x); }
};

struct Acos : Elementwise {
  static constexpr OpInfo info{
      .name = "acos", .types = kFloats, .ulp = 1.5, .doc = "Inverse cosine, from 0 to π; NaN beyond ±1; +0 for 1."};
  static auto eval(auto x) { return math::acos(x); }
};

struct Atan : Elementwise {
  static constexpr OpInfo info{.name = "atan",
                               .types = kFloats,
                               .ulp = 1.5,
                               .doc = "Inverse tangent, from -π/2 for -inf to π/2 for inf; -0 for -0."};
  static auto eval(auto x) { return math::atan(x); }
};

struct Atan2 : Elementwise {
  static constexpr OpInfo info{
      .name = "atan2",
      .arity = 2,
      .types = kFloats,
      .ulp = 2,
      .doc =
          "Angle of the point with height y (first operand) and width x, from -π to π with the sign of y: C99's atan2 "
          "with all its cases of zeros and infinities; NaN when either is NaN."};
  static auto eval(auto y, auto x) { return math::atan2(y, x); }
};

struct Sinh : Elementwise {
  static constexpr OpInfo info{.name = "sinh",
                               .types = kFloats,
                               .ulp = 1.5,
                               .doc = "Hyperbolic sine; ±inf on overflow and for ±inf; -0 for -0."};
  static auto eval(auto x) { return math::sinh(x); }
};

struct Cosh : Elementwise {
  static constexpr OpInfo info{
      .name = "cosh", .types = kFloats, .ulp = 1.5, .doc = "Hyperbolic cosine; inf on overflow and for ±inf."};
  static auto eval(auto x) { return math::cosh(x); }
};

struct Tanh : Elementwise {
  static constexpr OpInfo info{.name = "tanh",
                               .types = kFloats | kComplex,
                               .ulp = {2, 2.5, 6},
                               .doc =
                                   "Hyperbolic tangent; ±1 for ±inf; -0 for -0. Complex: special values of C11's "
                                   "ctanh; no NaN where the real part is large."};
  static auto eval(auto x) { return math::tanh(x); }
};

struct Asinh : Elementwise {
  static constexpr OpInfo info{
      .name = "asinh", .types = kFloats, .ulp = {2, 1.5}, .doc = "Inverse hyperbolic sine; ±inf for ±inf; -0 for -0."};
  static auto eval(auto x) { return math::asinh(x); }
};

struct Acosh : Elementwise {
  static constexpr OpInfo info{.name = "acosh",
                               .types = kFloats,
                               .ulp = 2,
                               .doc = "Inverse hyperbolic cosine; NaN below 1, +0 for 1, inf for inf."};
  static auto eval(auto x) { return math::acosh(x); }
};

struct Atanh : Elementwise {
  static constexpr OpInfo info{.name = "atanh",
                               .types = kFloats,
                               .ulp = {2, 1.5},
                               .doc = "Inverse hyperbolic tangent; ±inf for ±1, NaN beyond; -0 for -0."};
  static auto eval(auto x) { return math::atanh(x); }
};

}  // namespace tjit::inline ops
