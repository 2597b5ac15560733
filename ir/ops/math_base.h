// What the math functions share: the layout of a float type, and polynomials whose operation order is fixed.
#pragma once

#include <concepts>

#include "ir/ops/vec.h"

namespace tjit::math {

template <class T>
concept Float = std::is_floating_point_v<T>;
template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

namespace detail {

// An IEEE format. All functions work on these numbers, so that f32 and f64 share their code. (Constants here and
// elsewhere: a call of numeric_limits or std::bit_cast at run time would stay a call in the bitcode, where only what
// must be is inlined.)
template <class T>
struct Format {
  using Limits = std::numeric_limits<T>;
  using Bits = std::make_unsigned_t<SignedOfSize<sizeof(T)>>;
  static constexpr int kMantissaBits = Limits::digits - 1;
  static constexpr int kBias = Limits::max_exponent - 1;
  static constexpr Bits kMantissaMask = (Bits{1} << kMantissaBits) - 1;
  static constexpr T kSmallestNormal = Limits::min();
  static constexpr T kSmallest = Limits::denorm_min();
  static constexpr T kLargest = Limits::max();
  static constexpr T kInfinity = Limits::infinity();
  static constexpr T kNan = Limits::quiet_NaN();
  // 2^kMantissaBits: its unit in the last place is 1.
  static constexpr T kUnit = static_cast<T>(Bits{1} << kMantissaBits);
  static constexpr Bits kUnitBits = std::bit_cast<Bits>(kUnit);
  // ln 2 in two parts. `kLn2Hi` has so few bits that its product with an exponent is exact.
  static constexpr T kLn2Hi = static_cast<T>(sizeof(T) == 4 ? 0x1.62e4p-1 : 0x1.62e42fefa3800p-1);
  static constexpr T kLn2Lo = static_cast<T>(sizeof(T) == 4 ? 0x1.7f7d1cf79abcap-20 : 0x1.ef35793c76730p-45);
  static constexpr T kLn2 = static_cast<T>(0x1.62e42fefa39efp-1);
  static constexpr T kLog2E = static_cast<T>(0x1.71547652b82fep+0);
  // pi / 2 in three parts, each rounded to nearest.
  static constexpr T kHalfPi = static_cast<T>(sizeof(T) == 4 ? 0x1.921fb6p+0 : 0x1.921fb54442d18p+0);
  static constexpr T kHalfPiLo = static_cast<T>(sizeof(T) == 4 ? -0x1.777a5cp-25 : 0x1.1a62633145c07p-54);
  static constexpr T kHalfPiLowest = static_cast<T>(sizeof(T) == 4 ? -0x1.ee59dap-50 : -0x1.f1976b7ed8fbcp-110);
};

template <class T, int N>
using BitsOf = Vec<typename Format<T>::Bits, N>;

template <Float T, int N>
[[gnu::always_inline]] inline BitsOf<T, N> bits_of(Vec<T, N> x) {
  return bit_cast<typename Format<T>::Bits>(x);
}

// Whether x is not from `least` > 0 to `most`.
template <Float T, int N>
[[gnu::always_inline]] inline Mask<T, N> not_between(Vec<T, N> x, T least, T most) {
  using Bits = typename Format<T>::Bits;
  const Bits low = __builtin_bit_cast(Bits, least), high = __builtin_bit_cast(Bits, most);
  return convert<T>(bits_of(x) - BitsOf<T, N>(low) > BitsOf<T, N>(high - low));
}

// The bits of `value`, negated where x is negative, and -0.
template <Float T, int N>
[[gnu::always_inline]] inline Vec<T, N> with_sign_of(Vec<T, N> value, Vec<T, N> x) {
  return bit_cast<T>(bits_of(value) ^ (bits_of(x) & bits_of(Vec<T, N>(-0.0))));
}

// polynomial(x, x2, a, b, c, ...) = a + b x + c x^2 + ..., by pairs: (a + b x) + x2 ((c + d x) + x2 (...)). As many
// operations as Horner's rule when x2 = x * x is at hand, and half the latency.
template <class V>
[[gnu::always_inline]] inline V polynomial(V, V, double a) {
  return V(a);
}
template <class V>
[[gnu::always_inline]] inline V polynomial(V x, V, double a, double b) {
  return fma(x, V(b), V(a));
}
template <class V, class... C>
[[gnu::always_inline]] inline V polynomial(V x, V x2, double a, double b, C... rest) {
  return fma(x2, polynomial(x, x2, rest...), fma(x, V(b), V(a)));
}

// A value in two parts: `lo` is what the rounding of `hi` left out.
template <class V>
struct TwoPart {
  V hi, lo;
};

// Exactly a + b, where b is the smaller one or a is 0.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> add_smaller(V a, V b) {
  const V hi = a + b;
  return {hi, (a - hi) + b};
}

// Exactly a + b, whichever is the smaller one.
template <class V>
[[gnu::always_inline]] inline TwoPart<V> add_any(V a, V b) {
  const V hi = a + b;
  const V of_b = hi - a;
  return {hi, (a - (hi - of_b)) + (b - of_b)};
}

template <class V>
[[gnu::always_inline]] inline TwoPart<V> product(V a, V b) {
  const V hi = a * b;
  return {hi, fma(a, b, -hi)};
}

template <class V>
[[gnu::always_inline]] inline TwoPart<V> product(TwoPart<V> a, TwoPart<V> b) {
  const TwoPart<V> p = product(a.hi, b.hi);
  return {p.hi, p.lo + fma(a.hi, b.lo, a.lo * b.hi)};
}

}  // namespace detail
}  // namespace tjit::math
