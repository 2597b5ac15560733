// Views, index ops and folding on concrete arrays, against direct implementations of what they promise.
#include <doctest/doctest.h>

#include "ir/ops/index.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "run_op.h"
#include "runtime/tensor_impl.h"

namespace tjit {
namespace {

using namespace test;

// ---- views ----

template <class T>
void check_views() {
  const Array x = telling_array({dtype_of<T>, {4, 6}}, 1);
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
  const auto at = [&](const Array& a, Dims index) { return element<T>(a.contiguous(), index); };
  const Array t = run_op(transpose, {x}), s = run_op(slice, {x}), r = run_op(reverse, {x}), b = run_op(broadcast, {x});
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 6; ++j) {
      const T v = element<T>(x, {i, j});
      CHECK(same(at(t, {j, i}), v));
      CHECK(same(at(r, {i, 5 - j}), v));
      CHECK(same(at(b, {2, i, j}), v));
      if (i % 2 == 1 && j % 3 == 0) CHECK(same(at(s, {i / 2, j / 3}), v));
    }
  for (const Array& view : {t, s, r, b, run_op(reshape, {x})}) CHECK(view.impl()->storage == TensorImpl::Storage::Base);
  // Row-major order counts: a reshape of a transpose copies.
  const auto same_order = [](const Array& left, const Array& right) {
    return std::ranges::equal(values_of<T>(left), values_of<T>(right), same<T>);
  };
  CHECK(same_order(run_op(reshape, {t}), t));
  CHECK(run_op(reshape, {t}).shape() == Shape{8, 3});
  CHECK(same_order(run_op(reshape, {x}), x));
}

TEST_CASE("views share the elements") {
  for_each_type<Reshape>([]<class T>(Tag<T>) { check_views<T>(); });
}

// ---- index ops ----

template <class T>
void check_pad_and_concat(Layout layout) {
  const Array x = laid_out(telling_array({dtype_of<T>, {2, 3}}, 1), layout);
  const T fill = static_cast<T>(7);
  Pad pad;
  pad.low = {1, 0};
  pad.high = {2, 2};
  const Array padded = run_op(pad, {x, Array::scalar(fill)});
  CHECK(padded.shape() == Shape{5, 5});
  for_each_index({5, 5}, [&](const Dims& i) {
    const bool inside = i[0] >= 1 && i[0] < 3 && i[1] < 3;
    const T want = inside ? element<T>(x.contiguous(), {i[0] - 1, i[1]}) : fill;
    CHECK(same(element<T>(padded, i), want));
  });
  Concat concat;
  concat.axis = -1;
  const Array y = telling_array({dtype_of<T>, {2, 2}}, 2), none = Array::empty({dtype_of<T>, {2, 0}});
  const Array joined = run_op(concat, {x, none, y, x});
  CHECK(joined.shape() == Shape{2, 8});
  for_each_index({2, 8}, [&](const Dims& i) {
    const T want = i[1] < 3   ? element<T>(x.contiguous(), i)
                   : i[1] < 5 ? element<T>(y, {i[0], i[1] - 3})
                              : element<T>(x.contiguous(), {i[0], i[1] - 5});
    CHECK(same(element<T>(joined, i), want));
  });
}

TEST_CASE("pad and concat place their operands") {
  for (const Layout layout : kLayouts) for_each_type<Pad>([&]<class T>(Tag<T>) { check_pad_and_concat<T>(layout); });
}

template <class T>
void check_gather(Layout layout) {
  const Array x = telling_array({dtype_of<T>, {3, 4, 5}}, 1);
  const Array indices = array_of<std::int32_t>({2, 2}, {1, 2, 0, 1});
  for (int axis = 0; axis < 3; ++axis) {
    Gather gather;
    gather.axis = axis;
    const Array got = run_op(gather, {laid_out(x, layout), laid_out(indices, layout)});
    for_each_index(got.shape(), [&](const Dims& i) {
      Dims from;
      for (int d = 0; d < axis; ++d) from.push_back(i[d]);
      from.push_back(element<std::int32_t>(indices, {i[axis], i[axis + 1]}));
      for (int d = axis + 2; d < 4; ++d) from.push_back(i[d]);
      CHECK(same(element<T>(got, i), element<T>(x, from)));
    });
  }
  Gather batched;
  batched.axis = 2;
  batched.batch_dims = 1;
  const Array each = array_of<std::int64_t>({3, 2}, {4, 0, 1, 1, 2, 3});
  const Array got = run_op(batched, {laid_out(x, layout), each});
  CHECK(got.shape() == Shape{3, 4, 2});
  for_each_index(got.shape(), [&](const Dims& i) {
    CHECK(same(element<T>(got, i), element<T>(x, {i[0], i[1], element<std::int64_t>(each, {i[0], i[2]})})));
  });
}

TEST_CASE("gather looks elements up along any axis") {
  for (const Layout layout : kLayouts) for_each_type<Gather>([&]<class T>(Tag<T>) { check_gather<T>(layout); });
}

TEST_CASE("an index outside raises with its place") {
  const Array x = telling_array({DType::F32, {5, 2}}, 1);
  Gather gather;
  CHECK_THROWS_WITH_AS(run_op(gather, {x, array_of<std::int32_t>({2, 2}, {0, 4, 5, -1})}),
                       "p.cc:1:2: error: gather: index out of range: 5 is not in [0, 5) at index (1,0)", Error);
  CHECK_THROWS_WITH_AS(run_op(gather, {x, Array::scalar(std::int64_t{-1})}),
                       "p.cc:1:2: error: gather: index out of range: -1 is not in [0, 5)", Error);
}

Array at(std::int64_t i) { return Array::scalar(i); }

template <class T>
void check_windows() {
  const Array x = telling_array({dtype_of<T>, {6, 5}}, 1);
  DynamicSlice slice;
  slice.sizes = {2, 3};
  const Array got = run_op(slice, {laid_out(x, Layout::Transposed), at(4), Array::scalar(std::int32_t{1})});
  for_each_index({2, 3}, [&](const Dims& i) { CHECK(same(element<T>(got, i), element<T>(x, {i[0] + 4, i[1] + 1}))); });
  slice.clamp = true;
  CHECK(same(element<T>(run_op(slice, {x, at(99), at(-9)}), {1, 0}), element<T>(x, {5, 0})));

  DynamicUpdateSlice update;
  const Array piece = telling_array({dtype_of<T>, {2, 2}}, 2);
  const Array updated = run_op(update, {x, laid_out(piece, Layout::Reversed), at(3), at(3)});
  for_each_index({6, 5}, [&](const Dims& i) {
    const bool inside = i[0] >= 3 && i[0] < 5 && i[1] >= 3;
    CHECK(same(element<T>(updated, i), inside ? element<T>(piece, {i[0] - 3, i[1] - 3}) : element<T>(x, i)));
  });
}

TEST_CASE("dynamic windows") {
  for_each_type<DynamicSlice>([]<class T>(Tag<T>) { check_windows<T>(); });
}

TEST_CASE("a window outside raises with its place") {
  const Array x = telling_array({DType::I64, {6, 5}}, 1), piece = telling_array({DType::I64, {2, 2}}, 2);
  DynamicSlice slice;
  slice.sizes = {2, 3};
  CHECK_THROWS_WITH_AS(run_op(slice, {x, at(5), at(0)}),
                       "p.cc:1:2: error: dynamic_slice: window out of range: index 5 + size 2 > dimension 0 of size 6",
                       Error);
  CHECK_THROWS_WITH_AS(run_op(slice, {x, at(0), at(-1)}),
                       "p.cc:1:2: error: dynamic_slice: window out of range: index -1 < 0 in dimension 1", Error);
  CHECK_THROWS_AS(run_op(slice, {x, at(INT64_MAX), at(0)}), Error);
  CHECK_THROWS_WITH_AS(
      run_op(DynamicUpdateSlice{}, {x, piece, at(0), at(4)}),
      "p.cc:1:2: error: dynamic_update_slice: window out of range: index 4 + size 2 > dimension 1 of size 5", Error);
}

TEST_CASE("iota counts along its axis") {
  Iota iota;
  iota.shape = {3, 4, 2};
  iota.axis = 1;
  for_each_type<Iota>([&]<class T>(Tag<T>) {
    iota.dtype = dtype_of<T>;
    const Array got = run_op(iota, {});
    for_each_index(iota.shape, [&](const Dims& i) { CHECK(element<T>(got, i) == static_cast<T>(i[1])); });
  });
}

// ---- folding ----

std::optional<Literal> fold_one(const OpDef& def, const OpAttrs* attrs, std::span<const Literal* const> operands,
                                const Type& result) {
  const auto literals = fold(def, attrs, operands, {&result, 1});
  return literals ? std::optional(literals->front()) : std::nullopt;
}

TEST_CASE("folding gives what running gives, and nothing where that fails") {
  const Literal x = Literal::splat(1.5f, {1000, 1000}), y = Literal::splat(2.0f, {1000, 1000});
  const Literal* both[] = {&x, &y};
  const std::optional<Literal> sum = fold_one(def(kOpcode<Add>), nullptr, both, x.type());
  REQUIRE(sum);
  CHECK(sum->is_splat());
  CHECK(*sum == Literal::splat(3.5f, {1000, 1000}));

  const std::int32_t data[] = {6, 0, -7};
  const Literal a = Literal::copy({DType::I32, {3}}, data, false), b = Literal::splat(2, {3});
  const Literal* good[] = {&a, &b};
  const Literal* bad[] = {&b, &a};
  const std::int32_t want[] = {3, 0, -4};
  CHECK(fold_one(def(kOpcode<FloorDiv>), nullptr, good, a.type()) == Literal::copy(a.type(), want, false));
  CHECK_FALSE(fold_one(def(kOpcode<FloorDiv>), nullptr, bad, a.type()));

  BroadcastTo broadcast;
  broadcast.shape = {1000, 1000, 1000};
  const Literal one = Literal::splat(1.0f);
  const Literal* operand[] = {&one};
  CHECK(fold_one(def(kOpcode<BroadcastTo>), &broadcast, operand, {DType::F32, broadcast.shape})->is_splat());
  Print print;
  CHECK_FALSE(fold_one(def(kOpcode<Print>), &print, operand, {}));
}

}  // namespace
}  // namespace tjit
