// Functions composed of ops: the program that each of them is, against NumPy and SciPy, and errors that name the
// function and the user's line.
#include <cmath>
#include <doctest/doctest.h>
#include <functional>
#include <set>

#include "frontend/here.h"
#include "frontend/trace.h"
#include "ir/text.h"
#include "tests/text_runner.h"
#include "tests/unit/both_ways.h"
#include "tjit/tjit.h"

namespace tjit {
namespace {

constexpr Location kUser("user.cc", 7, 3);

struct Composite {
  std::string_view name;
  std::vector<Type> params;
  Tensor (*call)(const std::vector<Operand>& x);
};

const Type kMatrix{DType::F32, {2, 3}}, kIntegers{DType::I32, {2, 3}};

const Composite kComposites[] = {
    {"divide", {kIntegers, kIntegers}, [](const auto& x) { return divide(x[0], x[1]); }},
    {"reduce_mean", {kMatrix}, [](const auto& x) { return reduce_mean(x[0], 1); }},
    {"reduce_mean_of_integers", {kIntegers}, [](const auto& x) { return reduce_mean(x[0], 1, true); }},
    {"reduce_variance", {kMatrix}, [](const auto& x) { return reduce_variance(x[0]); }},
    {"cumulative_logsumexp", {kMatrix}, [](const auto& x) { return cumulative_logsumexp(x[0], 1); }},
    {"cumulative_logsumexp_back",
     {{DType::F16, {2, 3}}},
     [](const auto& x) { return cumulative_logsumexp(x[0], 0, true, true); }},
    {"expand_dims", {kMatrix}, [](const auto& x) { return expand_dims(x[0], -1); }},
    {"range", {}, [](const auto&) { return range(5, int64, kUser); }},
    {"zeros", {}, [](const auto&) { return zeros({2, 3}, float64, kUser); }},
    {"ones", {}, [](const auto&) { return ones({3}, bool_, kUser); }},
    {"matmul", {{DType::F32, {7, 2, 3}}, {DType::F32, {3, 4}}}, [](const auto& x) { return matmul(x[0], x[1]); }},
    {"softmax", {kMatrix}, [](const auto& x) { return softmax(x[0]); }},
    {"log_softmax", {kMatrix}, [](const auto& x) { return log_softmax(x[0], 0); }},
    {"one_hot", {kIntegers}, [](const auto& x) { return one_hot(x[0], 4); }},
};

/// The program that a composite is when it is called at `kUser`.
std::string captured(const Composite& c) {
  const auto trace = std::make_shared<Trace>(std::string(c.name), Location("user.cc", 6, 1));
  const Trace::Scope tracing(*trace);
  std::vector<Tensor> params;
  for (const Type& t : c.params) params.push_back(trace->param(t));
  std::vector<Operand> operands;
  for (const Tensor& p : params) operands.emplace_back(p, kUser);
  const Tensor result = c.call(operands);
  return print(trace->finish(std::array{result}), {.locations = true});
}

TEST_CASE("the program that each composite is; its ops stand at the user's line") {
  const std::filesystem::path folder = tests_folder() / "golden/composite";
  std::set<std::string> known;
  for (const Composite& c : kComposites) {
    known.insert(std::string(c.name));
    check_golden(folder / (std::string(c.name) + ".tir"), captured(c));
  }
  for (const auto& path : text_files("golden/composite"))
    CHECK_MESSAGE(known.contains(path.stem().string()), path.string() << " belongs to no composite");
}

/// Distance from float64 values: relative to them, or to 1 where they are smaller.
void check_close(const Tensor& found, const Tensor& expected, double tolerance) {
  REQUIRE(found.shape() == expected.shape());
  const std::vector<float> f = found.to_vector<float>();
  const std::vector<double> e = expected.to_vector<double>();
  for (std::size_t i = 0; i < f.size(); ++i) {
    CAPTURE(i);
    CAPTURE(f[i]);
    CAPTURE(e[i]);
    const bool same = std::isnan(e[i]) ? std::isnan(f[i]) : static_cast<double>(f[i]) == e[i];
    CHECK((same || std::abs(static_cast<double>(f[i]) - e[i]) <= tolerance * std::max(1.0, std::abs(e[i]))));
  }
}

Tensor oracle(const std::string& name) {
  return load_npz((tests_folder() / "golden/composite/oracle.npz").string(), name);
}

TEST_CASE("composites of floats against NumPy and SciPy, eager and compiled") {
  const Tensor x = oracle("x"), finite = oracle("finite");
  auto soft = function([](Tensor t, int axis) { return softmax(t, axis); });
  auto log_soft = function([](Tensor t, int axis) { return log_softmax(t, axis); });
  auto mean = function([](Tensor t, int axis) { return reduce_mean(t, axis); });
  auto variance = function([](Tensor t, int axis) { return reduce_variance(t, axis); });
  for (const int axis : {-1, 0, 1}) {
    CAPTURE(axis);
    const std::string end = ", " + std::to_string(axis) + ")";
    check_close(both_ways(soft, x, axis), oracle("softmax(x" + end), 1e-6);
    check_close(both_ways(log_soft, x, axis), oracle("log_softmax(x" + end), 2e-6);
    check_close(both_ways(mean, finite, axis), oracle("reduce_mean(finite" + end), 1e-6);
    check_close(both_ways(variance, finite, axis), oracle("reduce_variance(finite" + end), 1e-6);
  }
  auto all = function([](Tensor t) { return reduce_variance(t); });
  check_close(both_ways(all, finite), oracle("reduce_variance(finite)"), 1e-6);
  CHECK(std::isnan(reduce_variance(zeros({0})).item<float>()));
  CHECK(softmax(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(softmax(zeros({3, 0})).shape() == Shape{3, 0});
}

TEST_CASE("cumulative_logsumexp: SciPy's values, what is exclusive, sums that exp alone would lose") {
  const Tensor x = oracle("x");
  auto sums = function([](Tensor t, int axis, bool reverse) { return cumulative_logsumexp(t, axis, false, reverse); });
  for (const int axis : {-1, 0, 1})
    for (const bool reverse : {false, true}) {
      CAPTURE(axis);
      const std::string name = "cumulative_logsumexp(x, " + std::to_string(axis) + (reverse ? ", True)" : ", False)");
      check_close(both_ways(sums, x, axis, reverse), oracle(name), 1e-6);
    }
  auto before = function([](Tensor t, bool reverse) { return cumulative_logsumexp(t, 0, true, reverse); });
  const Tensor two = constant({1.0f, 2.0f, -1000.0f});
  CHECK(both_ways(before, two, false).numpy_text() == "[     -inf 1.        2.3132617]");
  CHECK(both_ways(before, two, true).numpy_text() == "[    2. -1000.   -inf]");
  CHECK(both_ways(before, full({1}, 1.0f), false).numpy_text() == "[-inf]");
  CHECK(both_ways(before, zeros({0}), false).shape() == Shape{0});
  // Each of a thousand small terms counts.
  const Tensor many = cumulative_logsumexp(concat({zeros({1}), full({1000}, -16.0f)}, 0));
  CHECK(many.to_vector<float>().back() == doctest::Approx(std::log1p(1000 * std::exp(-16.0))).epsilon(1e-6));
}

TEST_CASE("one_hot: NumPy's values, places, element types") {
  const Tensor indices = oracle("indices");
  auto hot = function([](Tensor t, int axis) { return one_hot(t, 5, 1, 0, axis); });
  for (const int axis : {-1, 0, 1}) {
    const Tensor expected = oracle("one_hot(indices, 5, " + std::to_string(axis) + ")");
    CHECK(both_ways(hot, indices, axis).repr() == expected.repr());
  }
  // Indices that another type would bring into range, or that more classes than fit it would wrap to.
  CHECK(one_hot(constant({255, 0}, uint8), 300, 1, 0, 0).shape() == Shape{300, 2});
  CHECK(reduce_sum(cast(one_hot(constant({255, 0}, uint8), 600), int32), 1).numpy_text() == "[1 1]");
  CHECK(reduce_any(one_hot(constant({-1}), 3, true, false, -1, bool_)).numpy_text() == "False");
  CHECK(one_hot(1, 3, 0.1, -1, -1, float64).repr() ==
        "<Tensor: shape=(3,), dtype=float64, numpy=array([-1. ,  0.1, -1. ])>");
  CHECK(one_hot(constant({0, 1}), 0).shape() == Shape{2, 0});
}

TEST_CASE("matmul: NumPy's values where leading dimensions broadcast") {
  auto product = function([](Tensor a, Tensor b) { return matmul(a, b); });
  CHECK(both_ways(product, oracle("batch"), oracle("weights")).repr() == oracle("matmul(batch, weights)").repr());
}

/// The message of the error that `action` throws at the line it is written in, which must be the same while tracing.
std::string error_here_both_ways(const std::function<Tensor()>& action,
                                 const Location& here = std::source_location::current()) {
  const Error eager = caught(action);
  auto traced = function(action);
  const Error in_trace = caught([&] { traced(); });
  CHECK(std::string_view(eager.what()) == in_trace.what());
  return message_at(eager, here);
}

TEST_CASE("errors name the composite that was called, at the user's line") {
  const Tensor m = constant({{1, 2}, {3, 4}}), f = constant({1.0f, 2.0f});
  CHECK(error_here_both_ways([&] { return softmax(m); }).starts_with("softmax: does not take int32"));
  CHECK(error_here_both_ways([&] { return softmax(f, 1); }) == "softmax: axis 1 is out of range for rank 1");
  CHECK(error_here_both_ways([&] { return softmax(1.0f); }) == "softmax: axis -1 is out of range for rank 0");
  CHECK(error_here_both_ways([&] { return log_softmax(f, -2); }) == "log_softmax: axis -2 is out of range for rank 1");
  CHECK(contains(error_here_both_ways([&] { return softmax(Tensor()); }), "softmax: the tensor is undefined"));
  CHECK(error_here_both_ways([&] { return cumulative_logsumexp(m); }) == "cumulative_logsumexp: does not take int32");
  CHECK(error_here_both_ways([&] { return cumulative_logsumexp(f, 1); }) ==
        "cumulative_logsumexp: axis 1 is out of range for rank 1");
  CHECK(error_here_both_ways([&] { return one_hot(f, 3); }) == "one_hot: indices must be integers, not float32");
  CHECK(error_here_both_ways([&] { return one_hot(m, -1); }) == "one_hot: negative size in shape [1, 1, -1]");
  CHECK(error_here_both_ways([&] { return one_hot(m, 3, 1, 0, 3); }) == "one_hot: axis 3 is out of range for rank 3");
  CHECK(error_here_both_ways([&] { return one_hot(m, 3, 0.5, 0, 0, int32); }) ==
        "one_hot: 0.5, a floating number, does not fit int32");
  CHECK(error_here_both_ways([&] { return reduce_mean(m, 2); }) == "reduce_mean: axis 2 is out of range for rank 2");
  CHECK(error_here_both_ways([&] { return reduce_variance(f, 1); }) ==
        "reduce_variance: axis 1 is out of range for rank 1");
  CHECK(error_here_both_ways([&] { return reduce_variance(m); }) ==
        "reduce_variance: does not take int32, whose variance is not of its type; use cast");
  CHECK(error_here_both_ways([&] { return range(-1); }) == "range: negative size in shape [-1]");
  CHECK(contains(error_here_both_ways([&] { return range(3, bool_); }), "range: cannot count in bool"));
  CHECK(contains(error_here_both_ways([&] { return zeros({-1}); }), "zeros: negative size in shape [-1]"));
  CHECK(contains(error_here_both_ways([&] { return ones({-1}); }), "ones: negative size in shape [-1]"));
  CHECK(error_here_both_ways([&] { return expand_dims(f, 3); }) == "expand_dims: axis 3 is out of range for rank 2");
  CHECK(contains(error_here_both_ways([&] { return matmul(f, f); }), "matmul: expected operands of rank 2 or more"));
  CHECK(contains(error_here_both_ways([&] { return matmul(m, f); }), "matmul: expected operands of rank 2 or more"));
}

/// Composites as a user would write them; the inner one is called by the outer.
Tensor ratio(const Operand& x, const Operand& y) {
  const Here here("ratio", x.loc());
  return floor_div(x, y) + 1;
}
Tensor spread(const Operand& x, const Operand& y) {
  const Here here("spread", x.loc());
  const Tensor low = reduce_min(x);
  return ratio(reduce_max(x) - low, y) + low;
}

TEST_CASE("errors at run time name the outermost composite, in compiled code as well") {
  Location line;
  auto f = function([&](Tensor x, Tensor y) {
    line = std::source_location::current(), y = spread(x, y);
    return y;
  });
  const Tensor x = constant({3, 9});
  CHECK(both_ways(f, x, constant(2)).item<int>() == 7);
  const Error error = error_both_ways(f, x, constant(0));
  CHECK(message_at(error, line) == "spread: integer division by zero");
  CHECK(error_here([&] { (void)ratio(x, 0); }) == "ratio: integer division by zero at index (0)");
  // An error leaves no composite behind.
  CHECK(error_here([&] { (void)floor_div(x, 0); }) == "floor_div: integer division by zero at index (0)");
}

TEST_CASE("a tensor that is not known yet is named by the composite that made it") {
  auto f = function([](Tensor x) { return bool(reduce_mean(x) > 1) ? x : reduce_mean(x); });
  CHECK(contains(caught([&] { f(constant({1.0f})); }).message(), "`greater`"));
  auto g = function([](Tensor x) { return constant(reduce_mean(x).item<float>()); });
  CHECK(contains(caught([&] { g(constant({1.0f})); }).message(), "`reduce_mean` at "));
}

}  // namespace
}  // namespace tjit
