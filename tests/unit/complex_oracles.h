// What elementwise ops on complex numbers are compared with: std::complex in wider arithmetic.
#pragma once

#include <complex>
#include <optional>
#include <string_view>

#include "ir/op.h"
#include "numbers.h"

namespace tjit::test {

template <class T>
using WideComplex = std::complex<Wide<typename T::Part>>;

template <class T>
WideComplex<T> widened(T x) {
  return {x.re, x.im};
}

/// A real divisor divides each part. Numbers that parts are made of have half as many digits as `Sum`, so that nothing
/// is lost where much cancels.
template <class W>
std::complex<W> quotient(std::complex<W> x, std::complex<W> y) {
  using Sum = std::conditional_t<std::is_same_v<W, double>, long double, __float128>;
  if (y.imag() == 0) return {x.real() / y.real(), x.imag() / y.real()};
  if (!std::isfinite(std::abs(x) + std::abs(y))) return x / y;
  const Sum a = x.real(), b = x.imag(), c = y.real(), d = y.imag(), square = c * c + d * d;
  return {static_cast<W>((a * c + b * d) / square), static_cast<W>((b * c - a * d) / square)};
}

template <class T>
std::optional<WideComplex<T>> complex_wide_oracle(std::string_view op, WideComplex<T> x, WideComplex<T> y) {
  if (op == "divide") return quotient(x, y);
  if (op == "reciprocal") return quotient(WideComplex<T>(1), x);
  if (op == "sqrt") return std::sqrt(x);
  if (op == "exp") return std::exp(x);
  if (op == "log") return std::log(x);
  if (op == "sin") return std::sin(x);
  if (op == "cos") return std::cos(x);
  if (op == "tanh") return std::tanh(x);
  return {};
}

/// The error of a part, in units in its last place. C99 leaves the sign of infinities beside NaN open. What is next to
/// nothing beside the other part may vanish.
template <class P, class W>
double part_error(P got, W exact, W other) {
  if (std::isinf(exact) && other != other) return std::isinf(got) ? 0 : 1e30;
  const W nothing = std::isfinite(other) && sizeof(P) == 8 ? std::ldexp(std::fabs(other), -1000) : W(0);
  return ulps(got, Exact<W>(exact, nothing));
}

/// The error of x^y for finite numbers, in 1 + |y log x| times that of the larger part; none where y log x is so large
/// that no digit of the direction is left, or x^y is out of range.
template <class P>
double power_error(Complex<P> x, Complex<P> y, Complex<P> got) {
  using W = Wide<P>;
  constexpr W kEpsilon = std::numeric_limits<P>::epsilon();
  const auto exponent = widened(y) * std::log(widened(x)), exact = std::exp(exponent);
  const W size = std::abs(exact), error = std::abs(widened(got) - exact);
  if (!(std::abs(exponent) < 1 / kEpsilon && size < std::numeric_limits<P>::max() / 4)) return 0;
  const W unit = kEpsilon * std::max<W>(size, std::numeric_limits<P>::min());
  return static_cast<double>(error / ((1 + std::abs(exponent)) * unit));
}

/// Powers of 0 and to the power 0 are cases.
template <class T>
bool is_power(T x, T y, T got, double bound) {
  if (y.re == 0 && y.im == 0) return got == T(1);
  if (x.re == 0 && x.im == 0)
    return y.re > 0 && std::isfinite(y.im) ? got == T(0) : std::isnan(got.re) && std::isnan(got.im);
  if (!std::isfinite(x.re + x.im) || !std::isfinite(y.re + y.im)) return true;  // nothing is said of them
  return power_error(x, y, got) <= bound;
}

/// Whether `got` is what the op gives for complex operands; nothing where there is no oracle.
template <class T, class R>
std::optional<bool> is_right_complex(const OpInfo& op, T x, T y, R got) {
  if constexpr (std::is_same_v<R, typename T::Part>) {
    if (op.name == "abs") return ulps(got, std::hypot(widened(x).real(), widened(x).imag())) <= op.ulp.complex;
    if (op.name == "angle") return ulps(got, std::atan2(widened(x).imag(), widened(x).real())) <= op.ulp.complex;
  }
  if constexpr (std::is_same_v<R, T>) {
    if (op.name == "power") return is_power(x, y, got, op.ulp.complex);
    if (const auto exact = complex_wide_oracle<T>(op.name, widened(x), widened(y)))
      return std::max(part_error(got.re, exact->real(), exact->imag()),
                      part_error(got.im, exact->imag(), exact->real())) <= op.ulp.complex;
  }
  return {};
}

}  // namespace tjit::test
