// The one exception type, source locations, and the check for promises that the system itself must keep.
#pragma once

#include <cstdint>
#include <exception>
#include <source_location>
#include <string>
#include <string_view>

#include "tjit/cxx20.h"

namespace tjit {

/// A place in a user's program, and what was called there when that is a function composed of ops: errors have its name
/// instead of the op's. Both texts live as long as the process (see `intern`); line 0 means unknown.
struct Location {
  const char* file = nullptr;
  std::uint32_t line = 0, column = 0;
  const char* function = nullptr;

  constexpr Location() = default;
  constexpr Location(const char* f, std::uint32_t l, std::uint32_t c) : file(f), line(l), column(c) {}
  // Implicit, so that a default argument `std::source_location::current()` becomes a Location.
  constexpr Location(const std::source_location& l) : file(l.file_name()), line(l.line()), column(l.column()) {}
  constexpr explicit operator bool() const { return line != 0; }
  friend constexpr bool operator==(const Location&, const Location&) = default;
};

/// A copy of `text` that lives as long as the process; equal texts share one copy.
const char* intern(std::string_view text);

/// `file:line:column`, or the empty string for an unknown place.
std::string to_string(const Location& loc);
/// What the user called at `loc` to get op `op`: a function composed of ops, or the op itself.
inline std::string_view called_at(const Location& loc, std::string_view op) {
  return loc.function != nullptr ? loc.function : op;
}

class Error : public std::exception {
 public:
  enum class Kind : std::uint8_t {
    User,     ///< the program is wrong: types, shapes, syntax, misuse of the API
    Runtime,  ///< the program failed while running: division by zero, index, assert
    Io,       ///< a file could not be read or written, or holds something else than expected
    Internal  ///< a promise of tjit itself is broken
  };

  Error(Kind kind, std::string message, Location loc = {});
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;  // out of line: the class's key function

  Kind kind() const { return kind_; }
  const Location& location() const { return loc_; }
  /// The message alone, without the place.
  const std::string& message() const { return message_; }
  /// `file:line:column: error: message`, or `error: message` when the place is unknown.
  const char* what() const noexcept override { return what_.c_str(); }
  /// The same error, placed at `loc` unless it already has a place.
  Error at(const Location& loc) const;
  /// The same error as op `op` at `loc` raises it, `op: message` (or `function: message` for the function that was
  /// called there), unless it already has a place.
  Error in(std::string_view op, const Location& loc) const;

 private:
  Kind kind_;
  Location loc_;
  std::string message_, what_;
};

/// Throws Error of kind User; `fail_at` with a place.
[[noreturn]] void fail(std::string message);
[[noreturn]] void fail_at(const Location& loc, std::string message);

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

/// A broken promise of tjit itself (never a user's mistake). On in release builds.
#define TJIT_CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::tjit::check_failed(#condition, __FILE__, __LINE__))

}  // namespace tjit
