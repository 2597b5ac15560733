// The command line: one subcommand a file.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "tools/command.h"

namespace tjit {

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

/// Throws UsageError for a first word that is no command.
void require_command(std::string_view word) {
  std::vector<std::string_view> known;
  for (const Subcommand& s : kSubcommands) known.emplace_back(s.name);
  if (std::ranges::find(known, word) == known.end())
    fail_unknown("unknown command '" + std::string(word) + "'", word, known);
}

/// Throws UsageError for the first of these words that looks like an option, with the nearest of the command's.
void require_options(const CLI::App& command, const std::vector<std::string>& unexpected) {
  const std::string command_name = command.get_parent() == nullptr ? "tjit" : "tjit " + command.get_name();
  for (const std::string& word : unexpected) {
    if (!word.starts_with('-') || word == "-") continue;
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const CLI::Option* option : command.get_options())
      for (const std::string& n : option->get_lnames()) known.push_back("--" + n);
    const std::string_view near = nearest(name, std::vector<std::string_view>(known.begin(), known.end()));
    std::string text = "unknown option '";
    text.append(name).append("' of ").append(command_name);
    if (near.empty()) {
      text.append("; see ").append(command_name).append(" --help");
    } else {
      text.append("; did you mean '").append(near).append("'?");
    }
    throw UsageError(std::move(text));
  }
}

/// `-i=5` means `-i 5`, as `--input=5` does.
void split_short_options(int argc, char** argv) {
  for (char** arg = argv + 1; arg < argv + argc; ++arg)
    if ((*arg)[0] == '-' && std::isalpha(static_cast<unsigned char>((*arg)[1])) != 0 && (*arg)[2] == '=')
      std::memmove(*arg + 2, *arg + 3, std::strlen(*arg + 3) + 1);
}

/// What could not be written must not go unnoticed.
void flush_output() {
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw Error(Error::Kind::Io, "standard output: cannot write everything");
}

int run_main(int argc, char** argv) {
  split_short_options(argc, argv);
  CLI::App app("tjit: tensor programs, eager and compiled", "tjit");
  app.set_version_flag("--version", "tjit " TJIT_VERSION);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& s : kSubcommands) {
    CLI::App* sub = app.add_subcommand(s.name, s.doc);
    actions.emplace_back(sub, s.add(*sub));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {  // --help, --version
      const int code = app.exit(e);
      flush_output();
      return code;
    }
    if (argc > 1 && argv[1][0] != '-') require_command(argv[1]);
    if (argc > 1 && argv[1][0] == '-') require_options(app, {argv[1]});
    for (const auto& [sub, action] : actions)
      if (sub->parsed()) require_options(*sub, sub->remaining());
    app.exit(e);
    return kUsage;
  }
  for (const auto& [sub, action] : actions)
    if (sub->parsed()) {
      const int code = action();
      flush_output();
      return code;
    }
  return kUsage;
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
