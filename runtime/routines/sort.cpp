// sort, argsort and top_k: a line's elements as keys that compare as unsigned integers, with their places.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "ir/ops/sort.h"
#include "runtime/routines.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// An element's key: keys compare as the elements do, smaller first. Key and place together are in one total order.
template <class K>
struct Keyed {
  K key;
  std::int32_t place;
  friend bool operator<(const Keyed& a, const Keyed& b) { return a.key != b.key ? a.key < b.key : a.place < b.place; }
};

/// Equal elements, -0 and 0 among them, have one key; that of NaN is the largest, also when larger elements come first.
template <class T>
auto key_of(T x, bool descending) {
  using K = std::make_unsigned_t<SignedOfSize<sizeof(T)>>;
  constexpr K sign = K(1) << (8 * sizeof(T) - 1);
  K key;
  if constexpr (is_float(dtype_of<T>)) {
    if (x != x) return static_cast<K>(~K(0));
    const K bits = std::bit_cast<K>(x == 0 ? T(0) : x);
    key = (bits & sign) != 0 ? static_cast<K>(~bits) : static_cast<K>(bits | sign);
  } else {
    key = static_cast<K>(std::bit_cast<K>(x) ^ (std::is_signed_v<T> ? sign : K(0)));
  }
  return descending ? static_cast<K>(~key) : key;
}

/// Lines up to this length are sorted by insertion.
constexpr std::int64_t kShortLine = 48;

template <class K>
void insert_in_order(std::span<Keyed<K>> line) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    const Keyed<K> x = line[i];
    std::size_t at = i;
    for (; at > 0 && x.key < line[at - 1].key; --at) line[at] = line[at - 1];
    line[at] = x;
  }
}

/// Sorts by key, byte after byte from the lowest, which keeps the order of equal ones. There is room for as many behind
/// the line.
template <class K>
void sort_stably(std::span<Keyed<K>> line) {
  if (std::ssize(line) <= kShortLine) return insert_in_order(line);
  std::array<std::array<std::int32_t, 256>, sizeof(K)> counts{};
  for (const Keyed<K>& x : line)
    for (std::size_t byte = 0; byte < sizeof(K); ++byte) ++counts[byte][(x.key >> (8 * byte)) & 255];
  Keyed<K>*from = line.data(), *to = from + line.size();
  for (std::size_t byte = 0; byte < sizeof(K); ++byte) {
    const auto digit = [byte](const Keyed<K>& x) { return (x.key >> (8 * byte)) & 255; };
    std::array<std::int32_t, 256>& next = counts[byte];
    if (next[digit(*from)] == std::ssize(line)) continue;  // one digit is that of all
    std::int32_t start = 0;
    for (std::int32_t& n : next) n = std::exchange(start, start + n);
    for (std::size_t i = 0; i < line.size(); ++i) to[next[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  if (from != line.data()) std::copy_n(from, line.size(), line.data());
}

/// The lines of an operand along one dimension and those of row-major results.
class Lines {
 public:
  Lines(const OperandWindow& operand, int axis, std::int64_t result_length)
      : length(operand.window.shape[axis]), stride(operand.window.strides[axis]), dtype(operand.dtype) {
    TJIT_CHECK(length <= INT32_MAX);
    shape_ = operand.window.shape;
    from_ = operand.window.strides;
    Shape result = shape_;
    result[axis] = result_length;
    to_ = row_major_strides(result);
    result_stride = to_[axis];
    shape_.erase(axis), from_.erase(axis), to_.erase(axis);
    count_ = length == 0 || result_length == 0 ? 0 : element_count(shape_);
  }

  /// Calls f(offset of a line in the operand, and in the result).
  template <class F>
  void for_each(F&& f) const {
    OffsetWalk from(shape_, from_), to(shape_, to_);
    for (std::int64_t i = 0; i < count_; ++i, from.advance(), to.advance()) f(from.offset(), to.offset());
  }

  std::int64_t length, stride, result_stride;
  DType dtype;

 private:
  Shape shape_;
  Dims from_, to_;
  std::int64_t count_;
};

/// What the routines share: the walk over lines, with their keys in scratch memory.
class LineRoutine : public Routine {
 protected:
  /// `rooms`: for how many lines of keys there is room.
  LineRoutine(const RoutineArgs& args, std::int64_t axis, std::int64_t result_length, int rooms)
      : lines_(args.operands[0], rules::axis(axis, args.operands[0].window.shape.size()), result_length),
        keys_(reserve(lines_.length * rooms * std::int64_t{sizeof(Keyed<std::uint64_t>)})) {}

  /// Calls f(keys of a line, its first element, offset of the line in the results).
  template <class F>
  void for_each_line(const void* operand, bool descending, std::byte* scratch, F&& f) const {
    dispatch_in<kReals>(lines_.dtype, [&]<class T>(Tag<T>) {
      auto* const keys = reinterpret_cast<Keyed<decltype(key_of(T(), false))>*>(scratch + keys_);
      lines_.for_each([&](std::int64_t from, std::int64_t to) {
        const T* const line = static_cast<const T*>(operand) + from;
        for (std::int64_t i = 0; i < lines_.length; ++i)
          keys[i] = {key_of(line[i * lines_.stride], descending), static_cast<std::int32_t>(i)};
        f(std::span(keys, static_cast<std::size_t>(lines_.length)), line, to);
      });
    });
  }

  Lines lines_;

 private:
  std::size_t keys_;
};

/// sort and argsort, which differ in what they keep of an element: itself or its place.
template <class Op>
class SortRoutine final : public LineRoutine {
 public:
  explicit SortRoutine(const RoutineArgs& args) : SortRoutine(args, attrs_as<Op>(args.def.code, args.attrs)) {}

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    for_each_line(operands[0], descending_, scratch,
                  [&]<class T>(auto keys, [[maybe_unused]] const T* line, std::int64_t at) {
                    using Result = std::conditional_t<std::is_same_v<Op, Sort>, T, std::int64_t>;
                    sort_stably(keys);
                    Result* const to = static_cast<Result*>(results[0]) + at;
                    for (std::size_t i = 0; i < keys.size(); ++i) {
                      Result& result = to[static_cast<std::int64_t>(i) * lines_.result_stride];
                      if constexpr (std::is_same_v<Op, Sort>) {
                        result = line[keys[i].place * lines_.stride];
                      } else {
                        result = keys[i].place;
                      }
                    }
                  });
  }

 private:
  SortRoutine(const RoutineArgs& args, const SortAxis& attrs)
      : LineRoutine(args, attrs.axis, length_along(args.operands[0].window.shape, attrs.axis), 2),
        descending_(attrs.descending) {}
  static std::int64_t length_along(const Shape& shape, std::int64_t axis) {
    return shape[rules::axis(axis, shape.size())];
  }

  bool descending_;
};

class TopKRoutine final : public LineRoutine {
 public:
  explicit TopKRoutine(const RoutineArgs& args) : TopKRoutine(args, attrs_as<TopK>(args.def.code, args.attrs).k) {}

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    for_each_line(operands[0], true, scratch, [&]<class T>(auto keys, const T* line, std::int64_t at) {
      const auto best = keys.first(static_cast<std::size_t>(k_));
      // No two are equal, since places differ: these are the ones that a stable sort puts first.
      std::nth_element(keys.begin(), best.end(), keys.end());
      std::sort(best.begin(), best.end());
      T* const values = static_cast<T*>(results[0]) + at;
      std::int32_t* const indices = static_cast<std::int32_t*>(results[1]) + at;
      for (std::size_t i = 0; i < best.size(); ++i) {
        values[i] = line[best[i].place * lines_.stride];
        indices[i] = best[i].place;
      }
    });
  }

 private:
  TopKRoutine(const RoutineArgs& args, std::int64_t k) : LineRoutine(args, -1, k, 1), k_(k) {}

  std::int64_t k_;
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
