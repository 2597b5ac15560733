// Keys that compare as unsigned integers in the place of elements.
#pragma once

#include <limits>
#include <type_traits>

#include "ir/dtypes.h"
#include "ir/ops/vec.h"

namespace tjit {

template <class T>
using KeyOf = std::make_unsigned_t<SignedOfSize<sizeof(T)>>;
template <class K>
inline constexpr K kSignBit = K(1) << (8 * sizeof(K) - 1);

/// Keys compare as the elements do, smaller first. Equal elements, -0 and 0 among them, have one key; that of NaN is
/// the largest, also when larger elements come first.
template <class T, int N>
[[gnu::always_inline]] inline Vec<KeyOf<T>, N> key_of(Vec<T, N> x, bool descending) {
  using K = KeyOf<T>;
  using Keys = Vec<K, N>;
  const Keys sign(kSignBit<K>), last(static_cast<K>(~K(0))), flip(descending ? static_cast<K>(~K(0)) : K(0)),
      bits = bit_cast<K>(x);
  if constexpr (is_float(dtype_of<T>)) {
    const Keys magnitude = bits & ~sign, infinity(std::bit_cast<K>(std::numeric_limits<T>::infinity()));
    const Keys key = select(bits > sign, ~bits, bits | sign);
    return select(magnitude > infinity, last, key ^ flip);
  } else {
    return bits ^ flip ^ Keys(std::is_signed_v<T> ? kSignBit<K> : K(0));
  }
}

/// The element of a key: of equal ones 0, of NaNs the quiet one.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> element_of(Vec<KeyOf<T>, N> key, bool descending) {
  using K = KeyOf<T>;
  using Keys = Vec<K, N>;
  const Keys sign(kSignBit<K>), last(static_cast<K>(~K(0))), up = key ^ Keys(descending ? static_cast<K>(~K(0)) : K(0));
  Keys bits;
  if constexpr (is_float(dtype_of<T>)) {
    const Keys nan(std::bit_cast<K>(std::numeric_limits<T>::quiet_NaN()));
    bits = select(key == last, nan, select(up >= sign, up ^ sign, ~up));
  } else {
    bits = up ^ Keys(std::is_signed_v<T> ? kSignBit<K> : K(0));
  }
  return Vec<T, N>::of(__builtin_bit_cast(typename Vec<T, N>::Raw, bits.raw));
}

/// Keys as signed integers, which vectors compare at every level.
template <class T>
using SignedKey = SignedOfSize<sizeof(T)>;

template <class T, int N>
[[gnu::always_inline]] inline Vec<SignedKey<T>, N> signed_key_of(Vec<T, N> x, bool descending) {
  return bit_cast<SignedKey<T>>(key_of(x, descending) ^ Vec<KeyOf<T>, N>(kSignBit<KeyOf<T>>));
}
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> element_of_signed(Vec<SignedKey<T>, N> key, bool descending) {
  return element_of<T>(bit_cast<KeyOf<T>>(key) ^ Vec<KeyOf<T>, N>(kSignBit<KeyOf<T>>), descending);
}

/// Lanes that are -0, which has the key of 0.
template <class T, int N>
[[gnu::always_inline]] inline Mask<KeyOf<T>, N> is_negative_zero(Vec<T, N> x) {
  if constexpr (is_float(dtype_of<T>)) return bit_cast<KeyOf<T>>(x) == Vec<KeyOf<T>, N>(kSignBit<KeyOf<T>>);
  return Mask<KeyOf<T>, N>(false);
}

template <class T>
KeyOf<T> key_of(T x, bool descending) {
  return key_of(Vec<T, 1>(x), descending).raw;
}
template <class T>
T element_of(KeyOf<T> key, bool descending) {
  return element_of<T>(Vec<KeyOf<T>, 1>(key), descending)[0];
}

}  // namespace tjit
