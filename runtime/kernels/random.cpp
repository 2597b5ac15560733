// Random bits: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011), many counters side by side.
#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

namespace {

constexpr int kRounds = 20;
constexpr int kRotations[] = {13, 15, 26, 6, 17, 29, 16, 24};
constexpr std::uint32_t kParity = 0x1bd11bda;  ///< joins the words of the key to a third one

template <class V>
[[gnu::always_inline]] inline V rotated(V x, int by) {
  return (x << V(by)) | (x >> V(32 - by));
}

/// The words of a block from those of its counter.
template <class V>
[[gnu::always_inline]] inline void threefry(const std::uint32_t* words, V& x0, V& x1) {
  const std::uint32_t key[] = {words[0], words[1], kParity ^ words[0] ^ words[1]};
  x0 = x0 + V(key[0]);
  x1 = x1 + V(key[1]);
#pragma clang loop unroll(full)
  for (int round = 0; round < kRounds; ++round) {
    x0 = x0 + x1;
    x1 = rotated(x1, kRotations[round % 8]) ^ x0;
    if (round % 4 != 3) continue;
    const int injected = round / 4 + 1;
    x0 = x0 + V(key[injected % 3]);
    x1 = x1 + V(key[(injected + 1) % 3] + static_cast<std::uint32_t>(injected));
  }
}

/// The words of a block as one element.
template <class T, int N>
[[gnu::always_inline]] inline Vec<T, N> element(Vec<std::uint32_t, N> x0, Vec<std::uint32_t, N> x1) {
  if constexpr (sizeof(T) == 4) {
    return x0;
  } else {
    return convert<T>(x0) | (convert<T>(x1) << Vec<T, N>(32));
  }
}

template <class T, int N>
[[gnu::always_inline]] inline void block(T* out, const std::uint32_t* key, std::uint64_t first) {
  using Counter = Vec<std::uint64_t, N>;
  const Counter counter = Counter(first) + lane_numbers<std::uint64_t, N>();
  auto x0 = convert<std::uint32_t>(counter), x1 = convert<std::uint32_t>(counter >> Counter(32));
  threefry(key, x0, x1);
  element<T>(x0, x1).store(out);
}

template <class T>
void random_bits(void* to, const std::uint32_t* key, std::uint64_t first, std::int64_t n) {
  // Rounds depend on each other: several registers hide their latency.
  constexpr int kWidth = 4 * kLanes<std::uint32_t>;
  T* const out = static_cast<T*>(to);
  std::int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) block<T, kWidth>(out + i, key, first + static_cast<std::uint64_t>(i));
  for (; i < n; ++i) block<T, 1>(out + i, key, first + static_cast<std::uint64_t>(i));
}

}  // namespace

RandomKernel random_kernels(DType t) {
  return dispatch(t, []<class T>(Tag<T>) -> RandomKernel {
    if constexpr (std::is_unsigned_v<T> && (sizeof(T) == 4 || sizeof(T) == 8)) return random_bits<T>;
    return nullptr;
  });
}

}  // namespace tjit::TJIT_LEVEL
