// Functions of complex numbers. Their parts are vectors of their own.
#pragma once

#include "ir/ops/math_basic.h"

namespace tjit::math {

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> real(Vec<T, N> x) {
  return x;
}
template <class P, int N>
[[gnu::always_inline]] inline Vec<P, N> real(Vec<Complex<P>, N> x) {
  return x.re;
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> imag(Vec<T, N>) {
  return Vec<T, N>(0);
}
template <class P, int N>
[[gnu::always_inline]] inline Vec<P, N> imag(Vec<Complex<P>, N> x) {
  return x.im;
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> conj(Vec<T, N> x) {
  return x;
}
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> conj(Vec<Complex<P>, N> x) {
  return {x.re, -x.im};
}

}  // namespace tjit::math
