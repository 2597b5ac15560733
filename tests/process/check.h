// Checks of programs that are tests of whole processes: a wrong one ends the process at once with status 1.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tjit/tjit.h>

namespace tf = tjit;

inline void check(bool right, const std::string& what) {
  if (right) return;
  std::fprintf(stderr, "wrong: %s\n", what.c_str());
  std::_Exit(1);
}

inline void check_equal(const std::string& found, const std::string& right) {
  check(found == right, "found `" + found + "`, expected `" + right + "`");
}

/// The text of the error that `f` throws, or nothing.
template <class F>
std::string text_of(F&& f) {
  try {
    f();
    return "";
  } catch (const tf::Error& e) {
    return e.what();
  }
}
