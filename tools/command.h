// A subcommand of `tjit`: adds its options to the argument parser and says what to run.
#pragma once

#include <functional>

#include "tools/program_file.h"

namespace CLI {
class App;
}

namespace tjit {

/// Exit codes: 0 fine, 1 the program failed or differed, 2 wrong usage.
enum Exit : int { kFine = 0, kFailed = 1, kUsage = 2 };

/// The command line is wrong, whatever the program is: exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(std::string message) : Error(Kind::User, std::move(message)) {}
};
/// Throws UsageError `message`, with the known name nearest to `name`, or with all of them when they are few and none
/// is.
[[noreturn]] void fail_unknown(const std::string& message, std::string_view name,
                               std::span<const std::string_view> known);

/// Runs the subcommand once arguments are parsed; gives the exit code. Errors are thrown and reported by main.
using Action = std::function<int()>;

Action add_run(CLI::App& app);
Action add_compile(CLI::App& app);
Action add_opt(CLI::App& app);
Action add_compare(CLI::App& app);
Action add_bench(CLI::App& app);
Action add_ops(CLI::App& app);
Action add_version(CLI::App& app);

/// Which program to take, and for which sizes.
struct ProgramOptions {
  std::string file;
  std::string function;               ///< empty: the entry
  std::vector<std::string> inputs;    ///< SPECs
  std::optional<std::uint64_t> seed;  ///< of inputs that are not given
  bool check_nan = false;
};
void add_program_options(CLI::App& app, ProgramOptions& options);
/// --seed, for commands that can make up inputs.
void add_seed_option(CLI::App& app, ProgramOptions& options);
void add_check_nan_option(CLI::App& app, ProgramOptions& options);
/// Reads the program and makes it static for the inputs; with --check-nan, also with its assertions.
BoundProgram read_bound(const ProgramOptions& options, Missing missing);

/// What to print while compiling.
struct DumpOptions {
  std::vector<std::string> after;
  bool after_all = false, after_change = false, time_passes = false, verify_each = false, fast_math = false;
};
void add_dump_options(CLI::App& app, DumpOptions& options);
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
