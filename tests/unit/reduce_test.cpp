// Reductions, argmax and argmin against direct implementations of what they promise.
#include "ir/ops/reduce.h"

#include <doctest/doctest.h>
#include <functional>
#include <span>

#include "run_op.h"

namespace tjit {
namespace {

using namespace test;

// ---- the documented order, written as it reads ----

template <class T>
using Join = std::function<T(T, T)>;

template <class T>
T in_lanes(const std::vector<std::vector<T>>& rows, const Join<T>& join, T identity) {
  std::vector<T> lanes(64, identity);
  for (const std::vector<T>& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) lanes[i % 64] = join(lanes[i % 64], row[i]);
  for (std::size_t half = 32; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j) lanes[j] = join(lanes[j], lanes[j + half]);
  return lanes[0];
}

template <class T>
T joined_chunks(const std::vector<T>& chunks, const Join<T>& join, T identity) {
  if (chunks.empty()) return identity;
  T total = chunks[0];
  for (std::size_t c = 1; c < chunks.size(); ++c) total = join(total, chunks[c]);
  return total;
}

/// How many rows each chunk has: boxes of at most `limit` rows of the reduced axes outside the row, outermost first.
std::vector<std::size_t> chunk_sizes(std::span<const std::int64_t> extents, std::size_t limit) {
  std::size_t all = 1;
  for (const std::int64_t e : extents) all *= static_cast<std::size_t>(e);
  if (all <= limit) return {all};
  const std::size_t outermost = static_cast<std::size_t>(extents[0]), inner = all / outermost;
  std::vector<std::size_t> sizes;
  if (inner > limit) {
    const std::vector<std::size_t> one = chunk_sizes(extents.subspan(1), limit);
    for (std::size_t i = 0; i < outermost; ++i) sizes.insert(sizes.end(), one.begin(), one.end());
  } else {
    const std::size_t most = limit / inner;
    for (std::size_t i = 0; i < outermost; i += most) sizes.push_back(std::min(most, outermost - i) * inner);
  }
  return sizes;
}

template <class T>
T in_order(const std::vector<std::vector<T>>& rows, std::span<const std::int64_t> extents, bool lanes,
           const Join<T>& join, T identity) {
  constexpr std::size_t kChunk = 65536, kSequential = 4096;
  std::vector<T> chunks;
  if (lanes && !rows.empty() && rows[0].size() > kChunk) {
    for (const std::vector<T>& row : rows)
      for (std::size_t i = 0; i < row.size(); i += kChunk)
        chunks.push_back(in_lanes<T>({{row.begin() + static_cast<std::ptrdiff_t>(i),
                                       row.begin() + static_cast<std::ptrdiff_t>(std::min(row.size(), i + kChunk))}},
                                     join, identity));
    return joined_chunks(chunks, join, identity);
  }
  if (rows.empty()) return identity;
  auto row = rows.begin();
  for (const std::size_t size : chunk_sizes(extents, lanes ? kChunk / rows[0].size() : kSequential)) {
    const std::vector<std::vector<T>> part(row, row + static_cast<std::ptrdiff_t>(size));
    row += static_cast<std::ptrdiff_t>(size);
    if (lanes) {
      chunks.push_back(in_lanes(part, join, identity));
    } else {
      T acc = identity;
      for (const std::vector<T>& one : part) acc = join(acc, one[0]);
      chunks.push_back(acc);
    }
  }
  return joined_chunks(chunks, join, identity);
}

/// The reduced elements of one output: rows along the last axis when that is reduced, else rows of one element.
template <class T>
std::vector<std::vector<T>> reduced_rows(const Array& x, const Dims& axes, Dims index, bool lanes) {
  Shape reduced;
  int last = -1;
  for (const std::int64_t a : axes) {
    reduced.push_back(x.shape()[static_cast<int>(a)]);
    if (x.shape()[static_cast<int>(a)] != 1) last = static_cast<int>(a);
  }
  std::vector<std::vector<T>> rows;
  for_each_index(reduced, [&](const Dims& r) {
    for (int i = 0; i < axes.size(); ++i) index[static_cast<int>(axes[i])] = r[i];
    if (!lanes || index[last] == 0) rows.emplace_back();
    rows.back().push_back(element<T>(x, index));
  });
  return rows;
}

template <class T>
Array reduced(const Array& x, const Dims& axes, const Join<T>& join, T identity) {
  int last = x.rank() - 1;
  while (last >= 0 && x.shape()[last] == 1) --last;
  const bool lanes = last >= 0 && axes.contains(last);
  Shape kept = x.shape(), result;
  for (int d = 0; d < x.rank(); ++d) {
    if (axes.contains(d)) kept[d] = 1;
    if (!axes.contains(d)) result.push_back(kept[d]);
  }
  std::vector<std::int64_t> extents;  // of the reduced axes outside the row
  for (int d = 0; d < x.rank(); ++d)
    if (axes.contains(d) && !(lanes && d == last)) extents.push_back(x.shape()[d]);
  std::vector<T> values;
  for_each_index(kept, [&](const Dims& index) {
    values.push_back(in_order(reduced_rows<T>(x, axes, index, lanes), extents, lanes, join, identity));
  });
  Array out = Array::empty({dtype_of<T>, result});
  std::copy(values.begin(), values.end(), static_cast<T*>(out.mutable_data()));
  return out;
}

struct Reduced {
  Shape shape;
  Dims axes;
};

const std::vector<Reduced> kReductions = {
    {{5}, {0}},
    {{64}, {0}},
    {{1000}, {0}},
    {{70001}, {0}},
    {{3, 65537}, {1}},
    {{3, 65537}, {0}},
    {{2, 70000}, {0, 1}},
    {{300, 400}, {0, 1}},
    {{300, 400}, {0}},
    {{300, 400}, {1}},
    {{70000, 3}, {0}},
    {{70000, 3}, {1}},
    {{4, 5, 6}, {0, 2}},
    {{4, 5, 6}, {1}},
    {{4, 5, 6}, {0, 1}},
    {{6, 200, 3}, {1}},
    {{5, 1}, {1}},
    {{5, 1}, {0, 1}},
    {{1, 1}, {0}},
    {{7, 70, 1}, {1}},
    {{3, 1, 80}, {1}},
    {{9, 10}, {1}},
    {{5, 20}, {1}},
    {{5, 2, 40}, {2}},
    {{4, 5}, {}},
    {{0, 3}, {0}},
    {{3, 0}, {0}},
    {{2, 0, 3}, {1, 2}},
    {{}, {}},
    {{2, 3, 4, 70}, {1, 3}},
    {{1030, 1030}, {0}},
    {{4, 1500, 2}, {0, 1}},
    {{3, 5000, 2}, {0, 1}},
    {{7, 100, 60, 3}, {0, 1, 2}},
    {{3, 70, 30, 40}, {0, 1, 2, 3}},
};

template <class Op, class T>
void check_reduction(const Reduced& r, const Array& x, const Join<typename Element<T>::Accumulator>& join) {
  using Joined = typename Element<T>::Accumulator;
  Op op;
  op.axes = r.axes;
  const Array want =
      converted<T, Joined>(reduced<Joined>(converted<Joined, T>(x), r.axes, join, Op::template identity<Joined>));
  for (const Layout layout : kLayouts) {
    const Array operand = laid_out(x, layout);
    at_each_level([&] {
      INFO(Op::info.name, " of ", to_string(x.type()), " over ", to_string(r.axes), " layout ", int(layout), " level ",
           name(kernels().level));
      CHECK(identical(run_op(op, {operand}), want));
    });
  }
  op.keepdims = true;
  CHECK(run_op(op, {x}).rank() == x.rank());
}

/// `Op` on every type, floats in all sizes, elements between `low` and `high`. `join` is what the op means for two.
template <class Op>
void check_types(const Reduced& r, double low, double high, auto join) {
  for_each_type<Op>([&]<class T>(Tag<T>) {
    const Type type{dtype_of<T>, r.shape};
    if (!is_float(type.dtype) && element_count(type) > 10000) return;
    check_reduction<Op, T>(r, tame_array(type, 3, low, high), join);
  });
}

TEST_CASE("reductions join in the documented order, at each level and in every layout") {
  for (const Reduced& r : kReductions) {
    check_types<ReduceSum>(r, -2, 2, [](auto a, auto b) { return static_cast<decltype(a)>(a + b); });
    check_types<ReduceProd>(r, 0.99, 1.01, [](auto a, auto b) { return static_cast<decltype(a)>(a * b); });
    check_types<ReduceMax>(r, -2, 2, [](auto a, auto b) { return std::max(a, b); });
    check_types<ReduceMin>(r, -2, 2, [](auto a, auto b) { return std::min(a, b); });
    check_types<ReduceAny>(r, -100, 1, [](bool a, bool b) { return a || b; });
    check_types<ReduceAll>(r, -1, 100, [](bool a, bool b) { return a && b; });
  }
}

TEST_CASE("sums are near the exact ones, integer sums are exact") {
  ReduceSum op;
  op.axes = {0};
  const Array x = tame_array({DType::F32, {1000000}}, 1, 0, 1);
  long double exact = 0;
  for (const float v : values_of<float>(x)) exact += v;
  CHECK(std::fabs(run_op(op, {x}).item<float>() / exact - 1) < 1e-6L);

  const Array n = telling_array({DType::I64, {100000}}, 2);
  std::uint64_t sum = 0;
  for (const std::int64_t v : values_of<std::int64_t>(n)) sum += static_cast<std::uint64_t>(v);
  CHECK(run_op(op, {n}).item<std::int64_t>() == static_cast<std::int64_t>(sum));
}

TEST_CASE("special values in reductions") {
  ReduceMax max;
  ReduceSum sum;
  max.axes = sum.axes = {0};
  CHECK(std::isnan(run_op(max, {array_of<float>({3}, {1, kNan<float>, 2})}).item<float>()));
  CHECK(run_op(max, {array_of<float>({0}, {})}).item<float>() == -kInf<float>);
  CHECK(run_op(max, {array_of<std::uint8_t>({0}, {})}).item<std::uint8_t>() == 0);
  CHECK(same(run_op(max, {array_of<float>({2}, {-0.0f, 0.0f})}).item<float>(), 0.0f));
  CHECK(same(run_op(sum, {array_of<float>({2}, {-0.0f, -0.0f})}).item<float>(), 0.0f));
}

template <class Op, class T>
void check_extreme(const Array& x, int axis) {
  Op op;
  op.axis = axis;
  Shape kept = x.shape(), result;
  kept[axis] = 1;
  for (int d = 0; d < x.rank(); ++d)
    if (d != axis) result.push_back(kept[d]);
  std::vector<std::int64_t> want;
  for_each_index(kept, [&](Dims index) {
    std::int64_t best = 0;
    T value{};
    for (std::int64_t i = 0; i < x.shape()[axis]; ++i) {
      index[axis] = i;
      const T v = element<T>(x, index);
      const bool better = std::is_same_v<Op, ArgMax> ? v > value : v < value;
      if (i == 0 || (v != v && value == value) || better) {
        best = i;
        value = v;
      }
    }
    want.push_back(best);
  });
  for (const Layout layout : kLayouts) {
    const Array got = run_op(op, {laid_out(x, layout)});
    INFO(Op::info.name, " of ", to_string(x.type()), " along ", axis, " layout ", int(layout));
    CHECK(got.shape() == result);
    CHECK(values_of<std::int64_t>(got) == want);
  }
}

TEST_CASE("argmax and argmin give the first NaN, else the first extreme") {
  at_each_level([] {
    for (const Shape& shape : {Shape{1}, Shape{9}, Shape{5000}, Shape{40, 3}, Shape{3, 40}, Shape{2, 70, 5},
                               Shape{4, 2000}, Shape{3, 1, 4}, Shape{3, 0, 2}}) {
      for (int axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] == 0) continue;
        const auto check = [&]<class Op>(Tag<Op>) {
          for_each_type<Op>([&]<class T>(Tag<T>) {
            check_extreme<Op, T>(tame_array({dtype_of<T>, shape}, 1), axis);
            check_extreme<Op, T>(telling_array({dtype_of<T>, shape}, 2), axis);
          });
        };
        check(Tag<ArgMax>{});
        check(Tag<ArgMin>{});
      }
    }
  });
  check_extreme<ArgMax, float>(array_of<float>({4}, {-0.0f, 0.0f, -1, 0.0f}), 0);
  check_extreme<ArgMin, float>(array_of<float>({3}, {kInf<float>, kInf<float>, kInf<float>}), 0);
}

}  // namespace
}  // namespace tjit
