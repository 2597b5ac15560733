// Convolution and pooling against direct implementations of the documented order.
#include "ir/ops/window.h"

#include <doctest/doctest.h>

#include "ir/ops/element.h"
#include "run_op.h"
#include "tests/text_runner.h"
#include "tests/unit/both_ways.h"
#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tjit {
namespace {

using namespace test;

struct ConvCase {
  Shape input, filter;
  Dims strides;
  Padding padding;
  Dims dilations = {}, input_dilations = {};
  std::int64_t groups = 1;

  Conv op() const {
    return {.strides = strides,
            .padding = padding,
            .dilations = dilations,
            .input_dilations = input_dilations,
            .groups = groups};
  }
};

std::int64_t entry(const Dims& list, int d) { return list.empty() ? 1 : list[d]; }

/// Each result as the sum of its products, in the order of the filter; where there is no element of x, it is 0.
template <class T>
std::vector<T> naive_conv(const ConvCase& c, const Array& x, const Array& filter, const Shape& result) {
  const int spatial = x.rank() - 2;
  Shape taps(std::span(filter.shape().begin(), static_cast<std::size_t>(spatial + 1)));
  std::vector<T> results;
  for_each_index(result, [&](const Dims& at) {
    const std::int64_t group = at.back() / (result.back() / c.groups);
    T acc(0);
    for_each_index(taps, [&](const Dims& tap) {
      Dims from = at, weight = tap;
      bool inside = true;
      for (int d = 0; d < spatial; ++d) {
        const std::int64_t place = at[d + 1] * c.strides[d] - c.padding.low[d] + tap[d] * entry(c.dilations, d);
        const std::int64_t spread = entry(c.input_dilations, d);
        inside &= place >= 0 && place % spread == 0 && place / spread < x.shape()[d + 1];
        from[d + 1] = place / spread;
      }
      from[-1] = group * taps.back() + tap.back();
      weight.push_back(at.back());
      acc = multiply_add(inside ? element<T>(x, from) : T(0), element<T>(filter, weight), acc);
    });
    results.push_back(acc);
  });
  return results;
}

const std::vector<ConvCase>& conv_cases() {
  static const std::vector<ConvCase> cases = {
      {{1, 1, 1}, {1, 1, 1}, {1}, {{0, 0}}},
      {{2, 9, 1}, {3, 1, 1}, {1}, {{1, 1}}},
      {{2, 9, 3}, {3, 3, 5}, {1}, {{0, 0}}},
      {{2, 9, 3}, {4, 3, 40}, {2}, {{3, 2}}, {2}},
      {{1, 7, 4}, {2, 4, 33}, {1}, {{1, 0}}, {}, {3}},
      {{2, 6, 5, 3}, {3, 2, 3, 32}, {1, 1}, {{1, 1}, {0, 1}}},
      {{1, 16, 14, 16}, {3, 3, 16, 16}, {1, 1}, {{1, 1}, {1, 1}}},
      {{1, 12, 11, 5}, {1, 1, 5, 70}, {1, 1}, {{0, 0}, {0, 0}}},
      {{1, 12, 11, 5}, {1, 1, 5, 7}, {2, 3}, {{0, 0}, {0, 0}}},
      {{2, 9, 8, 4}, {3, 3, 2, 6}, {2, 1}, {{1, 2}, {0, 3}}, {2, 1}, {1, 2}, 2},
      {{1, 9, 8, 6}, {3, 2, 1, 6}, {1, 2}, {{1, 1}, {1, 0}}, {}, {}, 6},
      {{1, 9, 8, 70}, {2, 3, 1, 70}, {1, 1}, {{0, 0}, {0, 0}}, {1, 2}, {}, 70},
      {{1, 9, 8, 6}, {3, 2, 1, 12}, {1, 2}, {{1, 1}, {1, 0}}, {}, {}, 6},
      {{1, 4, 5, 6, 3}, {2, 3, 2, 3, 9}, {1, 2, 1}, {{1, 0}, {0, 0}, {2, 1}}, {1, 1, 2}},
      // 64 rows and a right side of more than 1 MB: packed whole.
      {{1, 10, 10, 70}, {3, 3, 70, 450}, {1, 1}, {{0, 0}, {0, 0}}},
      // Nothing to sum, no places, no images.
      {{2, 4, 4, 0}, {3, 3, 0, 5}, {1, 1}, {{0, 0}, {0, 0}}},
      {{2, 4, 4, 3}, {3, 5, 3, 5}, {1, 1}, {{0, 0}, {0, 0}}},
      {{0, 4, 4, 3}, {3, 3, 3, 5}, {1, 1}, {{0, 0}, {0, 0}}},
      {{2, 0, 4, 3}, {3, 3, 3, 5}, {1, 1}, {{2, 2}, {0, 0}}},
      {{2, 4, 4, 3}, {3, 3, 3, 0}, {1, 1}, {{0, 0}, {0, 0}}},
  };
  return cases;
}

template <class T>
void check_conv(const ConvCase& c, bool with_edges) {
  using A = typename Element<T>::Accumulator;
  const auto array = [&](const Shape& shape, unsigned seed) {
    return with_edges ? telling_array({dtype_of<T>, shape}, seed) : tame_array({dtype_of<T>, shape}, seed);
  };
  const Array x = array(c.input, 1), filter = array(c.filter, 2);
  const Conv op = c.op();
  const Type result = def(kOpcode<Conv>).infer(&op, std::array{x.type(), filter.type()})[0];
  std::vector<T> want;
  for (const A v : naive_conv<A>(c, converted<A, T>(x), converted<A, T>(filter), result.shape))
    want.push_back(static_cast<T>(v));
  for (const Layout layout : kLayouts) {
    const Array a = laid_out(x, layout), b = laid_out(filter, kLayouts[(static_cast<std::size_t>(layout) + 1) % 4]);
    at_each_level([&] {
      const std::vector<T> values = values_of<T>(run_op(op, {a, b}));
      INFO(to_string(x.type()), " conv ", to_string(filter.type()), " layout ", int(layout), " level ",
           name(kernels().level), " edges ", with_edges);
      CHECK(std::equal(values.begin(), values.end(), want.begin(), want.end(), same<T>));
    });
  }
}

TEST_CASE("conv joins products in the documented order, at each level and in every layout") {
  for (const ConvCase& c : conv_cases())
    for_each_type<Conv>([&]<class T>(Tag<T>) {
      if (dtype_of<T> != DType::F32 && element_count(c.input) * element_count(c.filter) > 1000000) return;
      check_conv<T>(c, false);
      check_conv<T>(c, true);
    });
}

struct WindowCase {
  Shape shape;
  Dims window, strides;
  Padding padding;
  Dims dilations = {};
};

/// What each window covers, joined one after another.
template <class T>
std::vector<T> naive_windows(const WindowCase& c, std::string_view reducer, const Array& x, const Shape& result) {
  using Limits = std::numeric_limits<T>;
  const auto bound = [](T infinity, T last) { return Limits::has_infinity ? infinity : last; };
  std::vector<T> results;
  for_each_index(result, [&](const Dims& at) {
    T acc(0);
    if constexpr (!kIsComplex<T>) {
      if (reducer == "max") acc = bound(static_cast<T>(-Limits::infinity()), Limits::lowest());
      if (reducer == "min") acc = bound(Limits::infinity(), Limits::max());
    }
    for_each_index(c.window, [&](const Dims& k) {
      Dims from = at;
      bool inside = true;
      for (int d = 0; d < at.size(); ++d) {
        from[d] = at[d] * c.strides[d] - c.padding.low[d] + k[d] * entry(c.dilations, d);
        inside &= from[d] >= 0 && from[d] < x.shape()[d];
      }
      if (!inside) return;
      const T v = element<T>(x, from);
      if (reducer == "sum") {
        acc = static_cast<T>(acc + v);
      } else if constexpr (!kIsComplex<T>) {
        const bool is_max = reducer == "max";
        if (acc != acc || v != v) {
          acc = Limits::quiet_NaN();
        } else if (acc == v ? std::signbit(static_cast<double>(acc)) == is_max : (acc < v) == is_max) {
          acc = v;
        }
      }
    });
    results.push_back(acc);
  });
  return results;
}

const std::vector<WindowCase>& window_cases() {
  static const std::vector<WindowCase> cases = {
      {{}, {}, {}, {}},
      {{7}, {1}, {1}, {{0, 0}}},
      {{7}, {1}, {2}, {{0, 0}}},
      {{9}, {3}, {1}, {{1, 1}}},
      {{20}, {3}, {2}, {{1, 2}}, {3}},
      {{70}, {64}, {5}, {{3, 0}}},
      {{5, 6}, {2, 2}, {1, 1}, {{0, 0}, {0, 0}}},
      {{2, 8, 9, 5}, {1, 2, 2, 1}, {1, 2, 2, 1}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}},
      {{2, 8, 9, 70}, {1, 3, 3, 1}, {1, 1, 1, 1}, {{0, 0}, {1, 1}, {1, 1}, {0, 0}}},
      {{2, 3, 8, 9}, {1, 1, 3, 2}, {1, 1, 2, 3}, {{0, 0}, {0, 0}, {1, 2}, {0, 1}}, {1, 1, 2, 4}},
      {{2, 3, 8, 90}, {1, 1, 3, 3}, {1, 1, 1, 1}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}},
      {{4, 5, 6}, {4, 1, 6}, {1, 1, 1}, {{0, 0}, {0, 0}, {0, 0}}},
      {{4, 5, 6}, {2, 1, 1}, {3, 1, 1}, {{0, 0}, {0, 0}, {0, 0}}},
      {{4, 5, 6}, {1, 1, 1}, {1, 1, 1}, {{1, 0}, {0, 0}, {0, 2}}},
      {{4, 5}, {5, 1}, {1, 1}, {{0, 0}, {0, 0}}},
      {{0, 5}, {1, 2}, {1, 1}, {{0, 0}, {0, 0}}},
      {{0, 5}, {2, 2}, {1, 1}, {{1, 2}, {0, 0}}},
  };
  return cases;
}

template <class T>
void check_windows(const WindowCase& c, const std::string& reducer) {
  using A = typename Element<T>::Accumulator;
  const ReduceWindow op{
      .reducer = reducer, .window = c.window, .strides = c.strides, .padding = c.padding, .dilations = c.dilations};
  for (const bool with_edges : {false, true}) {
    const Array x = with_edges ? telling_array({dtype_of<T>, c.shape}, 3) : tame_array({dtype_of<T>, c.shape}, 3);
    const Type type = x.type();
    const Shape result = def(kOpcode<ReduceWindow>).infer(&op, {&type, 1})[0].shape;
    std::vector<T> want;
    for (const A v : naive_windows<A>(c, reducer, converted<A, T>(x), result)) want.push_back(static_cast<T>(v));
    for (const Layout layout : kLayouts) {
      const Array laid = laid_out(x, layout);
      at_each_level([&] {
        const std::vector<T> values = values_of<T>(run_op(op, {laid}));
        INFO(to_string(type), " ", reducer, " window ", to_string(c.window), " layout ", int(layout), " level ",
             name(kernels().level));
        CHECK(std::equal(values.begin(), values.end(), want.begin(), want.end(), same<T>));
      });
    }
  }
}

TEST_CASE("reduce_window joins what a window covers, at each level and in every layout") {
  for (const WindowCase& c : window_cases())
    for_each_type<ReduceWindow>([&]<class T>(Tag<T>) {
      check_windows<T>(c, "sum");
      if (!contains(kReals, dtype_of<T>)) return;
      check_windows<T>(c, "max");
      check_windows<T>(c, "min");
    });
}

Tensor golden(const std::string& name) {
  return load_npz((tests_folder() / "golden/window/oracle.npz").string(), name);
}

TEST_CASE("convolutions of XLA, eager and compiled") {
  const struct {
    std::string name;
    ConvOptions options;
  } cases[] = {
      {"conv_1d", {.strides = {2}, .padding = {{3, 2}}, .dilations = {2}}},
      {"conv_2d", {.strides = {1, 2}, .padding = {{1, 1}, {0, 2}}}},
      {"conv_transposed", {.padding = {{2, 1}, {2, 2}}, .input_dilations = {2, 3}}},
      {"conv_groups", {.padding = {{1, 1}, {1, 1}}, .dilations = {1, 2}, .groups = 3}},
      {"conv_channels", {.strides = {2, 1}, .padding = {{1, 1}, {0, 1}}, .groups = 5}},
      {"conv_3d", {.strides = {1, 2, 1}, .padding = {{1, 0}, {0, 0}, {2, 1}}}},
      {"conv_nothing", {.padding = {{0, 1}, {0, 0}}}},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    auto f = function([&](Tensor x, Tensor filter) { return conv(x, filter, c.options); });
    check_same(both_ways(f, golden(c.name + ".x"), golden(c.name + ".filter")), golden(c.name));
  }
}

TEST_CASE("pooling of XLA and cumulative ops of NumPy, eager and compiled") {
  const struct {
    std::string name, reducer;
    Dims window;
    WindowOptions options;
  } cases[] = {
      {"sum_1d", "sum", {3}, {.strides = {2}, .padding = {{1, 2}}, .dilations = {3}}},
      {"max_2d", "max", {1, 2, 2, 1}, {.strides = {1, 2, 2, 1}, .padding = {{0, 0}, {1, 0}, {1, 1}, {0, 0}}}},
      {"min_last", "min", {1, 1, 3, 2}, {.strides = {1, 1, 2, 3}, .padding = {{0, 0}, {0, 0}, {1, 2}, {0, 1}}}},
      {"sum_all", "sum", {4, 1, 6}, {}},
      {"max_nothing", "max", {5, 1}, {}},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    auto f = function([&](Tensor x) { return reduce_window(x, c.reducer, c.window, c.options); });
    check_same(both_ways(f, golden(c.name + ".x")), golden(c.name));
  }
  const Tensor lines = golden("lines");
  auto products = function([](Tensor x) { return cumprod(x, 1); });
  auto largest = function([](Tensor x) { return cummax(x, -1); });
  auto smallest = function([](Tensor x) { return cummin(x, 1, false, true); });
  check_same(both_ways(products, lines), golden("cumprod"));
  check_same(both_ways(largest, lines), golden("cummax"));
  check_same(both_ways(smallest, lines), golden("cummin"));
}

Tensor filled(const Shape& shape, DType dtype = float32) { return zeros(shape, dtype); }

TEST_CASE("conv and reduce_window of the API, eager and compiled") {
  auto edges = function([](Tensor x, Tensor filter) { return conv(x, filter, {.padding = {{1, 1}}}); });
  const Tensor x = constant({1.0f, 2.0f, 4.0f}), filter = constant({1.0f, 10.0f, 100.0f});
  CHECK(both_ways(edges, reshape(x, {1, 3, 1}), reshape(filter, {3, 1, 1})).repr() ==
        reshape(constant({210.0f, 421.0f, 42.0f}), {1, 3, 1}).repr());
  auto pool = function([](Tensor t) { return reduce_window(t, "max", {2, 2}, {.strides = {2, 2}}); });
  CHECK(both_ways(pool, constant({{1, 2, 3, 4}, {5, 6, 7, 8}})).numpy_text() == "[[6 8]]");
  CHECK(reduce_window(constant({1, 2, 3}), "sum", {2}).numpy_text() == "[3 5]");
}

TEST_CASE("errors of conv") {
  const auto error = [](const Shape& x, const Shape& filter, const ConvOptions& options) {
    return caught([&] { (void)conv(filled(x), filled(filter), options); }).message();
  };
  CHECK(error({1, 3}, {3, 1}, {}) ==
        "conv: the input must be [n, spatial..., c] with 1 to 3 spatial dimensions, found float32[1,3]");
  CHECK(contains(error({1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}, {}), "with 1 to 3 spatial dimensions"));
  CHECK(error({1, 5, 1}, {3, 3, 1, 1}, {}) ==
        "conv: the filter must have rank 3 as the input, [spatial..., c / groups, o], found float32[3,3,1,1]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.strides = {1, 1}}) ==
        "conv: `strides` needs one entry per spatial dimension (1), found [1, 1]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.strides = {0}}) == "conv: `strides` must lie between 1 and 2^48, found [0]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.dilations = {-1}}) ==
        "conv: `dilations` must lie between 1 and 2^48, found [-1]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.input_dilations = {0}}) ==
        "conv: `input_dilations` must lie between 1 and 2^48, found [0]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.padding = {{1, 1}, {1, 1}}}) ==
        "conv: `padding` needs one entry per spatial dimension (1), found [[1, 1], [1, 1]]");
  CHECK(error({1, 5, 1}, {3, 1, 1}, {.padding = {{-1, 1}}}) ==
        "conv: `padding` must lie between 0 and 2^48, found [[-1, 1]]");
  CHECK(error({1, 5, 4}, {3, 3, 1}, {}) ==
        "conv: the filter float32[3,3,1] takes 3 channels, but the input float32[1,5,4] has 4");
  CHECK(error({1, 5, 4}, {3, 3, 2}, {.groups = 2}) ==
        "conv: the filter float32[3,3,2] takes 3 channels, but the input float32[1,5,4] has 2 in each group");
  CHECK(error({1, 5, 4}, {3, 1, 4}, {.groups = 3}) ==
        "conv: `groups` (3) must divide the 4 channels of the input float32[1,5,4]");
  CHECK(error({1, 5, 4}, {3, 2, 3}, {.groups = 2}) ==
        "conv: `groups` (2) must divide the 3 outputs of the filter float32[3,2,3]");
  CHECK(error({1, 5, 4}, {3, 4, 4}, {.groups = 0}) == "conv: `groups` (0) must be positive");
  CHECK(error({1, 5, 4}, {0, 4, 4}, {}) == "conv: the filter float32[0,4,4] has a window of size 0");
  CHECK(error({1, 5, 4}, {3, 4, 4}, {.padding = {{std::int64_t{1} << 48, 0}}}) ==
        "conv: a size of 5 becomes more than 2^48 by padding and dilation");
  CHECK(error({1, 5, 4}, {3, 4, 4}, {.input_dilations = {std::int64_t{1} << 48}}) ==
        "conv: a size of 5 becomes more than 2^48 by padding and dilation");
  CHECK(contains(caught([] { (void)conv(filled({1, 5, 4}), filled({3, 4, 4}, int32)); }).message(),
                 "conv: operands differ in dtype"));
  CHECK(conv(filled({1, 5, 4}), filled({3, 4, 4}), {.dilations = {std::int64_t{1} << 48}}).shape() == Shape{1, 0, 4});
}

TEST_CASE("errors of reduce_window") {
  const auto error = [](const std::string& reducer, const Dims& window, const WindowOptions& options,
                        DType dtype = float32) {
    return caught([&] { (void)reduce_window(filled({4, 5}, dtype), reducer, window, options); }).message();
  };
  CHECK(error("mean", {1, 1}, {}) == "reduce_window: `reducer` must be \"sum\", \"max\" or \"min\", found \"mean\"");
  CHECK(error("max", {1, 1}, {}, complex128) == "reduce_window: with `reducer` \"max\" does not take complex128");
  CHECK(error("sum", {2}, {}) == "reduce_window: `window` needs one entry per dimension (2), found [2]");
  CHECK(error("sum", {2, 0}, {}) == "reduce_window: `window` must lie between 1 and 2^48, found [2, 0]");
  CHECK(error("sum", {2, 2}, {.strides = {1, -1}}) ==
        "reduce_window: `strides` must lie between 1 and 2^48, found [1, -1]");
  CHECK(error("sum", {2, 2}, {.padding = {{0, 0}}}) ==
        "reduce_window: `padding` needs one entry per dimension (2), found [[0, 0]]");
  CHECK(error("sum", {2, 2}, {.dilations = {0, 1}}) ==
        "reduce_window: `dilations` must lie between 1 and 2^48, found [0, 1]");
  CHECK(contains(error("sum", {2, 2}, {}, bool_), "reduce_window: does not take bool"));
  CHECK(reduce_window(filled({4, 5}), "sum", {5, 1}).shape() == Shape{0, 5});
}

}  // namespace
}  // namespace tjit
