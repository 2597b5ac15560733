// The command line: one subcommand a file.
#include <cstdio>
#include <iostream>

#include "tools/command.h"

namespace tjit {

namespace {

constexpr Subcommand kSubcommands[] = {
    {"run", "Run a program and print or write its results", add_run},
    {"compile", "Show a program at a stage of compilation", add_compile},
    {"opt", "Run chosen passes on a program", add_opt},
    {"compare", "Run a program eagerly and compiled, and report the first difference", add_compare},
    {"bench", "Measure compile time and run time", add_bench},
    {"ops", "List the operations", add_ops},
    {"version", "Show versions and this machine", add_version},
};

/// What could not be written must not go unnoticed.
void flush_output() {
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw Error(Error::Kind::Io, "standard output: cannot write everything");
}

int run_main(int argc, char** argv) {
  const Action action = parse_command_line(argc, argv, kSubcommands);
  const int code = action();
  flush_output();
  return code;
}

int report(const char* message, Exit code) {
  std::cout.flush();
  std::cerr << message << "\n";
  return code;
}

}  // namespace

}  // namespace tjit

int main(int argc, char** argv) {
  try {
    return tjit::run_main(argc, argv);
  } catch (const tjit::UsageError& e) {
    return tjit::report(e.what(), tjit::kUsage);
  } catch (const tjit::Error& e) {
    return tjit::report(e.what(), tjit::kFailed);
  } catch (const std::exception& e) {
    return tjit::report((std::string("error: ") + e.what()).c_str(), tjit::kFailed);
  }
}
