// Passes: what each does to programs (tests/passes), that results stay, and what they cost.
//
// In tests/passes, `// passes: a, b` names the passes, `// fast-math: on` adds the relaxed rules, `// print: locations`
// prints places.
#include <ctime>
#include <doctest/doctest.h>

#include "arrays.h"
#include "codegen/compare.h"
#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/functions.h"
#include "ir/ops/logic.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/text.h"
#include "passes/pass.h"
#include "tests/fuzz/generator.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_not_of(", "), text.size());
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    if (end != 0) names.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return names;
}

TEST_CASE("passes do what their files say") {
  run_text_tests("passes", [](const std::string& input, const std::filesystem::path& path) {
    const Module module = parse_or_throw(input, {.file = path.filename().string()});
    const std::string passes = directive(input, "passes");
    PipelineOptions options{.context = {.module = &module, .fast_math = directive(input, "fast-math") == "on"},
                            .passes = names_in(passes),
                            .verify_each = true};
    REQUIRE(!options.passes.empty());
    const Function once = run_passes(module.entry(), options);
    const PrintOptions print_options{.locations = directive(input, "print") == "locations"};
    // What a pass guarantees holds after it: a second run has nothing to do.
    CHECK_MESSAGE(print(run_passes(once, options)) == print(once), path.string() << " changes again when run twice");
    return print(once, print_options);
  });
}

// ---- results ----

/// Small numbers, so that loops end and some indices lie outside.
std::vector<Array> arguments(const Function& f, unsigned seed) {
  std::vector<Array> args;
  for (const Type& t : f.param_types()) {
    args.push_back(test::tame_array(t, ++seed));
    if (!is_integer(t.dtype)) continue;
    dispatch_in<kInts>(t.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* data = static_cast<T*>(args.back().mutable_data());
      for (std::int64_t i = 0; i < args.back().size(); ++i) data[i] = static_cast<T>(static_cast<int>(data[i]) % 6);
    });
  }
  return args;
}

/// The function with 3 for all named sizes.
Module fixed_sizes(const Module& module) {
  std::vector<Type> types = module.entry().param_types();
  for (Type& t : types)
    for (std::int64_t& size : t.shape)
      if (is_symbolic(size)) size = 3;
  return specialize(module, module.entry(), types);
}

/// Runs each pass alone, and the pipeline, and compares what the function does before and after.
void check_results_stay(const Module& module, std::span<const std::vector<Array>> runs, const std::string& what) {
  const Function& f = module.functions.front();
  std::vector<std::vector<std::string_view>> pipelines = {{}};
  for (const Pass& pass : all_passes()) {
    if (pass.name == "check_nan") continue;  // raises where the function did not: that is what it is for
    pipelines.push_back({"inline"});
    if (pass.name != "inline") pipelines.back().push_back(pass.name);
  }
  for (const auto& passes : pipelines) {
    const std::string_view last = passes.empty() ? "pipeline" : passes.back();
    const Function now = run_passes(f, {.context = {.module = &module}, .passes = passes, .verify_each = true});
    CHECK(now.param_types() == f.param_types());
    for (const std::vector<Array>& args : runs) {
      const auto run = [&](const Function& which) {
        return outcome_of(
            [&](const PrintSink& sink) { return interpret(module, which, args, {.print = sink, .after_op = {}}); });
      };
      const std::string d = difference(run(f), run(now));
      CHECK_MESSAGE(d.empty(), what << " after " << last << ": " << d);
    }
  }
}

TEST_CASE("no pass changes results, prints or errors") {
  for (const char* folder : {"run", "passes", "plan"}) {
    for (const std::filesystem::path& path : text_files(folder)) {
      const ParseResult parsed = parse(input_of(read_text(path)), {.file = "program"});
      if (!parsed.errors.empty()) continue;  // needs data from a file
      const Module module = fixed_sizes(parsed.module);
      std::vector<std::vector<Array>> runs;
      for (unsigned seed = 0; seed < 4; ++seed) runs.push_back(arguments(module.functions.front(), 100 * seed));
      check_results_stay(module, runs, path.string());
    }
  }
}

TEST_CASE("no pass changes what random programs do") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const GeneratedProgram p = generate_program(seed);
    check_results_stay(p.module, std::span(&p.inputs, 1), "the program of seed " + std::to_string(seed));
  }
}

// ---- calls that cannot be inlined ----

Function calling(const std::string& name, const std::string& callee, int times = 1) {
  Builder b(name);
  const Type type{DType::F32, {}};
  ValueId x = b.param(type);
  for (int i = 0; i < times; ++i) {
    Call call;
    call.callee.name = callee;
    const ValueId operands[] = {x};
    const Type types[] = {type};
    x = b.append({kOpcode<Call>, std::make_shared<Call>(call), operands, {}, {"calls.tir", 7, 3}}, types)[0];
  }
  const ValueId result[] = {x};
  return b.finish(result);
}

std::string inline_error(const Module& module) {
  try {
    (void)run_passes(module.functions.front(), {.context = {.module = &module}, .passes = {"inline"}});
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::User);
    return e.what();
  }
  return "none";
}

TEST_CASE("calls that cannot be inlined are errors") {
  CHECK(inline_error({{calling("a", "b"), calling("b", "c"), calling("c", "b")}}) ==
        "calls.tir:7:3: error: call: recursion cannot be inlined: @b calls @c calls @b");
  CHECK(inline_error({{calling("a", "a")}}) == "calls.tir:7:3: error: call: recursion cannot be inlined: @a calls @a");
  CHECK(inline_error({{calling("a", "b")}}) == "calls.tir:7:3: error: call: there is no function @b");
  // Ten calls at each of ten levels.
  Module wide;
  for (int level = 0; level < 10; ++level)
    wide.functions.push_back(calling("f" + std::to_string(level), "f" + std::to_string(level + 1), 10));
  Builder last("f10");
  ValueId x = last.param({DType::F32, {}});
  x = last.append(Exp{}, {x});
  const ValueId result[] = {x};
  wide.functions.push_back(last.finish(result));
  CHECK(inline_error(wide).find("@f0 has more than 1048576 ops when its calls are inlined") != std::string::npos);
}

// ---- the runner ----

TEST_CASE("the runner times, shows and checks passes, and knows their names") {
  const Module module =
      parse_or_throw("func @f(%x: f32[2]) -> (f32[2]) {\n  %a = negative %x\n  %b = exp %x\n  yield %a\n}\n");
  std::vector<PassTiming> timings;
  std::string seen;
  PipelineOptions options{.context = {.module = &module}, .passes = {"dce", "cse"}, .timings = &timings};
  options.after_pass = [&](const Pass& pass, const Function& before, const Function& after) {
    seen +=
        std::string(pass.name) + " " + std::to_string(before.op_count()) + "-" + std::to_string(after.op_count()) + " ";
  };
  (void)run_passes(module.entry(), options);
  CHECK(seen == "dce 2-1 cse 1-1 ");
  REQUIRE(timings.size() == 2);
  CHECK(timings[1].pass == "cse");
  CHECK_THROWS_WITH_AS((void)run_passes(module.entry(), {.context = {}, .passes = {"simplfy"}}),
                       "error: there is no pass `simplfy`; did you mean `simplify`?", Error);
  for (const std::string_view name : default_pipeline()) CHECK(find_pass(name) != nullptr);
}

// ---- cost ----

/// Straight-line code of all kinds of neighbours: chains, shared values, constants, comparisons.
Function straight_line(int ops) {
  Builder b("main");
  const Type type{DType::F32, {16}};
  std::vector<ValueId> values;
  for (int i = 0; i < 4; ++i) values.push_back(b.param(type));
  std::mt19937 random(1);
  const auto any = [&] { return values[values.size() - 1 - random() % std::min<std::size_t>(values.size(), 20)]; };
  while (b.function().op_count() < ops) {
    switch (random() % 6) {
      case 0: values.push_back(b.append(Add{}, {any(), any()})); break;
      case 1: values.push_back(b.append(Multiply{}, {any(), any()})); break;
      case 2: values.push_back(b.append(Negative{}, {any()})); break;
      case 3: values.push_back(b.append(Tanh{}, {any()})); break;
      case 4: {
        const ValueId c = b.constant(Literal::splat(static_cast<float>(random() % 7) * 0.5f));
        values.push_back(b.append(Multiply{}, {any(), b.append(BroadcastTo{.shape = {16}}, {c})}));
        break;
      }
      case 5: values.push_back(b.append(Where{}, {b.append(Less{}, {any(), any()}), any(), any()})); break;
    }
  }
  ValueId sum = values[0];
  for (std::size_t i = 1; i < values.size(); i += 16) sum = b.append(Add{}, {sum, values[i]});
  const ValueId result[] = {sum};
  return b.finish(result);
}

/// Conds nested `depth` deep, one after another.
Function nested(int ops, int depth) {
  Builder b("main");
  ValueId x = b.param({DType::F32, {16}});
  const ValueId p = b.param({DType::Bool, {}});
  const auto nest = [&](auto&& self, ValueId v, int level) -> ValueId {
    if (level == 0) return b.append(Exp{}, {v});
    std::vector<BlockId> blocks = {b.begin_block({})};
    const ValueId then[] = {self(self, b.append(Add{}, {v, x}), level - 1)};
    b.end_block(then);
    blocks.push_back(b.begin_block({}));
    const ValueId otherwise[] = {b.append(Negative{}, {v})};
    b.end_block(otherwise);
    const ValueId operands[] = {p};
    return b.append({kOpcode<Cond>, nullptr, operands, std::move(blocks), {}})[0];
  };
  while (b.function().op_count() < ops) x = nest(nest, x, depth);
  const ValueId result[] = {x};
  return b.finish(result);
}

double seconds(const Pass& pass, const Function& f) {
  double best = 1e9;
  for (int i = 0; i < 2; ++i) {
    const std::clock_t start = std::clock();
    const Function now = pass.run(f, {});
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    CHECK(now.op_count() > 0);
  }
  return best;
}

#ifdef NDEBUG
constexpr int kFew = 10'000;
#else
constexpr int kFew = 1'000;
#endif

// At most 0.2 s for 100,000 ops on an idle machine, in release builds; the limits leave room for others.
TEST_CASE("passes take linear time") {
  const Function few[] = {straight_line(kFew), nested(kFew, 1), nested(kFew, 150)};
  const Function many[] = {straight_line(10 * kFew), nested(10 * kFew, 1), nested(10 * kFew, 150)};
  for (const Pass& pass : all_passes()) {
    for (int i = 0; i < 3; ++i) {
      const double a = seconds(pass, few[i]), b = seconds(pass, many[i]);
      CAPTURE(pass.name);
      CAPTURE(i);
      CHECK_MESSAGE(b <= 40 * std::max(a, 1e-3), kFew << " ops take " << a << " s, ten times as many " << b);
      if (kFew == 10'000) CHECK_MESSAGE(b <= 1.0, "100,000 ops take " << b << " s");
    }
  }
}

}  // namespace
}  // namespace tjit
