// The command line's arguments: what subcommands take, and how they are parsed. Behind this stands CLI11, which takes
// seconds to compile and is therefore included in one place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tjit/error.h"

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

/// What a subcommand takes. Names are as users write them, `--input,-i`; a name without dashes is an argument by place.
/// The variables are written when the command line is parsed, so they must live until then.
class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(app) {}

  void required(const char* name, std::string& to, const char* doc);
  void text(const char* names, std::string& to, const char* doc);
  /// May be given several times.
  void texts(const char* names, std::vector<std::string>& to, const char* doc);
  /// The same, and several in one with commas between them.
  void comma_texts(const char* names, std::vector<std::string>& to, const char* doc);
  void flag(const char* names, bool& to, const char* doc);
  /// An integer of 0 or more.
  void count(const char* names, std::optional<std::uint64_t>& to, const char* doc);
  /// A number from `lowest` to `highest`.
  void number(const char* names, double& to, double lowest, double highest, const char* doc);

 private:
  CLI::App& app_;
};

/// Runs a subcommand once arguments are parsed; gives the exit code. Errors are thrown.
using Action = std::function<int()>;

struct Subcommand {
  const char *name, *doc;
  Action (*add)(Arguments&);  ///< adds what it takes
};

/// Parses the command line, and gives the action of the subcommand that it names; for --help, which is printed, one
/// that does nothing. Throws UsageError with what is wrong, and the nearest name that would be right.
Action parse_command_line(int argc, char** argv, std::span<const Subcommand> subcommands);

}  // namespace tjit
