// Functions of complex numbers. Their parts are vectors of their own.
//
// All but sums, products, `abs` and `angle` compute with doubles, whatever the parts are. Parts that were floats have
// room there: their squares neither overflow nor underflow, and their products are exact. Special values are those of
// C99 Annex G; where it leaves the sign of a zero or an infinity open, the sign of a NaN decides nothing.
#pragma once

#include "ir/ops/math_arc.h"
#include "ir/ops/math_basic.h"
#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"
#include "ir/ops/math_root.h"
#include "ir/ops/math_trig.h"

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

template <class P, int N>
[[gnu::always_inline]] inline Mask<P, N> is_nan(Vec<Complex<P>, N> x) {
  return is_nan(x.re) | is_nan(x.im);
}
/// Whether a part is infinite, even beside NaN.
template <class P, int N>
[[gnu::always_inline]] inline Mask<P, N> is_inf(Vec<Complex<P>, N> x) {
  return is_inf(x.re) | is_inf(x.im);
}
template <class P, int N>
[[gnu::always_inline]] inline Mask<P, N> is_finite(Vec<Complex<P>, N> x) {
  return is_finite(x.re) & is_finite(x.im);
}

template <class P, int N>
[[gnu::always_inline]] inline Vec<P, N> abs(Vec<Complex<P>, N> x) {
  return hypot(x.re, x.im);
}

/// atan2(imag, real): of a real number 0, or pi where its sign bit is set.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> angle(Vec<T, N> x) {
  using V = Vec<T, N>;
  const V half_turn(detail::Format<T>::kHalfPi * 2);
  return select(x != x, x, select(copysign(V(1), x) < V(0), half_turn, V(0)));
}
template <class P, int N>
[[gnu::always_inline]] inline Vec<P, N> angle(Vec<Complex<P>, N> x) {
  return atan2(x.im, x.re);
}

namespace detail {

template <int N>
using Doubles = Vec<double, N>;
template <int N>
using ComplexDoubles = Vec<Complex<double>, N>;

/// Whether doubles hold what becomes of such parts.
template <class P>
constexpr bool kHasRoom = sizeof(P) < sizeof(double);

template <class P, int N, class F, class... Z>
[[gnu::always_inline]] inline Vec<Complex<P>, N> in_doubles(F f, Vec<Complex<P>, N> x, Z... y) {
  return cast<Complex<P>>(f(cast<Complex<double>>(x), cast<Complex<double>>(y)...));
}

template <int N>
[[gnu::always_inline]] inline Doubles<N> larger_size(ComplexDoubles<N> x) {
  const auto a = abs(x.re), b = abs(x.im);
  return select(a > b, a, b);
}

/// +0 for NaN, whose sign means nothing.
template <int N>
[[gnu::always_inline]] inline Doubles<N> without_nan(Doubles<N> x) {
  return select(x != x, Doubles<N>(0), x);
}

/// a b + c d with an error of a unit in the last place or two, however much cancels (Kahan).
template <class P, int N>
[[gnu::always_inline]] inline Doubles<N> sum_of_products(Doubles<N> a, Doubles<N> b, Doubles<N> c, Doubles<N> d) {
  const auto second = c * d;
  const auto sum = fma(a, b, second);
  if constexpr (kHasRoom<P>) return sum;
  return sum + select(is_inf(second), Doubles<N>(0), fma(c, d, -second));
}

/// The exponent field of the larger part, up to that of 2^1022; 2^1023 over it scales the number to about 1.
template <int N>
[[gnu::always_inline]] inline BitsOf<double, N> exponent_field(ComplexDoubles<N> x) {
  const auto size = larger_size(x);
  const Doubles<N> most(0x1p1022);
  return bits_of(select(size < most, size, most)) >> BitsOf<double, N>(Format<double>::kMantissaBits);
}

template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> scaled(ComplexDoubles<N> x, Doubles<N> factor) {
  return {x.re * factor, x.im * factor};
}

/// Infinite parts as ±1, all others as 0 of their sign.
template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> direction(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  const auto one = [](V part) __attribute__((always_inline)) {
    return copysign(select(is_inf(part), V(1), V(0)), without_nan(part));
  };
  return {one(x.re), one(x.im)};
}

/// x / y for numbers other than infinities and NaN, and y other than 0; where the size does not matter, x conj(y).
template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> finite_quotient(ComplexDoubles<N> x, ComplexDoubles<N> y,
                                                                Mask<double, N> any_size) {
  using V = Doubles<N>;
  using B = BitsOf<double, N>;
  const B ones(2 * Format<double>::kBias), x_field = exponent_field(x), y_field = exponent_field(y);
  if constexpr (!kHasRoom<P>) {
    x = scaled(x, select(any_size, V(1), power_of_two<double>(ones - x_field)));
    y = scaled(y, select(any_size, V(1), power_of_two<double>(ones - y_field)));
  }
  const auto square = select(any_size, V(1), fma(y.re, y.re, y.im * y.im));
  const ComplexDoubles<N> q{sum_of_products<P>(x.re, y.re, x.im, y.im) / square,
                            sum_of_products<P>(x.im, y.re, -x.re, y.im) / square};
  if constexpr (kHasRoom<P>) return q;
  const B back = select(any_size, ones, ones + x_field - y_field);
  return {scale(q.re, back), scale(q.im, back)};
}

/// Real y divide each part.
template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> quotient(ComplexDoubles<N> x, ComplexDoubles<N> y) {
  using V = Doubles<N>;
  using F = Format<double>;
  const auto x_infinite = is_inf(x), y_infinite = is_inf(y);
  // Halved, so that the sum of two parts is in range.
  const auto over_infinity = scaled(x, select(y_infinite, V(0.5), V(1)));
  const auto q = finite_quotient<P>(select(x_infinite, direction(x), over_infinity),
                                    select(y_infinite, direction(y), y), x_infinite | y_infinite);
  const V of_infinite = select(y_infinite, V(F::kNan), V(F::kInfinity));
  const V factor = select(x_infinite, of_infinite, select(y_infinite, V(0), V(1)));
  return select(y.im == V(0), ComplexDoubles<N>(x.re / y.re, x.im / y.re), scaled(q, factor));
}

template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> square_root(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  const V infinity(Format<double>::kInfinity), size = larger_size(x);
  V a = abs(x.re), b = abs(x.im), radius, back(1);
  if constexpr (kHasRoom<P>) {
    radius = sqrt(fma(a, a, b * b));
  } else {
    const auto large = size > V(0x1p1020), small = size < V(0x1p-900);
    const V to = select(large, V(0x1p-4), select(small, V(0x1p140), V(1)));
    back = select(large, V(0x1p2), select(small, V(0x1p-70), V(1)));
    a = a * to;
    b = b * to;
    radius = hypot(a, b);
  }
  const V root = sqrt(V(0.5) * (a + radius));
  const V larger = select(is_inf(x), infinity, root);
  const auto is_zero = (a == V(0)) & (b == V(0));
  const V smaller = select(is_zero, V(0), select(is_inf(b), infinity, b / (larger + larger)));
  const auto left = x.re < V(0);
  return {select(left, smaller, larger) * back, copysign(select(left, larger, smaller) * back, without_nan(x.im))};
}

/// log |x| for numbers other than 0, infinities and NaN: half that of |x|^2, which is kept in several parts, as its
/// distance from 1 is what the logarithm is made of near 1.
template <class P, int N>
[[gnu::always_inline]] inline Doubles<N> log_size(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  using F = Format<double>;
  const V size = larger_size(x);
  V shift(0);  // of the exponent of |x|^2
  if constexpr (!kHasRoom<P>) {
    const auto large = size > V(0x1p400), small = size < V(0x1p-400);
    x = scaled(x, select(large, V(0x1p-600), select(small, V(0x1p600), V(1))));
    shift = select(large, V(1200), select(small, V(-1200), V(0)));
  }
  const V a = abs(x.re), b = abs(x.im);
  const V large = select(a > b, a, b), small = select(a > b, b, a);
  const auto p = product(large, large), q = product(small, small);
  const auto square = add_smaller(p.hi, q.hi);
  const auto [exponent, m] = split<double, N, false>(square.hi);
  const V k = exponent + shift;
  const auto head = add_smaller(k * V(F::kLn2Hi), m - V(1));
  // Near 1: |x|^2 - 1.
  const auto distance = add_any(square.hi - V(1), square.lo), rest = add_any(p.lo, q.lo);
  const auto sum = add_any(distance.hi, rest.hi);
  const auto exact = add_any(sum.hi, sum.lo + (distance.lo + rest.lo));
  const auto near = k == V(0);
  const V f = select(near, exact.hi, m - V(1));
  const V beyond = (square.lo + rest.hi) / square.hi;
  const V low = select(near, exact.lo, fma(k, V(F::kLn2Lo), head.lo + beyond));
  return V(0.5) * log_near_one(f, {select(near, exact.hi, head.hi), low});
}

template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> logarithm(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  const V infinity(Format<double>::kInfinity);
  const V finite = select(larger_size(x) == V(0), -infinity, log_size<P>(x));
  const V nan_or_not = select(is_nan(x), V(Format<double>::kNan), finite);
  return {select(is_inf(x), infinity, nan_or_not), angle(x)};
}

/// 2^n as two factors, for n between -1077 and 2044: beyond the range of one double.
template <int N>
struct Power {
  Doubles<N> first, second;

  [[gnu::always_inline]] explicit Power(BitsOf<double, N> biased_twice) {
    const auto half = biased_twice >> BitsOf<double, N>(1);
    first = power_of_two<double>(half);
    second = power_of_two<double>(biased_twice - half);
  }
  /// x y 2^n for |x| <= 1, however small, and y that is neither large nor small. What is subnormal grows first.
  [[gnu::always_inline]] Doubles<N> times(Doubles<N> x, Doubles<N> y) const { return x * first * y * second; }
};

/// From here on e^x overflows, even times the smallest number.
constexpr double kExpBeyond = 1460;
/// Of an exponent, as much stays with the other factor, which brings the rest into the range of `Power`.
constexpr int kKept = 64;

/// cos x + i sin x.
template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> turn(Doubles<N> x) {
  auto q = quarters(abs(x));
  const auto sine = with_sign_of(sin_of(q), x);
  q.n = q.n + BitsOf<double, N>(1);
  return {sin_of(q), sine};
}

template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> exponential(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  using B = BitsOf<double, N>;
  V a = select(x.re < V(kExpLowest<double>), V(kExpLowest<double>), x.re);
  a = select(a > V(kExpBeyond), V(kExpBeyond), a);
  const auto parts = exp_parts(a, V(-0.0));
  const auto grows = a > V(kKept);
  const V factor = (V(1) + parts.m) * select(grows, V(0x1p64), V(1));
  const Power<N> power(parts.biased_twice - select(grows, B(kKept), B(0)));
  const auto direction = turn(x.im);
  const ComplexDoubles<N> e{power.times(direction.re, factor), power.times(direction.im, factor)};
  // Infinities without a direction.
  const auto lost = is_inf(x.re) & !is_finite(x.im), vanishes = lost & (x.re < V(0));
  const V size = select(vanishes, V(0), V(Format<double>::kInfinity));
  return {select(lost, size, e.re), select(x.im == V(0), x.im, select(vanishes, V(0), e.im))};
}

/// cosh x and sinh x over 2^n, of which `power` is.
template <int N>
struct Growth {
  Doubles<N> cosh, sinh;
  Power<N> power;
};

template <int N>
[[gnu::always_inline]] inline Growth<N> growth(Doubles<N> x) {
  using V = Doubles<N>;
  using B = BitsOf<double, N>;
  const B none(2 * Format<double>::kBias);
  V size = abs(x);
  size = select(size > V(kExpBeyond), V(kExpBeyond), size);
  auto e = nearest_exponent(size);
  const V r = reduced(size, e.n);
  const auto grows = e.n > V(kKept);
  const B power = select(grows, e.biased_twice - B(kKept), none);
  e.biased_twice = select(grows, none + B(kKept), e.biased_twice);
  const auto h = hyperbolic(e, r);
  return {cosh_of(h), sinh_of(h, x), Power<N>(power)};
}

/// `value`, or where that is not known 0 with the sign of `zero`, if that is 0.
template <int N>
[[gnu::always_inline]] inline Doubles<N> or_zero(Doubles<N> value, Doubles<N> zero) {
  return select((value != value) & (zero == Doubles<N>(0)), zero, value);
}

/// sin re cosh im + i cos re sinh im.
template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> sine(ComplexDoubles<N> x) {
  const auto direction = turn(x.re);
  const auto g = growth(x.im);
  const auto im = or_zero(g.power.times(direction.re, g.sinh), x.im);
  return {or_zero(g.power.times(direction.im, g.cosh), x.re), select(is_inf(x.im) & !is_finite(x.re), x.im, im)};
}

/// cos re cosh im - i sin re sinh im.
template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> cosine(ComplexDoubles<N> x) {
  const auto direction = turn(x.re);
  const auto g = growth(x.im);
  const auto re = g.power.times(direction.re, g.cosh);
  const auto im = -g.power.times(direction.im, g.sinh);
  return {select(is_inf(x.im) & !is_finite(x.re), abs(x.im), re), or_zero(or_zero(im, -x.im), -x.re)};
}

/// (sinh re cosh re + i sin im cos im) / (sinh^2 re + cos^2 im), whose denominator is a sum of squares. From 20 on the
/// real part is 1.
template <int N>
[[gnu::always_inline]] inline ComplexDoubles<N> hyperbolic_tangent(ComplexDoubles<N> x) {
  using V = Doubles<N>;
  const V size = abs(x.re), most(380);  // beyond it the imaginary part is 0
  const auto h = hyperbolic(select(size > most, most, size));
  const V sinh = sinh_of(h, x.re), cosh = cosh_of(h);
  const auto direction = turn(x.im);
  const V half_turn = direction.re * direction.im;
  const V square = fma(sinh, sinh, direction.re * direction.re);
  const auto far = size > V(20);
  const V re = select(far, copysign(V(1), x.re) + V(0) * x.im, sinh * cosh / square);
  const V im = select(far, half_turn / abs(sinh) / abs(sinh), half_turn / square);
  const auto infinite = is_inf(x.re);
  return {or_zero(select(infinite, copysign(V(1), x.re), re), x.re),
          or_zero(select(infinite & !is_finite(x.im), V(0), im), x.im)};
}

/// x^n for whole |n| <= kMostMultiplied as products, 1 / x^|n| where n is negative; NaN where that would be of what
/// left the range. The error of more products would grow with n also where y log x is small.
constexpr double kMostMultiplied = 4;
template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> whole_power(ComplexDoubles<N> x, Doubles<N> n) {
  using V = Doubles<N>;
  const V count = abs(n);
  const ComplexDoubles<N> square = x * x, third = square * x, fourth = square * square;
  const auto product = select(count == V(1), x, select(count == V(2), square, select(count == V(3), third, fourth)));
  const V size = larger_size(product);
  const auto divides = (size >= V(Format<double>::kSmallestNormal)) & is_finite(size);
  const V nan(Format<double>::kNan);
  const auto inverse = select(divides, quotient<P>(ComplexDoubles<N>(1), product), ComplexDoubles<N>(nan, nan));
  return select(n < V(0), inverse, product);
}

template <class P, int N>
[[gnu::always_inline]] inline ComplexDoubles<N> power(ComplexDoubles<N> x, ComplexDoubles<N> y) {
  using V = Doubles<N>;
  const V zero(0), nan(Format<double>::kNan);
  const auto log = logarithm<P>(x);
  const ComplexDoubles<N> exponent(sum_of_products<double>(y.re, log.re, -y.im, log.im),
                                   sum_of_products<double>(y.re, log.im, y.im, log.re));
  // What vanishes does so in any direction, if that overflowed.
  const auto result = select(exponent.re < V(kExpLowest<double>), ComplexDoubles<N>(0), exponential(exponent));
  const auto whole = (y.im == zero) & (trunc(y.re) == y.re) & (abs(y.re) <= V(kMostMultiplied));
  // Where that leaves the range on the way, the logarithm knows better.
  const auto multiplied = whole_power<P>(x, select(whole, y.re, V(1)));
  const auto of_zero = select((y.re > zero) & is_finite(y.im), zero, nan);
  const auto is_zero = (x.re == zero) & (x.im == zero);
  const auto not_zero =
      select(is_zero, ComplexDoubles<N>(of_zero, of_zero), select(whole & !is_nan(multiplied), multiplied, result));
  return select((y.re == zero) & (y.im == zero), ComplexDoubles<N>(1), not_zero);
}

}  // namespace detail

/// x / y without overflow or underflow on the way. A real y divides each part; otherwise an infinity over a finite
/// number is infinite, and a finite number over an infinity 0.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> divide(Vec<T, N> x, Vec<T, N> y) {
  return x / y;
}
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> divide(Vec<Complex<P>, N> x, Vec<Complex<P>, N> y) {
  return detail::in_doubles([](auto a, auto b) __attribute__((always_inline)) { return detail::quotient<P>(a, b); }, x,
                            y);
}

/// The root with real part >= 0 and the sign of the imaginary part (Kahan).
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> sqrt(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::square_root<P>(z); }, x);
}

/// log |x| + i angle.
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> log(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::logarithm<P>(z); }, x);
}

/// e^re (cos im + i sin im); what overflows is the product alone.
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> exp(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::exponential(z); }, x);
}

template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> sin(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::sine(z); }, x);
}

template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> cos(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::cosine(z); }, x);
}

template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> tanh(Vec<Complex<P>, N> x) {
  return detail::in_doubles([](auto z) __attribute__((always_inline)) { return detail::hyperbolic_tangent(z); }, x);
}

/// e^(y log x), or products where y is a small whole number; 1 for y = 0; of 0, 0 where re y > 0 and else NaN.
template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> pow(Vec<Complex<P>, N> x, Vec<Complex<P>, N> y) {
  return detail::in_doubles([](auto a, auto b) __attribute__((always_inline)) { return detail::power<P>(a, b); }, x, y);
}

}  // namespace tjit::math
