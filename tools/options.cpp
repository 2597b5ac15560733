// Options that several subcommands share.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "passes/check_nan.h"
#include "tjit/ops/custom.h"
#include "tools/command.h"

namespace tjit {

void add_program_options(Arguments& arguments, ProgramOptions& options) {
  arguments.required("file", options.file, "Program in tjit's text form (.tir); - is standard input");
  arguments.text("--function,-f", options.function, "Function to take; default: @main, or the only one");
  arguments.texts(
      "--input,-i", options.inputs,
      "Input SPEC: 5, 2x3xf32=1,2,3,4,5,6, [[1. 2.] [3. 4.]], 2x3xf32=random:42, @x.npy, @x.npz:key, - (a value on "
      "standard input); name=SPEC, or in order");
  add_load_option(arguments, options.libraries);
}

void add_load_option(Arguments& arguments, std::vector<std::string>& libraries) {
  arguments.texts("--load", libraries, "Shared library with functions for custom_call (tjit/custom_call.h)");
}

void load_libraries(const std::vector<std::string>& libraries) {
  for (const std::string& path : libraries) load_custom_calls(path);
}

void add_seed_option(Arguments& arguments, ProgramOptions& options) {
  arguments.count("--seed", options.seed, "Inputs that are not given are random numbers from this seed");
}

void add_check_nan_option(Arguments& arguments, ProgramOptions& options) {
  arguments.flag("--check-nan", options.check_nan, "Raise at the first op that computes a NaN");
}

namespace {

const Function& named_function(const Module& module, const std::string& name) {
  try {
    return find_function(module, name);
  } catch (const Error& e) {
    throw UsageError("--function: " + e.message());
  }
}

}  // namespace

BoundProgram read_bound(const ProgramOptions& options, Missing missing) {
  load_libraries(options.libraries);
  const Module module = read_program(options.file);
  BoundProgram program = bind_program(module, named_function(module, options.function), options.inputs, missing,
                                      options.seed.value_or(42));
  if (options.check_nan)
    for (Function& f : program.module.functions) f = check_nan(f, {.module = &program.module});
  return program;
}

void add_dump_options(Arguments& arguments, DumpOptions& options) {
  arguments.texts("--print-ir-after", options.after, "Print the program after this pass (to standard error)");
  arguments.flag("--print-ir-after-all", options.after_all, "Print the program after every pass");
  arguments.flag("--print-ir-after-change", options.after_change, "Print the program after passes that changed it");
  arguments.flag("--time-passes", options.time_passes, "Print the time of each pass and stage");
  arguments.flag("--verify-each", options.verify_each, "Verify the program after each pass");
  arguments.flag("--fast-math", options.fast_math, "Allow changes of float results (gives up equality with eager)");
}

void require_no_dumps(const DumpOptions& options, const std::string& reason) {
  const auto refuse = [&](bool given, const char* name) {
    if (given) throw UsageError(std::string(name) + " is about compiling, and " + reason);
  };
  refuse(!options.after.empty(), "--print-ir-after");
  refuse(options.after_all, "--print-ir-after-all");
  refuse(options.after_change, "--print-ir-after-change");
  refuse(options.time_passes, "--time-passes");
  refuse(options.verify_each, "--verify-each");
  refuse(options.fast_math, "--fast-math");
}

void require_pass(const std::string& name) {
  if (find_pass(name) != nullptr) return;
  std::vector<std::string_view> known;
  for (const Pass& p : all_passes()) known.push_back(p.name);
  fail_unknown("there is no pass '" + name + "'", name, known);
}

CompileOptions compile_options(const DumpOptions& options, std::vector<PassTiming>& timings) {
  for (const std::string& name : options.after) require_pass(name);
  CompileOptions result;
  result.fast_math = options.fast_math;
  result.verify_each |= options.verify_each;
  result.pass_timings = &timings;
  if (options.after.empty() && !options.after_all && !options.after_change) return result;
  result.after_pass = [options](const Pass& pass, const Function& before, const Function& after) {
    const bool named = std::ranges::find(options.after, pass.name) != options.after.end();
    const bool changed = options.after_change && print(before) != print(after);
    if (named || options.after_all || changed) std::cerr << "// after " << pass.name << "\n" << print(after) << "\n";
  };
  return result;
}

namespace {

void print_time(std::string_view name, double seconds) {
  std::fprintf(stderr, "%10.3f ms  %.*s\n", seconds * 1e3, static_cast<int>(name.size()), name.data());
}

}  // namespace

void print_pass_times(const DumpOptions& options, const std::vector<PassTiming>& timings) {
  if (!options.time_passes) return;
  for (const PassTiming& t : timings) print_time(t.pass, t.seconds);
}

void print_timings(const DumpOptions& options, const std::vector<PassTiming>& timings, const CompileTimes& times) {
  if (!options.time_passes) return;
  print_pass_times(options, timings);
  print_time("load the code generator", times.load);
  print_time("lower to kernels", times.lower);
  print_time("llvm: emit and optimise", times.llvm);
  print_time("llvm: machine code", times.codegen);
  print_time("link", times.link);
}

}  // namespace tjit
