// Vec<T, N>: N lanes of T as one value, and Mask<T, N>: the outcome of comparing two of them.
// Every op's `eval` is written on these. The same source is compiled natively (eager kernels, constant folder) and to
// bitcode (generated code), so nothing here names an instruction set: all of it is generic LLVM IR. Width 1 is a plain
// scalar, which LLVM optimises like C.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "tjit/bfloat16.h"
#include "tjit/complex.h"
#include "tjit/half.h"

namespace tjit {

template <int kBytes>
using SignedOfSize =
    std::conditional_t<kBytes == 1, int8_t,
                       std::conditional_t<kBytes == 2, int16_t, std::conditional_t<kBytes == 4, int32_t, int64_t>>>;

namespace detail {

// A bool lane is a byte that is exactly 0 or 1, as in a tensor's buffer. 16-bit floats are held as their bits: such
// lanes are moved, and converted to what they compute in.
template <class T>
using Stored =
    std::conditional_t<std::is_same_v<T, bool>, uint8_t, std::conditional_t<std::is_class_v<T>, uint16_t, T>>;

template <class T, int N>
struct RawOf {
  using type = T __attribute__((ext_vector_type(N)));
};
template <class T>
struct RawOf<T, 1> {
  using type = T;
};
template <class T, int N>
using Raw = typename RawOf<T, N>::type;

// `?:` on ext_vector_type becomes and/or of bits, on vector_size it becomes one IR select: only selections use this
// type.
template <class T, int N>
using Selectable = T __attribute__((vector_size(N * sizeof(T))));

// V is a Vec or a Mask. Raw vectors travel by reference: by value, clang warns about their ABI even where everything is
// inlined.
template <class V, class From>
[[gnu::always_inline]] inline V converted(const From& raw) {
  using To = typename V::Raw;
  V v;
  if constexpr (std::is_arithmetic_v<From>) {
    v.raw = static_cast<To>(raw);
  } else {
    v.raw = __builtin_convertvector(raw, To);
  }
  return v;
}

}  // namespace detail

// A truth value per lane. Vectors hold 0 or -1 in lanes as wide as T (what a comparison yields), width 1 holds a bool.
// The sign extension never reaches machine code: instcombine cancels it against the select or to_bool that consumes the
// mask.
template <class T, int N>
struct Mask {
  using Lane = std::conditional_t<N == 1, bool, SignedOfSize<sizeof(detail::Stored<T>)>>;
  using Raw = detail::Raw<Lane, N>;
  static constexpr int lanes = N;

  Raw raw;

  Mask() = default;
  [[gnu::always_inline]] explicit Mask(bool value)
      : raw(static_cast<Raw>(static_cast<Lane>(N == 1 ? value : -value))) {}

  // `comparison`: what clang's comparison of two raw values yields; its lane type is ours up to the spelling (char,
  // long long).
  template <class C>
  [[gnu::always_inline]] static Mask of(const C& comparison) {
    Mask m;
    m.raw = __builtin_bit_cast(Raw, comparison);
    return m;
  }

  [[gnu::always_inline]] bool operator[](int lane) const {
    if constexpr (N == 1) {
      return raw;
    } else {
      return raw[lane] != 0;
    }
  }

  [[gnu::always_inline]] friend Mask operator&(Mask a, Mask b) { return of(static_cast<Raw>(a.raw & b.raw)); }
  [[gnu::always_inline]] friend Mask operator|(Mask a, Mask b) { return of(static_cast<Raw>(a.raw | b.raw)); }
  [[gnu::always_inline]] friend Mask operator^(Mask a, Mask b) { return of(static_cast<Raw>(a.raw ^ b.raw)); }
  [[gnu::always_inline]] friend Mask operator!(Mask a) {
    if constexpr (N == 1) {
      return of(!a.raw);
    } else {
      return of(~a.raw);
    }
  }
  [[gnu::always_inline]] friend Mask operator~(Mask a) { return !a; }
};

template <class T, int N>
struct Vec {
  static_assert(N >= 1 && N <= 64 && (N & (N - 1)) == 0);
  using Scalar = T;
  using Stored = detail::Stored<T>;
  using Raw = detail::Raw<Stored, N>;
  template <class U>
  using With = Vec<U, N>;
  static constexpr int lanes = N;

  Raw raw;

  Vec() = default;
  // Every lane gets `value`, converted to T.
  template <class A>
    requires(std::is_arithmetic_v<A> || std::is_same_v<A, T>)
  [[gnu::always_inline]] explicit Vec(A value)
      : raw(static_cast<Raw>(__builtin_bit_cast(Stored, static_cast<T>(value)))) {}

  // Wraps a raw value; for bool every lane must be 0 or 1.
  template <class R>
  [[gnu::always_inline]] static Vec of(const R& raw_value) {
    Vec v;
    v.raw = static_cast<Raw>(raw_value);
    return v;
  }

  // No alignment is asked for.
  [[gnu::always_inline]] static Vec load(const T* from) {
    Vec v;
    __builtin_memcpy(&v.raw, from, sizeof(Raw));
    return v;
  }
  [[gnu::always_inline]] void store(T* to) const { __builtin_memcpy(to, &raw, sizeof(Raw)); }
  // To memory that is aligned to the vector; `stream`: past the caches.
  [[gnu::always_inline]] void put(Raw* to) const { *to = raw; }
  [[gnu::always_inline]] void stream(Raw* to) const { __builtin_nontemporal_store(raw, to); }

  [[gnu::always_inline]] T operator[](int lane) const {
    if constexpr (N == 1) {
      return __builtin_bit_cast(T, raw);
    } else {
      return __builtin_bit_cast(T, static_cast<Stored>(raw[lane]));
    }
  }

  // Integers wrap. An integer divisor must not be 0, nor -1 under the lowest value: those trap on some machines and
  // widths (see math::floor_div). A shift count must lie in [0, width) (see math::shift_left).
  [[gnu::always_inline]] friend Vec operator+(Vec a, Vec b) { return computed(a.raw + b.raw); }
  [[gnu::always_inline]] friend Vec operator-(Vec a, Vec b) { return computed(a.raw - b.raw); }
  [[gnu::always_inline]] friend Vec operator*(Vec a, Vec b) { return computed(a.raw * b.raw); }
  [[gnu::always_inline]] friend Vec operator/(Vec a, Vec b) { return computed(a.raw / b.raw); }
  [[gnu::always_inline]] friend Vec operator%(Vec a, Vec b) { return computed(a.raw % b.raw); }
  [[gnu::always_inline]] friend Vec operator<<(Vec a, Vec b) { return of(a.raw << b.raw); }
  [[gnu::always_inline]] friend Vec operator>>(Vec a, Vec b) { return of(a.raw >> b.raw); }
  [[gnu::always_inline]] friend Vec operator-(Vec a) { return computed(-a.raw); }

  [[gnu::always_inline]] friend Vec operator&(Vec a, Vec b) { return of(a.raw & b.raw); }
  [[gnu::always_inline]] friend Vec operator|(Vec a, Vec b) { return of(a.raw | b.raw); }
  [[gnu::always_inline]] friend Vec operator^(Vec a, Vec b) { return of(a.raw ^ b.raw); }
  // On bool this is logical not, so that lanes stay 0 or 1.
  [[gnu::always_inline]] friend Vec operator~(Vec a) {
    if constexpr (std::is_same_v<T, bool>) {
      return a ^ Vec(true);
    } else {
      return of(~a.raw);
    }
  }
  [[gnu::always_inline]] friend Vec operator!(Vec a)
    requires std::is_same_v<T, bool>
  {
    return ~a;
  }

  [[gnu::always_inline]] friend Mask<T, N> operator==(Vec a, Vec b) { return compared(a.raw == b.raw); }
  [[gnu::always_inline]] friend Mask<T, N> operator!=(Vec a, Vec b) { return compared(a.raw != b.raw); }
  [[gnu::always_inline]] friend Mask<T, N> operator<(Vec a, Vec b) { return compared(a.raw < b.raw); }
  [[gnu::always_inline]] friend Mask<T, N> operator<=(Vec a, Vec b) { return compared(a.raw <= b.raw); }
  [[gnu::always_inline]] friend Mask<T, N> operator>(Vec a, Vec b) { return compared(a.raw > b.raw); }
  [[gnu::always_inline]] friend Mask<T, N> operator>=(Vec a, Vec b) { return compared(a.raw >= b.raw); }

 private:
  // Lanes of 16-bit floats are only moved and converted.
  static constexpr bool kComputes = !std::is_class_v<T>;
  template <class R>
  [[gnu::always_inline]] static Vec computed(const R& raw_value) {
    static_assert(kComputes);
    return of(raw_value);
  }
  template <class C>
  [[gnu::always_inline]] static Mask<T, N> compared(const C& comparison) {
    static_assert(kComputes);
    return Mask<T, N>::of(comparison);
  }
};

// Complex lanes: real and imaginary parts as vectors of their own, which stand in turn in memory.
template <class P, int N>
struct Vec<Complex<P>, N> {
  using Scalar = Complex<P>;
  using Parts = Vec<P, N>;
  using Raw = detail::Raw<P, 2 * N>;
  template <class U>
  using With = Vec<U, N>;
  static constexpr int lanes = N;

  Parts re, im;

  Vec() = default;
  [[gnu::always_inline]] Vec(Parts real, Parts imaginary) : re(real), im(imaginary) {}
  [[gnu::always_inline]] explicit Vec(Scalar value) : re(value.re), im(value.im) {}
  template <class A>
    requires std::is_arithmetic_v<A>
  [[gnu::always_inline]] explicit Vec(A value) : re(value), im(0) {}

  template <class R>
  [[gnu::always_inline]] static Vec of(const R& raw_value) {
    const Raw raw = static_cast<Raw>(raw_value);
    return {every_other<0>(raw), every_other<1>(raw)};
  }

  [[gnu::always_inline]] static Vec load(const Scalar* from) {
    Raw raw;
    __builtin_memcpy(&raw, from, sizeof(Raw));
    return of(raw);
  }
  [[gnu::always_inline]] void store(Scalar* to) const {
    Raw raw;
    put(&raw);
    __builtin_memcpy(to, &raw, sizeof(Raw));
  }
  [[gnu::always_inline]] void put(Raw* to) const {
    in_turn([&](const Raw& raw) __attribute__((always_inline)) { *to = raw; });
  }
  [[gnu::always_inline]] void stream(Raw* to) const {
    in_turn([&](const Raw& raw) __attribute__((always_inline)) { __builtin_nontemporal_store(raw, to); });
  }

  [[gnu::always_inline]] Scalar operator[](int lane) const { return Scalar(re[lane], im[lane]); }

  [[gnu::always_inline]] friend Vec operator+(Vec a, Vec b) { return {a.re + b.re, a.im + b.im}; }
  [[gnu::always_inline]] friend Vec operator-(Vec a, Vec b) { return {a.re - b.re, a.im - b.im}; }
  // Of vectors with parts in turn, as in memory: what brings them there and back cancels against loads and stores.
  [[gnu::always_inline]] friend Vec operator*(Vec a, Vec b) {
    if constexpr (N == 1) {
      return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    } else {
      return [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
        const Raw first = __builtin_shufflevector(a.re.raw, a.re.raw, (I / 2)...) *
                          __builtin_shufflevector(b.re.raw, b.im.raw, (I / 2 + I % 2 * N)...);
        const Raw second = __builtin_shufflevector(a.im.raw, a.im.raw, (I / 2)...) *
                           __builtin_shufflevector(b.im.raw, b.re.raw, (I / 2 + I % 2 * N)...);
        const Raw difference = first - second, sum = first + second;
        return of(__builtin_shufflevector(difference, sum, (I + I % 2 * 2 * N)...));
      }(std::make_integer_sequence<int, 2 * N>());
    }
  }
  [[gnu::always_inline]] friend Vec operator-(Vec a) { return {-a.re, -a.im}; }
  [[gnu::always_inline]] friend Mask<P, N> operator==(Vec a, Vec b) { return (a.re == b.re) & (a.im == b.im); }
  [[gnu::always_inline]] friend Mask<P, N> operator!=(Vec a, Vec b) { return !(a == b); }

 private:
  template <int kFirst>
  [[gnu::always_inline]] static Parts every_other(const Raw& raw) {
    if constexpr (N == 1) {
      return Parts(raw[kFirst]);
    } else {
      return [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
        return Parts::of(__builtin_shufflevector(raw, raw, (2 * I + kFirst)...));
      }(std::make_integer_sequence<int, N>());
    }
  }
  template <class F>
  [[gnu::always_inline]] void in_turn(F&& f) const {
    if constexpr (N == 1) {
      f(Raw{re.raw, im.raw});
    } else {
      [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
        f(__builtin_shufflevector(re.raw, im.raw, (I / 2 + I % 2 * N)...));
      }(std::make_integer_sequence<int, 2 * N>());
    }
  }
};

// The same truth values in the lane width of U.
template <class U, class T, int N>
[[gnu::always_inline]] inline Mask<U, N> convert(Mask<T, N> m) {
  return detail::converted<Mask<U, N>>(m.raw);
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<bool, N> to_bool(Mask<T, N> m) {
  if constexpr (N == 1) {
    return Vec<bool, N>::of(m.raw);
  } else {
    return detail::converted<Vec<bool, N>>(m.raw) & Vec<bool, N>(true);
  }
}

template <int N>
[[gnu::always_inline]] inline Mask<bool, N> to_mask(Vec<bool, N> v) {
  return v != Vec<bool, N>(false);
}

template <class T, int N>
[[gnu::always_inline]] inline bool any(Mask<T, N> m) {
  if constexpr (N == 1) {
    return m.raw;
  } else {
    return __builtin_reduce_or(m.raw) != 0;
  }
}

// Lane by lane: condition ? a : b. Both sides are computed.
template <class C, class T, int N>
[[gnu::always_inline]] inline Vec<T, N> select(Mask<C, N> condition, Vec<T, N> a, Vec<T, N> b) {
  using S = typename Vec<T, N>::Stored;
  if constexpr (N == 1) {
    // Copies, as a choice between two variables would be one between their addresses.
    return Vec<T, N>::of(condition.raw ? S(a.raw) : S(b.raw));
  } else {
    using Values = detail::Selectable<S, N>;
    auto mask = (detail::Selectable<SignedOfSize<sizeof(S)>, N>)convert<T>(condition).raw;
    return Vec<T, N>::of(mask ? (Values)a.raw : (Values)b.raw);
  }
}

template <class C, class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> select(Mask<C, N> condition, Vec<Complex<P>, N> a,
                                                        Vec<Complex<P>, N> b) {
  return {select(condition, a.re, b.re), select(condition, a.im, b.im)};
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> select(Vec<bool, N> condition, Vec<T, N> a, Vec<T, N> b) {
  return select(to_mask(condition), a, b);
}

// C++ conversion of each lane; a float that does not fit an integer U is undefined (see math::cast).
template <class U, class T, int N>
[[gnu::always_inline]] inline Vec<U, N> convert(Vec<T, N> v) {
  if constexpr (std::is_same_v<U, bool> && !std::is_same_v<T, bool>) {
    return to_bool(v != Vec<T, N>(0));
  } else {
    return detail::converted<Vec<U, N>>(v.raw);
  }
}

// The bits of each lane as a U of the same size.
template <class U, class T, int N>
[[gnu::always_inline]] inline Vec<U, N> bit_cast(Vec<T, N> v) {
  static_assert(sizeof(T) == sizeof(U) && !std::is_same_v<U, bool>);
  return Vec<U, N>::of(__builtin_bit_cast(typename Vec<U, N>::Raw, v.raw));
}

// a * b + c with one rounding; of complex numbers, with one for each of the two products of a part.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> fma(Vec<T, N> a, Vec<T, N> b, Vec<T, N> c) {
  return Vec<T, N>::of(__builtin_elementwise_fma(a.raw, b.raw, c.raw));
}

template <class P, int N>
[[gnu::always_inline]] inline Vec<Complex<P>, N> fma(Vec<Complex<P>, N> a, Vec<Complex<P>, N> b, Vec<Complex<P>, N> c) {
  return {fma(-a.im, b.im, fma(a.re, b.re, c.re)), fma(a.im, b.re, fma(a.re, b.im, c.im))};
}

// The lowest integer is its own absolute value.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> abs(Vec<T, N> v) {
  if constexpr (std::is_unsigned_v<T>) {
    return v;
  } else {
    return Vec<T, N>::of(__builtin_elementwise_abs(v.raw));
  }
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> sqrt(Vec<T, N> v) {
  return Vec<T, N>::of(__builtin_elementwise_sqrt(v.raw));
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> floor(Vec<T, N> v) {
  return Vec<T, N>::of(__builtin_elementwise_floor(v.raw));
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> ceil(Vec<T, N> v) {
  return Vec<T, N>::of(__builtin_elementwise_ceil(v.raw));
}

template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> trunc(Vec<T, N> v) {
  return Vec<T, N>::of(__builtin_elementwise_trunc(v.raw));
}

// To the nearest integer, ties to even.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> round_even(Vec<T, N> v) {
  return Vec<T, N>::of(__builtin_elementwise_roundeven(v.raw));
}

// The magnitude of `v` with the sign of `sign`.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> copysign(Vec<T, N> v, Vec<T, N> sign) {
  return Vec<T, N>::of(__builtin_elementwise_copysign(v.raw, sign.raw));
}

}  // namespace tjit
