// The differential fuzzer: random programs by interpreter, compiled without optimisation, and compiled; and their text
// read back. Reports what was covered. Exit code 1 when anything differs, and after a long run also when too many
// programs ended with an error or an op that the generator draws did not run on one of its element types.
//
//   tjit_fuzz [FIRST_SEED [COUNT]]
//   tjit_fuzz print SEED
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "codegen/compare.h"
#include "ir/ops/list.h"
#include "ir/text.h"
#include "tests/fuzz/generator.h"

namespace tjit {

namespace {

struct Coverage {
  std::map<std::string, std::set<DType>> executed;  ///< op name -> operand dtypes
  std::int64_t loops = 0, looping = 0;              ///< while ops that ran, and those with two or more iterations

  /// The pairs that did not run.
  std::vector<OpOnType> missing() const;
};

/// Calls f(op, type) for each pair of an op that the generator draws and an element type.
void for_each_pair(auto&& f) {
  for (const OpDef& d : op_table())
    for (const DTypeInfo& t : kDTypes)
      if (is_drawn(d) && contains(d.info.types, t.dtype)) f(d, t);
}

std::vector<OpOnType> Coverage::missing() const {
  std::vector<OpOnType> pairs;
  for_each_pair([&](const OpDef& d, const DTypeInfo& t) {
    const auto it = executed.find(std::string(d.info.name));
    if (it == executed.end() || !it->second.contains(t.dtype)) pairs.push_back({d.code, t.dtype});
  });
  return pairs;
}

/// Runs the program op by op and notes what is executed.
void cover(const GeneratedProgram& p, Coverage& coverage) {
  InterpretOptions options;
  options.print = [](std::string_view) {};
  options.after_op = [&](const Function& f, OpId id, std::span<const Array> results) {
    const std::string name(f.def(id).info.name);
    const auto operands = f.operands(id);
    if (operands.empty()) {
      coverage.executed[name].insert(results.empty() ? DType::Bool : results[0].dtype());
    } else {
      // The first operand of `where` is a mask, the last ones of index ops are indices.
      const bool by_index = f.def(id).family == Family::Index;
      const ValueId data = by_index ? operands.front() : operands.back();
      coverage.executed[name].insert(f.type(data).dtype);
    }
    if (f.op(id).code != kOpcode<While>) return;
    ++coverage.loops;
    coverage.looping += results[0].item<std::int32_t>() >= 2;
  };
  try {
    (void)interpret(p.module, p.module.functions.front(), p.inputs, options);
  } catch (const Error&) {
    // The comparison looks at errors.
  }
}

/// An empty string when printing and reading back give the same text.
std::string check_text(const Module& module) {
  const std::string text = print(module);
  const ParseResult read = parse(text);
  if (!read.errors.empty()) return "the printed program does not parse: " + to_string(read.errors.front());
  return print(read.module) == text ? "" : "the printed program reads back as another";
}

/// An empty string when the optimised program, written and read back, compiles and does what the program does.
std::string check_optimised(const GeneratedProgram& p) {
  const Function& entry = p.module.functions.front();
  const std::string text = "// tjit 1\n" + emit(p.module, entry, Stage::Opt);
  const ParseResult read = parse(text);
  if (!read.errors.empty()) return "the optimised program does not parse: " + to_string(read.errors.front());
  const auto run = [&](const Module& module) {
    return outcome_of([&](const PrintSink& sink) { return compile(module, module.entry())->run(p.inputs, sink); });
  };
  const Outcome expected = run(p.module);
  Outcome found = run(read.module);
  // The place of an error is now a line of the text.
  if (!expected.error.empty() && !found.error.empty()) found.error = expected.error;
  const std::string d = difference(expected, found);
  return d.empty() ? "" : "the optimised program, read back, differs from the program\n" + d + text;
}

/// Programs whose optimised text is compiled as well.
constexpr std::uint64_t kReadBack = 300;
/// Runs of fewer programs are there to look at these.
constexpr std::uint64_t kLongRun = 100;

std::string coverage_report(const Coverage& coverage) {
  int pairs = 0;
  for_each_pair([&](const OpDef&, const DTypeInfo&) { ++pairs; });
  const std::vector<OpOnType> missing = coverage.missing();
  std::string names;
  for (const auto [op, dtype] : missing)
    names += " " + std::string(def(op).info.name) + "/" + std::string(info(dtype).ir_name);
  return "op x dtype pairs executed: " +
         (missing.empty()
              ? "all " + std::to_string(pairs)
              : std::to_string(pairs - std::ssize(missing)) + " of " + std::to_string(pairs) + "; missing:" + names) +
         "\nloops executed: " + std::to_string(coverage.loops) +
         ", with two or more iterations: " + std::to_string(coverage.looping) + "\n";
}

int fuzz(std::uint64_t first, std::uint64_t count) {
  Coverage coverage;
  std::uint64_t failed = 0, differing = 0;
  const bool is_long = count >= kLongRun;
  // Rare pairs take more programs than asked for, which are drawn for their sake.
  const std::uint64_t most = is_long ? 3 * count : count, asked = count;
  count = 0;
  std::vector<OpOnType> missing;
  for (std::uint64_t seed = first; count < asked || (count < most && !missing.empty()); ++seed, ++count) {
    const GeneratedProgram p =
        generate_program(seed, missing.empty() ? std::nullopt : std::optional(missing[count % missing.size()]));
    std::string problem = check_text(p.module);
    if (problem.empty()) {
      const Comparison c = compare(p.module, p.module.functions.front(), p.inputs);
      failed += c.failed;
      problem = c.difference;
    }
    if (problem.empty() && count < kReadBack) problem = check_optimised(p);
    if (!problem.empty()) {
      ++differing;
      std::printf("seed %llu: %s\n%s\n", static_cast<unsigned long long>(seed), problem.c_str(),
                  print(p.module).c_str());
    }
    cover(p, coverage);
    if (count + 1 >= asked) missing = coverage.missing();
  }
  const double ended_well = 100.0 * static_cast<double>(count - failed) / static_cast<double>(count);
  std::printf("%llu programs from seed %llu: %llu differ; %.1f %% ended without an error\n%s",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(differing), ended_well, coverage_report(coverage).c_str());
  return differing == 0 && (!is_long || (ended_well >= 90 && coverage.missing().empty())) ? 0 : 1;
}

}  // namespace

}  // namespace tjit

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "print") {
    std::fputs(tjit::print(tjit::generate_program(std::strtoull(argv[2], nullptr, 10)).module).c_str(), stdout);
    return 0;
  }
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 500;
  return tjit::fuzz(first, count);
}
