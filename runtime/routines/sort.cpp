// sort, argsort and top_k, line by line. Lines whose elements do not lie side by side are sorted several at a time in
// scratch memory, so that each line of the cache is read and written once.
#include "ir/ops/sort.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "runtime/kernels.h"
#include "runtime/routines.h"
#include "runtime/routines/sort_keys.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// Where results of a line go: dense, one for each result of the op.
using LineResults = std::array<std::byte*, 2>;

/// What the routines share: the walk over lines of an operand along one dimension and those of row-major results.
class LineRoutine : public Routine {
 protected:
  LineRoutine(const RoutineArgs& args, std::int64_t axis)
      : dtype_(args.operands[0].dtype), shape_(args.operands[0].window.shape), from_(args.operands[0].window.strides) {
    const int at = rules::axis(axis, shape_.size());
    length_ = shape_[at];
    TJIT_CHECK(length_ <= INT32_MAX);
    stride_ = from_[at];
    to_ = row_major_strides(args.results[0].shape);
    result_length_ = args.results[0].shape[at];
    result_stride_ = to_[at];
    shape_.erase(at), from_.erase(at), to_.erase(at);
    const Extents lines(shape_, to_, from_);
    is_empty_ = length_ == 0 || result_length_ == 0 || lines.is_empty;
    side_ = lines.inner();
    shape_ = {}, to_ = {}, from_ = {};
    for (const Extents::Extent& e : std::span(lines.at, static_cast<std::size_t>(lines.count - 1)))
      shape_.push_back(e.size), to_.push_back(e.to), from_.push_back(e.from);
    in_place_ = stride_ == 1 && result_stride_ == 1;
    for (const Type& t : args.results) sizes_.push_back(size_of(t.dtype));
    if (in_place_) return;
    together_ = std::min(kTogether, side_.size);
    lines_ = reserve(together_ * length_ * size_of(dtype_));
    for (const std::int64_t size : sizes_) sorted_.push_back(reserve(together_ * result_length_ * size));
  }

  std::int64_t length() const { return length_; }
  const Extents::Extent& side() const { return side_; }
  std::int64_t stride() const { return stride_; }
  std::int64_t result_stride() const { return result_stride_; }

  /// Calls f(first element of lines side by side, where their results go).
  template <class F>
  void for_each_side(const void* operand, std::span<void* const> results, F&& f) const {
    if (is_empty_) return;
    dispatch_in<kOrdered>(dtype_, [&]<class T>(Tag<T>) {
      OffsetWalk from(shape_, from_), to(shape_, to_);
      for (std::int64_t i = element_count(shape_); i > 0; --i, from.advance(), to.advance()) {
        const T* const x = static_cast<const T*>(operand) + from.offset();
        LineResults out{};
        for (std::size_t r = 0; r < results.size(); ++r)
          out[r] = static_cast<std::byte*>(results[r]) + to.offset() * size_of_result(r);
        f(x, out);
      }
    });
  }

  /// Calls f(elements of a line, where its results go).
  template <class F>
  void for_each_line(const void* operand, std::span<void* const> results, std::byte* scratch, F&& f) const {
    for_each_side(operand, results, [&]<class T>(const T* x, const LineResults& out) {
      if (in_place_) {
        for (std::int64_t j = 0; j < side_.size; ++j) f(x + j * side_.from, advanced(out, j * side_.to));
      } else {
        for (std::int64_t j = 0; j < side_.size; j += together_)
          gather_lines(x + j * side_.from, advanced(out, j * side_.to), std::min(together_, side_.size - j), scratch,
                       f);
      }
    });
  }

 private:
  static constexpr std::int64_t kTogether = 16;  ///< lines: as many as a line of the cache has elements of four bytes

  std::int64_t size_of_result(std::size_t r) const { return sizes_[static_cast<int>(r)]; }
  LineResults advanced(LineResults out, std::int64_t elements) const {
    for (int r = 0; r < sizes_.size(); ++r) out[static_cast<std::size_t>(r)] += elements * sizes_[r];
    return out;
  }

  template <class T, class F>
  void gather_lines(const T* x, const LineResults& out, std::int64_t count, std::byte* scratch, F&& f) const {
    T* const lines = reinterpret_cast<T*>(scratch + lines_);
    copy_elements({count, length_}, sizeof(T), lines, {length_, 1}, x, {side_.from, stride_});
    LineResults sorted{};
    for (std::size_t r = 0; r < sorted_.size(); ++r) sorted[r] = scratch + sorted_[r];
    for (std::int64_t i = 0; i < count; ++i) f(lines + i * length_, advanced(sorted, i * result_length_));
    for (std::size_t r = 0; r < sorted_.size(); ++r)
      copy_elements({count, result_length_}, static_cast<int>(size_of_result(r)), out[r], {side_.to, result_stride_},
                    sorted[r], {result_length_, 1});
  }

  DType dtype_;
  Shape shape_;     ///< of what lines stand side by side in, but for the last dimension, joined where possible
  Dims from_, to_;  ///< its strides in the operand and in the results
  Extents::Extent side_{1, 0, 0};
  std::int64_t length_, stride_, result_length_, result_stride_;
  bool is_empty_, in_place_;
  std::int64_t together_ = 1;  ///< lines that are sorted in scratch memory together
  Dims sizes_;                 ///< bytes of an element of each result
  std::size_t lines_ = 0;
  std::vector<std::size_t> sorted_;
};

/// Gives the zeros of a line, which stand together in `sorted`, their signs in their order.
template <class T>
void restore_zeros(const T* line, std::int64_t stride, T* sorted, std::int64_t sorted_stride, std::int64_t n) {
  constexpr auto is_zero = [](T x) { return static_cast<KeyOf<T>>(std::bit_cast<KeyOf<T>>(x) << 1) == 0; };
  std::int64_t to = 0;
  while (to < n && !is_zero(sorted[to * sorted_stride])) ++to;
  for (std::int64_t i = 0; i < n; ++i)
    if (const T x = line[i * stride]; is_zero(x)) sorted[to++ * sorted_stride] = x;
}

/// Sorts lines a few at a time, which it copies to memory where they stand side by side.
class SideBySide {
 public:
  /// Lines of n elements; `side` says how far apart lines begin.
  SideBySide(DType dtype, std::int64_t n, std::int64_t stride, std::int64_t result_stride, const Extents::Extent& side)
      : kernel_(kernels().sort[static_cast<int>(dtype)]),
        n_(n),
        stride_(stride),
        result_stride_(result_stride),
        side_(side),
        together_(kLineRow / size_of(dtype)),
        copies_(*this, together_),
        last_copies_(*this, side.size % together_) {}

  /// `lines` has room for n rows of kLineRow bytes.
  template <class T>
  void run(const T* from, T* to, T* lines, bool descending) const {
    for (std::int64_t left = side_.size; left > 0; left -= together_) {
      const std::int64_t count = std::min(together_, left);
      const Copies& copies = count == together_ ? copies_ : last_copies_;
      copies.in.run(lines, from);
      const bool negative_zero = kernel_.run(lines, n_, count, descending);
      copies.out.run(to, lines);
      for (std::int64_t i = 0; negative_zero && i < count; ++i)
        restore_zeros(from + i * side_.from, stride_, to + i * side_.to, result_stride_, n_);
      from += together_ * side_.from;
      to += together_ * side_.to;
    }
  }

 private:
  struct Copies {
    BoxCopy in, out;

    Copies(const SideBySide& s, std::int64_t count) : Copies(s, count, kLineRow / static_cast<int>(s.together_)) {}
    Copies(const SideBySide& s, std::int64_t count, int size)
        : in({s.n_, count}, size, {s.together_, 1}, {s.stride_, s.side_.from}),
          // The dimension in which the result is dense comes last.
          out(s.side_.to == 1 ? BoxCopy({s.n_, count}, size, {s.result_stride_, 1}, {s.together_, 1})
                              : BoxCopy({count, s.n_}, size, {s.side_.to, s.result_stride_}, {1, s.together_})) {}
  };

  const SortKernel& kernel_;
  std::int64_t n_, stride_, result_stride_;
  Extents::Extent side_;
  std::int64_t together_;
  Copies copies_, last_copies_;
};

/// The size of what is stored for each element of a line, made from its key.
template <template <class> class Stored>
std::int64_t key_bytes(DType t) {
  return dispatch_in<kOrdered>(t, []<class T>(Tag<T>) -> std::int64_t { return sizeof(Stored<KeyOf<T>>); });
}

/// sort and argsort, which differ in what they keep of an element: itself or its place.
template <class Op>
class SortRoutine final : public LineRoutine {
 public:
  explicit SortRoutine(const RoutineArgs& args)
      : LineRoutine(args, attrs_as<Op>(args.def.code, args.attrs).axis),
        kernel_(kernels().sort_line[static_cast<int>(args.operands[0].dtype)]),
        sorts_line_(length() > kTinyLine && kernel_.sort != nullptr),
        descending_(attrs_as<Op>(args.def.code, args.attrs).descending) {
    const DType t = args.operands[0].dtype;
    if (kKeepsElements && side_by_side(t)) {
      keys_ = reserve(length() * kLineRow);
      side_by_side_.emplace(t, length(), stride(), result_stride(), side());
    } else if (sorts_line_) {
      if (!kKeepsElements) keys_ = reserve(length() * kernel_.place_scratch);
    } else if (length() > kShortLine) {
      keys_ = reserve(2 * length() * key_bytes<Stored>(t));
    }
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    if constexpr (kKeepsElements) {
      if (side_by_side_)
        return for_each_side(operands[0], results, [&]<class T>(const T* from, const LineResults& to) {
          side_by_side_->run(from, reinterpret_cast<T*>(to[0]), reinterpret_cast<T*>(scratch + keys_), descending_);
        });
    }
    for_each_line(operands[0], results, scratch, [&]<class T>(const T* from, const LineResults& to) {
      const std::span line(from, static_cast<std::size_t>(length()));
      using Result = std::conditional_t<kKeepsElements, T, std::int64_t>;
      const std::span sorted(reinterpret_cast<Result*>(to[0]), line.size());
      if (sorts_line_) {
        sort_by_kernel(line, sorted, scratch + keys_);
      } else if (length() <= kShortLine) {
        sort_short(line, sorted);
      } else {
        sort_long(line, sorted, scratch + keys_);
      }
    });
  }

 private:
  static constexpr bool kKeepsElements = std::is_same_v<Op, Sort>;
  static constexpr std::int64_t kTinyLine = 16;  ///< elements that are sorted before a kernel has begun

  /// What stands in the place of an element in a long line.
  template <class K>
  using Stored = std::conditional_t<kKeepsElements, K, Keyed<K>>;

  /// Whether there are enough lines to sort several by one instruction.
  bool side_by_side(DType t) const {
    const std::int64_t enough = length() <= kShortLine ? 4 : kernels().vector_bytes / size_of(t) / 2;
    return length() <= kernels().sort[static_cast<int>(t)].longest && side().size >= enough;
  }

  template <class T, class Result>
  void sort_short(std::span<const T> line, std::span<Result> sorted) const {
    const Ranks<KeyOf<T>> ranks(length(),
                                [&](std::int64_t i) { return key_of(line[static_cast<std::size_t>(i)], descending_); });
    for (std::size_t i = 0; i < line.size(); ++i) {
      Result& result = sorted[static_cast<std::size_t>(ranks[static_cast<std::int64_t>(i)])];
      if constexpr (kKeepsElements) {
        result = line[i];
      } else {
        result = static_cast<std::int64_t>(i);
      }
    }
  }

  template <class T, class Result>
  void sort_by_kernel(std::span<const T> line, std::span<Result> sorted, std::byte* scratch) const {
    if constexpr (!kKeepsElements) {
      kernel_.places(line.data(), sorted.data(), scratch, std::ssize(line), std::ssize(line), descending_);
    } else if (kernel_.sort(line.data(), sorted.data(), std::ssize(line), descending_)) {
      restore_zeros(line.data(), 1, sorted.data(), 1, std::ssize(line));
    }
  }

  /// Elements are made from their keys again, which takes less memory to walk through than their places.
  template <class T>
  void sort_long(std::span<const T> line, std::span<T> sorted, std::byte* scratch) const
    requires kKeepsElements
  {
    using K = KeyOf<T>;
    const std::span keys(reinterpret_cast<K*>(scratch), line.size());
    bool negative_zero = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      keys[i] = key_of(line[i], descending_);
      negative_zero |= any(is_negative_zero(Vec<T, 1>(line[i])));
    }
    sort_by_bytes(keys);
    for (std::size_t i = 0; i < line.size(); ++i) sorted[i] = element_of<T>(keys[i], descending_);
    if (negative_zero) restore_zeros(line.data(), 1, sorted.data(), 1, std::ssize(line));
  }

  template <class T>
  void sort_long(std::span<const T> line, std::span<std::int64_t> sorted, std::byte* scratch) const
    requires(!kKeepsElements)
  {
    const std::span keys(reinterpret_cast<Keyed<KeyOf<T>>*>(scratch), line.size());
    for (std::size_t i = 0; i < line.size(); ++i)
      keys[i] = {key_of(line[i], descending_), static_cast<std::int32_t>(i)};
    sort_by_bytes(keys);
    for (std::size_t i = 0; i < line.size(); ++i) sorted[i] = keys[i].place;
  }

  const SortLineKernel& kernel_;
  bool sorts_line_, descending_;
  std::size_t keys_ = 0;
  std::optional<SideBySide> side_by_side_;  ///< none where lines are sorted one after another
};

/// The k smallest keys of those added in the order of their places; of equal ones the first. A candidate is one that
/// comes before the last of the best k so far; when there is no more room, only the best k are kept.
template <class K>
class Smallest {
 public:
  /// Room for candidates, and for their keys.
  static constexpr std::int64_t capacity(std::int64_t n, std::int64_t k) {
    return std::max(std::min(n, 2 * k + kStep), 2 * k);
  }

  Smallest(Keyed<K>* candidates, K* keys, std::int64_t n, std::int64_t k)
      : candidates_(candidates), keys_(keys), k_(static_cast<std::size_t>(k)), capacity_(capacity(n, k)) {}

  /// Adds keys number 0 to n - 1, as `key_at` gives them.
  void add(std::int64_t n, auto&& key_at) {
    std::int64_t i = 0;
    for (; i < std::min(n, capacity_); ++i) push(key_at(i), i);
    for (; i < n; i += kStep) {
      if (std::ssize(candidates()) + kStep > capacity_) keep_best();
      const std::int64_t end = std::min(n, i + kStep);
      bool any = false;
      for (std::int64_t j = i; j < end; ++j) any |= key_at(j) < last_;
      if (!any) continue;
      for (std::int64_t j = i; j < end; ++j)
        if (const K key = key_at(j); key < last_) push(key, j);
    }
    if (count_ > k_) keep_best();
  }

  /// The best k in order.
  std::span<const Keyed<K>> sorted() {
    const std::span best = candidates().first(k_);
    if (best.size() <= kInserted) {
      insert_in_order(best);
    } else {
      sort_by_bytes(best);
    }
    return best;
  }

 private:
  static constexpr std::int64_t kStep = 32;
  static constexpr std::size_t kInserted = 32;

  std::span<Keyed<K>> candidates() { return {candidates_, count_}; }
  void push(K key, std::int64_t place) { candidates_[count_++] = {key, static_cast<std::int32_t>(place)}; }

  void keep_best() {
    for (std::size_t i = 0; i < count_; ++i) keys_[i] = candidates_[i].key;
    std::nth_element(keys_, keys_ + k_ - 1, keys_ + count_);
    last_ = keys_[k_ - 1];
    auto equal = static_cast<std::int64_t>(k_) - std::count_if(keys_, keys_ + k_, [&](K key) { return key < last_; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const Keyed<K> x = candidates_[i];
      if (x.key < last_ || (x.key == last_ && equal-- > 0)) candidates_[kept++] = x;
    }
    count_ = kept;
  }

  static void insert_in_order(std::span<Keyed<K>> line) {
    for (std::size_t i = 1; i < line.size(); ++i) {
      const Keyed<K> x = line[i];
      std::size_t at = i;
      for (; at > 0 && x.key < line[at - 1].key; --at) line[at] = line[at - 1];
      line[at] = x;
    }
  }

  Keyed<K>* candidates_;
  K* keys_;
  std::size_t k_, count_ = 0;
  std::int64_t capacity_;
  K last_ = 0;  ///< the key of the last of the best k, once there have been more candidates
};

class TopKRoutine final : public LineRoutine {
 public:
  explicit TopKRoutine(const RoutineArgs& args)
      : LineRoutine(args, -1),
        k_(attrs_as<TopK>(args.def.code, args.attrs).k),
        kernel_(kernels().sort_line[static_cast<int>(args.operands[0].dtype)]),
        sorts_(kernel_.places != nullptr && k_ > length() / (kernel_.selects ? kFewOf : kFewOfAll)) {
    const DType t = args.operands[0].dtype;
    if (sorts_) {
      places_ = reserve(length() * static_cast<std::int64_t>(sizeof(std::int64_t)));
      keys_ = reserve(length() * kernel_.place_scratch);
    } else {
      candidates_ = reserve(capacity() * key_bytes<Keyed>(t));
      keys_ = reserve(capacity() * key_bytes<std::type_identity_t>(t));
    }
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    for_each_line(operands[0], results, scratch, [&]<class T>(const T* line, const LineResults& to) {
      if (sorts_) {
        auto* const places = reinterpret_cast<std::int64_t*>(scratch + places_);
        kernel_.places(line, places, scratch + keys_, length(), k_, true);
        give(line, to, [&](std::int64_t i) { return places[i]; });
        return;
      }
      using K = KeyOf<T>;
      Smallest<K> smallest(reinterpret_cast<Keyed<K>*>(scratch + candidates_), reinterpret_cast<K*>(scratch + keys_),
                           length(), k_);
      smallest.add(length(), [&](std::int64_t i) { return key_of(line[i], true); });
      const std::span<const Keyed<K>> sorted = smallest.sorted();
      give(line, to, [&](std::int64_t i) { return sorted[static_cast<std::size_t>(i)].place; });
    });
  }

 private:
  /// Sorting is faster where more than one element of so many is wanted, as measured on different elements: where only
  /// those that are wanted are sorted, and where all are.
  static constexpr std::int64_t kFewOf = 256, kFewOfAll = 6;

  std::int64_t capacity() const { return Smallest<std::uint64_t>::capacity(length(), k_); }

  /// Elements `place_at(0)`, `place_at(1)`, ... of the line and their places.
  template <class T>
  void give(const T* line, const LineResults& to, auto&& place_at) const {
    T* const values = reinterpret_cast<T*>(to[0]);
    auto* const places = reinterpret_cast<std::int32_t*>(to[1]);
    for (std::int64_t i = 0; i < k_; ++i) {
      places[i] = static_cast<std::int32_t>(place_at(i));
      values[i] = line[places[i]];
    }
  }

  std::int64_t k_;
  const SortLineKernel& kernel_;
  bool sorts_;  ///< else the best so far are kept
  std::size_t places_ = 0, candidates_ = 0, keys_ = 0;
};

}  // namespace

template <>
const RoutineMaker& routine_of<Sort>() {
  return kMakerOf<SortRoutine<Sort>>;
}
template <>
const RoutineMaker& routine_of<ArgSort>() {
  return kMakerOf<SortRoutine<ArgSort>>;
}
template <>
const RoutineMaker& routine_of<TopK>() {
  return kMakerOf<TopKRoutine>;
}

}  // namespace tjit
