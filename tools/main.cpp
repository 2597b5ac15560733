// The command line: one subcommand a file.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/command.h"

namespace tjit {

void add_program_options(CLI::App& app, ProgramOptions& options) {
  app.add_option("file", options.file, "Program in tjit's text form (.tir); - is standard input")->required();
  app.add_option("--function,-f", options.function, "Function to take; default: @main, or the only one");
  app.add_option("--input,-i", options.inputs,
                 "Input SPEC: 5, 2x3xf32=1,2,3,4,5,6, 2x3xf32=random:42, @x.npy, @x.npz:key; name=SPEC, or in order")
      ->allow_extra_args(false);
}

void add_dump_options(CLI::App& app, DumpOptions& options) {
  app.add_option("--print-ir-after", options.after, "Print the program after this pass (to standard error)")
      ->allow_extra_args(false);
  app.add_flag("--print-ir-after-all", options.after_all, "Print the program after every pass");
  app.add_flag("--print-ir-after-change", options.after_change, "Print the program after passes that changed it");
  app.add_flag("--time-passes", options.time_passes, "Print the time of each pass and stage");
  app.add_flag("--verify-each", options.verify_each, "Verify the program after each pass");
  app.add_flag("--fast-math", options.fast_math, "Allow changes of float results (gives up equality with eager)");
}

CompileOptions compile_options(const DumpOptions& options, std::vector<PassTiming>& timings) {
  for (const std::string& name : options.after) {
    if (find_pass(name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Pass& p : all_passes()) known.push_back(p.name);
    const std::string_view near = nearest(name, known);
    fail("unknown pass '" + name + "'" + (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
  }
  CompileOptions result;
  result.fast_math = options.fast_math;
  result.verify_each = options.verify_each;
  result.pass_timings = &timings;
  result.after_pass = [options](const Pass& pass, const Function& before, const Function& after) {
    const bool named = std::ranges::find(options.after, pass.name) != options.after.end();
    const bool changed = options.after_change && print(before) != print(after);
    if (named || options.after_all || changed) std::cerr << "// after " << pass.name << "\n" << print(after) << "\n";
  };
  return result;
}

void print_timings(const DumpOptions& options, const std::vector<PassTiming>& timings, const CompileTimes& times) {
  if (!options.time_passes) return;
  const auto row = [](std::string_view name, double seconds) {
    std::fprintf(stderr, "%10.3f ms  %.*s\n", seconds * 1e3, static_cast<int>(name.size()), name.data());
  };
  for (const PassTiming& t : timings) row(t.pass, t.seconds);
  row("load the code generator", times.load);
  row("lower to kernels", times.lower);
  row("llvm: emit and optimise", times.llvm);
  row("llvm: machine code", times.codegen);
  row("link", times.link);
}

namespace {

struct Subcommand {
  const char *name, *doc;
  Action (*add)(CLI::App&);
};

constexpr Subcommand kSubcommands[] = {
    {"run", "Run a program and print or write its results", add_run},
    {"compile", "Show a program at a stage of compilation", add_compile},
    {"opt", "Run chosen passes on a program", add_opt},
    {"compare", "Run a program eagerly and compiled, and report the first difference", add_compare},
    {"bench", "Measure compile time and run time", add_bench},
    {"ops", "List the operations", add_ops},
    {"version", "Show versions and this machine", add_version},
};

/// What an unknown first word should have been, on standard error.
void suggest(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string_view> known;
  for (const Subcommand& s : kSubcommands) known.emplace_back(s.name);
  if (std::ranges::find(known, argv[1]) != known.end()) return;
  const std::string_view near = nearest(argv[1], known);
  std::cerr << "tjit: unknown command '" << argv[1] << "'";
  if (!near.empty()) std::cerr << "; did you mean '" << near << "'?";
  std::cerr << "\n";
}

int run_main(int argc, char** argv) {
  CLI::App app("tjit: tensor programs, eager and compiled");
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& s : kSubcommands) {
    CLI::App* sub = app.add_subcommand(s.name, s.doc);
    actions.emplace_back(sub, s.add(*sub));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    suggest(argc, argv);
    return app.exit(e) == 0 ? kFine : kUsage;
  }
  for (const auto& [sub, action] : actions)
    if (sub->parsed()) return action();
  return kUsage;
}

}  // namespace

}  // namespace tjit

int main(int argc, char** argv) {
  try {
    return tjit::run_main(argc, argv);
  } catch (const tjit::Error& e) {
    std::cout.flush();
    std::cerr << e.what() << "\n";
    return tjit::kFailed;
  } catch (const std::exception& e) {
    std::cout.flush();
    std::cerr << "error: " << e.what() << "\n";
    return tjit::kFailed;
  }
}
