// cond and while_loop, eagerly and captured.
#include <doctest/doctest.h>
#include <functional>

#include "tests/unit/captured.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::eager_and_captured, tf::capture_error, tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor;

TEST_CASE("cond runs the taken branch only") {
  int first = 0, second = 0;
  const auto choose = [&](Tensor p) {
    return tf::cond(p, [&] { return ++first, constant(1); }, [&] { return ++second, constant(2); });
  };
  CHECK(choose(constant(true)).item<int>() == 1);
  CHECK(choose(constant(false)).item<int>() == 2);
  CHECK(first == 1);
  CHECK(second == 1);
  auto f = tf::function(choose);
  for (int i = 0; i < 2; ++i) {
    CHECK(f(constant(true)).item<int>() == 1);
    CHECK(f(constant(false)).item<int>() == 2);
  }
  CHECK(first == 2);
  CHECK(second == 2);
  // The other branch would fail.
  const auto guarded = [](Tensor x) {
    return tf::cond(x == 0, [&] { return constant(-1); }, [&] { return tf::floor_div(10, x); });
  };
  CHECK(eager_and_captured(guarded, constant(0)).item<int>() == -1);
  CHECK(eager_and_captured(guarded, constant(3)).item<int>() == 3);
}

TEST_CASE("cond gives structures and uses what is visible outside") {
  const Tensor outside = constant({1.0f, 2.0f});
  const auto f = [&](Tensor x, Tensor y) {
    const Tensor sum = x + y;
    return tf::cond(
        tf::reduce_all(x < y), [&] { return std::tuple(sum, outside); },
        [&] { return std::tuple(x * y, sum * outside); });
  };
  const auto [a, b] = eager_and_captured(f, constant({1.0f, 2.0f}), constant({3.0f, 4.0f}));
  CHECK(a.to_vector<float>() == std::vector{4.0f, 6.0f});
  CHECK(b.to_vector<float>() == std::vector{1.0f, 2.0f});
  const auto [c, d] = eager_and_captured(f, constant({3.0f, 2.0f}), constant({3.0f, 4.0f}));
  CHECK(c.to_vector<float>() == std::vector{9.0f, 8.0f});
  CHECK(d.to_vector<float>() == std::vector{6.0f, 12.0f});

  auto vectors = tf::function([](Tensor x) {
    const std::vector<Tensor> parts =
        tf::cond(x > 0, [&] { return std::vector{x, -x}; }, [&] { return std::vector{-x, x}; });
    return parts[0] * 10 + parts[1];
  });
  CHECK(vectors(constant(2)).item<int>() == 18);
  CHECK(vectors(constant(-2)).item<int>() == 18);
}

TEST_CASE("nested cond") {
  const auto f = [](Tensor x) {
    return tf::cond(
        x > 0, [&] { return tf::cond(x > 10, [&] { return x * 100; }, [&] { return x; }); },
        [&] { return tf::cond(x < -10, [&] { return x * -100; }, [&] { return -x; }); });
  };
  for (const int x : {50, 5, -5, -50}) {
    const int expected = std::abs(x) > 10 ? std::abs(x) * 100 : std::abs(x);
    CHECK(eager_and_captured(f, constant(x)).item<int>() == expected);
  }
}

TEST_CASE("branches that disagree are refused when captured") {
  unsigned line = 0;
  const tf::Error e = capture_error(
      [&](Tensor x) {
        line = __LINE__ + 1;
        const auto [a, b] = tf::cond(
            tf::reduce_any(x > 0), [&] { return std::tuple(x, x * 2); },
            [&] { return std::tuple(x, tf::reduce_sum(x)); });
        return a + b;
      },
      constant({1, 2}));
  const std::string text = tf::message_at(e, {__FILE__, line, 1});
  CHECK(contains(text, "cond: result 1 is a tensor"));
  CHECK(contains(text, " (i32[2], `multiply` at "));
  CHECK(contains(text, " in the first branch and a tensor"));
  CHECK(contains(text, " (i32[], `reduce_sum` at "));
  CHECK(contains(text, " in the second"));
  CHECK(contains(
      capture_error(
          [](Tensor x) { return tf::cond(x > 0, [&] { return x; }, [&] { return tf::cast(x, tf::float32); }); },
          constant(1))
          .message(),
      "cond: result 0 is %0 (i32[], an argument) in the first branch and a tensor (f32[], `cast` at "));
  CHECK(capture_error(
            [](Tensor x) {
              return tf::cond(x > 0, [&] { return std::vector{x}; }, [&] { return std::vector{x, x}; })[0];
            },
            constant(1))
            .message() == "cond: the branches give 1 and 2 tensors");
}

TEST_CASE("vectors keep their lengths") {
  using Rows = std::vector<std::vector<Tensor>>;
  const auto branches = [](Tensor x) {
    const Rows r = tf::cond(x > 0, [&] { return Rows{{x, x}, {x}}; }, [&] { return Rows{{x}, {x, x}}; });
    return r[0].back();
  };
  CHECK(capture_error(branches, constant(1)).message() == "cond: the branches give vectors of different lengths");
  const auto loop = [](const Rows& rows) {
    return tf::while_loop([](const Rows& r) { return r[0][0] < 5; },
                          [](const Rows& r) { return Rows{{r[0][0] + 1}, {r[0][0], r[0][0]}}; }, rows)[0][0];
  };
  const Rows rows{{constant(1), constant(2)}, {constant(3)}};
  const char* expected = "while_loop: the body gives vectors of other lengths than it takes";
  CHECK(capture_error(loop, rows).message() == expected);
  CHECK(caught([&] { loop(rows); }).message() == expected);
}

TEST_CASE("branches that do nothing and give nothing are refused in a capture") {
  auto f = tf::function([](Tensor x) { return tf::cond(tf::reduce_any(x > 1), [&] { (void)(x + 1); }, [] {}), x; });
  CHECK(contains(caught([&] { f(constant({1, 2})); }).message(), "cond: the branches give nothing and do nothing"));
}

TEST_CASE("C++ bools choose a branch at once, numbers become tensors") {
  for (const bool p : {true, false}) {
    int runs = 0;
    const auto f = [&, p](Tensor x) {
      return tf::cond(p, [&] { return ++runs, x + 1; }, [&] { return ++runs, tf::concat({x, x}, 0); });
    };
    CHECK(eager_and_captured(f, constant({1})).size() == (p ? 1 : 2));
    CHECK(runs == 2);
  }
  const auto sign = [](Tensor x) { return tf::cond(x > 0, [] { return 1; }, [] { return -1; }); };
  CHECK(eager_and_captured(sign, constant(5.0f)).item<int>() == 1);
  CHECK(eager_and_captured(sign, constant(-5.0f)).item<int>() == -1);
  const auto mixed = [](Tensor x) {
    return tf::cond(x > 0, [&] { return std::tuple(x, 2.5); }, [&] { return std::tuple(1.5f, x); });
  };
  CHECK(std::get<1>(eager_and_captured(mixed, constant(5.0f))).item<float>() == 2.5f);
  CHECK(std::get<0>(eager_and_captured(mixed, constant(-5.0f))).item<float>() == 1.5f);
  CHECK(contains(
      capture_error([](Tensor x) { return tf::cond(x > 0, [&] { return x; }, [] { return 1; }); }, constant(5.0f))
          .message(),
      "cond: result 0 is %0 (f32[], an argument) in the first branch and a tensor (i32[], `constant` at "));
  const auto count = [](Tensor n) {
    return tf::while_loop([&](Tensor i, Tensor) { return i < n; },
                          [](Tensor i, Tensor s) { return std::tuple(i + 1, s * 0.5f); }, std::tuple(0, 8.0f));
  };
  CHECK(std::get<0>(eager_and_captured(count, constant(3))).item<int>() == 3);
  CHECK(std::get<1>(eager_and_captured(count, constant(3))).item<float>() == 1);
  const auto up = [](Tensor n) {
    return tf::while_loop([&](Tensor i) { return i < n; }, [](Tensor i) { return i + 2; }, 0);
  };
  CHECK(eager_and_captured(up, constant(3)).item<int>() == 4);
  const auto reset = [](Tensor x) {
    return tf::while_loop([](Tensor i) { return i > 0; }, [](Tensor) { return 0; }, x);
  };
  CHECK(eager_and_captured(reset, constant(3)).item<int>() == 0);
  const auto never = [](Tensor x) {
    return tf::while_loop([](Tensor) { return false; }, [](Tensor i) { return i + 1; }, x);
  };
  CHECK(eager_and_captured(never, constant(3)).item<int>() == 3);
}

TEST_CASE("predicates are rank-0 bools") {
  const auto one = [] { return constant(1); };
  CHECK(error_here([&] { tf::cond(constant(1), one, one); }) ==
        "cond: the predicate must be a rank-0 bool, not int32[]");
  CHECK(error_here([&] { tf::cond(constant({true}), one, one); }) ==
        "cond: the predicate must be a rank-0 bool, not bool[1]");
  CHECK(error_here([&] { tf::cond(Tensor(), one, one); }) ==
        "cond: the predicate: the tensor is undefined: it was declared and never given a value");
  const auto next = [](Tensor i) { return i + 1; };
  CHECK(error_here([&] { tf::while_loop([](Tensor i) { return i; }, next, constant(1)); }) ==
        "while_loop: the condition must be a rank-0 bool, not int32[]");
  const auto loop = [&](Tensor x) { return tf::while_loop([](Tensor i) { return i < 3; }, next, x); };
  for (const tf::Error& e : {caught([&] { loop(constant({1, 2})); }), capture_error(loop, constant({1, 2}))})
    CHECK(e.message() == "while_loop: the condition must be a rank-0 bool, not bool[2]");
  const auto limited = [&](Tensor x) {
    return tf::while_loop([](Tensor i) { return i < 3; }, next, x, {.maximum_iterations = 2});
  };
  for (const tf::Error& e : {caught([&] { limited(constant({1, 2})); }), capture_error(limited, constant({1, 2}))})
    CHECK(e.message() == "while_loop: the condition must be a rank-0 bool, not bool[2]");
}

TEST_CASE("while_loop") {
  const Tensor step = constant(3);
  const auto f = [&](Tensor n, Tensor x) {
    return tf::while_loop([&](Tensor i, Tensor) { return i < n; },
                          [&](Tensor i, Tensor s) { return std::tuple(i + step, s * 2 + tf::cast(i, tf::float32)); },
                          std::tuple(constant(0), x));
  };
  const auto [last, s] = eager_and_captured(f, constant(7), constant({1.0f, 2.0f}));
  CHECK(last.item<int>() == 9);
  CHECK(s.to_vector<float>() == std::vector{20.0f, 28.0f});
  const auto [i0, s0] = eager_and_captured(f, constant(0), constant({1.0f, 2.0f}));
  CHECK(i0.item<int>() == 0);
  CHECK(s0.to_vector<float>() == std::vector{1.0f, 2.0f});

  auto vectors = tf::function([](std::vector<Tensor> v) {
    return tf::while_loop([](const std::vector<Tensor>& x) { return x[0] < 100; },
                          [](const std::vector<Tensor>& x) { return std::vector{x[0] + x[1], x[0]}; }, v);
  });
  CHECK(vectors(std::vector{constant(1), constant(1)})[0].item<int>() == 144);
  int bodies = 0;
  auto once = tf::function([&](Tensor x) {
    return tf::while_loop([](Tensor i) { return i < 10; }, [&](Tensor i) { return ++bodies, i + 1; }, x);
  });
  CHECK(once(constant(0)).item<int>() == 10);
  CHECK(once(constant(-10)).item<int>() == 10);
  CHECK(bodies == 1);
}

TEST_CASE("loops in loops and branches in loops") {
  const auto f = [](Tensor n) {
    return tf::while_loop([&](Tensor i, Tensor) { return i < n; },
                          [&](Tensor i, Tensor s) {
                            const Tensor inner =
                                tf::while_loop([&](Tensor j) { return j * j < i; }, [](Tensor j) { return j + 1; },
                                               tf::cast(i, tf::int32) * 0);
                            s = tf::cond(i % 2 == 0, [&] { return s + inner; }, [&] { return s - i; });
                            return std::tuple(i + 1, s);
                          },
                          std::tuple(constant(0), constant(0)));
  };
  int expected = 0;
  for (int i = 0; i < 20; ++i) {
    int j = 0;
    while (j * j < i) ++j;
    expected += i % 2 == 0 ? j : -i;
  }
  CHECK(std::get<1>(eager_and_captured(f, constant(20))).item<int>() == expected);
}

TEST_CASE("a loop stops after maximum_iterations") {
  int tests = 0;
  const auto f = [&](std::int64_t limit) {
    return [&tests, limit](Tensor x) {
      return tf::while_loop([&](Tensor i) { return ++tests, i < 10; }, [](Tensor i) { return i + 1; }, x,
                            {.maximum_iterations = limit});
    };
  };
  for (const std::int64_t limit : {0, 1, 4, 9, 10, 11, 1000})
    CHECK(eager_and_captured(f(limit), constant(0)).item<int>() == std::min<std::int64_t>(limit, 10));
  CHECK(eager_and_captured(f(-1), constant(0)).item<int>() == 10);
  auto captured = tf::function(f(3));
  captured(constant(0));
  CHECK_FALSE(contains(captured.explain(), "binds"));
}

TEST_CASE("loop variables keep dtype and shape") {
  const auto grow = [](Tensor x) {
    return std::get<1>(tf::while_loop([](Tensor i, Tensor) { return i < 3; },
                                      [](Tensor i, Tensor y) { return std::tuple(i + 1, tf::concat({y, y}, 0)); },
                                      std::tuple(constant(0), x)));
  };
  const std::string text = "while_loop: loop variable 1 enters as f32[2] and leaves the first iteration as f32[4]";
  CHECK(caught([&] { grow(tf::zeros({2})); }).message() == text);
  CHECK(capture_error(grow, tf::zeros({2})).message() == text);
  CHECK(caught([&] { grow(tf::zeros({2})); }).location() == capture_error(grow, tf::zeros({2})).location());
  const auto change = [](Tensor x) {
    return tf::while_loop([](Tensor i) { return i < 3; }, [](Tensor i) { return tf::cast(i, tf::float32); }, x);
  };
  CHECK(caught([&] { change(constant(1)); }).message() ==
        "while_loop: loop variable 0 enters as i32[] and leaves the first iteration as f32[]");
  CHECK(capture_error(change, constant(1)).message() == caught([&] { change(constant(1)); }).message());
  const auto lose = [](Tensor x) {
    return tf::while_loop([](const std::vector<Tensor>& v) { return v[0] < 3; },
                          [](const std::vector<Tensor>& v) { return std::vector{v[0]}; }, std::vector{x, x})[0];
  };
  CHECK(caught([&] { lose(constant(1)); }).message() ==
        "while_loop: 2 loop variables enter and 1 leave the first iteration");
  CHECK(capture_error(lose, constant(1)).message() == caught([&] { lose(constant(1)); }).message());
  CHECK(contains(
      error_here([&] { tf::while_loop([](Tensor i) { return i < 3; }, [](Tensor i) { return i; }, Tensor()); }),
      "while_loop: the tensor is undefined"));
}

TEST_CASE("values of a branch or body stay inside") {
  std::vector<Tensor> inside;
  const std::string text = "was made inside a branch or loop body that has ended; return it from there instead";
  unsigned line = 0;
  const tf::Error e = capture_error(
      [&](Tensor x) {
        const Tensor y =
            tf::while_loop([](Tensor i) { return i < 3; }, [&](Tensor i) { return inside.push_back(i * 2), i + 1; }, x);
        line = __LINE__ + 1;
        return y * inside[0];
      },
      constant(1));
  CHECK(contains(tf::message_at(e, {__FILE__, line, 1}), text));
  // A constant that was first used in a branch is there for others as well.
  const Tensor outside = constant(5);
  const auto f = [&](Tensor x) {
    const Tensor y = tf::cond(x > 0, [&] { return x + outside; }, [&] { return x - outside; });
    return y * outside;
  };
  CHECK(eager_and_captured(f, constant(1)).item<int>() == 30);
  CHECK(eager_and_captured(f, constant(-1)).item<int>() == -30);
  CHECK(contains(capture_error(
                     [](Tensor x) {
                       return tf::while_loop([](Tensor i) { return i < 3; },
                                             [](Tensor i) { return bool(i > 2) ? i : i + 1; }, x);
                     },
                     constant(1))
                     .message(),
                 "is not known while tracing"));
}

TEST_CASE("a function goes on after an exception in a branch or body") {
  struct Refusal {};
  const auto refuse = [](const Tensor& t) -> Tensor {
    (void)(t * 7);
    throw Refusal();
  };
  const Tensor outside = constant({4.0f, 5.0f});
  // Which of the functions throws; what the blocks hold before that must not stay.
  for (const int where : {0, 1, 2, 3, 4}) {
    CAPTURE(where);
    auto f = tf::function([&](Tensor x) {
      const auto part = [&](int i, const Tensor& t) { return i == where ? refuse(t + outside) : t; };
      try {
        const Tensor p = tf::reduce_any(x > 0.0f);
        (void)tf::cond(
            p, [&] { return part(0, x); },
            [&] { return tf::cond(p, [&] { return part(1, x); }, [&] { return part(2, x); }); });
        (void)tf::while_loop([&](Tensor s) { return tf::reduce_all(part(3, s) < 3.0f); },
                             [&](Tensor s) { return part(4, s) + 1.0f; }, x);
        FAIL("no exception");
      } catch (const Refusal&) {
      }
      const Tensor y = tf::cond(tf::reduce_all(x < 0.0f), [&] { return x; }, [&] { return x + outside; });
      return y * 2.0f + outside;
    });
    const Tensor x = constant({1.0f, 2.0f});
    CHECK(f(x).to_vector<float>() == std::vector{14.0f, 19.0f});
    CHECK(f(-x).to_vector<float>() == std::vector{2.0f, 1.0f});
    const std::string ir = f.ir(x);
    CHECK_FALSE(contains(ir, "{value = 7}"));
  }
}

TEST_CASE("blocks of a trace nest as deep as those of text, and no deeper") {
  unsigned line = 0;
  const std::function<Tensor(Tensor, int)> nest = [&](const Tensor& x, int depth) -> Tensor {
    if (depth == 0) return x + 1;
    line = std::source_location::current().line() + 1;
    return tf::cond(x > 0, [&] { return nest(x, depth - 1); }, [&] { return x; });
  };
  auto f = tf::function([&](Tensor x, int depth) { return nest(x, depth); });
  CHECK(contains(f.ir(constant(1), 200), "then()"));
  const tf::Error error = caught([&] { f(constant(1), 201); });
  CHECK(error.message() == "blocks are nested deeper than 200");
  CHECK(error.location().line == line);
  CHECK(f(constant(1), 3).item<int>() == 2);
}
