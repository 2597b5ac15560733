// Index maps against what they stand for: random chains of views and lookups, walked element by element.
#include "ir/index_map.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <functional>
#include <numeric>
#include <random>
#include <utility>

#include "ir/builder.h"
#include "ir/ops/view.h"

namespace tjit {
namespace {

/// Calls `f` for every index of the axes.
void for_each_index(const AxisSizes& axes, auto&& f) {
  std::vector<std::int64_t> index(axes.size());
  if (std::ranges::find(axes, 0) != axes.end()) return;
  for (;;) {
    f(index);
    std::size_t a = axes.size();
    while (a > 0 && ++index[a - 1] == axes[a - 1]) index[--a] = 0;
    if (a == 0) return;
  }
}

std::vector<std::int64_t> elements(const IndexMap& map, const Shape& shape, const AxisSizes& axes) {
  const IndexMap linear = linear_map(map, shape);
  std::vector<std::int64_t> list;
  for_each_index(axes, [&](const std::vector<std::int64_t>& index) {
    std::int64_t n = linear.offset(0);
    for (int a = 0; a < linear.axes(); ++a) n += linear.stride(0, a) * index[static_cast<std::size_t>(a)];
    list.push_back(n);
  });
  return list;
}

/// Elements of a view's operand in the order of the result, by the view itself.
std::vector<std::int64_t> viewed(const View& view) {
  AxisSizes axes(view.shape.begin(), view.shape.end());
  std::vector<std::int64_t> list;
  for_each_index(axes, [&](const std::vector<std::int64_t>& index) {
    std::int64_t n = view.offset;
    for (int d = 0; d < view.shape.size(); ++d) n += view.strides[d] * index[static_cast<std::size_t>(d)];
    list.push_back(n);
  });
  return list;
}

TEST_CASE("the map of a view's operand is the view") {
  Builder b("main");
  const Shape shape{4, 1, 6};
  const ValueId x = b.param({DType::F32, shape});
  b.append(Transpose{.perm = {2, 0, 1}}, {x});
  b.append(Reverse{.axes = {0, 2}}, {x});
  b.append(Slice{.begin = {1, 0, 1}, .end = {4, 1, 6}, .strides = {2, 1, 3}}, {x});
  b.append(Slice{.begin = {4, 0, 0}, .end = {4, 1, 6}, .strides = {}}, {x});
  b.append(BroadcastTo{.shape = {3, 4, 5, 6}}, {x});
  const Function f = b.finish({});
  for (const OpId op : f.body().ops) {
    const Shape& result = f.type(f.op(op).first_result).shape;
    AxisSizes axes;
    const IndexMap map = through_view(f.def(op), f.op(op).attrs.get(), shape, identity_map(result, axes));
    CHECK(elements(map, shape, axes) ==
          viewed(f.def(op).view(f.op(op).attrs.get(), {shape, row_major_strides(shape), 0})));
  }
}

struct Reshapes {
  Shape shape;
  AxisSizes axes;
  IndexMap map;

  explicit Reshapes(const Shape& result) : shape(result), map(identity_map(result, axes)) {}

  /// Whether the reshape from `operand` could be walked through.
  bool step(const Shape& operand) {
    for (;;) {
      Reshaped r = through_reshape(map, shape, operand, axes);
      if (r.map) {
        shape = operand;
        map = *r.map;
        return true;
      }
      if (r.axis < 0) return false;
      std::int64_t& extent = axes[static_cast<std::size_t>(r.axis)];
      REQUIRE(extent % r.inner == 0);
      REQUIRE(r.inner > 1);
      REQUIRE(r.inner < extent);
      extent /= r.inner;
      axes.insert(axes.begin() + r.axis + 1, r.inner);
      map.split_axis(r.axis, r.inner);
    }
  }
};

std::vector<std::int64_t> counting(std::int64_t n) {
  std::vector<std::int64_t> list(static_cast<std::size_t>(n));
  std::iota(list.begin(), list.end(), 0);
  return list;
}

TEST_CASE("reshapes keep the element number") {
  Reshapes r({24});
  REQUIRE(r.step({2, 3, 4}));
  CHECK(r.axes == AxisSizes{2, 3, 4});
  REQUIRE(r.step({6, 1, 4}));
  REQUIRE(r.step({2, 12}));
  REQUIRE(r.step({2, 3, 2, 2}));
  CHECK(r.axes == AxisSizes{2, 3, 2, 2});
  CHECK(elements(r.map, r.shape, r.axes) == counting(24));
  CHECK_FALSE(r.step({8, 3}));
}

TEST_CASE("a part that would carry is no affine map") {
  // Elements 3 ... 8 of 24 lie in three rows of four.
  IndexMap map(1, 1);
  map.offset(0) = 3;
  map.stride(0, 0) = 1;
  CHECK_FALSE(through_reshape(map, {24}, {6, 4}, {6}).map);
  // Elements 4 ... 7 are one row.
  map.offset(0) = 4;
  const Reshaped row = through_reshape(map, {24}, {6, 4}, {4});
  REQUIRE(row.map);
  CHECK(row.map->offset(0) == 1);
  CHECK(row.map->stride(1, 0) == 1);
  // A looked-up number cannot be split, but may count rows.
  map.terms = {{0, 7, 4, 4}};
  const Reshaped looked_up = through_reshape(map, {24}, {6, 4}, {4});
  REQUIRE(looked_up.map);
  CHECK(looked_up.map->terms == std::vector<IndexMap::Term>{{0, 7, 1, 4}});
  map.terms = {{0, 7, 1, 4}};
  CHECK_FALSE(through_reshape(map, {24}, {6, 4}, {4}).map);
  CHECK(through_reshape(map, {24}, {1, 24, 1}, {4}).map.has_value());
}

/// A random view or reshape of `shape`; the elements it shows are appended to by `order`.
struct RandomChain {
  std::mt19937 random;
  std::vector<Shape> shapes;                             ///< first the operand of all
  std::vector<std::function<IndexMap(IndexMap)>> views;  ///< null: reshape
  std::vector<std::int64_t> order;                       ///< element of the operand, for each element of the last shape

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

  void apply_view(const View& view, std::function<IndexMap(IndexMap)> step) {
    const std::vector<std::int64_t> old = std::exchange(order, {});
    for (const std::int64_t n : viewed(view)) order.push_back(old[static_cast<std::size_t>(n)]);
    shapes.push_back(view.shape);
    views.push_back(std::move(step));
  }

  template <class T>
  void apply(const T& op) {
    const Shape shape = shapes.back();
    auto attrs = std::make_shared<T>(op);
    const OpDef& d = def(kOpcode<T>);
    apply_view(d.view(attrs.get(), {shape, row_major_strides(shape), 0}),
               [=, &d](const IndexMap& m) { return through_view(d, attrs.get(), shape, m); });
  }

  void step() {
    const Shape shape = shapes.back();
    const int rank = shape.size();
    switch (below(5)) {
      case 0: return apply(Reverse{.axes = {below(rank)}});
      case 1: {
        Dims perm;
        for (int d = 0; d < rank; ++d) perm.insert(below(d + 1), d);
        return apply(Transpose{.perm = perm});
      }
      case 2: {
        Slice s{.begin = Dims::filled(rank, 0), .end = shape, .strides = Dims::filled(rank, 1)};
        const int d = below(rank);
        s.begin[d] = below(static_cast<int>(shape[d]));
        s.strides[d] = 1 + below(2);
        return apply(s);
      }
      default: {
        Shape to;
        for (std::int64_t rest = element_count(shape); to.size() < 4 && (rest > 1 || to.empty());) {
          std::int64_t size = to.size() == 3 ? rest : 1 + below(6);
          if (rest % size != 0) size = 1;
          rest /= size;
          to.push_back(size);
          if (rest > 1 && to.size() == 4) return;
        }
        if (element_count(to) != element_count(shape)) return;
        shapes.push_back(to);
        views.push_back(nullptr);
      }
    }
  }
};

TEST_CASE("random chains of views and reshapes") {
  int affine = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    RandomChain chain{std::mt19937(seed), {{4, 6, 2}}, {}, counting(48)};
    for (int i = 0; i < 5; ++i) chain.step();
    Reshapes walk(chain.shapes.back());
    bool walked = true;
    for (std::size_t i = chain.views.size(); i-- > 0 && walked;) {
      if (chain.views[i] == nullptr) {
        walked = walk.step(chain.shapes[i]);
      } else {
        walk.map = chain.views[i](walk.map);
        walk.shape = chain.shapes[i];
      }
    }
    if (!walked) continue;
    ++affine;
    CHECK_MESSAGE(elements(walk.map, walk.shape, walk.axes) == chain.order, "seed " << seed);
    for (int d = 0; d < walk.shape.size(); ++d)
      if (walk.shape[d] == 1) CHECK(walk.map.offset(d) == 0);
    const auto count = static_cast<int>(walk.axes.size());
    auto sorted = chain.order;
    std::ranges::sort(sorted);
    CHECK(covers_once(walk.map, walk.shape, walk.axes, count) == (sorted == counting(48)));
    CHECK(covers_in_order(walk.map, walk.shape, walk.axes, count) == (chain.order == counting(48)));
  }
  CHECK(affine > 900);
}

TEST_CASE("reductions there and back") {
  AxisSizes axes;
  IndexMap result = identity_map({4, 5}, axes);
  const IndexMap reduced = identity_map({1, 3, 1}, axes);
  result.append_axes(1);
  const IndexMap operand = through_reduction({1}, result, reduced);
  CHECK(axes == AxisSizes{4, 5, 3});
  CHECK(elements(operand, {4, 3, 5}, axes).size() == 60);
  CHECK(covers_once(operand, {4, 3, 5}, axes, 3));
  CHECK_FALSE(covers_once(operand, {4, 3, 5}, axes, 2));
  CHECK(reduction_result_map({1}, 2, operand) == result);
  const IndexMap kept = reduction_result_map({1}, 3, operand);
  CHECK(covers_in_order(kept, {4, 1, 5}, axes, 2));
  CHECK(through_reduction({1}, kept, reduced) == operand);
}

TEST_CASE("lookups add their number to a coordinate") {
  const std::vector<Coordinate> coordinates{{.dim = 0}, {.dim = -1, .index = 1, .index_dims = {1}}, {.dim = 2}};
  AxisSizes axes;
  const IndexMap result = identity_map({2, 3, 4}, axes);
  const IndexMap index = index_operand_map(coordinates[1], result);
  CHECK(index.rank() == 1);
  CHECK(index.stride(0, 1) == 1);
  CHECK(lookup_limit(coordinates[1], 1, {2, 9, 4}, {2, 3, 4}) == 8);
  const std::vector<std::int32_t> numbers{-1, 5, -1};
  const IndexMap map = through_lookup(coordinates, numbers, {2, 9, 4}, {2, 3, 4}, result);
  CHECK(map.terms == std::vector<IndexMap::Term>{{1, 5, 1, 8}});
  CHECK(linear_map(map, {2, 9, 4}).terms == std::vector<IndexMap::Term>{{0, 5, 4, 8}});
  CHECK_FALSE(is_invariant(map));
  CHECK_FALSE(covers_once(map, {2, 9, 4}, axes, 3));
}

}  // namespace
}  // namespace tjit
