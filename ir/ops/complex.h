// Ops that take complex numbers apart and make them.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/element.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Real : Elementwise {
  static constexpr OpInfo info{.name = "real",
                               .types = kFloats | kComplex,
                               .result = Result::Part,
                               .doc = "Real part; of a real number itself."};
  static auto eval(auto x) { return math::real(x); }
};

struct Imag : Elementwise {
  static constexpr OpInfo info{.name = "imag",
                               .types = kFloats | kComplex,
                               .result = Result::Part,
                               .doc = "Imaginary part; of a real number 0."};
  static auto eval(auto x) { return math::imag(x); }
};

struct Angle : Elementwise {
  static constexpr OpInfo info{
      .name = "angle",
      .types = kFloats | kComplex,
      .result = Result::Part,
      .ulp = {0.5, 0.5, 2},
      .doc =
          "Angle of the number in the plane, atan2(imag, real), from -π to π; of a real number "
          "0, or π where its sign bit is set; NaN for NaN."};
  static auto eval(auto x) { return math::angle(x); }
};

struct Conj : Elementwise {
  static constexpr OpInfo info{
      .name = "conj", .types = kNumbers, .doc = "Complex conjugate, with -imag; of a real number itself."};
  static auto eval(auto x) { return math::conj(x); }
};

struct MakeComplex : Elementwise {
  static constexpr OpInfo info{.name = "complex",
                               .arity = 2,
                               .types = kParts,
                               .result = Result::Complex,
                               .doc = "The complex number with real part x and imaginary part y."};
  template <class T, int N>
  static auto eval(Vec<T, N> x, Vec<T, N> y) {
    return Vec<tjit::Complex<T>, N>(x, y);
  }
};

}  // namespace tjit::inline ops
