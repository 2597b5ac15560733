// One line, sorted by quicksort: vectors are split by a pivot, few elements sorted by a network or by their ranks.
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "runtime/element_keys.h"
#include "runtime/kernels/network.h"
#include "runtime/kernels/partition.h"

namespace tjit::TJIT_LEVEL {

namespace {

#if defined(__AVX2__)

/// Sorts R rows as one sequence: first each column, of which the bitonic merge then makes sorted groups of 2, 4, ...
/// columns. The first layer of a merge compares with mirror images, all others at equal distances.
template <class K, int R>
class SequenceNetwork {
 public:
  static constexpr int kWidth = kLanes<K>;
  using V = Vec<K, kWidth>;

  [[gnu::always_inline]] static void sort(V* x) {
    sort_block<R>(x);
    merge_groups<1>(x);
    columns_to_rows<1>(x);
  }

 private:
  /// Lane i of the result is lane place(i) of a, or place(i) - kWidth of b.
  template <class F>
  [[gnu::always_inline]] static V shuffled(V a, V b, F) {
    return [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
      return V::of(__builtin_shufflevector(a.raw, b.raw, F()(I)...));
    }(std::make_integer_sequence<int, kWidth>());
  }
  template <int kBy>
  [[gnu::always_inline]] static V swapped(V x) {
    return shuffled(x, x, [](int i) { return i ^ kBy; });
  }
  /// Lanes with bit kBit are those of b, the others those of a.
  template <int kBit>
  [[gnu::always_inline]] static V blended(V a, V b) {
    return shuffled(a, b, [](int i) { return (i & kBit) != 0 ? kWidth + i : i; });
  }

  /// Merges sorted groups of kSize columns, to ever larger ones.
  template <int kSize>
  [[gnu::always_inline]] static void merge_groups(V* x) {
    if constexpr (kSize < kWidth) {
      constexpr int kMirror = 2 * kSize - 1;
#pragma clang loop unroll(full)
      for (int r = 0; r < R / 2; ++r) {
        const V a = x[r], b = swapped<kMirror>(x[R - 1 - r]), low = smaller(a, b), high = larger(a, b);
        x[r] = blended<kSize>(low, high);
        x[R - 1 - r] = swapped<kMirror>(blended<kSize>(high, low));
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < R; ++r) merge_lanes<kSize / 2>(x[r]);
      merge_block<R>(x);
      merge_groups<2 * kSize>(x);
    }
  }
  template <int kDistance>
  [[gnu::always_inline]] static void merge_lanes(V& x) {
    if constexpr (kDistance > 0) {
      const V other = swapped<kDistance>(x);
      x = blended<kDistance>(smaller(x, other), larger(x, other));
      merge_lanes<kDistance / 2>(x);
    }
  }

  /// Each step takes the elements of the first half of the rows and of the second one in turn, which moves the highest
  /// bit of an element's place to the end.
  template <int kStep>
  [[gnu::always_inline]] static void columns_to_rows(V* x) {
    if constexpr (kStep < R) {
      V y[R];
#pragma clang loop unroll(full)
      for (int r = 0; r < R / 2; ++r) {
        y[2 * r] = shuffled(x[r], x[r + R / 2], [](int i) { return i / 2 + i % 2 * kWidth; });
        y[2 * r + 1] = shuffled(x[r], x[r + R / 2], [](int i) { return (kWidth + i) / 2 + i % 2 * kWidth; });
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < R; ++r) x[r] = y[r];
      columns_to_rows<2 * kStep>(x);
    }
  }
};

/// Sorts keys, and with kPlaces their places too, which then are in order among equal keys.
template <class K, bool kPlaces>
class Quicksort {
 public:
  Quicksort(K* x, std::int64_t* places) : x_(x), places_(places) {}

  /// Sorts n keys. Of keys that all differ, only those that belong in the first `wanted` places come to stand there, in
  /// order; the others follow in any.
  void sort(std::int64_t n, std::int64_t wanted) {
    wanted_ = wanted;
    sort(0, n, 2 * std::bit_width(static_cast<std::uint64_t>(n)));
    if constexpr (kPlaces) order_equal(n);
  }

 private:
  static constexpr int kWidth = kLanes<K>;
  using V = Vec<K, kWidth>;
  using P = Vec<std::int64_t, kWidth>;
  static_assert(!kPlaces || sizeof(K) == sizeof(std::int64_t));
  static constexpr int kAtOnce = 4;                         ///< vectors that are read from one end
  static constexpr int kFew = (kPlaces ? 8 : 16) * kWidth;  ///< elements that are not split
  static constexpr int kSampleRows = 4;

  /// Split `splits` times by a pivot of a sample, further by the middle of the keys' range, which bounds the depth.
  void sort(std::int64_t from, std::int64_t n, int splits) {
    while (n > kFew) {
      if (from >= wanted_) return;
      K pivot;
      if (splits-- > 0) {
        pivot = sampled(from, n);
      } else if (!middle(from, n, &pivot)) {
        return;
      }
      std::int64_t low = split<false>(from, n, pivot);
      if (low == 0) {  // the pivot is the smallest key: those equal to it are in place
        low = split<true>(from, n, pivot);
      } else if (low <= n - low && from + low < wanted_) {
        sort(from, low, splits);
      } else {
        if (from + low < wanted_) sort(from + low, n - low, splits);
        n = low;
        continue;
      }
      from += low, n -= low;
    }
    if constexpr (kPlaces) {
      by_ranks(from, static_cast<int>(n));
    } else {
      by_network(x_ + from, static_cast<int>(n));
    }
  }

  /// The median of a sample, from places that no simple pattern in the line meets.
  K sampled(std::int64_t from, std::int64_t n) {
    K sample[kSampleRows * kWidth];
    for (K& key : sample) {
      random_ = random_ * 6364136223846793005U + 1442695040888963407U;  // D. E. Knuth's MMIX generator
      key = x_[from + static_cast<std::int64_t>((random_ >> 33) * static_cast<std::uint64_t>(n) >> 31)];
    }
    network<kSampleRows>(sample, kSampleRows * kWidth);
    return sample[kSampleRows * kWidth / 2];
  }

  /// A key between the smallest and the largest one, above the first; false when they are equal.
  bool middle(std::int64_t from, std::int64_t n, K* pivot) const {
    K least = x_[from], most = least;
    for (std::int64_t i = from + 1; i < from + n; ++i) {
      least = x_[i] < least ? x_[i] : least;
      most = x_[i] > most ? x_[i] : most;
    }
    using U = std::make_unsigned_t<K>;
    const U range = static_cast<U>(most) - static_cast<U>(least);
    *pivot = static_cast<K>(static_cast<U>(least) + range / 2 + range % 2);
    return range != 0;
  }

  /// The free room in the middle of what is split, between the parts that grow from both ends.
  template <bool kEqualToo>
  class Parts {
   public:
    Parts(K* x, std::int64_t* places, std::int64_t from, std::int64_t end, K pivot)
        : x_(x), places_(places), low_(from), high_(end), pivot_(pivot) {}

    std::int64_t low() const { return low_; }
    std::int64_t high() const { return high_; }

    /// Both ends get the whole vector, of which the wanted lanes last. There is room for one vector, or for two.
    [[gnu::always_inline]] void add(V x, P place) {
      const unsigned bits = low_lanes(x);
      const V keys = parted(x, bits);
      keys.store(x_ + low_);
      keys.store(x_ + high_ - kWidth);
      if constexpr (kPlaces) {
        const P at = parted(place, bits);
        at.store(places_ + low_);
        at.store(places_ + high_ - kWidth);
      }
      const int count = std::popcount(bits);
      low_ += count;
      high_ -= kWidth - count;
    }
    [[gnu::always_inline]] void add(K x, std::int64_t place) {
      const bool is_low = kEqualToo ? x <= pivot_ : x < pivot_;
      x_[low_] = x_[high_ - 1] = x;
      if constexpr (kPlaces) places_[low_] = places_[high_ - 1] = place;
      low_ += is_low;
      high_ -= !is_low;
    }

   private:
    [[gnu::always_inline]] unsigned low_lanes(V x) const {
      if constexpr (kEqualToo) {
        return bits_of(!(x > V(pivot_)));
      } else {
        return bits_of(x < V(pivot_));
      }
    }

    K* x_;
    std::int64_t* places_;
    std::int64_t low_, high_;
    K pivot_;
  };

  /// A few keys, with their places.
  template <int N>
  struct Few {
    K keys[N];
    std::int64_t places[kPlaces ? N : 1];

    [[gnu::always_inline]] void read(const Quicksort& q, std::int64_t from, std::int64_t n) {
      std::memcpy(keys, q.x_ + from, static_cast<std::size_t>(n) * sizeof(K));
      if constexpr (kPlaces) std::memcpy(places, q.places_ + from, static_cast<std::size_t>(n) * sizeof(*places));
    }
    [[gnu::always_inline]] void vector_to(auto& parts, int at) const {
      parts.add(V::load(keys + at), kPlaces ? P::load(places + (kPlaces ? at : 0)) : P(0));
    }
  };

  /// Moves keys that are smaller than the pivot, or equal to it where that is wanted too, before all others; how many.
  /// Reads from the end where less room is free, after what was read first from both (B. Bramas, A novel hybrid
  /// quicksort algorithm vectorized using AVX-512 on Intel Skylake, 2017).
  template <bool kEqualToo>
  std::int64_t split(std::int64_t from, std::int64_t n, K pivot) {
    constexpr int kBlock = kAtOnce * kWidth;
    static_assert(kFew >= 2 * kBlock);
    Parts<kEqualToo> parts(x_, places_, from, from + n, pivot);
    std::int64_t left = from + kBlock, right = from + n - kBlock;
    Few<kBlock> first, last, rest;
    first.read(*this, from, kBlock);
    last.read(*this, right, kBlock);
    while (right - left >= kBlock) {
      const bool from_right = parts.high() - right < left - parts.low();
      right -= from_right ? kBlock : 0;
      const std::int64_t at = from_right ? right : left;
      left += from_right ? 0 : kBlock;
      V keys[kAtOnce];
      P places[kAtOnce];
#pragma clang loop unroll(full)
      for (std::int64_t v = 0; v < kAtOnce; ++v) {
        keys[v] = V::load(x_ + at + v * kWidth);
        if constexpr (kPlaces) places[v] = P::load(places_ + at + v * kWidth);
      }
#pragma clang loop unroll(full)
      for (int v = 0; v < kAtOnce; ++v) parts.add(keys[v], kPlaces ? places[v] : P(0));
    }
    const int left_over = static_cast<int>(right - left);
    rest.read(*this, left, left_over);
    int i = left_over / kWidth * kWidth;
    for (int k = i; k < left_over; ++k) parts.add(rest.keys[k], rest.places[kPlaces ? k : 0]);
    while ((i -= kWidth) >= 0) rest.vector_to(parts, i);
    for (const Few<kBlock>* const block : {&first, &last})
      for (int v = 0; v < kAtOnce; ++v) block->vector_to(parts, v * kWidth);
    return parts.low() - from;
  }

  template <int kRows>
  static void network(K* x, int n) {
    const int whole = n / kWidth * kWidth;
    K last[kWidth];
    for (K& key : last) key = std::numeric_limits<K>::max();
    std::memcpy(last, x + whole, static_cast<std::size_t>(n - whole) * sizeof(K));
    V rows[kRows];
#pragma clang loop unroll(full)
    for (int i = 0; i < kRows; ++i)
      rows[i] = i * kWidth < whole    ? V::load(x + i * kWidth)
                : i * kWidth == whole ? V::load(last)
                                      : V(std::numeric_limits<K>::max());
    SequenceNetwork<K, kRows>::sort(rows);
#pragma clang loop unroll(full)
    for (int i = 0; i < kRows; ++i) {
      if (i * kWidth < whole) rows[i].store(x + i * kWidth);
      if (i * kWidth == whole) rows[i].store(last);
    }
    std::memcpy(x + whole, last, static_cast<std::size_t>(n - whole) * sizeof(K));
  }
  static void by_network(K* x, int n) {
    if (n <= 4 * kWidth) return network<4>(x, n);
    if (n <= 8 * kWidth) return network<8>(x, n);
    network<16>(x, n);
  }

  /// A key's rank is how many come before it: smaller ones, and of equal ones those that stand before it.
  void by_ranks(std::int64_t from, int n) {
    Few<kFew> few;
    few.read(*this, from, n);
    std::int64_t ranks[kFew];
    for (int i = n; i < (n + kWidth - 1) / kWidth * kWidth; ++i) few.keys[i] = std::numeric_limits<K>::max();
    const P numbers = lane_numbers<std::int64_t, kWidth>();
    for (int i = 0; i < n; i += kWidth) {
      const V mine = V::load(few.keys + i);
      P rank(0);
      for (int j = 0; j < i; ++j) rank = rank + select(mine < V(few.keys[j]), P(0), P(1));
      for (int j = i; j < n && j < i + kWidth; ++j) {
        const V other(few.keys[j]);
        rank = rank + select((other < mine) | ((other == mine) & (P(j - i) < numbers)), P(1), P(0));
      }
      for (int j = i + kWidth; j < n; ++j) rank = rank + select(V(few.keys[j]) < mine, P(1), P(0));
      rank.store(ranks + i);
    }
    for (int i = 0; i < n; ++i) {
      x_[from + ranks[i]] = few.keys[i];
      places_[from + ranks[i]] = few.places[kPlaces ? i : 0];
    }
  }

  /// Splitting changes the order of equal keys.
  void order_equal(std::int64_t n) {
    constexpr std::int64_t kInserted = 16;
    for (std::int64_t begin = 0, end = 0; begin < n; begin = end) {
      for (end = begin + 1; end < n && x_[end] == x_[begin]; ++end) {
        if (end - begin >= kInserted) continue;
        const std::int64_t place = places_[end];
        std::int64_t at = end;
        for (; at > begin && place < places_[at - 1]; --at) places_[at] = places_[at - 1];
        places_[at] = place;
      }
      const std::int64_t count = end - begin;
      if (count > kInserted) Quicksort<std::int64_t, false>(places_ + begin, nullptr).sort(count, count);
    }
  }

  K* x_;
  std::int64_t* places_;
  std::int64_t wanted_ = 0;
  std::uint64_t random_ = 1;
};

/// Calls f(N as a constant, i) for vectors of N elements from element i on, then for single ones, up to element n.
template <int N>
[[gnu::always_inline]] inline void for_each_vector(std::int64_t n, auto f) {
  std::int64_t i = 0;
  for (; i + N <= n; i += N) f(std::integral_constant<int, N>(), i);
#pragma clang loop unroll(disable)
  for (; i < n; ++i) f(std::integral_constant<int, 1>(), i);
}

template <class T>
bool sort_line(const void* from, void* to, std::int64_t n, bool descending) {
  using K = SignedKey<T>;
  const T* const x = static_cast<const T*>(from);
  T* const out = static_cast<T*>(to);
  K* const keys = static_cast<K*>(to);
  bool negative_zero = false;
  for_each_vector<kLanes<T>>(n,
                             [&]<int N>(std::integral_constant<int, N>, std::int64_t i) __attribute__((always_inline)) {
                               const auto element = Vec<T, N>::load(x + i);
                               negative_zero |= any(is_negative_zero(element));
                               signed_key_of(element, descending).store(keys + i);
                             });
  Quicksort<K, false>(keys, nullptr).sort(n, n);
  for_each_vector<kLanes<T>>(n,
                             [&]<int N>(std::integral_constant<int, N>, std::int64_t i) __attribute__((always_inline)) {
                               element_of_signed<T>(Vec<K, N>::load(keys + i), descending).store(out + i);
                             });
  return negative_zero;
}

/// Keys of four bytes are sorted with their places in one number.
template <class T>
void sort_places(const void* from, std::int64_t* to, void* scratch, std::int64_t n,
                 [[maybe_unused]] std::int64_t wanted, bool descending) {
  using K = std::int64_t;
  constexpr bool kInKey = sizeof(T) == 4;
  const T* const x = static_cast<const T*>(from);
  K* const keys = kInKey ? to : static_cast<K*>(scratch);
  for_each_vector<kLanes<K>>(n,
                             [&]<int N>(std::integral_constant<int, N>, std::int64_t i) __attribute__((always_inline)) {
                               const auto key = convert<K>(signed_key_of(Vec<T, N>::load(x + i), descending));
                               const auto places = Vec<K, N>(i) + lane_numbers<K, N>();
                               (kInKey ? (key << Vec<K, N>(32)) | places : key).store(keys + i);
                               if (!kInKey) places.store(to + i);
                             });
  if constexpr (kInKey) {
    Quicksort<K, false>(keys, nullptr).sort(n, wanted);
    for_each_vector<kLanes<K>>(
        wanted, [&]<int N>(std::integral_constant<int, N>, std::int64_t i)
                    __attribute__((always_inline)) { (Vec<K, N>::load(to + i) & Vec<K, N>(INT32_MAX)).store(to + i); });
  } else {
    Quicksort<K, true>(keys, to).sort(n, n);
  }
}
#endif

}  // namespace

SortLineKernel sort_line_kernel([[maybe_unused]] DType t) {
#if defined(__AVX2__)
  return dispatch(t, []<class T>(Tag<T>) -> SortLineKernel {
    if constexpr (contains(kOrdered, dtype_of<T>) && sizeof(T) >= 4) {
      constexpr bool kInKey = sizeof(T) == 4;
      return {sort_line<T>, sort_places<T>, kInKey ? 0 : static_cast<int>(sizeof(T)), kInKey};
    }
    return {};
  });
#else
  return {};
#endif
}

}  // namespace tjit::TJIT_LEVEL
