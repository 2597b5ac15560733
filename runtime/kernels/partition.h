// Lanes of a vector parted by a condition: what vectors of clang cannot express.
#pragma once

#if defined(__AVX2__)
#include <array>
#include <bit>
#include <cstdint>
#include <immintrin.h>

#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

#if defined(__AVX512F__)
using Lanes = __m512i;
#else
using Lanes = __m256i;
#endif

/// A bit for each lane of a mask.
template <class K, int N>
[[gnu::always_inline]] inline unsigned bits_of(Mask<K, N> m) {
  constexpr bool kWords = sizeof(K) == 4;
  const auto lanes = __builtin_bit_cast(Lanes, m.raw);
#if defined(__AVX512F__)
  return kWords ? _mm512_movepi32_mask(lanes) : _mm512_movepi64_mask(lanes);
#else
  return static_cast<unsigned>(kWords ? _mm256_movemask_ps(_mm256_castsi256_ps(lanes))
                                      : _mm256_movemask_pd(_mm256_castsi256_pd(lanes)));
#endif
}

/// For each set of N lanes, these lanes and then all others, both in order: a byte for the place of each eighth of a
/// vector.
template <int N>
inline constexpr auto kParted = [] {
  std::array<std::uint64_t, 1 << N> table{};
  constexpr int kEighths = 8 / N;
  for (unsigned bits = 0; bits < table.size(); ++bits) {
    int to = 0;
    for (const unsigned wanted : {1U, 0U})
      for (int lane = 0; lane < N; ++lane)
        for (int e = 0; (bits >> lane & 1) == wanted && e < kEighths; ++e)
          table[bits] |= static_cast<std::uint64_t>(lane * kEighths + e) << (8 * to++);
  }
  return table;
}();

/// The lanes of which `bits` has one, then all others, both in order.
template <class K, int N>
[[gnu::always_inline]] inline Vec<K, N> parted(Vec<K, N> x, unsigned bits) {
  using V = Vec<K, N>;
  const auto lanes = __builtin_bit_cast(Lanes, x.raw);
  const auto as_vector = [](Lanes v) { return V::of(__builtin_bit_cast(typename V::Raw, v)); };
#if defined(__AVX512F__)
  if constexpr (N == 16) {
    const auto mask = static_cast<__mmask16>(bits);
    const __m512i first = _mm512_maskz_compress_epi32(mask, lanes);
    const __m512i others = _mm512_maskz_compress_epi32(static_cast<__mmask16>(~bits), lanes);
    return as_vector(_mm512_mask_expand_epi32(first, static_cast<__mmask16>(0xffffU << std::popcount(bits)), others));
  }
#endif
  if constexpr (N <= 8) {
    const __m128i places = _mm_cvtsi64_si128(static_cast<long long>(kParted<N>[bits]));
#if defined(__AVX512F__)
    return as_vector(_mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(places), lanes));
#else
    return as_vector(_mm256_permutevar8x32_epi32(lanes, _mm256_cvtepu8_epi32(places)));
#endif
  }
}

}  // namespace tjit::TJIT_LEVEL
#endif
