// Captured functions: the same results and errors as eagerly, one program for each signature.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <doctest/doctest.h>
#include <functional>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "tests/unit/caught.h"
#include "tests/unit/scratch.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor;

namespace {

std::string printed(const Tensor& t) {
  std::ostringstream out;
  out << t;
  return out.str();
}

void check_same(const Tensor& a, const Tensor& b) {
  CHECK(a.dtype() == b.dtype());
  CHECK(a.shape() == b.shape());
  CHECK(a.repr() == b.repr());
  tf::dispatch(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    CHECK(std::memcmp(a.data<T>(), b.data<T>(), sizeof(T) * static_cast<std::size_t>(a.size())) == 0);
  });
}

/// Runs functions eagerly for a scope.
struct Eagerly {
  Eagerly() { tf::run_functions_eagerly(true); }
  ~Eagerly() { tf::run_functions_eagerly(false); }
};

/// The results of a function's call compiled and run eagerly, which must be the same.
template <class F, class... A>
Tensor both_ways(F& f, const A&... args) {
  const Tensor compiled = f(args...);
  const Eagerly scope;
  check_same(compiled, f(args...));
  return compiled;
}

/// The error of a call, which must be the same compiled and eagerly.
template <class F, class... A>
tf::Error error_both_ways(F& f, const A&... args) {
  const tf::Error compiled = caught([&] { f(args...); });
  const Eagerly scope;
  const tf::Error eager = caught([&] { f(args...); });
  CHECK(std::string_view(compiled.what()) == eager.what());
  CHECK(compiled.kind() == eager.kind());
  CHECK(compiled.location() == eager.location());
  return compiled;
}

/// What `action` has written to the file of standard output when it is done or raises an error.
std::string standard_output_of(auto&& action, bool flush) {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "out").string();
  std::fflush(stdout);
  const int saved = dup(1);
  REQUIRE(std::freopen(path.c_str(), "w", stdout) != nullptr);
  action();
  if (flush) std::fflush(stdout);
  const std::string text = tf::read_all(path);
  std::fflush(stdout);
  dup2(saved, 1);
  close(saved);
  return text;
}

}  // namespace

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
  CHECK(contains(f.explain(), "captured for (f32[1], 0.5): argument 0 changed from 0 to 0.5; pass it as a Tensor"));
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

TEST_CASE("recursion is refused") {
  tf::CapturedFunction<std::function<Tensor(Tensor)>>* self = nullptr;
  auto f = tf::function(std::function([&](Tensor x) { return (*self)(x - 1); }), {.name = "countdown"});
  self = &f;
  const tf::Error e = caught([&] { f(constant(3)); });
  CHECK(e.message() == "'countdown' calls itself while it is captured; recursion is not captured, use while_loop");
  CHECK(f.cache_info().size == 0);
}

TEST_CASE("an error in the body leaves the function usable") {
  bool broken = true;
  auto f = tf::function([&](Tensor x) {
    if (broken) (void)tf::cond(tf::reduce_any(x > 0), [&] { return x + tf::zeros({5}); }, [&] { return x; });
    if (broken) throw 1;
    return x * 2;
  });
  const Tensor x = constant({1.0f, 2.0f});
  CHECK(contains(caught([&] { f(x); }).message(), "add: shapes do not broadcast: (2) and (5)"));
  CHECK(tf::executing_eagerly());
  CHECK((x + 1).to_vector<float>() == std::vector{2.0f, 3.0f});
  broken = false;
  CHECK(f(x).to_vector<float>() == std::vector{2.0f, 4.0f});
}

TEST_CASE("symbolic tensors print as such") {
  std::vector<std::string> texts;
  auto f = tf::function([&](Tensor x, Tensor y) {
    const Tensor z = x + y;
    texts = {printed(z), z.repr(), printed(x),
             printed(tf::while_loop([](Tensor i) { return i < 1.0f; },
                                    [&](Tensor i) {
                                      texts.push_back(printed(i));
                                      return i + 1;
                                    },
                                    constant(0.0f)))};
    CHECK(z.symbolic());
    CHECK(z.dtype() == tf::float32);
    CHECK(z.shape() == tf::Shape{2, 3});
    CHECK(z.size() == 6);
    return z;
  });
  f(tf::zeros({2, 3}), tf::zeros({3}));
  REQUIRE(texts.size() == 4);
  CHECK(texts[0] == "Tensor(\"add:0\", shape=(2, 3), dtype=float32)");
  CHECK(texts[1] == texts[0]);
  CHECK(texts[2] == "Tensor(\"arg0:0\", shape=(2, 3), dtype=float32)");
  CHECK(texts[3] == "Tensor(\"while:0\", shape=(), dtype=float32)");
}

TEST_CASE("the value of a symbolic tensor is not known") {
  const auto error_of = [](auto use) {
    auto g = tf::function(
        [&](Tensor y, Tensor x) {
          use(tf::reduce_sum(x * 2));
          return y;
        },
        {.name = "g"});
    return caught([&] { g(constant(1.0f), constant({1.0f})); });
  };
  const std::string note = "it depends on argument 1; use cond/while_loop";
  for (const tf::Error& e :
       {error_of([](Tensor t) { (void)bool(t); }), error_of([](Tensor t) { (void)t.item<float>(); }),
        error_of([](Tensor t) { (void)t.data<float>(); }), error_of([](Tensor t) { (void)t.mutable_data<float>(); }),
        error_of([](Tensor t) { (void)t.to_vector<float>(); }), error_of([](Tensor t) { (void)t.numpy_text(); })}) {
    CHECK(contains(e.message(), " (f32[], `reduce_sum` at "));
    CHECK(contains(e.message(), "is not known while tracing 'g' ("));
    CHECK(contains(e.message(), note));
    CHECK(std::string_view(e.location().file) == __FILE__);
  }
  // The place is that of the question; for a conversion to bool, which has none, that of the op.
  unsigned asked = 0, made = 0;
  auto item = tf::function([&](Tensor x) {
    const Tensor s = x + 1;
    made = __LINE__ - 1;
    asked = __LINE__ + 1;
    return s * s.item<float>();
  });
  CHECK(caught([&] { item(constant(1.0f)); }).location().line == asked);
  auto branch = tf::function([&](Tensor x) {
    const Tensor s = x + 1 > 0;
    made = __LINE__ - 1;
    if (s) return x;
    return -x;
  });
  CHECK(caught([&] { branch(constant(1.0f)); }).location().line == made);
}

TEST_CASE("a symbolic tensor cannot leave its capture") {
  Tensor leaked;
  auto f = tf::function([&](Tensor x) { return leaked = x + 1; }, {.name = "f"});
  f(constant(1));
  const auto text = [](const std::string& message) {
    return contains(message, "the tensor belongs to the trace of 'f' (") &&
           contains(message, "which has ended; return it from 'f' instead");
  };
  CHECK(leaked.symbolic());
  CHECK(printed(leaked) == "Tensor(\"add:0\", shape=(), dtype=int32)");
  CHECK(text(error_here([&] { (void)(leaked + 1); })));
  CHECK(text(error_here([&] { (void)leaked.item<int>(); })));
  CHECK(text(caught([&] { (void)bool(leaked); }).message()));
  CHECK(text(caught([&] { f(leaked); }).message()));
  auto g = tf::function([&](Tensor x) { return x + leaked; }, {.name = "g"});
  CHECK(text(caught([&] { g(constant(1)); }).message()));

  Tensor inner;
  auto h = tf::function([&](Tensor x) {
    const Tensor y = tf::cond(x > 0, [&] { return inner = x + 1; }, [&] { return x; });
    return y + inner;
  });
  CHECK(contains(caught([&] { h(constant(1)); }).message(),
                 "was made inside a branch or loop body that has ended; return it from there instead"));
}

TEST_CASE("errors at run time carry the line, compiled and eagerly") {
  unsigned line = 0;
  auto divide = tf::function([&](Tensor x, Tensor y) {
    const Tensor z = x + 1;
    line = __LINE__ + 1;
    const Tensor q = tf::floor_div(z, y);
    return q * 2;
  });
  tf::Error e = error_both_ways(divide, constant({1, 2, 3}), constant({1, 1, 0}));
  CHECK(tf::message_at(e, {__FILE__, line, 1}) == "floor_div: integer division by zero at index (2)");
  CHECK(divide(constant({1, 2, 3}), constant({1, 1, 2})).to_vector<int>() == std::vector{4, 6, 4});

  auto pick = tf::function([&](Tensor x, Tensor i) {
    line = __LINE__ + 1;
    return tf::gather(x, i) + 1;
  });
  e = error_both_ways(pick, constant({1, 2, 3}), constant({0, 3}));
  CHECK(contains(tf::message_at(e, {__FILE__, line, 1}), "gather: "));
  CHECK(contains(e.what(), "function_test.cpp:" + std::to_string(line) + ":"));

  auto loop = tf::function([&](Tensor n) {
    return tf::while_loop([](Tensor i, Tensor) { return i >= 0; },
                          [&](Tensor i, Tensor s) {
                            line = __LINE__ + 1;
                            s = s + tf::floor_div(constant(100), i);
                            return std::tuple(i - 1, s);
                          },
                          std::tuple(n, constant(0)));
  });
  e = error_both_ways(loop, constant(3));
  CHECK(contains(tf::message_at(e, {__FILE__, line, 1}), "floor_div: integer division by zero"));

  auto branches = tf::function([&](Tensor x) {
    return tf::cond(
        tf::reduce_all(x > 0), [&] { return x; },
        [&] {
          line = __LINE__ + 1;
          tf::assert_that(x > -5, "too small");
          return -x;
        });
  });
  CHECK(both_ways(branches, constant({-3, 1})).to_vector<int>() == std::vector{3, -1});
  e = error_both_ways(branches, constant({-9, 1}));
  CHECK(contains(tf::message_at(e, {__FILE__, line, 1}), "assertion failed: too small"));
}

TEST_CASE("errors found while capturing are those found eagerly") {
  auto shapes = tf::function([](Tensor x, Tensor y) { return x + y; });
  CHECK(error_both_ways(shapes, tf::zeros({2, 3}), tf::zeros({4})).message() ==
        "add: shapes do not broadcast: (2,3) and (4)");
  CHECK(contains(error_both_ways(shapes, constant(1), constant(1.0f)).message(), "differ in dtype: int32 and float32"));
  auto scalar = tf::function([](Tensor x) { return x * 1.5; });
  error_both_ways(scalar, constant(1));
  auto root = tf::function([](Tensor x) { return tf::sqrt(x); });
  CHECK(contains(error_both_ways(root, constant(1)).message(), "sqrt: does not take i32"));
  auto windows = tf::function([](Tensor x) { return tf::slice(x, {0}, {5}); });
  error_both_ways(windows, constant({1, 2}));
  auto shaped = tf::function([](Tensor x) { return tf::reshape(x, {5}); });
  error_both_ways(shaped, constant({1, 2}));
  auto products = tf::function([](Tensor x) { return tf::matmul(x, x); });
  error_both_ways(products, tf::zeros({2, 3}));
  auto asserted = tf::function([](Tensor x) { return tf::assert_that(x, "no"), x; });
  error_both_ways(asserted, constant(1));
  auto undefined = tf::function([](Tensor x) { return tf::concat({x, Tensor()}, 0); });
  error_both_ways(undefined, constant({1}));
  auto joined = tf::function([](Tensor x) { return tf::concat({x, constant({1.0f})}, 0); });
  error_both_ways(joined, constant({1}));
}

TEST_CASE("prints keep their order, and come before an error") {
  auto f = tf::function([](Tensor x) {
    tf::print("first {}", {x});
    const Tensor n = tf::while_loop([](Tensor i) { return i < 2; },
                                    [](Tensor i) {
                                      tf::print("step {}", {i});
                                      return i + 1;
                                    },
                                    constant(0));
    tf::cond(tf::reduce_any(x > 1), [] { tf::print("large"); }, [] { tf::print("small"); });
    const Tensor q = tf::floor_div(n, x);
    tf::print("last {} of {}", {q, x});
    return q;
  });
  const std::string expected = "first [1 2]\nstep 0\nstep 1\nlarge\nlast [2 1] of [1 2]\n";
  const std::string failing = "first [0 1]\nstep 0\nstep 1\nsmall\n";
  const Tensor x = constant({1, 2}), y = constant({0, 1});
  CHECK(standard_output_of([&] { f(x); }, true) == expected);
  CHECK(standard_output_of([&] { caught([&] { f(y); }); }, false) == failing);
  const Eagerly scope;
  CHECK(standard_output_of([&] { f(x); }, true) == expected);
  CHECK(standard_output_of([&] { caught([&] { f(y); }); }, false) == failing);
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

TEST_CASE("several threads call one function") {
  std::atomic<int> captures = 0;
  auto f = tf::function([&](Tensor x, int n) {
    ++captures;
    return tf::reduce_sum(x * n, 0) +
           tf::while_loop([](Tensor i) { return i < 10; }, [](Tensor i) { return i + 1; }, constant(0));
  });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const int n = (i + t) % 3;
        if (f(constant({1, 2, t}), n).item<int>() != (3 + t) * n + 10) ++wrong;
        if (i % 50 == 0) (void)f.explain();
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
  CHECK(captures == 3);
  CHECK(f.cache_info().hits == 800 - 3);
}
