// The subcommands of `tjit`: each adds what it takes to the arguments and says what to run.
#pragma once

#include "tools/arguments.h"
#include "tools/program_file.h"

namespace tjit {

Action add_run(Arguments& arguments);
Action add_compile(Arguments& arguments);
Action add_opt(Arguments& arguments);
Action add_compare(Arguments& arguments);
Action add_bench(Arguments& arguments);
Action add_ops(Arguments& arguments);
Action add_version(Arguments& arguments);

/// Which program to take, and for which sizes.
struct ProgramOptions {
  std::string file;
  std::string function;                ///< empty: the entry
  std::vector<std::string> inputs;     ///< SPECs
  std::vector<std::string> libraries;  ///< with functions for custom_call
  std::optional<std::uint64_t> seed;   ///< of inputs that are not given
  bool check_nan = false;
};
void add_program_options(Arguments& arguments, ProgramOptions& options);
/// --load, for commands that read programs.
void add_load_option(Arguments& arguments, std::vector<std::string>& libraries);
void load_libraries(const std::vector<std::string>& libraries);
/// --seed, for commands that can make up inputs.
void add_seed_option(Arguments& arguments, ProgramOptions& options);
void add_check_nan_option(Arguments& arguments, ProgramOptions& options);
/// Reads the program and makes it static for the inputs; with --check-nan, also with its assertions.
BoundProgram read_bound(const ProgramOptions& options, Missing missing);

/// What to print while compiling.
struct DumpOptions {
  std::vector<std::string> after;
  bool after_all = false, after_change = false, time_passes = false, verify_each = false, fast_math = false;
};
void add_dump_options(Arguments& arguments, DumpOptions& options);
/// Throws UsageError when something is asked for that only compiling does.
void require_no_dumps(const DumpOptions& options, const std::string& reason);
/// Compile options that print to standard error as asked; `timings` must outlive them.
CompileOptions compile_options(const DumpOptions& options, std::vector<PassTiming>& timings);
/// The rows of --time-passes, on standard error: of the passes alone, and of the stages after them as well.
void print_pass_times(const DumpOptions& options, const std::vector<PassTiming>& timings);
void print_timings(const DumpOptions& options, const std::vector<PassTiming>& timings, const CompileTimes& times);
/// Throws UsageError when there is no pass of this name.
void require_pass(const std::string& name);

}  // namespace tjit
