// Whole functions, op by op: control flow, effects, errors, memory.
#include <doctest/doctest.h>

#include "arrays.h"
#include "ir/literal_text.h"
#include "ir/text.h"
#include "runtime/allocator.h"
#include "runtime/execute.h"

namespace tjit {
namespace {

using namespace test;

std::vector<Array> run(const std::string& text, const std::vector<Array>& args, const InterpretOptions& options = {}) {
  const Module module = parse_or_throw(text, {.file = "t.tir"});
  return interpret(module, module.entry(), args, options);
}

template <class T>
T run_scalar(const std::string& text, const std::vector<Array>& args) {
  return run(text, args).front().item<T>();
}

TEST_CASE("loops, branches and values from outside") {
  const std::string newton = R"(
func @newton(%0: f32[4], %1: i32[]) -> (f32[4]) {
  %2 = constant {value = 0} : i32[]
  %3 = constant {value = 0.5} : f32[]
  %4 = broadcast_to %3 {shape = [4]} : f32[4]
  %5, %6 = while %2, %0 : i32[], f32[4]
    test(%7: i32[], %8: f32[4]) {
      %9 = less %7, %1 : bool[]
      yield %9
    }
    body(%10: i32[], %11: f32[4]) {
      %12 = constant {value = 1} : i32[]
      %13 = add %10, %12 : i32[]
      %14 = divide %0, %11 : f32[4]
      %15 = add %11, %14 : f32[4]
      %16 = multiply %15, %4 : f32[4]
      yield %13, %16
    }
  %17 = reduce_sum %6 {axes = [0]} : f32[]
  %18 = is_finite %17 : bool[]
  %19 = cond %18 : f32[4]
    then() {
      yield %6
    }
    else() {
      yield %0
    }
  yield %19
})";
  const Array x = array_of<float>({4}, {1, 4, 9, 16});
  CHECK(values_of<float>(run(newton, {x, Array::scalar(20)})[0]) == std::vector<float>{1, 2, 3, 4});
  CHECK(values_of<float>(run(newton, {x, Array::scalar(0)})[0]) == std::vector<float>{1, 4, 9, 16});
  const Array bad = array_of<float>({4}, {1, kInf<float>, 9, 16});
  CHECK(values_of<float>(run(newton, {bad, Array::scalar(3)})[0])[3] == 16);
}

const char* const kCollatz = R"(
func @steps(%0: i64[]) -> (i64[]) {
  %1 = constant {value = 0} : i64[]
  %2 = constant {value = 1} : i64[]
  %3 = constant {value = 2} : i64[]
  %4 = constant {value = 3} : i64[]
  %5, %6 = while %0, %1 : i64[], i64[]
    test(%7: i64[], %8: i64[]) {
      %9 = greater %7, %2 : bool[]
      yield %9
    }
    body(%10: i64[], %11: i64[]) {
      %12 = mod %10, %3 : i64[]
      %13 = equal %12, %1 : bool[]
      %14 = cond %13 : i64[]
        then() {
          %15 = floor_div %10, %3 : i64[]
          yield %15
        }
        else() {
          %16 = multiply %10, %4 : i64[]
          %17 = add %16, %2 : i64[]
          yield %17
        }
      %18 = add %11, %2 : i64[]
      yield %14, %18
    }
  yield %6
}
)";

TEST_CASE("nested control flow gives known numbers") {
  CHECK(run_scalar<std::int64_t>(kCollatz, {Array::scalar(std::int64_t{27})}) == 111);
  CHECK(run_scalar<std::int64_t>(kCollatz, {Array::scalar(std::int64_t{97})}) == 118);
  CHECK(run_scalar<std::int64_t>(kCollatz, {Array::scalar(std::int64_t{1})}) == 0);
}

// Two variables change places in every step; each TYPE is the element type, VALUE the elements of the second.
const std::string kEveryControlOp = R"(
func @main(%0: TYPE[3], %1: bool[], %2: i32[]) -> (TYPE[3], TYPE[3], TYPE[3]) {
  %3 = constant {value = VALUE} : TYPE[3]
  %4, %5, %6 = while %2, %0, %3
    test(%7: i32[], %8: TYPE[3], %9: TYPE[3]) {
      %10 = constant {value = 0} : i32[]
      %11 = greater %7, %10
      yield %11
    }
    body(%12: i32[], %13: TYPE[3], %14: TYPE[3]) {
      %15 = constant {value = 1} : i32[]
      %16 = subtract %12, %15
      yield %16, %14, %13
    }
  %17 = cond %1
    then() {
      yield %5
    }
    else() {
      yield %6
    }
  %18 = call %17 {callee = @turned}
  yield %5, %6, %18
}
func @turned(%0: TYPE[3]) -> (TYPE[3]) {
  %1 = fusion {kind = "reverse"}
    body() {
      %2 = reverse %0 {axes = [0]}
      yield %2
    }
  yield %1
})";

TEST_CASE("control ops pass every element type") {
  for (const DTypeInfo& t : kDTypes) {
    const Array x = telling_array({t.dtype, {3}}, 1), y = telling_array({t.dtype, {3}}, 2);
    const auto replaced = [](std::string text, std::string_view from, std::string_view to) {
      for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
      return text;
    };
    std::string value;
    for (int i = 0; i < 3; ++i) {
      value += i == 0 ? "[" : ", ";
      append_element(value, t.dtype, static_cast<const std::byte*>(y.data()) + i * size_of(t.dtype));
    }
    const std::string text = replaced(replaced(kEveryControlOp, "TYPE", t.ir_name), "VALUE", value + "]");
    for (const int steps : {0, 1, 2, 7}) {
      const bool odd = steps % 2 == 1;
      const Array &first = odd ? y : x, &second = odd ? x : y;
      for (const bool choice : {false, true}) {
        const std::vector<Array> got = run(text, {x, Array::scalar(choice), Array::scalar(steps)});
        CHECK(identical(got[0], first));
        CHECK(identical(got[1], second));
        CHECK(identical(got[2], laid_out(choice ? first : second, Layout::Dense).view({{3}, {-1}, 2})));
      }
    }
  }
}

TEST_CASE("calls, also those that the text refuses: recursion, and without end") {
  Module module = parse_or_throw(R"(
func @once(%0: i64[]) -> (i64[]) {
  %1 = constant {value = 1} : i64[]
  %2 = less_equal %0, %1 : bool[]
  %3 = cond %2 : i64[]
    then() {
      yield %1
    }
    else() {
      %4 = subtract %0, %1 : i64[]
      %5 = call %4 {callee = @factorial} : i64[]
      %6 = multiply %0, %5 : i64[]
      yield %6
    }
  yield %3
}
func @factorial(%0: i64[]) -> (i64[]) {
  yield %0
})");
  const auto run_once = [&](std::int64_t x) {
    return interpret(module, module.functions.front(), std::vector{Array::scalar(x)}).front().item<std::int64_t>();
  };
  CHECK(run_once(10) == 90);
  module.functions.pop_back();
  CHECK_THROWS_WITH(run_once(10), doctest::Contains("call: there is no function @factorial"));
  module.functions.front().name = "factorial";
  CHECK(run_once(10) == 3628800);
  CHECK_THROWS_WITH(run_once(100000), doctest::Contains("call: calls are nested deeper than 200"));
}

TEST_CASE("prints come in order, only on the branch taken, and before an error") {
  const std::string text = R"(
func @main(%0: i32[2], %1: bool[]) -> (i32[2]) {
  print %0 {message = "x = {}\n"}
  cond %1
    then() {
      print {message = "then\n"}
      yield
    }
    else() {
      print {message = "else\n"}
      yield
    }
  %2 = constant {value = 0} : i32[2]
  %3 = floor_div %0, %2 : i32[2]
  yield %3
})";
  std::string printed;
  InterpretOptions options;
  options.print = [&](std::string_view s) { printed += s; };
  const std::vector<Array> args{array_of<std::int32_t>({2}, {4, 5}), Array::scalar(true)};
  CHECK_THROWS_WITH_AS(run(text, args, options), doctest::Contains("floor_div: integer division by zero at index (0)"),
                       Error);
  CHECK(printed == "x = [4 5]\nthen\n");
}

TEST_CASE("assert raises with its message and place") {
  const std::string text = R"(
func @main(%0: bool[3]) -> () {
  assert %0 {message = "all must hold"}
  yield
})";
  CHECK(run(text, {array_of<bool>({3}, {true, true, true})}).empty());
  try {
    run(text, {array_of<bool>({3}, {true, false, true})});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Runtime);
    CHECK(e.message() == "assertion failed: all must hold at index (1)");
    CHECK(e.location().line == 3);
  }
}

TEST_CASE("arguments must fit the parameters") {
  const std::string text = "func @main(%0: f32[2,3]) -> (f32[2,3]) {\n  yield %0\n}\n";
  CHECK_THROWS_WITH(run(text, {}), doctest::Contains("@main takes 1 argument, found 0"));
  CHECK_THROWS_WITH(run(text, {tame_array({DType::F32, {3, 2}}, 1)}),
                    doctest::Contains("parameter %0 of @main is f32[2,3], found f32[3,2]"));
  CHECK_THROWS_WITH(run(text, {tame_array({DType::F64, {2, 3}}, 1)}), doctest::Contains("found f64[2,3]"));
}

TEST_CASE("after_op sees every result, in order") {
  const Module module = parse_or_throw(kCollatz);
  int adds = 0, conds = 0;
  InterpretOptions options;
  options.after_op = [&](const Function& f, OpId op, std::span<const Array> results) {
    adds += f.def(op).info.name == "add";
    conds += f.def(op).info.name == "cond";
    CHECK(results.size() == static_cast<std::size_t>(f.op(op).result_count));
  };
  const Array n = Array::scalar(std::int64_t{4});
  interpret(module, module.entry(), std::span(&n, 1), options);
  CHECK(conds == 2);
  CHECK(adds == 2);
}

TEST_CASE("one op of a function, with the values it uses") {
  const Module module = parse_or_throw(kCollatz);
  const Function& f = module.entry();
  std::vector<Array> values(static_cast<std::size_t>(f.value_count()));
  for (const ValueId v : f.params()) values[static_cast<std::size_t>(v.index)] = Array::scalar(std::int64_t{27});
  for (const OpId op : f.body().ops) {
    const std::vector<Array> results = interpret_op(module, f, op, values);
    for (int i = 0; i < f.results(op).size(); ++i)
      values[static_cast<std::size_t>(f.results(op)[i].index)] = results[static_cast<std::size_t>(i)];
  }
  CHECK(values[static_cast<std::size_t>(f.body().yields[0].index)].item<std::int64_t>() == 111);
}

TEST_CASE("values die after their last use, also the large ones of a loop") {
  if (!keeps_freed_blocks()) return;
  // Each iteration makes four arrays of 4 MB; only two live at a time, beside the loop's own.
  const std::string text = R"(
func @main(%0: f32[1048576], %1: i32[]) -> (f32[1048576]) {
  %2 = constant {value = 0} : i32[]
  %3, %4 = while %2, %0 : i32[], f32[1048576]
    test(%5: i32[], %6: f32[1048576]) {
      %7 = less %5, %1 : bool[]
      yield %7
    }
    body(%8: i32[], %9: f32[1048576]) {
      %10 = constant {value = 1} : i32[]
      %11 = add %8, %10 : i32[]
      %12 = add %9, %0 : f32[1048576]
      %13 = negative %12 : f32[1048576]
      %14 = abs %13 : f32[1048576]
      %15 = negative %14 : f32[1048576]
      yield %11, %15
    }
  yield %4
})";
  const Array x = tame_array({DType::F32, {1 << 20}}, 1);
  trim();
  run(text, {x, Array::scalar(1)});
  const std::size_t once = cached_bytes();
  run(text, {x, Array::scalar(50)});
  CHECK(cached_bytes() <= once + (std::size_t{4} << 20));
  CHECK(cached_bytes() <= std::size_t{5 * 4} << 20);
}

}  // namespace
}  // namespace tjit
