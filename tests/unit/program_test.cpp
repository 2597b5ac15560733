// Programs run three ways: tests/run/*.tir by interpreter, compiled without optimisation, and compiled; and what a call of a
// compiled program costs.
//
// A line `// args: 2x3xf32=1,2,3,4,5,6 i32=5` makes a run with these arguments; one number fills the whole shape. What is
// expected stands per run: what was printed, then the results as NumPy prints them, or the error.
#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "codegen/compare.h"
#include "codegen/program.h"
#include "ir/text.h"
#include "runtime/allocator.h"
#include "runtime/format.h"
#include "tests/text_runner.h"

using namespace tjit;

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// `2x3xf32=1,2,3,4,5,6`.
Array parse_argument(std::string_view spec) {
  const std::size_t equals = spec.find('=');
  REQUIRE(equals != spec.npos);
  Type type;
  for (const std::string_view part : split(spec.substr(0, equals), 'x')) {
    std::int64_t size = 0;
    if (std::from_chars(part.begin(), part.end(), size).ptr == part.end()) {
      type.shape.push_back(size);
      continue;
    }
    const auto* known = std::ranges::find(kDTypes, part, &DTypeInfo::ir_name);
    REQUIRE_MESSAGE(known != std::end(kDTypes), "unknown type " << part);
    type.dtype = known->dtype;
  }
  Array result = Array::empty(type);
  const std::vector<std::string_view> texts = split(spec.substr(equals + 1), ',');
  REQUIRE((texts.size() == 1 || static_cast<std::int64_t>(texts.size()) == result.size()));
  dispatch(type.dtype, [&]<class T>(Tag<T>) {
    T* data = static_cast<T*>(result.mutable_data());
    for (std::int64_t i = 0; i < result.size(); ++i) {
      const std::string text(texts[texts.size() == 1 ? 0 : static_cast<std::size_t>(i)]);
      if constexpr (std::is_floating_point_v<T>) {
        data[i] = static_cast<T>(std::strtod(text.c_str(), nullptr));
      } else {
        data[i] = static_cast<T>(std::strtoll(text.c_str(), nullptr, 10));
      }
    }
  });
  return result;
}

std::vector<std::vector<Array>> runs_of(const std::string& input) {
  std::vector<std::vector<Array>> runs;
  for (const std::string_view line : split(input, '\n')) {
    constexpr std::string_view kHead = "// args:";
    if (!line.starts_with(kHead)) continue;
    std::vector<Array>& args = runs.emplace_back();
    for (const std::string_view spec : split(line.substr(kHead.size()), ' ')) args.push_back(parse_argument(spec));
  }
  if (runs.empty()) runs.emplace_back();
  return runs;
}

std::string text_of(const Outcome& outcome) {
  std::string text = outcome.printed;
  for (const Array& a : outcome.results) text += numpy_text(a) + "\n";
  return outcome.error.empty() ? text : text + outcome.error + "\n";
}

struct Program {
  explicit Program(const std::string& text) : module(parse_or_throw(text, {.file = "program"})) {}

  std::unique_ptr<Executable> compiled(bool optimize) const {
    CompileOptions options;
    options.optimize = optimize;
    options.verify_each = true;
    return compile(module, module.entry(), options);
  }
  Outcome interpreted(std::span<const Array> args) const {
    return outcome_of([&](const PrintSink& sink) {
      InterpretOptions options;
      options.print = sink;
      return interpret(module, module.entry(), args, options);
    });
  }

  Module module;
};

std::string run_all_ways(const std::string& input) {
  const Program program(input);
  const std::unique_ptr<Executable> plain = program.compiled(false), optimized = program.compiled(true);
  std::string text;
  for (const std::vector<Array>& args : runs_of(input)) {
    const Outcome expected = program.interpreted(args);
    for (const Executable* way : {plain.get(), optimized.get()}) {
      // Twice: the second call finds the memory of the first one.
      for (int call = 0; call < 2; ++call) {
        const Outcome found = outcome_of([&](const PrintSink& sink) { return way->run(args, sink); });
        const std::string d = difference(expected, found);
        CHECK_MESSAGE(d.empty(), (way == plain.get() ? "unoptimised: " : "optimised: ") << d);
      }
    }
    text += (text.empty() ? "" : "--\n") + text_of(expected);
  }
  return text;
}

}  // namespace

TEST_CASE("programs give the same by interpreter, compiled unoptimised, and compiled") {
  run_text_tests("run", [](const std::string& input, const std::filesystem::path& path) {
    INFO(path.string());
    return run_all_ways(input);
  });
}

namespace {

/// A loop over `body`, text that makes %z: f32[256,256] and %p: f32[4] of %y, %v, %j, %row, %zero, %one, %mask.
Program loop_program(std::string_view body) {
  return Program(R"(func @loop(%x: f32[256,256], %u: f32[4], %row: f32[1,256], %n: i32[]) -> (f32[256,256], f32[4]) {
  %zero = constant {value = 0} : i32[]
  %one = constant {value = 1} : i32[]
  %mask = constant {value = 255} : i32[]
  %i, %y, %v = while %zero, %x, %u : i32[], f32[256,256], f32[4]
    test(%j: i32[], %y: f32[256,256], %v: f32[4]) {
      %go = less %j, %n : bool[]
      yield %go
    }
    body(%j: i32[], %y: f32[256,256], %v: f32[4]) {
)" + body + R"(
      %k = add %j, %one : i32[]
      yield %k, %z, %p
    }
  yield %y, %v
}
)");
}

const char* const kBodies[] = {
    // a row
    R"(%at = bitwise_and %j, %mask : i32[]
       %z = dynamic_update_slice %y, %row, %at, %zero : f32[256,256]
       %p = add %v, %v : f32[4])",
    // a row in one branch, after the old one was read
    R"(%at = bitwise_and %j, %mask : i32[]
       %odd0 = bitwise_and %j, %one : i32[]
       %odd = equal %odd0, %one : bool[]
       %z = cond %odd : f32[256,256]
         then() {
           %old = dynamic_slice %y, %at, %zero {sizes = [1, 256]} : f32[1,256]
           %sum = add %old, %row : f32[1,256]
           %new = dynamic_update_slice %y, %sum, %at, %zero : f32[256,256]
           yield %new
         }
         else() {
           yield %y
         }
       %p = reverse %v {axes = [0]} : f32[4])",
    // rows in a nested loop
    R"(%at = bitwise_and %j, %mask : i32[]
       %two = constant {value = 2} : i32[]
       %m, %z = while %zero, %y : i32[], f32[256,256]
         test(%m: i32[], %w: f32[256,256]) {
           %go = less %m, %two : bool[]
           yield %go
         }
         body(%m: i32[], %w: f32[256,256]) {
           %new = dynamic_update_slice %w, %row, %at, %zero : f32[256,256]
           %m2 = add %m, %one : i32[]
           yield %m2, %new
         }
       %s = reduce_sum %v {axes = [0]} : f32[]
       %b = broadcast_to %s {shape = [4]} : f32[4]
       %p = add %b, %v : f32[4])"};

std::string with_mask(std::string body) {
  return "      %mask = constant {value = 255} : i32[]\n" + body;
}

double seconds_of(auto&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("steps of a loop neither allocate nor copy what they do not change") {
  for (const char* body : kBodies) {
    const std::unique_ptr<Executable> code = loop_program(body).compiled(true);
    std::vector<Array> args{parse_argument("256x256xf32=1"), parse_argument("4xf32=1"), parse_argument("1x256xf32=2"), {}};
    const auto run = [&](std::int32_t steps) {
      args[3] = Array::scalar(steps);
      const std::int64_t before = allocation_count();
      code->run(args, PrintSink{});
      return allocation_count() - before;
    };
    CHECK(run(10) == run(2000));
    double best = 1;
    for (int i = 0; i < 5; ++i)
      best = std::min(best, seconds_of([&] { run(20010); }) - seconds_of([&] { run(10); }));
    // A step writes 1 KB, which takes some 50 ns; the whole tensor would take 10 us and more.
    const double step = best / 20000;
    MESSAGE((step * 1e9) << " ns per step");
    CHECK(step < 3e-6);
  }
}
