// Reductions along rows, and the search for extremes, derived from the reduce structs of the op list.
#include "ir/ops/reduce.h"

#include <array>

#include "ir/ops/arithmetic.h"
#include "ir/ops/logic.h"
#include "runtime/kernels/rows.h"

namespace tjit::TJIT_LEVEL {

namespace {

template <class Op, class V>
[[gnu::always_inline]] inline V combine(V a, V b) {
  [[clang::always_inline]] return Op::Combine::eval(a, b);
}

template <class Op, class T>
struct Reduction {
  static constexpr int kWidth = kLanes<T>;
  using V = Vec<T, kWidth>;
  static constexpr T kIdentity = Op::template identity<T>;
  /// Whether joining the identity to what was joined to it before changes no bit (ir/order.h).
  static constexpr bool kSkipsIdentity = [] {
    if constexpr (requires { Op::template joins_identity_unseen<T>; }) return Op::template joins_identity_unseen<T>;
    return true;
  }();

  template <class W>
  [[gnu::always_inline]] static W join(W lanes, W x) {
    return combine<Op>(lanes, x);
  }

  static void row(void* lanes, const void* x, std::int64_t n) {
    RowWalk<Reduction, T>::run(static_cast<T*>(lanes), n, static_cast<const T*>(x));
  }

  template <int kHalf>
  [[gnu::always_inline]] static void fold_from(T* lanes) {
    using W = Vec<T, (kHalf < kWidth ? kHalf : kWidth)>;
    for (int lane = 0; lane < kHalf; lane += W::lanes)
      join(W::load(lanes + lane), W::load(lanes + kHalf + lane)).store(lanes + lane);
    if constexpr (kHalf > 1) fold_from<kHalf / 2>(lanes);
  }

  /// The same where only the first n lanes differ from the identity.
  template <int kHalf>
  [[gnu::always_inline]] static void fold_first(T* lanes, std::int64_t n) {
    if constexpr (kHalf > 1) {
      if (n <= kHalf) return fold_first<kHalf / 2>(lanes, n);
    }
    fold_from<kHalf>(lanes);
  }

  static void fold(void* lanes) { fold_from<kReduceLanes / 2>(static_cast<T*>(lanes)); }

  // Lanes beyond a row need not be folded: for a row of at most one register, one register is enough.
  [[gnu::always_inline]] static T fold_short(const T* x, Mask<T, kWidth> in_row) {
    T lanes[kWidth];
    join(V(kIdentity), select(in_row, V::load(x), V(kIdentity))).store(lanes);
    if constexpr (kWidth > 1) fold_from<kWidth / 2>(lanes);
    return lanes[0];
  }

  static void short_rows(T* out, const T* x, std::int64_t n, std::int64_t count, std::int64_t stride) {
    const auto in_row = convert<T>(lane_numbers<std::int32_t, kWidth>() < Vec<std::int32_t, kWidth>(n));
    const std::int64_t end = (count - 1) * stride + n;
    std::int64_t r = 0;
    for (; r < count && r * stride + kWidth <= end; ++r) out[r] = fold_short(x + r * stride, in_row);
    for (; r < count; ++r) {
      T padded[kWidth] = {};
      for (std::int64_t i = 0; i < n; ++i) padded[i] = x[r * stride + i];
      out[r] = fold_short(padded, in_row);
    }
  }

  static void rows(void* to, const void* from, std::int64_t n, std::int64_t count, std::int64_t stride) {
    T* out = static_cast<T*>(to);
    const T* x = static_cast<const T*>(from);
    if (kSkipsIdentity && n <= kWidth) return short_rows(out, x, n, count, stride);
    for (std::int64_t r = 0; r < count; ++r, x += stride) {
      T lanes[kReduceLanes];
      for (int lane = 0; lane < kReduceLanes; lane += kWidth) V(kIdentity).store(lanes + lane);
      RowWalk<Reduction, T>::run(lanes, n, x);
      fold_first<kReduceLanes / 2>(lanes, kSkipsIdentity ? n : kReduceLanes);
      out[r] = lanes[0];
    }
  }

  /// kVectors registers of columns stay in registers for all rows.
  template <int kVectors>
  [[gnu::always_inline]] static void column_block(T* acc, const T* x, std::int64_t count, std::int64_t stride) {
    V sum[kVectors];
    for (int v = 0; v < kVectors; ++v) sum[v] = V::load(acc + v * kWidth);
    for (std::int64_t i = 0; i < count; ++i, x += stride)
      for (int v = 0; v < kVectors; ++v) sum[v] = join(sum[v], V::load(x + v * kWidth));
    for (int v = 0; v < kVectors; ++v) sum[v].store(acc + v * kWidth);
  }

  /// Fewer columns than a register has lanes. As long as x goes on after a row, whole registers are read; the lanes
  /// beyond the row are dropped.
  static void last_columns(T* acc, const T* x, std::int64_t n, std::int64_t count, std::int64_t stride) {
    T padded[kWidth] = {};
    for (std::int64_t j = 0; j < n; ++j) padded[j] = acc[j];
    const std::int64_t end = (count - 1) * stride + n;
    std::int64_t i = end < kWidth ? 0 : stride == 0 ? count : (end - kWidth) / stride + 1;
    i = i < count ? i : count;
    column_block<1>(padded, x, i, stride);
    for (; i < count; ++i) {
      T row[kWidth] = {};
      for (std::int64_t j = 0; j < n; ++j) row[j] = x[i * stride + j];
      column_block<1>(padded, row, 1, 0);
    }
    for (std::int64_t j = 0; j < n; ++j) acc[j] = padded[j];
  }

  static void columns(void* to, const void* from, std::int64_t n, std::int64_t count, std::int64_t stride) {
    T* acc = static_cast<T*>(to);
    const T* x = static_cast<const T*>(from);
    std::int64_t j = 0;
    for (; j + 4 * kWidth <= n; j += 4 * kWidth) column_block<4>(acc + j, x + j, count, stride);
    for (; j + kWidth <= n; j += kWidth) column_block<1>(acc + j, x + j, count, stride);
    if (j < n) last_columns(acc + j, x + j, n - j, count, stride);
  }

  /// kVectors registers of N columns, from column j on.
  template <int kVectors, int N, bool kExclusive>
  [[gnu::always_inline]] static void running_block(const RunningRows& r, std::int64_t j) {
    using W = Vec<T, N>;
    T* const so_far = static_cast<T*>(r.so_far) + j;
    const T* const carry = static_cast<const T*>(r.carry) + j;
    T* out = static_cast<T*>(r.out) + j;
    const T* x = static_cast<const T*>(r.x) + j;
    W sum[kVectors], before[kVectors];
    for (int v = 0; v < kVectors; ++v) sum[v] = W::load(so_far + v * N), before[v] = W::load(carry + v * N);
    for (std::int64_t i = 0; i < r.rows; ++i, x += r.x_stride, out += r.out_stride)
      for (int v = 0; v < kVectors; ++v) {
        const W joined = join(sum[v], W::load(x + v * N));
        join(before[v], kExclusive ? sum[v] : joined).store(out + v * N);
        sum[v] = joined;
      }
    for (int v = 0; v < kVectors; ++v) sum[v].store(so_far + v * N);
  }

  /// Whether one line is joined a vector at a time: integers give the same bits in any grouping.
  static constexpr bool kGroups = std::is_integral_v<T> && kWidth >= 8;

  /// Lanes moved by `kBy` places in the direction of the line, `first` moving in.
  template <int kBy, bool kForwards>
  [[gnu::always_inline]] static V moved(V v, V first) {
    return [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
      constexpr auto from = [](int i) {
        const int at = kForwards ? i - kBy : i + kBy;
        return at < 0 || at >= kWidth ? kWidth + i : at;
      };
      return V::of(__builtin_shufflevector(v.raw, first.raw, from(I)...));
    }(std::make_integer_sequence<int, kWidth>());
  }

  /// Each lane joined with those before it.
  template <bool kForwards, int kBy = 1>
  [[gnu::always_inline]] static V running_lanes(V v) {
    if constexpr (kBy < kWidth) {
      return running_lanes<kForwards, 2 * kBy>(join(moved<kBy, kForwards>(v, V(kIdentity)), v));
    } else {
      return v;
    }
  }

  /// As many elements of a dense line as fill registers; how many.
  template <bool kExclusive, bool kForwards>
  static std::int64_t running_line(const RunningRows& r) {
    constexpr int kLast = kForwards ? kWidth - 1 : 0;
    T* const out = static_cast<T*>(r.out);
    const T* const x = static_cast<const T*>(r.x);
    V so_far(*static_cast<T*>(r.so_far)), before(*static_cast<const T*>(r.carry));
    std::int64_t i = 0;
    for (; i + kWidth <= r.rows; i += kWidth) {
      const std::int64_t at = kForwards ? i : 1 - i - kWidth;
      const V lanes = running_lanes<kForwards>(V::load(x + at));
      join(before, join(so_far, kExclusive ? moved<1, kForwards>(lanes, V(kIdentity)) : lanes)).store(out + at);
      so_far = join(so_far, V(lanes[kLast]));
    }
    *static_cast<T*>(r.so_far) = so_far[0];
    return i;
  }

  template <bool kExclusive>
  static void running_as(RunningRows r) {
    if constexpr (kGroups) {
      if (r.columns == 1 && r.x_stride == r.out_stride && (r.x_stride == 1 || r.x_stride == -1)) {
        const std::int64_t done =
            r.x_stride == 1 ? running_line<kExclusive, true>(r) : running_line<kExclusive, false>(r);
        r.x = static_cast<const T*>(r.x) + done * r.x_stride;
        r.out = static_cast<T*>(r.out) + done * r.out_stride;
        r.rows -= done;
      }
    }
    std::int64_t j = 0;
    for (; j + 4 * kWidth <= r.columns; j += 4 * kWidth) running_block<4, kWidth, kExclusive>(r, j);
    for (; j + kWidth <= r.columns; j += kWidth) running_block<1, kWidth, kExclusive>(r, j);
    for (; j < r.columns; ++j) running_block<1, 1, kExclusive>(r, j);
  }

  static void running(const RunningRows& r) { r.exclusive ? running_as<true>(r) : running_as<false>(r); }
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

  static void rows(std::int64_t* place, const void* from, std::int64_t n, std::int64_t count, std::int64_t stride) {
    constexpr std::int64_t kGroup = 64;
    const T* x = static_cast<const T*>(from);
    T extremes[kGroup];
    for (std::int64_t begin = 0; begin < count; begin += kGroup) {
      const std::int64_t group = count - begin < kGroup ? count - begin : kGroup;
      Reduction<typename Op::Extreme, T>::rows(extremes, x + begin * stride, n, group, stride);
      for (std::int64_t r = begin; r < begin + group; ++r)
        place[r] = find<T>(x + r * stride, n, extremes + (r - begin));
    }
  }
};

/// Other types join in their accumulator type.
template <class Op, class T>
constexpr bool kJoins = contains(Op::info.types, dtype_of<T>) && std::is_same_v<T, typename Element<T>::Accumulator>;

template <class T>
consteval auto reduce_table() {
  std::array<ReduceKernel, ReduceOps::size> table{};
  ReduceOps::for_each([&]<class Op>(Tag<Op>) {
    static_assert(sizeof(Op) > 0, "defined in ir/ops/reduce.h");
    if constexpr (requires { typename Op::Combine; }) {
      if constexpr (kJoins<Op, T>)
        table[ReduceOps::index<Op>] = {Reduction<Op, T>::row, Reduction<Op, T>::fold, Reduction<Op, T>::rows,
                                       Reduction<Op, T>::columns, Reduction<Op, T>::running};
    }
  });
  return table;
}

template <class T>
consteval auto extreme_table() {
  std::array<ExtremeKernel, ReduceOps::size> table{};
  ReduceOps::for_each([&]<class Op>(Tag<Op>) {
    static_assert(sizeof(Op) > 0, "defined in ir/ops/reduce.h");
    if constexpr (requires { typename Op::Extreme; }) {
      if constexpr (kJoins<Op, T>)
        table[ReduceOps::index<Op>] = {kOpcode<typename Op::Extreme>, ExtremeSearch<Op, T>::column,
                                       ExtremeSearch<Op, T>::rows, find<T>};
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
