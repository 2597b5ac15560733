// Reductions along rows, and the search for extremes, derived from the reduce structs of the op list.
#include <array>

#include "runtime/kernels/rows.h"

namespace tjit::TJIT_LEVEL {

namespace {

template <class Op, class V>
[[gnu::always_inline]] inline V combine(V a, V b) {
  [[clang::always_inline]] return Op::Combine::eval(a, b);
}

template <class Op, class T>
struct RowKernel {
  template <class V>
  [[gnu::always_inline]] static V join(V lanes, V x) {
    return combine<Op>(lanes, x);
  }

  static void row(void* lanes, const void* x, std::int64_t n) {
    RowWalk<RowKernel, T>::run(static_cast<T*>(lanes), n, static_cast<const T*>(x));
  }

  template <int kHalf>
  [[gnu::always_inline]] static void fold_from(T* lanes) {
    using V = Vec<T, (kHalf < kLanes<T> ? kHalf : kLanes<T>)>;
    for (int lane = 0; lane < kHalf; lane += V::lanes)
      combine<Op>(V::load(lanes + lane), V::load(lanes + kHalf + lane)).store(lanes + lane);
    if constexpr (kHalf > 1) fold_from<kHalf / 2>(lanes);
  }

  static void fold(void* lanes) { fold_from<kReduceLanes / 2>(static_cast<T*>(lanes)); }
};

/// Whether x comes before the best so far: a NaN before numbers, then what `Op::Extreme` prefers, never an equal.
template <class Op, class T, int N>
[[gnu::always_inline]] inline Mask<T, N> comes_before(Vec<T, N> x, Vec<T, N> best) {
  const Vec<T, N> joined = combine<typename Op::Extreme>(best, x);
  return (joined != best) & (best == best);
}

template <class Op, class T>
struct ExtremeSearch {
  template <int N>
  [[gnu::always_inline]] static void step(T* best, std::int64_t* place, const T* x, std::int64_t at) {
    using V = Vec<T, N>;
    using P = Vec<std::int64_t, N>;
    const V value = V::load(x), old = V::load(best);
    const auto before = comes_before<Op>(value, old);
    select(before, value, old).store(best);
    select(before, P(at), P::load(place)).store(place);
  }

  static void column(void* best, std::int64_t* place, const void* x, std::int64_t n, std::int64_t at) {
    constexpr int kWidth = kLanes<std::int64_t>;
    T* b = static_cast<T*>(best);
    const T* values = static_cast<const T*>(x);
    std::int64_t j = 0;
    for (; j + kWidth <= n; j += kWidth) step<kWidth>(b + j, place + j, values + j, at);
    for (; j < n; ++j) step<1>(b + j, place + j, values + j, at);
  }
};

template <class T>
std::int64_t find(const void* from, std::int64_t n, const void* wanted) {
  constexpr int kWidth = kLanes<T>;
  using V = Vec<T, kWidth>;
  const T* x = static_cast<const T*>(from);
  const T value = *static_cast<const T*>(wanted);
  std::int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    const V v = V::load(x + i);
    if (any((v == V(value)) | ((v != v) & (V(value) != V(value))))) break;
  }
  for (; i < n; ++i)
    if (x[i] == value || (x[i] != x[i] && value != value)) return i;
  return -1;
}

template <class T>
consteval auto reduce_table() {
  std::array<ReduceKernel, static_cast<std::size_t>(AllOps::size)> table{};
  AllOps::for_each([&]<class Op>(Tag<Op>) {
    if constexpr (requires { typename Op::Combine; }) {
      if constexpr (contains(Op::info.types, dtype_of<T>))
        table[static_cast<std::size_t>(kOpcode<Op>)] = {RowKernel<Op, T>::row, RowKernel<Op, T>::fold};
    }
  });
  return table;
}

template <class T>
consteval auto extreme_table() {
  std::array<ExtremeKernel, static_cast<std::size_t>(AllOps::size)> table{};
  AllOps::for_each([&]<class Op>(Tag<Op>) {
    if constexpr (requires { typename Op::Extreme; }) {
      if constexpr (contains(Op::info.types, dtype_of<T>))
        table[static_cast<std::size_t>(kOpcode<Op>)] = {kOpcode<typename Op::Extreme>, ExtremeSearch<Op, T>::column,
                                                        find<T>};
    }
  });
  return table;
}

template <class T>
constexpr auto kReduceTable = reduce_table<T>();
template <class T>
constexpr auto kExtremeTable = extreme_table<T>();

}  // namespace

const ReduceKernel* reduce_kernels(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return kReduceTable<T>.data(); });
}

const ExtremeKernel* extreme_kernels(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return kExtremeTable<T>.data(); });
}

}  // namespace tjit::TJIT_LEVEL
