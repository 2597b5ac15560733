// Lines that stand side by side, sorted by one network of minima and maxima for as many as a vector has lanes.
#include <limits>

#include "runtime/element_keys.h"
#include "runtime/kernels/network.h"

namespace tjit::TJIT_LEVEL {

namespace {

/// Lines up to this length are sorted faster side by side than one after another, as measured.
template <int kBytes>
constexpr std::int64_t kLongest = kVectorBytes > 16 ? (kBytes < kVectorBytes / 4 ? 1024 : 256)
                                                    : (kBytes == 8 ? 0 : 128);

/// A vector of lines, whose elements K are kLineRow bytes apart. Blocks of kBlock rows are sorted in registers
/// (network.h), then merged by the bitonic network: its first layer compares rows with their mirror images, all
/// others rows in the same order and at equal distances (K. E. Batcher, Sorting networks and their applications, 1968).
/// As smaller rows go up in all comparisons, rows behind the last one stand for the largest keys and are never stored.
template <class K>
class Network {
 public:
  static constexpr int kWidth = kLanes<K>;

  Network(K* x, std::int64_t n) : x_(x), n_(n) {}

  void sort() const {
    if (n_ <= 4) return small_block<4>();
    if (n_ <= 8) return small_block<8>();
    std::int64_t size = kBlock;
    while (size < n_) size *= 2;
    sort_rows(0, size);
  }

 private:
  using V = Vec<K, kWidth>;
  static constexpr int kBlock = 16;
  static constexpr std::int64_t kRow = kLineRow / static_cast<int>(sizeof(K));

  template <bool kWhole>
  [[gnu::always_inline]] V load(std::int64_t i) const {
    return kWhole || i < n_ ? V::load(x_ + i * kRow) : V(std::numeric_limits<K>::max());
  }
  template <bool kWhole>
  [[gnu::always_inline]] void store(std::int64_t i, V v) const {
    if (kWhole || i < n_) v.store(x_ + i * kRow);
  }

  template <bool kWhole, int N, class F>
  [[gnu::always_inline]] void in_registers(std::int64_t from, F&& f) const {
    V rows[N];
#pragma clang loop unroll(full)
    for (int i = 0; i < N; ++i) rows[i] = load<kWhole>(from + i);
    f(rows);
#pragma clang loop unroll(full)
    for (int i = 0; i < N; ++i) store<kWhole>(from + i, rows[i]);
  }

  template <int N>
  void small_block() const {
    in_registers<false, N>(0, [](V* rows) __attribute__((always_inline)) { sort_block<N>(rows); });
  }

  /// Two layers on four rows: the first orders a with c and b with d, or mirrored a with d and b with c.
  template <bool kWhole, bool kMirrored>
  [[gnu::always_inline]] void two_layers(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) const {
    V rows[] = {load<kWhole>(a), load<kWhole>(b), load<kWhole>(c), load<kWhole>(d)};
    order(rows[0], rows[kMirrored ? 3 : 2]), order(rows[1], rows[kMirrored ? 2 : 3]);
    order(rows[0], rows[1]), order(rows[2], rows[3]);
    store<kWhole>(a, rows[0]), store<kWhole>(b, rows[1]), store<kWhole>(c, rows[2]), store<kWhole>(d, rows[3]);
  }

  /// Merges the two halves of rows [from, from + size).
  template <bool kWhole>
  void merge(std::int64_t from, std::int64_t size) const {
    const std::int64_t quarter = size / 4, last = from + size - 1, end = last < n_ ? last + 1 : n_;
    for (std::int64_t i = 0; i < quarter; ++i)
      two_layers<kWhole, true>(from + i, from + quarter + i, last - quarter - i, last - i);
    std::int64_t d = size / 8;
    for (; d >= kBlock; d /= 4)
      for (std::int64_t begin = from; begin < end; begin += 2 * d)
        for (std::int64_t i = begin; i < begin + d / 2; ++i)
          two_layers<kWhole, false>(i, i + d / 2, i + d, i + d + d / 2);
    for (std::int64_t begin = from; begin < end; begin += kBlock)
      in_registers<kWhole, kBlock>(begin, [&](V* rows) __attribute__((always_inline)) {
        if (d == kBlock / 2) return merge_block<kBlock>(rows);
        merge_block<kBlock / 2>(rows);
        merge_block<kBlock / 2>(rows + kBlock / 2);
      });
  }

  template <bool kWhole>
  void sort_rows_as(std::int64_t from, std::int64_t size) const {
    if (size == kBlock)
      return in_registers<kWhole, kBlock>(from,
                                          [](V* rows) __attribute__((always_inline)) { sort_block<kBlock>(rows); });
    sort_rows(from, size / 2);
    if (from + size / 2 >= n_) return;
    sort_rows(from + size / 2, size / 2);
    merge<kWhole>(from, size);
  }

  void sort_rows(std::int64_t from, std::int64_t size) const {
    from + size <= n_ ? sort_rows_as<true>(from, size) : sort_rows_as<false>(from, size);
  }

  K* x_;
  std::int64_t n_;
};

template <class T>
bool sort_lines(void* lines, std::int64_t n, std::int64_t count, bool descending) {
  using K = SignedKey<T>;
  constexpr int kWidth = kLanes<T>;
  constexpr std::int64_t kRow = kLineRow / static_cast<int>(sizeof(T));
  Mask<KeyOf<T>, kWidth> negative_zero(false);
  for (std::int64_t j = 0; j < count; j += kWidth) {
    T* const x = static_cast<T*>(lines) + j;
    K* const keys = reinterpret_cast<K*>(x);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto element = Vec<T, kWidth>::load(x + i * kRow);
      negative_zero = negative_zero | is_negative_zero(element);
      signed_key_of(element, descending).store(keys + i * kRow);
    }
    Network<K>(keys, n).sort();
    for (std::int64_t i = 0; i < n; ++i)
      element_of_signed<T>(Vec<K, kWidth>::load(keys + i * kRow), descending).store(x + i * kRow);
  }
  return any(negative_zero);
}

}  // namespace

SortKernel sort_kernel(DType t) {
  return dispatch(t, []<class T>(Tag<T>) -> SortKernel {
    if constexpr (contains(kOrdered, dtype_of<T>)) return {kLongest<sizeof(T)>, sort_lines<T>};
    return {};
  });
}

}  // namespace tjit::TJIT_LEVEL
