// Parsing with CLI11.
#include "tools/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ir/op.h"

namespace tjit {

namespace {

/// Throws UsageError for a first word that is no command.
void require_command(std::string_view word, std::span<const Subcommand> subcommands) {
  std::vector<std::string_view> known;
  for (const Subcommand& s : subcommands) known.emplace_back(s.name);
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

}  // namespace

void fail_unknown(const std::string& message, std::string_view name, std::span<const std::string_view> known) {
  const std::string_view near = nearest(name, known);
  if (!near.empty()) throw UsageError(message + "; did you mean '" + std::string(near) + "'?");
  std::string all;
  if (known.size() <= 10)
    for (const std::string_view k : known) all += (all.empty() ? "; known are " : ", ") + std::string(k);
  throw UsageError(message + all);
}

void Arguments::required(const char* name, std::string& to, const char* doc) {
  app_.add_option(name, to, doc)->required();
}

void Arguments::text(const char* names, std::string& to, const char* doc) { app_.add_option(names, to, doc); }

void Arguments::texts(const char* names, std::vector<std::string>& to, const char* doc) {
  app_.add_option(names, to, doc)->allow_extra_args(false);
}

void Arguments::comma_texts(const char* names, std::vector<std::string>& to, const char* doc) {
  app_.add_option(names, to, doc)->delimiter(',')->allow_extra_args(false);
}

void Arguments::flag(const char* names, bool& to, const char* doc) { app_.add_flag(names, to, doc); }

void Arguments::count(const char* names, std::optional<std::uint64_t>& to, const char* doc) {
  app_.add_option(names, to, doc)->check([](const std::string& text) {
    return text.starts_with('-') ? "expected 0 or more" : "";
  });
}

void Arguments::number(const char* names, double& to, double lowest, double highest, const char* doc) {
  app_.add_option(names, to, doc)->check([lowest, highest](const std::string& text) {
    const double value = std::atof(text.c_str());
    if (value >= lowest && value <= highest) return std::string();
    char range[64];
    std::snprintf(range, sizeof range, "expected %g to %g", lowest, highest);
    return std::string(range);
  });
}

Action parse_command_line(int argc, char** argv, std::span<const Subcommand> subcommands) {
  split_short_options(argc, argv);
  CLI::App app("tjit: tensor programs, eager and compiled", "tjit");
  app.set_version_flag("--version", "tjit " TJIT_VERSION);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Subcommand& s : subcommands) {
    CLI::App* sub = app.add_subcommand(s.name, s.doc);
    Arguments arguments(*sub);
    actions.emplace_back(sub, s.add(arguments));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {
      (void)app.exit(e);  // prints the help or the version
      return [] { return kFine; };
    }
    if (argc > 1 && argv[1][0] != '-') require_command(argv[1], subcommands);
    if (argc > 1 && argv[1][0] == '-') require_options(app, {argv[1]});
    std::string command = "tjit";
    for (const CLI::App* sub : app.get_subcommands()) {
      require_options(*sub, sub->remaining());
      command += " " + sub->get_name();
    }
    throw UsageError(std::string(e.what()) + "; see " + command + " --help");
  }
  for (auto& [sub, action] : actions)
    if (sub->parsed()) return std::move(action);
  return [] { return kUsage; };
}

}  // namespace tjit
