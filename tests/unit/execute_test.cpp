// Reductions, contractions, views and index ops on concrete arrays, against direct implementations of what they promise.
#include <Eigen/Core>
#include <doctest/doctest.h>

#include <functional>

#include "arrays.h"
#include "ir/order.h"
#include "runtime/execute.h"
#include "runtime/tensor_impl.h"

namespace tjit {
namespace {

using namespace test;

/// Runs an op with the type that inference gives.
template <class Op>
Array run(const Op& op, const std::vector<Array>& operands) {
  std::vector<Type> types;
  for (const Array& x : operands) types.push_back(x.type());
  const OpDef& d = def(kOpcode<Op>);
  return execute(d, &op, operands, d.infer(&op, types), {"p.cc", 1, 2});
}

/// The element of a dense array at an index.
template <class T>
T element(const Array& a, const Dims& index) {
  std::int64_t at = 0;
  for (int d = 0; d < a.rank(); ++d) at = at * a.shape()[d] + index[d];
  return a.data<T>()[at];
}

template <class F>
void for_each_index(const Shape& shape, F&& f) {
  OffsetWalk walk(shape, row_major_strides(shape));
  for (std::int64_t i = element_count(shape); i > 0; --i, walk.advance()) f(walk.index());
}

// ---- the documented order of reductions, written as it reads ----

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

template <class T>
T in_order(const std::vector<std::vector<T>>& rows, bool lanes, const Join<T>& join, T identity) {
  constexpr std::size_t kChunk = 65536;
  std::vector<T> chunks;
  if (lanes && !rows.empty() && rows[0].size() > kChunk) {
    for (const std::vector<T>& row : rows)
      for (std::size_t i = 0; i < row.size(); i += kChunk)
        chunks.push_back(in_lanes<T>({{row.begin() + static_cast<std::ptrdiff_t>(i),
                                       row.begin() + static_cast<std::ptrdiff_t>(std::min(row.size(), i + kChunk))}},
                                     join, identity));
    return joined_chunks(chunks, join, identity);
  }
  const std::size_t step = lanes && !rows.empty() ? kChunk / std::max<std::size_t>(1, rows[0].size()) : kChunk;
  for (std::size_t r = 0; r < rows.size(); r += step) {
    const std::vector<std::vector<T>> part(rows.begin() + static_cast<std::ptrdiff_t>(r),
                                           rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), r + step)));
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
  std::vector<T> values;
  for_each_index(kept, [&](const Dims& index) {
    values.push_back(in_order(reduced_rows<T>(x, axes, index, lanes), lanes, join, identity));
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
    {{5}, {0}},         {{64}, {0}},          {{1000}, {0}},        {{70001}, {0}},       {{3, 65537}, {1}},
    {{3, 65537}, {0}},  {{2, 70000}, {0, 1}}, {{300, 400}, {0, 1}}, {{300, 400}, {0}},    {{300, 400}, {1}},
    {{70000, 3}, {0}},  {{70000, 3}, {1}},    {{4, 5, 6}, {0, 2}},  {{4, 5, 6}, {1}},     {{4, 5, 6}, {0, 1}},
    {{6, 200, 3}, {1}}, {{5, 1}, {1}},        {{5, 1}, {0, 1}},     {{1, 1}, {0}},        {{7, 70, 1}, {1}},
    {{3, 1, 80}, {1}},  {{4, 5}, {}},         {{0, 3}, {0}},        {{3, 0}, {0}},        {{2, 0, 3}, {1, 2}},
    {{}, {}},           {{2, 3, 4, 70}, {1, 3}}, {{1030, 1030}, {0}}, {{4, 1500, 2}, {0, 1}},
};

template <class Op, class T>
void check_reduction(const Reduced& r, const Array& x, const Join<T>& join) {
  Op op;
  op.axes = r.axes;
  const Array want = reduced<T>(x, r.axes, join, Op::template identity<T>);
  for (const Layout layout : kLayouts) {
    const Array got = run(op, {laid_out(x, layout)});
    INFO(Op::info.name, " of ", to_string(x.type()), " over ", to_string(r.axes), " layout ", int(layout));
    CHECK(identical(got, want));
  }
  op.keepdims = true;
  CHECK(run(op, {x}).rank() == x.rank());
}

template <class T>
void check_number_reductions(const Reduced& r) {
  const Array x = tame_array({dtype_of<T>, r.shape}, 3);
  check_reduction<ReduceSum, T>(r, x, [](T a, T b) { return static_cast<T>(a + b); });
  check_reduction<ReduceProd, T>(r, tame_array({dtype_of<T>, r.shape}, 4, 0.99, 1.01),
                                 [](T a, T b) { return static_cast<T>(a * b); });
  check_reduction<ReduceMax, T>(r, x, [](T a, T b) { return std::max(a, b); });
  check_reduction<ReduceMin, T>(r, x, [](T a, T b) { return std::min(a, b); });
}

TEST_CASE("reductions join in the documented order, at each level and in every layout") {
  at_each_level([] {
    for (const Reduced& r : kReductions) {
      check_number_reductions<float>(r);
      check_number_reductions<double>(r);
      if (element_count(r.shape) > 10000) continue;
      check_number_reductions<std::int32_t>(r);
      check_number_reductions<std::int64_t>(r);
      check_number_reductions<std::uint8_t>(r);
      const Array x = telling_array({DType::Bool, r.shape}, 5);
      check_reduction<ReduceAny, bool>(r, x, [](bool a, bool b) { return a || b; });
      check_reduction<ReduceAll, bool>(r, x, [](bool a, bool b) { return a && b; });
    }
  });
}

TEST_CASE("sums are near the exact ones, integer sums are exact") {
  ReduceSum op;
  op.axes = {0};
  const Array x = tame_array({DType::F32, {1000000}}, 1, 0, 1);
  long double exact = 0;
  for (const float v : values_of<float>(x)) exact += v;
  CHECK(std::fabs(run(op, {x}).item<float>() / exact - 1) < 1e-6L);

  const Array n = telling_array({DType::I64, {100000}}, 2);
  std::uint64_t sum = 0;
  for (const std::int64_t v : values_of<std::int64_t>(n)) sum += static_cast<std::uint64_t>(v);
  CHECK(run(op, {n}).item<std::int64_t>() == static_cast<std::int64_t>(sum));
}

TEST_CASE("special values in reductions") {
  ReduceMax max;
  ReduceSum sum;
  max.axes = sum.axes = {0};
  CHECK(std::isnan(run(max, {array_of<float>({3}, {1, kNan<float>, 2})}).item<float>()));
  CHECK(run(max, {array_of<float>({0}, {})}).item<float>() == -kInf<float>);
  CHECK(run(max, {array_of<std::uint8_t>({0}, {})}).item<std::uint8_t>() == 0);
  CHECK(same(run(max, {array_of<float>({2}, {-0.0f, 0.0f})}).item<float>(), 0.0f));
  CHECK(same(run(sum, {array_of<float>({2}, {-0.0f, -0.0f})}).item<float>(), 0.0f));
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
    const Array got = run(op, {laid_out(x, layout)});
    INFO(Op::info.name, " of ", to_string(x.type()), " along ", axis, " layout ", int(layout));
    CHECK(got.shape() == result);
    CHECK(values_of<std::int64_t>(got) == want);
  }
}

TEST_CASE("argmax and argmin give the first NaN, else the first extreme") {
  at_each_level([] {
    for (const Shape& shape : {Shape{1}, Shape{9}, Shape{5000}, Shape{40, 3}, Shape{3, 40}, Shape{2, 70, 5}, Shape{4, 2000},
                               Shape{3, 1, 4}, Shape{3, 0, 2}}) {
      for (int axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] == 0) continue;
        const auto check = [&]<class T>(Tag<T>, const Array& x) {
          check_extreme<ArgMax, T>(x, axis);
          check_extreme<ArgMin, T>(x, axis);
        };
        check(Tag<float>{}, tame_array({DType::F32, shape}, 1));
        check(Tag<float>{}, telling_array({DType::F32, shape}, 2));
        check(Tag<double>{}, telling_array({DType::F64, shape}, 3));
        check(Tag<std::int32_t>{}, tame_array({DType::I32, shape}, 4));
        check(Tag<std::int64_t>{}, telling_array({DType::I64, shape}, 5));
        check(Tag<std::uint8_t>{}, tame_array({DType::U8, shape}, 6));
      }
    }
  });
  check_extreme<ArgMax, float>(array_of<float>({4}, {-0.0f, 0.0f, -1, 0.0f}), 0);
  check_extreme<ArgMin, float>(array_of<float>({3}, {kInf<float>, kInf<float>, kInf<float>}), 0);
}

// ---- dot ----

struct DotCase {
  Shape lhs, rhs;
  Dot dot;
};

Dot contraction(Dims lhs_contract, Dims rhs_contract, Dims lhs_batch = {}, Dims rhs_batch = {}) {
  Dot dot;
  dot.lhs_contract = lhs_contract;
  dot.rhs_contract = rhs_contract;
  dot.lhs_batch = lhs_batch;
  dot.rhs_batch = rhs_batch;
  return dot;
}

Dims others(int rank, const Dims& a, const Dims& b) {
  Dims rest;
  for (int d = 0; d < rank; ++d)
    if (!a.contains(d) && !b.contains(d)) rest.push_back(d);
  return rest;
}

Shape sizes_at(const Shape& shape, const Dims& dims) {
  Shape sizes;
  for (const std::int64_t d : dims) sizes.push_back(shape[static_cast<int>(d)]);
  return sizes;
}

void set_at(Dims& index, const Dims& dims, const Dims& values) {
  for (int i = 0; i < dims.size(); ++i) index[static_cast<int>(dims[i])] = values[i];
}

template <class T>
T multiply_add(T a, T b, T c) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fma(a, b, c);
  } else {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b) + static_cast<std::uint64_t>(c));
  }
}

/// One output in the documented order.
template <class T>
T joined_products(const std::vector<T>& a, const std::vector<T>& b, std::int64_t columns) {
  if (columns >= 8) {
    T acc = 0;
    for (std::size_t i = 0; i < a.size(); ++i) acc = multiply_add(a[i], b[i], acc);
    return acc;
  }
  T total = 0;
  for (std::size_t begin = 0; begin < a.size(); begin += 65536) {
    std::vector<T> lanes(64, T(0));
    for (std::size_t i = begin; i < std::min(a.size(), begin + 65536); ++i)
      lanes[(i - begin) % 64] = multiply_add(a[i], b[i], lanes[(i - begin) % 64]);
    for (std::size_t half = 32; half > 0; half /= 2)
      for (std::size_t j = 0; j < half; ++j) lanes[j] = static_cast<T>(lanes[j] + lanes[j + half]);
    total = begin == 0 ? lanes[0] : static_cast<T>(total + lanes[0]);
  }
  return total;
}

template <class T>
std::vector<T> naive_dot(const Array& x, const Array& y, const Dot& dot) {
  const Dims x_free = others(x.rank(), dot.lhs_contract, dot.lhs_batch);
  const Dims y_free = others(y.rank(), dot.rhs_contract, dot.rhs_batch);
  const Shape columns = sizes_at(y.shape(), y_free);
  std::vector<T> result;
  Dims i = x.shape(), j = y.shape();
  for_each_index(sizes_at(x.shape(), dot.lhs_batch), [&](const Dims& batch) {
    set_at(i, dot.lhs_batch, batch);
    set_at(j, dot.rhs_batch, batch);
    for_each_index(sizes_at(x.shape(), x_free), [&](const Dims& row) {
      set_at(i, x_free, row);
      for_each_index(columns, [&](const Dims& column) {
        set_at(j, y_free, column);
        std::vector<T> a, b;
        for_each_index(sizes_at(x.shape(), dot.lhs_contract), [&](const Dims& k) {
          set_at(i, dot.lhs_contract, k);
          set_at(j, dot.rhs_contract, k);
          a.push_back(element<T>(x, i));
          b.push_back(element<T>(y, j));
        });
        result.push_back(joined_products(a, b, element_count(columns)));
      });
    });
  });
  return result;
}

const std::vector<DotCase>& dot_cases() {
  static const std::vector<DotCase> cases = {
      {{3, 5}, {5, 8}, contraction({1}, {0})},
      {{1, 300}, {300, 9}, contraction({1}, {0})},
      {{29, 513}, {513, 70}, contraction({1}, {0})},
      {{17, 40}, {33, 40}, contraction({1}, {1})},
      {{40, 17}, {40, 33}, contraction({0}, {0})},
      {{20, 30}, {30, 7}, contraction({1}, {0})},
      {{20, 30}, {30}, contraction({1}, {0})},
      {{1000}, {1000}, contraction({0}, {0})},
      {{2, 70000}, {70000, 2}, contraction({1}, {0})},
      {{70000}, {9, 70000}, contraction({0}, {1})},
      {{4, 5}, {6, 7}, contraction({}, {})},
      {{3, 4, 5}, {3, 5, 16}, contraction({2}, {1}, {0}, {0})},
      {{4, 3, 5}, {5, 3, 2}, contraction({2}, {0}, {1}, {1})},
      {{2, 3, 4, 5}, {5, 3, 6, 4}, contraction({1, 3}, {1, 0})},
      {{2, 3, 4, 5}, {4, 3, 2, 11}, contraction({0, 2}, {2, 0}, {1}, {1})},
      {{3, 0}, {0, 9}, contraction({1}, {0})},
      {{0, 3}, {3, 9}, contraction({1}, {0})},
      {{3, 4}, {4, 0}, contraction({1}, {0})},
      {{3, 1}, {1, 3}, contraction({1}, {0})},
      {{130, 20}, {20, 100}, contraction({-1}, {-2})},
  };
  return cases;
}

template <class T>
void check_dot(const DotCase& c) {
  const Array x = tame_array({dtype_of<T>, c.lhs}, 1), y = tame_array({dtype_of<T>, c.rhs}, 2);
  DotCase positive = c;
  for (std::int64_t& d : positive.dot.lhs_contract) d += d < 0 ? c.lhs.size() : 0;
  for (std::int64_t& d : positive.dot.rhs_contract) d += d < 0 ? c.rhs.size() : 0;
  const std::vector<T> want = naive_dot<T>(x, y, positive.dot);
  for (const Layout layout : kLayouts) {
    const Array got = run(c.dot, {laid_out(x, layout), laid_out(y, kLayouts[(static_cast<std::size_t>(layout) + 1) % 4])});
    const std::vector<T> values = values_of<T>(got);
    INFO(to_string(x.type()), " x ", to_string(y.type()), " layout ", int(layout), " level ", name(kernels().level));
    CHECK(std::equal(values.begin(), values.end(), want.begin(), want.end(), same<T>));
  }
}

TEST_CASE("dot joins products in the documented order, at each level and in every layout") {
  at_each_level([] {
    for (const DotCase& c : dot_cases()) {
      check_dot<float>(c);
      check_dot<double>(c);
      if (element_count(c.lhs) * element_count(c.rhs) > 1000000) continue;
      check_dot<std::int32_t>(c);
      check_dot<std::int64_t>(c);
      check_dot<std::uint8_t>(c);
    }
  });
}

TEST_CASE("large products agree with Eigen") {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Array x = tame_array({DType::F32, {150, 700}}, 1), y = tame_array({DType::F32, {700, 900}}, 2);
  const Matrix want = Eigen::Map<const Matrix>(x.data<float>(), 150, 700) * Eigen::Map<const Matrix>(y.data<float>(), 700, 900);
  const Array got = run(contraction({1}, {0}), {x, y});
  const Eigen::Map<const Matrix> result(got.data<float>(), 150, 900);
  CHECK((result - want).cwiseAbs().maxCoeff() < 1e-3f);
  CHECK(want.cwiseAbs().maxCoeff() > 10);
}

// ---- views ----

TEST_CASE("views share the elements") {
  const Array x = telling_array({DType::I32, {4, 6}}, 1);
  Transpose transpose;
  transpose.perm = {1, 0};
  Slice slice;
  slice.begin = {1, 0};
  slice.end = {4, 6};
  slice.strides = {2, 3};
  Reverse reverse;
  reverse.axes = {1};
  BroadcastTo broadcast;
  broadcast.shape = {3, 4, 6};
  Reshape reshape;
  reshape.shape = {8, -1};
  const auto at = [&](const Array& a, Dims index) { return element<std::int32_t>(a.contiguous(), index); };
  const Array t = run(transpose, {x}), s = run(slice, {x}), r = run(reverse, {x}), b = run(broadcast, {x});
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 6; ++j) {
      const std::int32_t v = element<std::int32_t>(x, {i, j});
      CHECK(at(t, {j, i}) == v);
      CHECK(at(r, {i, 5 - j}) == v);
      CHECK(at(b, {2, i, j}) == v);
      if (i % 2 == 1 && j % 3 == 0) CHECK(at(s, {i / 2, j / 3}) == v);
    }
  for (const Array& view : {t, s, r, b, run(reshape, {x})}) CHECK(view.impl()->storage == TensorImpl::Storage::Base);
  // Row-major order counts: a reshape of a transpose copies.
  CHECK(values_of<std::int32_t>(run(reshape, {t})) == values_of<std::int32_t>(t));
  CHECK(run(reshape, {t}).shape() == Shape{8, 3});
  CHECK(values_of<std::int32_t>(run(reshape, {x})) == values_of<std::int32_t>(x));
}

// ---- index ops ----

TEST_CASE("pad and concat place their operands") {
  for (const Layout layout : kLayouts) {
    const Array x = laid_out(telling_array({DType::F32, {2, 3}}, 1), layout);
    Pad pad;
    pad.low = {1, 0};
    pad.high = {2, 2};
    const Array padded = run(pad, {x, Array::scalar(7.0f)});
    CHECK(padded.shape() == Shape{5, 5});
    for_each_index({5, 5}, [&](const Dims& i) {
      const bool inside = i[0] >= 1 && i[0] < 3 && i[1] < 3;
      const float want = inside ? element<float>(x.contiguous(), {i[0] - 1, i[1]}) : 7.0f;
      CHECK(same(element<float>(padded, i), want));
    });
    Concat concat;
    concat.axis = -1;
    const Array y = telling_array({DType::F32, {2, 2}}, 2), none = Array::empty({DType::F32, {2, 0}});
    const Array joined = run(concat, {x, none, y, x});
    CHECK(joined.shape() == Shape{2, 8});
    for_each_index({2, 8}, [&](const Dims& i) {
      const float want = i[1] < 3   ? element<float>(x.contiguous(), i)
                         : i[1] < 5 ? element<float>(y, {i[0], i[1] - 3})
                                    : element<float>(x.contiguous(), {i[0], i[1] - 5});
      CHECK(same(element<float>(joined, i), want));
    });
  }
}

TEST_CASE("gather looks elements up along any axis") {
  const Array x = telling_array({DType::F64, {3, 4, 5}}, 1);
  const Array indices = array_of<std::int32_t>({2, 2}, {1, 2, 0, 1});
  for (const Layout layout : kLayouts) {
    for (int axis = 0; axis < 3; ++axis) {
      Gather gather;
      gather.axis = axis;
      const Array got = run(gather, {laid_out(x, layout), laid_out(indices, layout)});
      for_each_index(got.shape(), [&](const Dims& i) {
        Dims from;
        for (int d = 0; d < axis; ++d) from.push_back(i[d]);
        from.push_back(element<std::int32_t>(indices, {i[axis], i[axis + 1]}));
        for (int d = axis + 2; d < 4; ++d) from.push_back(i[d]);
        CHECK(same(element<double>(got, i), element<double>(x, from)));
      });
    }
    Gather batched;
    batched.axis = 2;
    batched.batch_dims = 1;
    const Array each = array_of<std::int64_t>({3, 2}, {4, 0, 1, 1, 2, 3});
    const Array got = run(batched, {laid_out(x, layout), each});
    CHECK(got.shape() == Shape{3, 4, 2});
    for_each_index(got.shape(), [&](const Dims& i) {
      CHECK(same(element<double>(got, i), element<double>(x, {i[0], i[1], element<std::int64_t>(each, {i[0], i[2]})})));
    });
  }
}

TEST_CASE("an index outside raises with its place") {
  const Array x = telling_array({DType::F32, {5, 2}}, 1);
  Gather gather;
  CHECK_THROWS_WITH_AS(run(gather, {x, array_of<std::int32_t>({2, 2}, {0, 4, 7, -1})}),
                       "p.cc:1:2: error: gather: index out of range: 7 is not in [0, 5) at index (1,0)", Error);
  CHECK_THROWS_WITH_AS(run(gather, {x, Array::scalar(std::int64_t{-1})}),
                       "p.cc:1:2: error: gather: index out of range: -1 is not in [0, 5)", Error);
}

TEST_CASE("dynamic windows") {
  const Array x = telling_array({DType::I64, {6, 5}}, 1);
  const auto at = [](std::int64_t i) { return Array::scalar(i); };
  DynamicSlice slice;
  slice.sizes = {2, 3};
  const Array got = run(slice, {laid_out(x, Layout::Transposed), at(4), Array::scalar(std::int32_t{1})});
  for_each_index({2, 3}, [&](const Dims& i) {
    CHECK(element<std::int64_t>(got, i) == element<std::int64_t>(x, {i[0] + 4, i[1] + 1}));
  });
  CHECK_THROWS_WITH_AS(run(slice, {x, at(5), at(0)}),
                       "p.cc:1:2: error: dynamic_slice: window out of range: index 5 + size 2 > dimension 0 of size 6", Error);
  CHECK_THROWS_WITH_AS(run(slice, {x, at(0), at(-1)}),
                       "p.cc:1:2: error: dynamic_slice: window out of range: index -1 < 0 in dimension 1", Error);
  CHECK_THROWS_AS(run(slice, {x, at(INT64_MAX), at(0)}), Error);
  slice.clamp = true;
  CHECK(element<std::int64_t>(run(slice, {x, at(99), at(-9)}), {1, 0}) == element<std::int64_t>(x, {5, 0}));

  DynamicUpdateSlice update;
  const Array piece = telling_array({DType::I64, {2, 2}}, 2);
  const Array updated = run(update, {x, laid_out(piece, Layout::Reversed), at(3), at(3)});
  for_each_index({6, 5}, [&](const Dims& i) {
    const bool inside = i[0] >= 3 && i[0] < 5 && i[1] >= 3;
    CHECK(element<std::int64_t>(updated, i) ==
          (inside ? element<std::int64_t>(piece, {i[0] - 3, i[1] - 3}) : element<std::int64_t>(x, i)));
  });
  CHECK_THROWS_WITH_AS(
      run(update, {x, piece, at(0), at(4)}),
      "p.cc:1:2: error: dynamic_update_slice: window out of range: index 4 + size 2 > dimension 1 of size 5", Error);
}

TEST_CASE("iota counts along its axis") {
  Iota iota;
  iota.shape = {3, 4, 2};
  iota.axis = 1;
  for (const DTypeInfo& t : kDTypes) {
    if (t.dtype == DType::Bool) continue;
    iota.dtype = t.dtype;
    const Array got = run(iota, {});
    dispatch(t.dtype, [&]<class T>(Tag<T>) {
      for_each_index(iota.shape, [&](const Dims& i) { CHECK(element<T>(got, i) == static_cast<T>(i[1])); });
    });
  }
}

// ---- folding ----

TEST_CASE("folding gives what running gives, and nothing where that fails") {
  const Literal x = Literal::splat(1.5f, {1000, 1000}), y = Literal::splat(2.0f, {1000, 1000});
  const Literal* both[] = {&x, &y};
  const std::optional<Literal> sum = fold(def(kOpcode<Add>), nullptr, both, x.type());
  REQUIRE(sum);
  CHECK(sum->is_splat());
  CHECK(*sum == Literal::splat(3.5f, {1000, 1000}));

  const std::int32_t data[] = {6, 0, -7};
  const Literal a = Literal::copy({DType::I32, {3}}, data, false), b = Literal::splat(2, {3});
  const Literal* good[] = {&a, &b};
  const Literal* bad[] = {&b, &a};
  const std::int32_t want[] = {3, 0, -4};
  CHECK(fold(def(kOpcode<FloorDiv>), nullptr, good, a.type()) == Literal::copy(a.type(), want, false));
  CHECK_FALSE(fold(def(kOpcode<FloorDiv>), nullptr, bad, a.type()));

  BroadcastTo broadcast;
  broadcast.shape = {1000, 1000, 1000};
  const Literal one = Literal::splat(1.0f);
  const Literal* operand[] = {&one};
  CHECK(fold(def(kOpcode<BroadcastTo>), &broadcast, operand, {DType::F32, broadcast.shape})->is_splat());
  Print print;
  CHECK_FALSE(fold(def(kOpcode<Print>), &print, operand, {}));
}

}  // namespace
}  // namespace tjit
