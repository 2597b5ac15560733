// Complex: complex numbers as tensors store them.
#pragma once

#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit {

/// A complex number of two doubles, laid out as std::complex<double>, whose header takes long to parse. Converted to a
/// real type it loses its imaginary part; as a bool it is whether it is not 0.
struct Complex {
  double re, im;

  Complex() = default;
  constexpr explicit Complex(double real, double imaginary = 0) : re(real), im(imaginary) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr explicit operator T() const {
    if constexpr (std::is_same_v<T, bool>) return re != 0 || im != 0;
    return static_cast<T>(re);
  }

  friend constexpr Complex operator+(Complex a, Complex b) { return Complex(a.re + b.re, a.im + b.im); }
  friend constexpr Complex operator-(Complex a, Complex b) { return Complex(a.re - b.re, a.im - b.im); }
  friend constexpr Complex operator*(Complex a, Complex b) {
    return Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
  }
  friend constexpr Complex operator-(Complex a) { return Complex(-a.re, -a.im); }
  friend constexpr bool operator==(Complex a, Complex b) { return a.re == b.re && a.im == b.im; }
};

}  // namespace tjit
