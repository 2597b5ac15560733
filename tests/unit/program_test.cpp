// Programs run three ways: tests/run/*.tir by interpreter, compiled without optimisation, and compiled; and what a call
// of a compiled program costs.
//
// A line `// args: 2x3xf32=1,2,3,4,5,6 i32=5` makes a run with these arguments; one number fills the whole shape. What
// is expected stands per run: what was printed, then the results as NumPy prints them, or the error.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "codegen/backend.h"
#include "codegen/compare.h"
#include "codegen/compile.h"
#include "ir/text.h"
#include "runtime/allocator.h"
#include "runtime/format.h"
#include "tests/text_runner.h"
#include "tests/unit/arrays.h"

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
      if constexpr (is_complex(dtype_of<T>)) {
        char* end = nullptr;
        const double first = std::strtod(text.c_str(), &end);
        data[i] = *end == 'j' ? T(0, first) : T(first, std::strtod(end, nullptr));
      } else if constexpr (is_float(dtype_of<T>)) {
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

  std::unique_ptr<Executable> compiled(bool optimize, const std::string& cpu = "") const {
    CompileOptions options;
    options.cpu = cpu;
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

TEST_CASE("programs give the same on lesser CPUs: eagerly at each level, and compiled for each") {
  struct Cpu {
    CpuLevel needs;
    const char* name;
  };
#if defined(__x86_64__)
  constexpr Cpu kCpus[] = {{CpuLevel::Base, "x86-64"},
                           {CpuLevel::Base, "x86-64-v2"},
                           {CpuLevel::V3, "x86-64-v3"},
                           {CpuLevel::V4, "x86-64-v4"}};
#else
  constexpr Cpu kCpus[] = {{CpuLevel::Base, "generic"}};
#endif
  for (const std::filesystem::path& path : text_files("run")) {
    INFO(path.string());
    const std::string input = input_of(read_text(path));
    const Program program(input);
    std::vector<std::unique_ptr<Executable>> compiled;
    for (const Cpu& cpu : kCpus)
      if (cpu.needs <= hardware_level()) compiled.push_back(program.compiled(true, cpu.name));
    for (const std::vector<Array>& args : runs_of(input)) {
      const Outcome expected = program.interpreted(args);
      test::at_each_level([&] { CHECK(difference(expected, program.interpreted(args)) == ""); });
      for (const auto& code : compiled)
        CHECK(difference(expected, outcome_of([&](const PrintSink& sink) { return code->run(args, sink); })) == "");
    }
  }
}

namespace {

/// A loop over `body`, text that makes %z: f32[256,256] and %p: f32[4] of %y, %v, %j, %row, %zero, %one, %mask.
Program loop_program(const std::string& body) {
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

}  // namespace

TEST_CASE("steps of a loop do not allocate") {
  for (const char* body : kBodies) {
    const std::unique_ptr<Executable> code = loop_program(body).compiled(true);
    std::vector<Array> args{
        parse_argument("256x256xf32=1"), parse_argument("4xf32=1"), parse_argument("1x256xf32=2"), {}};
    const auto run = [&](std::int32_t steps) {
      args[3] = Array::scalar(steps);
      const std::int64_t before = allocation_count();
      code->run(args, PrintSink{});
      return allocation_count() - before;
    };
    CHECK(run(10) == run(2000));
  }
}

namespace {

const char* const kSquarePlus = R"(func @f(%x: f32[2,3], %y: f32[]) -> (f32[2,3], f32[]) {
  %b = broadcast_to %y {shape = [2, 3]} : f32[2,3]
  %s = square %x : f32[2,3]
  %z = add %s, %b : f32[2,3]
  %w = negative %y : f32[]
  yield %z, %w
}
)";

std::string error_of(auto&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.message();
  }
  return "no error";
}

std::vector<float> elements(const Array& a) {
  const Array flat = a.contiguous();
  return {flat.data<float>(), flat.data<float>() + flat.size()};
}

}  // namespace

TEST_CASE("arguments: views, places of results, wrong types") {
  const std::unique_ptr<Executable> code = Program(kSquarePlus).compiled(true);
  const Array x = parse_argument("2x3xf32=1,2,3,4,5,6"), y = parse_argument("f32=0.5");
  CHECK(code->param_types()[0] == x.type());
  CHECK(code->result_types()[1] == y.type());
  const std::vector<float> expected{1.5, 4.5, 9.5, 16.5, 25.5, 36.5};
  SUBCASE("a view with gaps") {
    const Array transposed = parse_argument("3x2xf32=1,4,2,5,3,6").view({{2, 3}, {1, 2}, 0});
    CHECK(elements(code->run(std::array{transposed, y}, PrintSink{})[0]) == expected);
  }
  SUBCASE("results in the arguments' own array") {
    std::array both{parse_argument("2x3xf32=1,2,3,4,5,6"), parse_argument("f32=0.5")};
    code->run(both, both, {});
    CHECK(elements(both[0]) == expected);
    CHECK(both[1].item<float>() == -0.5f);
  }
  SUBCASE("memory of results is used again only when nobody else holds it") {
    std::array<Array, 2> results;
    code->run(std::array{x, y}, results, {});
    const void* first = results[0].data();
    const std::int64_t before = allocation_count();
    code->run(std::array{x, y}, results, {});
    CHECK(allocation_count() == before);
    CHECK(results[0].data() == first);
    const Array held = results[0];
    code->run(std::array{parse_argument("2x3xf32=0"), y}, results, {});
    CHECK(elements(held) == expected);
    CHECK(elements(results[0]) == std::vector<float>(6, 0.5f));
  }
  SUBCASE("memory that is not aligned is not used again") {
    const std::unique_ptr<Executable> wide = Program(R"(func @main(%x: f32[64]) -> (f32[64]) {
  %y = square %x
  yield %y
}
)")
                                                 .compiled(true);
    std::array results{Array::empty({DType::F32, {65}}).view({{64}, {1}, 1})};
    CHECK(results[0].unique());
    wide->run(std::array{parse_argument("64xf32=3")}, results, {});
    CHECK(elements(results[0]) == std::vector<float>(64, 9.0f));
    CHECK(reinterpret_cast<std::uintptr_t>(results[0].data()) % 64 == 0);
  }
  SUBCASE("errors") {
    CHECK(error_of([&] { code->run(std::array{x}, PrintSink{}); }) == "@f takes 2 arguments, found 1");
    CHECK(error_of([&] { code->run(std::array{x, x}, PrintSink{}); }) == "parameter %1 of @f is f32[], found f32[2,3]");
    CHECK(error_of([&] { code->run(std::array{parse_argument("2x3xi32=1"), y}, PrintSink{}); }) ==
          "parameter %0 of @f is f32[2,3], found i32[2,3]");
  }
}

TEST_CASE("what a print sink throws reaches the caller") {
  const std::unique_ptr<Executable> code = Program(R"(func @f(%x: f32[]) -> (f32[]) {
  print %x {message = "{}"}
  print {message = "again"}
  yield %x
}
)")
                                               .compiled(true);
  int calls = 0;
  const PrintSink sink = [&](std::string_view text) {
    ++calls;
    if (text == "again") throw std::out_of_range("full");
  };
  CHECK_THROWS_AS(code->run(std::array{parse_argument("f32=1")}, sink), std::out_of_range);
  CHECK(calls == 2);
}

#if defined(__x86_64__)
TEST_CASE("subnormal numbers are kept whatever the caller's thread has set") {
  const std::unique_ptr<Executable> code = Program(R"(func @f(%x: f32[8], %y: f32[]) -> (f32[8], f32[]) {
  %a = add %x, %x : f32[8]
  %b = add %y, %y : f32[]
  yield %a, %b
}
)")
                                               .compiled(true);
  const std::vector<Array> args{parse_argument("8xf32=1e-40"), parse_argument("f32=1e-40")};
  const unsigned old = _mm_getcsr();
  _mm_setcsr(old | 0x8040);
  const std::vector<Array> results = code->run(args, PrintSink{});
  const unsigned after = _mm_getcsr();
  _mm_setcsr(old);
  CHECK(after == (old | 0x8040));
  CHECK(results[0].data<float>()[7] == 2 * 1e-40f);
  CHECK(results[1].item<float>() == 2 * 1e-40f);
}
#endif

TEST_CASE("every stage has a text") {
  const Program program(kSquarePlus);
  const auto text = [&](Stage stage) { return emit(program.module, program.module.entry(), stage); };
  CHECK(parse_or_throw(text(Stage::Ir)).entry().op_count() == program.module.entry().op_count());
  CHECK(text(Stage::Opt).find("fusion") != std::string::npos);
  CHECK(text(Stage::Kernel).find("plan: arena of 0 bytes") != std::string::npos);
  CHECK(text(Stage::Llvm).find("define i32 @tjit_entry(") != std::string::npos);
  CHECK(text(Stage::Asm).find("tjit_entry:") != std::string::npos);
  CHECK(text(Stage::Obj)
            .starts_with("\x7f"
                         "ELF"));
  CHECK(text(Stage::Obj) == text(Stage::Obj));
  CHECK(backend_description().starts_with("LLVM 19."));
}

TEST_CASE("a code generator that cannot be opened is named") {
  CHECK(
      error_of([] { open_backend("/nowhere/libtjit-llvm.so"); }) ==
      "the code generator cannot be opened: /nowhere/libtjit-llvm.so: cannot open shared object file: No such file or "
      "directory; install libtjit-llvm.so beside libtjit, or name it in TJIT_LLVM_LIBRARY");
  CHECK(error_of([] { open_backend("libm.so.6"); }) == "libm.so.6 is not a code generator of tjit");
}
