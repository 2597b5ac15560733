// Elementwise special functions, roots, and functions on the bits of numbers.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Erf : Elementwise {
  static constexpr OpInfo info{
      .name = "erf", .types = kFloats, .ulp = {2, 1.5}, .doc = "The error function; ±1 for ±inf; -0 for -0."};
  static auto eval(auto x) { return math::erf(x); }
};

struct Erfc : Elementwise {
  static constexpr OpInfo info{.name = "erfc",
                               .types = kFloats,
                               .ulp = 2,
                               .doc = "1-erf(x), without loss where that is tiny; 2 and 0 for -inf and inf."};
  static auto eval(auto x) { return math::erfc(x); }
};

struct ErfInv : Elementwise {
  static constexpr OpInfo info{.name = "erf_inv",
                               .types = kFloats,
                               .ulp = 2.5,
                               .doc = "The inverse of erf; ±inf for ±1, NaN beyond; -0 for -0."};
  static auto eval(auto x) { return math::erf_inv(x); }
};

struct Cbrt : Elementwise {
  static constexpr OpInfo info{
      .name = "cbrt", .types = kFloats, .ulp = 1, .doc = "Cube root, of negative numbers too; -0 for -0."};
  static auto eval(auto x) { return math::cbrt(x); }
};

struct Hypot : Elementwise {
  static constexpr OpInfo info{.name = "hypot",
                               .arity = 2,
                               .types = kFloats,
                               .ulp = 1,
                               .doc =
                                   "sqrt(x*x + y*y) without overflow or underflow on the way; inf when either is "
                                   "infinite, even beside NaN."};
  static auto eval(auto x, auto y) { return math::hypot(x, y); }
};

struct Lgamma : Elementwise {
  static constexpr OpInfo info{.name = "lgamma",
                               .types = kFloats,
                               .ulp = 2,
                               .doc = "Logarithm of |Gamma(x)|; inf for integers up to 0 and for ±inf."};
  static auto eval(auto x) { return math::lgamma(x); }
};

struct Digamma : Elementwise {
  static constexpr OpInfo info{
      .name = "digamma",
      .types = kFloats,
      .ulp = 2.5,
      .doc = "Derivative of lgamma; -inf for 0, inf for -0, NaN for negative integers and -inf."};
  static auto eval(auto x) { return math::digamma(x); }
};

struct Copysign : Elementwise {
  static constexpr OpInfo info{
      .name = "copysign",
      .arity = 2,
      .types = kFloats,
      .as_stored = true,
      .doc = "The magnitude of x with the sign of y; that of a NaN counts as +, whatever its bits are."};
  static auto eval(auto x, auto y) { return math::with_sign_of(x, y); }
};

struct NextAfter : Elementwise {
  static constexpr OpInfo info{.name = "next_after",
                               .arity = 2,
                               .types = kFloats,
                               .as_stored = true,
                               .doc =
                                   "The number of this type that follows x towards y; y when they are equal, NaN when "
                                   "either is."};
  static auto eval(auto x, auto y) { return math::next_after(x, y); }
};

struct PopulationCount : Elementwise {
  static constexpr OpInfo info{
      .name = "population_count", .types = kInts, .doc = "How many bits are 1; of negative integers, those stored."};
  static auto eval(auto x) { return math::population_count(x); }
};

}  // namespace tjit::inline ops
