// Captured functions as values: copies, members of containers, and what their parameters take. Only public headers: the
// library itself calls programs Function.
#include <doctest/doctest.h>
#include <functional>

#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::contains, tf::constant, tf::Tensor;

TEST_CASE("copies of a function share it and its programs, and call it when they are const") {
  int captures = 0;
  const auto f = tf::function([&, step = 0](Tensor x) mutable { return ++captures, ++step, x + step; }, {.name = "f"});
  CHECK(f(constant(1)).item<int>() == 2);
  const auto copy = f;
  CHECK(copy(constant(5)).item<int>() == 6);
  CHECK(captures == 1);
  CHECK(f.cache_info().hits == 1);
  CHECK(copy(constant({1, 1})).to_vector<int>() == std::vector{3, 3});  // the counter is shared too
  CHECK(f.cache_info().size == 2);
  copy.clear();
  CHECK(f.cache_info().size == 0);

  const std::function<Tensor(Tensor)> erased = f;
  CHECK(erased(constant(1)).item<int>() == 4);
  std::vector<tf::Function<Tensor(Tensor)>> layers;
  {
    const auto square = tf::function([](Tensor x) { return x * x; }, {.name = "square"});
    layers = std::vector<tf::Function<Tensor(Tensor)>>{f, square, f};
  }
  CHECK(layers[1](constant(7)).item<int>() == 49);
  CHECK(layers[1](3).item<int>() == 9);
  CHECK(contains(layers[1].ir(), "func @square(%0: i32[])"));
  CHECK(layers[1].cache_info().hits == 1);
  CHECK(layers[2](constant(1)).item<int>() == 4);
  CHECK(layers[0].cache_info().hits == f.cache_info().hits);
  tf::Function<std::tuple<Tensor, Tensor>(const Tensor&, std::vector<Tensor>, int)> several =
      tf::function([](const Tensor& a, std::vector<Tensor> b, int n) { return std::pair(a * n, b[0] - b[1]); });
  const auto [product, difference] = several(constant(4), std::vector{constant(3), constant(1)}, 2);
  CHECK(product.item<int>() == 8);
  CHECK(difference.item<int>() == 2);
  tf::Function<void(Tensor)> checks = tf::function([](Tensor x) { tf::assert_that(x > 0, "positive"); });
  CHECK(contains(caught([&] { checks(constant(-1)); }).message(), "positive"));
  static_assert(!std::is_invocable_v<decltype(checks)&, std::string>);
}

TEST_CASE("numbers for Tensor parameters become tensors") {
  int captures = 0;
  auto f = tf::function([&](Tensor x, const Tensor& y, int n) { return ++captures, x * y + n; });
  CHECK(f(3.0f, constant({1.0f, 2.0f}), 1).to_vector<float>() == std::vector{4.0f, 7.0f});
  CHECK(f(4.0f, constant({1.0f, 2.0f}), 1).to_vector<float>() == std::vector{5.0f, 9.0f});
  CHECK(captures == 1);
  CHECK(contains(f.ir(5.0f, 2.0f, 1), "func @main(%0: f32[], %1: f32[])"));
  auto flag = tf::function(+[](Tensor x) { return ~x; });
  CHECK(flag(true).item<bool>() == false);
  auto std_function = tf::function(std::function([](Tensor x) { return x; }));
  CHECK(std_function(5000000000).dtype() == tf::int64);
  tf::run_functions_eagerly(true);
  CHECK(f(3.0f, 4.0f, 1).item<float>() == 13);
  tf::run_functions_eagerly(false);
}

TEST_CASE("parameters may be values, references to const, and temporaries") {
  auto f =
      tf::function([](Tensor x, const Tensor& y, auto&& z, const std::vector<Tensor>& v) { return x + y + z + v[0]; });
  CHECK(f(constant(1), constant(2), constant(3), std::vector{constant(4)}).item<int>() == 10);
  auto g = tf::function([](Tensor&& x) { return std::move(x) * 2; });
  const Tensor three = constant(3);
  CHECK(g(three).item<int>() == 6);
  CHECK(three.item<int>() == 3);
  auto number = tf::function([](Tensor x) { return std::tuple(x, 2.5); });
  CHECK(std::get<1>(number(three)).item<float>() == 2.5f);
}
