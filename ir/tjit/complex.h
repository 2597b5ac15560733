// Complex: complex numbers as tensors store them.
#pragma once

#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit {

/// A complex number of two floats or doubles, laid out as std::complex, whose header takes long to parse. As a bool it
/// is whether it is not 0.
template <class P>
struct Complex {
  using Part = P;
  P re, im;

  Complex() = default;
  constexpr explicit Complex(P real, P imaginary = 0) : re(real), im(imaginary) {}
  template <class T>
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, P>)
  constexpr explicit Complex(T real) : re(static_cast<P>(real)), im(0) {}
  template <class Q>
  constexpr explicit Complex(Complex<Q> other) : re(static_cast<P>(other.re)), im(static_cast<P>(other.im)) {}
  constexpr explicit operator bool() const { return re != 0 || im != 0; }

  friend constexpr Complex operator+(Complex a, Complex b) { return Complex(a.re + b.re, a.im + b.im); }
  friend constexpr Complex operator-(Complex a, Complex b) { return Complex(a.re - b.re, a.im - b.im); }
  friend constexpr Complex operator*(Complex a, Complex b) {
    return Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
  }
  friend constexpr Complex operator-(Complex a) { return Complex(-a.re, -a.im); }
  friend constexpr bool operator==(Complex a, Complex b) { return a.re == b.re && a.im == b.im; }
};

template <class T>
inline constexpr bool kIsComplex = false;
template <class P>
inline constexpr bool kIsComplex<Complex<P>> = true;

}  // namespace tjit
