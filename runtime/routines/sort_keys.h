// Stable sorting by the keys of elements.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "ir/ops/vec.h"
#include "runtime/element_keys.h"

namespace tjit {

/// A key with the place of its element in the line.
template <class K>
struct Keyed {
  K key;
  std::int32_t place;
};

template <class K>
K key_in(const Keyed<K>& x) {
  return x.key;
}
template <std::unsigned_integral K>
K key_in(K x) {
  return x;
}

/// Lines up to this length are sorted by comparing all pairs.
inline constexpr std::int64_t kShortLine = 96;

/// Where each of up to kShortLine keys stands in order, equal ones in theirs: a key's rank is how many come before it.
/// Each key is compared with those behind it, a vector at a time; there is room for a vector behind both lists.
template <class K>
class Ranks {
 public:
  using Lane = std::conditional_t<sizeof(K) == 8, std::int64_t, std::int32_t>;

  Ranks(std::int64_t n, auto&& key_at) {
    const auto end = (n + kLanes - 1) / kLanes * kLanes;
    // Vectors compare as signed integers. Beyond the line there are keys that come before none.
    constexpr Lane shift = sizeof(K) < sizeof(Lane) ? Lane(0) : std::numeric_limits<Lane>::min();
    for (std::int64_t i = 0; i < n; ++i) keys_[i] = static_cast<Lane>(key_at(i)) ^ shift;
    for (std::int64_t i = n; i < end; ++i) keys_[i] = std::numeric_limits<Lane>::max();
    for (std::int64_t i = 0; i < end; ++i) ranks_[i] = static_cast<Lane>(i);
    for (std::int64_t i = 0; i < n; ++i) count(i, end);
  }

  std::int64_t operator[](std::int64_t i) const { return ranks_[i] - moved_[i]; }

 private:
  static constexpr int kLanes = 16 / static_cast<int>(sizeof(Lane));
  using V = Vec<Lane, kLanes>;

  /// At first each rank is the key's place: for each later key that comes before key i, both change by one.
  void count(std::int64_t i, std::int64_t end) {
    const V key(keys_[i]);
    const std::int64_t from = i / kLanes * kLanes;
    V moved = smaller(key, from) & V::load(kBehind[i % kLanes]);
    (V::load(ranks_ + from) + moved).store(ranks_ + from);
    for (std::int64_t j = from + kLanes; j < end; j += kLanes) {
      const V less = smaller(key, j);
      (V::load(ranks_ + j) + less).store(ranks_ + j);
      moved = moved + less;
    }
    // Not in ranks_, whose next load as a vector would wait for it.
    moved_[i] = moved[0];
    for (int lane = 1; lane < kLanes; ++lane) moved_[i] += moved[lane];
  }
  /// -1 where keys from `at` on are smaller than `key`.
  V smaller(V key, std::int64_t at) const { return V::of((key > V::load(keys_ + at)).raw); }

  static constexpr auto kBehind = [] {
    std::array<Lane[kLanes], kLanes> behind{};
    for (int i = 0; i < kLanes; ++i)
      for (int lane = i + 1; lane < kLanes; ++lane) behind[static_cast<std::size_t>(i)][lane] = -1;
    return behind;
  }();

  alignas(64) Lane keys_[kShortLine + kLanes], ranks_[kShortLine + kLanes];
  Lane moved_[kShortLine];  ///< for each key, -1 for each later one that comes before it
};

/// Sorts keys, or keys with places, byte after byte from the lowest, which keeps the order of equal ones. There is room
/// for as many behind the line.
template <class E>
void sort_by_bytes(std::span<E> line) {
  constexpr std::size_t kBytes = sizeof(key_in(E{}));
  std::array<std::array<std::int32_t, 256>, kBytes> counts{};
  for (const E& x : line)
    for (std::size_t byte = 0; byte < kBytes; ++byte) ++counts[byte][(key_in(x) >> (8 * byte)) & 255];
  E *from = line.data(), *to = from + line.size();
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    const auto digit = [byte](const E& x) { return (key_in(x) >> (8 * byte)) & 255; };
    std::array<std::int32_t, 256>& next = counts[byte];
    if (next[digit(*from)] == std::ssize(line)) continue;  // one digit is that of all
    std::int32_t start = 0;
    for (std::int32_t& n : next) n = std::exchange(start, start + n);
    for (std::size_t i = 0; i < line.size(); ++i) to[next[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  if (from != line.data()) std::copy_n(from, line.size(), line.data());
}

}  // namespace tjit
