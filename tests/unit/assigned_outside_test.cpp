// Variables outside of branches and bodies that these assign.
#include <doctest/doctest.h>

#include "tests/unit/captured.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::eager_and_captured, tf::capture_error, tf::contains, tf::constant, tf::Tensor;

TEST_CASE("what a branch assigns to a variable outside is refused in a capture") {
  unsigned line = 0;
  const auto error = [&](auto f) {
    const auto g = [&](Tensor p, Tensor x, Tensor z) { return f(p, x, z); };
    const Tensor x = constant(3.0f), z = constant(4.0f);
    const tf::Error e = capture_error(g, constant(true), x, z);
    CHECK(std::string_view(e.location().file) == __FILE__);
    CHECK(e.location().line == line);
    // Eagerly nothing is wrong.
    (void)g(constant(true), x, z);
    return e.message();
  };
  const std::string cure =
      " to a variable outside; both branches run while tracing, whatever the predicate is, so return it instead";
  // A value that the branch makes, when the other puts the old one back.
  const std::string made = error([&](Tensor p, Tensor x, Tensor) {
    Tensor y = x;
    line = __LINE__ + 1;
    const Tensor r = tf::cond(p, [&] { return y = x * 2, x; }, [&] { return y = x, x + 5; });
    return y + r;
  });
  CHECK(contains(made, "cond: the first branch assigns a tensor (f32[], `multiply` at "));
  CHECK(contains(made, "assigned_outside_test.cpp:" + std::to_string(line) + ":"));
  CHECK(contains(made, cure));
  // One from outside.
  std::string found = error([&](Tensor p, Tensor x, Tensor z) {
    Tensor y = x;
    line = __LINE__ + 1;
    const Tensor r = tf::cond(p, [&] { return x; }, [&] { return y = z, x; });
    return y + r;
  });
  CHECK(found == "cond: the second branch assigns %2 (f32[], an argument)" + cure);
  // Concrete ones.
  found = error([&](Tensor p, Tensor x, Tensor) {
    Tensor y = constant(1.0f);
    line = __LINE__ + 1;
    const Tensor r = tf::cond(p, [&] { return y = constant(2.0f), x; }, [&] { return x; });
    return r * y.item<float>();
  });
  CHECK(found == "cond: the first branch assigns the constant f32[]" + cure);
  found = error([&](Tensor p, Tensor x, Tensor) {
    Tensor y = constant(1.0f);
    line = __LINE__ + 1;
    return tf::cond(p, [&] { return *y.mutable_data<float>() = 2, x; }, [&] { return x; }) * y;
  });
  CHECK(found == "cond: the first branch assigns the constant f32[]" + cure);
  // A variable without a value before; branches without results.
  found = error([&](Tensor p, Tensor x, Tensor z) {
    Tensor y;
    line = __LINE__ + 1;
    tf::cond(p, [&] { y = x, tf::assert_that(p, "x"); }, [&] { y = z, tf::assert_that(p, "z"); });
    return y;
  });
  CHECK(contains(found, "the first branch assigns %1 (f32[], an argument)"));
  // A swap; a vector as a whole.
  found = error([&](Tensor p, Tensor x, Tensor z) {
    Tensor y = x;
    line = __LINE__ + 1;
    const Tensor r = tf::cond(p, [&] { return std::swap(y, z), x; }, [&] { return x; });
    return y + r;
  });
  CHECK(contains(found, "the first branch assigns %"));
  found = error([&](Tensor p, Tensor x, Tensor z) {
    std::vector<Tensor> y{x};
    line = __LINE__ + 1;
    const Tensor r = tf::cond(p, [&] { return x; }, [&] { return y = std::vector{z}, x; });
    return y[0] + r;
  });
  CHECK(contains(found, "the second branch assigns %2"));
  // A branch in a branch.
  found = error([&](Tensor p, Tensor x, Tensor z) {
    const auto first = [&] {
      Tensor inner = x;
      line = __LINE__ + 1;
      return tf::cond(p, [&] { return inner += z, x; }, [&] { return z; }) + inner;
    };
    return tf::cond(p, first, [&] { return x; });
  });
  CHECK(contains(found, "the first branch assigns a tensor (f32[], `add` at "));
}

TEST_CASE("what a loop assigns to a variable outside is refused in a capture") {
  const auto error = [&](auto f) { return capture_error(f, constant(3), constant(1)).message(); };
  const std::string cure =
      " to a variable outside; it is traced once, however often it runs, so make that a loop variable";
  // It would be the same in each iteration, whether somebody reads it afterwards or not.
  CHECK(error([](Tensor n, Tensor x) {
          Tensor sum = x;
          return tf::while_loop([&](Tensor i) { return i < n; }, [&](Tensor i) { return sum = n, i + sum; },
                                constant(0));
        }) == "while_loop: the body assigns %0 (i32[], an argument)" + cure);
  CHECK(contains(error([](Tensor n, Tensor x) {
                   Tensor sum = x;
                   return tf::while_loop([&](Tensor i) { return i < n; },
                                         [&](Tensor i) { return sum = sum * 2, i + sum; }, constant(0));
                 }),
                 "while_loop: the body assigns a tensor (i32[], `multiply` at "));
  CHECK(contains(error([](Tensor n, Tensor x) {
                   return tf::while_loop([&](Tensor i) { return x += i, x < n; }, [&](Tensor i) { return i + 1; },
                                         constant(0));
                 }),
                 "while_loop: the condition assigns a tensor (i32[], `add` at "));
  CHECK(contains(error([](Tensor n, Tensor x) {
                   std::vector<Tensor> steps;
                   return tf::while_loop([&](Tensor i) { return i < n; },
                                         [&](Tensor i) { return steps.push_back(i), i + x; }, constant(0),
                                         {.maximum_iterations = 7});
                 }),
                 "while_loop: the body assigns a tensor (i32[], a loop variable)" + cure));
}

TEST_CASE("variables of branches and bodies may be assigned") {
  const Tensor outside = constant({1.0f, 2.0f});
  const auto f = [&](Tensor x, Tensor n) {
    const auto branch = [&](float scale) {
      return [&, scale] {
        Tensor y = x;
        y = y * scale;
        Tensor table = outside;
        table = constant({3.0f, 4.0f});
        table.mutable_data<float>()[1] = 5;
        std::vector<Tensor> parts{x, outside};
        parts[0] = parts[1];
        parts = {parts[1], y};
        std::swap(parts[0], parts[1]);
        return std::tuple(parts[0] + table, parts);
      };
    };
    const auto [sum, parts] = tf::cond(tf::reduce_all(x > 0), branch(2), branch(3));
    const auto [last, total] = tf::while_loop([&](Tensor i, const std::vector<Tensor>&) { return i < n; },
                                              [&](Tensor i, std::vector<Tensor> v) {
                                                for (Tensor& t : v) t = t * 2 + outside;
                                                i += 1;
                                                return std::tuple(i, v);
                                              },
                                              std::tuple(0, parts));
    return std::tuple(sum, total[0], total[1] + tf::cast(last, tf::float32));
  };
  for (const float sign : {1.0f, -1.0f}) {
    const auto [sum, a, b] = eager_and_captured(f, constant({sign, 2 * sign}), constant(3));
    CHECK(sum.to_vector<float>() == (sign > 0 ? std::vector{5.0f, 9.0f} : std::vector{0.0f, -1.0f}));
    CHECK(a.size() == 2);
    CHECK(b.size() == 2);
  }
  auto captured = tf::function(f);
  (void)captured(constant({1.0f, 2.0f}), constant(3));
  // The tensor from outside is one constant, whatever stands for it in a branch.
  const std::string text = captured.explain();
  CHECK(text.find("binds") == text.rfind("binds"));
}
