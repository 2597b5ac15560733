// Captured functions: what users did wrong, where, and what was printed before.
#include <cstdio>
#include <doctest/doctest.h>
#include <functional>
#include <unistd.h>

#include "tests/unit/both_ways.h"
#include "tests/unit/scratch.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor, tf::both_ways, tf::error_both_ways;
using tf::Eagerly, tf::printed;

namespace {

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

TEST_CASE("recursion is refused") {
  tf::CapturedFunction<std::function<Tensor(Tensor)>>* self = nullptr;
  auto f = tf::function(std::function([&](Tensor x) { return (*self)(x - 1); }), {.name = "countdown"});
  self = &f;
  const tf::Error e = caught([&] { f(constant(3)); });
  CHECK(e.message() == "'countdown' calls itself; recursion is not captured, use while_loop");
  CHECK(f.cache_info().size == 0);
  const Eagerly eagerly;
  CHECK(caught([&] { f(constant(3)); }).message() == e.message());
}

TEST_CASE("arguments must be defined, and names too") {
  auto f = tf::function([](Tensor x, Tensor y) { return x + y; }, {.name = "sum"});
  const tf::Error e = caught([&] { f(constant(1), Tensor()); });
  CHECK(e.message() == "argument 1 of 'sum': the tensor is undefined: it was declared and never given a value");
  CHECK(e.location().line != 0);
  CHECK(error_here([&] { (void)tf::function([](Tensor x) { return x; }, {.name = ""}); }) ==
        "function: the name is empty");
}

TEST_CASE("a function that was moved away says so") {
  auto first = tf::function([](tf::Tensor x) { return x + 1.0f; });
  auto second = std::move(first);
  CHECK(printed(second(tf::constant(1.0f))) == "Tensor(2.0, shape=(), dtype=float32)");
  // NOLINTNEXTLINE(bugprone-use-after-move): that is what is tested
  const auto e = caught([&] { (void)first(tf::constant(1.0f)); });
  CHECK(e.message() == "the function was moved to another object");
  CHECK(caught([&] { (void)first.explain(); }).message() == e.message());
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

TEST_CASE("values in messages have the numbers of the program's text") {
  std::string after, within;
  auto f = tf::function([&](Tensor x) {
    const Tensor y = tf::cond(
        tf::reduce_any(x > 0.0f),
        [&] {
          const Tensor twice = x * 2.0f;
          within = caught([&] { (void)twice.item<float>(); }).message();
          return twice;
        },
        [&] { return x - 3.0f; });
    const Tensor sum = tf::reduce_sum(y, 0);
    after = caught([&] { (void)sum.item<float>(); }).message();
    return sum;
  });
  const std::string ir = f.ir(constant({1.0f, 2.0f}));
  const std::string start = "the value of %";
  REQUIRE(after.starts_with(start));
  CHECK(contains(
      ir, "  " + after.substr(start.size() - 1, after.find(' ', start.size()) - start.size() + 1) + " = reduce_sum "));
  CHECK(within.starts_with("the value of a tensor (f32[2], `multiply` at "));
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
  const std::string to_branch = "use cond/while_loop",
                    elements = "return it from the function to have its elements, or show it with print()";
  for (const auto& [e, cure] : {std::pair(error_of([](Tensor t) { (void)bool(t); }), to_branch),
                                std::pair(error_of([](Tensor t) { (void)t.item<float>(); }), to_branch),
                                std::pair(error_of([](Tensor t) { (void)t.data<float>(); }), elements),
                                std::pair(error_of([](Tensor t) { (void)t.mutable_data<float>(); }), elements),
                                std::pair(error_of([](Tensor t) { (void)t.to_vector<float>(); }), elements),
                                std::pair(error_of([](Tensor t) { (void)t.numpy_text(); }), elements)}) {
    CHECK(contains(e.message(), " (f32[], `reduce_sum` at "));
    CHECK(contains(e.message(), "is not known while tracing 'g' ("));
    CHECK(e.message().ends_with("it depends on argument 1; " + cure));
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

  // The text of one function, asked for while another is captured.
  auto other = tf::function([&](Tensor x) {
    auto shown = tf::function([&](Tensor y) { return x + y; });
    (void)shown.ir(constant(1));
    return x;
  });
  CHECK(contains(caught([&] { other(constant(1)); }).message(),
                 ", which is another one; pass it as an argument instead"));

  std::vector<Tensor> inner;
  auto h = tf::function([&](Tensor x) {
    const Tensor y = tf::cond(x > 0, [&] { return inner.push_back(x + 1), x; }, [&] { return x; });
    return y + inner[0];
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
  CHECK(contains(e.what(), "function_error_test.cpp:" + std::to_string(line) + ":"));

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
  CHECK(contains(error_both_ways(root, constant(1)).message(), "sqrt: does not take int32"));
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

TEST_CASE("braces are printed when they are doubled") {
  auto f = tf::function([](Tensor x) {
    tf::print("{{}} {{{}}} {{{{ }}}} {{x}} { } {", {x});
    return x;
  });
  const std::string expected = "{} {5} {{ }} {x} { } {\n";
  CHECK(standard_output_of([&] { f(constant(5)); }, true) == expected);
  const Eagerly scope;
  CHECK(standard_output_of([&] { f(constant(5)); }, true) == expected);
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
