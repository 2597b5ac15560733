// Errors that users get, and the lines they get them for.
#pragma once

#include <doctest/doctest.h>
#include <string>
#include <string_view>

#include "tjit/error.h"

namespace tjit {

/// The error that `action` throws; the test fails when there is none.
inline Error caught(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  __builtin_unreachable();
}

/// The error's message when it is placed at that line of that file; else a text that says where it is placed.
inline std::string message_at(const Error& error, const Location& expected) {
  const Location& at = error.location();
  if (at && std::string_view(at.file) == expected.file && at.line == expected.line) return error.message();
  return "expected at line " + std::to_string(expected.line) + ", found " + error.what();
}

/// The message of the error that `action` throws for the line it is written in.
inline std::string error_here(auto&& action, const Location& here = std::source_location::current()) {
  return message_at(caught(action), here);
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace tjit
