// Captured functions: one program for each signature, whose results are those of eager execution.
#include <doctest/doctest.h>
#include <functional>

#include "frontend/environment.h"
#include "tests/unit/both_ways.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::contains, tf::constant, tf::Tensor, tf::both_ways, tf::error_both_ways, tf::check_same,
    tf::Eagerly;

TEST_CASE("a captured function gives what it gives eagerly") {
  auto f = tf::function([](Tensor x, Tensor y) {
    const Tensor z = tf::tanh(x * y + 0.1f) / tf::sqrt(tf::abs(x) + 1);
    return tf::reduce_sum(tf::exp(z) - tf::sigmoid(y), 1) + tf::reduce_mean(z);
  });
  std::vector<float> numbers(12 * 7);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i) * 0.37f - 11;
  const Tensor x = constant(numbers, {12, 7});
  both_ways(f, x, tf::reverse(x, {0}));
  both_ways(f, tf::transpose(constant(numbers, {7, 12})), x);
  both_ways(f, x, constant({{0.5f}}));
  both_ways(f, tf::zeros({0, 7}), constant({{0.5f}}));
  CHECK(f.cache_info().size == 3);

  auto integers = tf::function([](Tensor a, Tensor b) { return tf::floor_div(a, b) + a % b + (a << 1) / 2 * 0; });
  CHECK_THROWS_AS(integers(constant({7}), constant({2})), tf::Error);  // float64 + int32
  auto mean = tf::function([](Tensor a) { return tf::reduce_mean(a / 3) + tf::cast(tf::reduce_mean(a), tf::float64); });
  both_ways(mean, constant({-7, 3, 1}));
}

TEST_CASE("one program for each signature") {
  int captures = 0;
  auto f = tf::function(
      [&](Tensor x, int n) {
        ++captures;
        CHECK_FALSE(tf::executing_eagerly());
        return x * n;
      },
      {.name = "scale"});
  CHECK(tf::executing_eagerly());
  const auto counts = [&](std::int64_t hits, std::int64_t misses, std::int64_t size) {
    const tf::CacheInfo info = f.cache_info();
    CHECK(captures == misses);
    return info.hits == hits && info.misses == misses && info.size == size;
  };
  CHECK(counts(0, 0, 0));
  CHECK(f(constant({1, 2}), 3).to_vector<int>() == std::vector{3, 6});
  CHECK(counts(0, 1, 1));
  CHECK(f(constant({5, 6}), 3).to_vector<int>() == std::vector{15, 18});
  CHECK(counts(1, 1, 1));
  CHECK(f(constant({1.0f, 2.0f}), 3).to_vector<float>() == std::vector{3.0f, 6.0f});
  CHECK(counts(1, 2, 2));
  CHECK(f(constant({1.0f}), 3).item<float>() == 3);
  CHECK(counts(1, 3, 3));
  CHECK(f(constant({1.0f}), 4).item<float>() == 4);
  CHECK(counts(1, 4, 4));
  CHECK(f(constant({7, 8}), 3).to_vector<int>() == std::vector{21, 24});
  CHECK(counts(2, 4, 4));
  CHECK(f.explain() ==
        "function 'scale': 4 programs, 2 hits, 4 captures\n"
        "  captured for (i32[2], 3): first call\n"
        "  captured for (f32[2], 3): argument 0 changed from i32[2] to f32[2]; cast it before the call to use one "
        "program\n"
        "  captured for (f32[1], 3): argument 0 changed from f32[2] to f32[1]; every shape has a program of its own\n"
        "  captured for (f32[1], 4): argument 1 changed from 3 to 4; pass it as a Tensor to use one program for all "
        "values\n");
  f.clear();
  CHECK(f.cache_info().size == 0);
  f(constant({7, 8}), 3);
  CHECK(counts(2, 5, 1));
}

TEST_CASE("host numbers of every kind are part of the key") {
  auto f = tf::function([](auto x, Tensor t) { return t + x; });
  const Tensor t = constant({1.0f});
  CHECK(f(0.0f, t).item<float>() == 1);
  CHECK(f(0.5f, t).item<float>() == 1.5f);
  CHECK(f(-0.0, t).item<float>() == 1);
  CHECK(f(2, t).item<float>() == 3);
  CHECK(f(2L, t).item<float>() == 3);
  CHECK(f(std::uint8_t{2}, t).item<float>() == 3);
  CHECK(f.cache_info().misses == 6);
  CHECK(contains(f.explain(), "captured for (f32[1], 0.5): argument 0 changed from 0.0 to 0.5; pass it as a Tensor"));
  CHECK(contains(f.explain(), "the C++ types of the arguments changed"));
}

TEST_CASE("arguments and results are structures of tensors") {
  const Tensor a = constant({1, 2}), b = constant({10, 20}), c = constant({{3}});
  auto tuples = tf::function([](std::tuple<Tensor, std::pair<Tensor, Tensor>> t, std::array<Tensor, 2> s) {
    const auto& [x, yz] = t;
    return std::tuple(x + yz.second, std::pair(yz.first, s[0] * s[1]), std::array{s[1], x});
  });
  const auto check = [&](const auto& r) {
    const auto& [sum, p, q] = r;
    check_same(sum, a + c);
    check_same(p.first, b);
    check_same(p.second, a * b);
    check_same(q[0], b);
    check_same(q[1], a);
  };
  for (int i = 0; i < 2; ++i) check(tuples(std::tuple(a, std::pair(b, c)), std::array{a, b}));
  const Eagerly scope;
  check(tuples(std::tuple(a, std::pair(b, c)), std::array{a, b}));
}

TEST_CASE("vectors of tensors") {
  auto f = tf::function([](std::vector<Tensor> x, std::vector<Tensor> y) {
    std::vector<Tensor> sums;
    for (const Tensor& t : x) sums.push_back(t + 1);
    if (!y.empty()) sums.push_back(y.front() * 100);
    return sums;
  });
  const Tensor a = constant(1), b = constant(2);
  const auto values = [](const std::vector<Tensor>& ts) {
    std::vector<int> r;
    for (const Tensor& t : ts) r.push_back(t.item<int>());
    return r;
  };
  for (int i = 0; i < 2; ++i) {
    CHECK(values(f(std::vector{a, b}, std::vector{a})) == std::vector{2, 3, 100});
    // The same tensors, split otherwise.
    CHECK(values(f(std::vector{a}, std::vector{b, a})) == std::vector{2, 200});
    CHECK(values(f(std::vector{a}, std::vector<Tensor>{})) == std::vector{2});
    CHECK(f(std::vector<Tensor>{}, std::vector<Tensor>{}).empty());
  }
  CHECK(f.cache_info().misses == 4);
  CHECK(contains(f.explain(), "the length of argument 0 changed from 2 to 1"));
}

TEST_CASE("more tensors than a small call holds") {
  auto f = tf::function([](std::vector<Tensor> x) {
    std::vector<Tensor> r;
    for (std::size_t i = 0; i < x.size(); ++i) r.push_back(x[i] * x[x.size() - 1 - i]);
    return r;
  });
  std::vector<Tensor> x;
  for (int i = 0; i < 20; ++i) x.push_back(constant({i, i + 1}));
  const std::vector<Tensor> r = f(x);
  REQUIRE(r.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) check_same(r[i], x[i] * x[19 - i]);
}

TEST_CASE("arguments, outside tensors and nothing as results") {
  const Tensor outside = constant({4.0f, 5.0f});
  Tensor x = constant({1.0f, 2.0f});
  auto f = tf::function([&](Tensor a) { return std::tuple(a, outside, a, tf::transpose(tf::expand_dims(a, 0))); });
  auto [same, bound, again, turned] = f(x);
  check_same(same, x);
  check_same(bound, outside);
  check_same(turned, constant({{1.0f}, {2.0f}}));
  same.mutable_data<float>()[0] = 9;
  bound.mutable_data<float>()[0] = 9;
  CHECK(x.to_vector<float>() == std::vector{1.0f, 2.0f});
  CHECK(again.to_vector<float>() == std::vector{1.0f, 2.0f});
  CHECK(turned.to_vector<float>() == std::vector{1.0f, 2.0f});
  CHECK(outside.to_vector<float>() == std::vector{4.0f, 5.0f});
  x.mutable_data<float>()[1] = 7;
  CHECK(std::get<0>(f(x)).to_vector<float>() == std::vector{1.0f, 7.0f});
  CHECK(std::get<1>(f(x)).to_vector<float>() == std::vector{4.0f, 5.0f});

  auto nothing = tf::function([](Tensor a) { tf::assert_that(a > 0, "positive"); });
  static_assert(std::is_void_v<decltype(nothing(x))>);
  nothing(x);
  CHECK(contains(error_both_ways(nothing, -x).message(), "assertion failed: positive"));
  auto no_arguments = tf::function([] { return tf::ones({2}) + 1; });
  CHECK(no_arguments().to_vector<float>() == std::vector{2.0f, 2.0f});
  CHECK(no_arguments().to_vector<float>() == std::vector{2.0f, 2.0f});
  CHECK(no_arguments.cache_info().hits == 1);
}

TEST_CASE("outside tensors are bound when captured") {
  Tensor scale = constant({2.0f, 3.0f});
  auto f = tf::function([&](Tensor x) { return x * scale + tf::full({2}, 1) + 0.5f + constant({1.0f, 2.0f}) + scale; },
                        {.name = "f"});
  const Tensor x = constant({1.0f, 1.0f});
  const std::vector<float> expected = both_ways(f, x).to_vector<float>();
  CHECK(
      contains(f.explain(), "(f32[2]) binds an outside tensor f32[2] as it was when captured; pass it as an argument"));
  // One tensor is bound; what the function makes itself is not.
  const std::string text = f.explain();
  CHECK(text.find("binds") == text.rfind("binds"));
  scale.mutable_data<float>()[0] = 100;
  scale = constant({0.0f, 0.0f});
  CHECK(f(x).to_vector<float>() == expected);
}

TEST_CASE("nested captured functions become part of the outer one") {
  auto square = tf::function([](Tensor x) { return x * x; }, {.name = "square"});
  auto f = tf::function([&](Tensor x) { return square(x) + square(x + 1); }, {.name = "f"});
  CHECK(both_ways(f, constant({2})).item<int>() == 13);
  CHECK(square.cache_info().misses == 0);
  CHECK(f.ir(constant({2})).find("call") == std::string::npos);
  CHECK(square(constant(3)).item<int>() == 9);
}

TEST_CASE("functions run eagerly on request") {
  int runs = 0;
  auto f = tf::function([&](Tensor x) {
    ++runs;
    return x + 1;
  });
  {
    const Eagerly scope;
    f(constant(1));
    CHECK(f(constant(1)).item<int>() == 2);
  }
  CHECK(runs == 2);
  CHECK(f.cache_info().size == 0);
  f(constant(1));
  f(constant(1));
  CHECK(runs == 3);
}

TEST_CASE("stages of a program can be seen") {
  auto f = tf::function([](Tensor x) { return tf::exp(x) + 1; }, {.name = "f"});
  CHECK(contains(caught([&] { (void)f.ir(); }).message(), "'f' was not called yet"));
  const std::string ir = f.ir(constant({1.0f}));
  CHECK(contains(ir, "func @f(%0: f32[1]) -> (f32[1])"));
  CHECK(contains(ir, "exp %0"));
  CHECK(f.ir() == ir);
  CHECK(contains(f.ir("opt"), "exp"));
  CHECK(contains(f.ir("simplify"), "func @f"));
  CHECK(contains(f.llvm(), "define"));
  CHECK_FALSE(f.assembly().empty());
  CHECK(contains(caught([&] { (void)f.ir("nothing"); }).message(), "unknown stage 'nothing'"));
  auto with_number = tf::function([](int n, Tensor x) { return x * n; });
  CHECK(contains(with_number.ir(3, constant({1})), "multiply"));
}

TEST_CASE("a function may look at itself while it is captured") {
  std::string seen;
  tf::CacheInfo info;
  tf::CapturedFunction<std::function<Tensor(Tensor)>>* self = nullptr;
  auto f = tf::function(std::function([&](Tensor x) {
                          seen = self->explain();
                          info = self->cache_info();
                          CHECK(contains(caught([&] { (void)self->ir("opt"); }).message(), "'f' was not called yet"));
                          self->clear();
                          return x + 1;
                        }),
                        {.name = "f"});
  self = &f;
  CHECK(f(constant(1)).item<int>() == 2);
  CHECK(seen == "function 'f': 0 programs, 0 hits, 1 capture\n");
  CHECK(info.misses == 1);
  CHECK(info.size == 0);
  CHECK(f.cache_info().size == 0);  // cleared by the body
  CHECK(f(constant(1)).item<int>() == 2);
  CHECK(f.cache_info().misses == 2);
}

TEST_CASE("explain tells everything that changed") {
  auto f = tf::function([](Tensor x, int n, std::vector<Tensor> v, Tensor y) { return std::tuple(x * n, v[0], y); });
  const Tensor i = constant(1), x = constant(1.0f);
  (void)f.ir(i, 2, std::vector{i}, i);
  (void)f.ir(x, 3, std::vector{x}, i);
  CHECK(contains(
      f.explain(),
      "(f32[], f32[], i32[], 3, 1): argument 1 changed from 2 to 3; pass it as a Tensor to use one program for "
      "all values. Also argument 0 changed from i32[] to f32[]; cast it before the call to use one program. "
      "Also argument 2 changed from i32[] to f32[]\n"));
  (void)f.ir(x, 4, std::vector{x, x}, x);
  CHECK(contains(f.explain(), ". Also the length of argument 2 changed from 1 to 2\n"));
  auto g = tf::function([](Tensor a, Tensor b, Tensor c, Tensor d, Tensor e) { return a + b + c + d + e; });
  (void)g.ir(i, i, i, i, i);
  (void)g.ir(x, x, x, x, x);
  CHECK(contains(g.explain(), "Also argument 2 changed from i32[] to f32[]. Also 2 others changed\n"));
}

TEST_CASE("large constants are abridged in text for people") {
  const Tensor table = tf::reshape(tf::range(1001), {7, 143}), few = tf::range(1000);
  auto f = tf::function([&](Tensor x) { return std::tuple(x + table, x * few, x + tf::zeros({3000}, tf::int32)); });
  const std::string ir = f.ir(constant(1));
  CHECK(contains(ir, "constant {value = <i32[7,143]>} : i32[7,143]"));
  CHECK(contains(ir, "998, 999]} : i32[1000]"));
  CHECK(contains(f.ir("opt"), "<i32[7,143]>"));
  CHECK(contains(f.ir("simplify"), "<i32[7,143]>"));
  for (const char* stage : {"ir", "opt", "simplify"}) {
    CAPTURE(stage);
    const std::string whole = f.ir(stage, {.whole = true});
    CHECK(contains(whole, "999, 1000]]"));
    CHECK_FALSE(contains(whole, "<"));
  }
}

TEST_CASE("what turns TJIT_EAGER off") {
  for (const char* off : {"", "0", "false", "FALSE", "no", "Off"}) CHECK_FALSE(tf::is_switched_on(off));
  for (const char* on : {"1", "true", "yes", "on", "2"}) CHECK(tf::is_switched_on(on));
}
