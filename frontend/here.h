// The place that a function composed of ops stands for.
#pragma once

#include <string>

#include "tjit/error.h"

namespace tjit {

/// While one lives, all ops that this thread applies stand where the function that made it was called, and their errors
/// have that function's name: so a function composed of ops is written as its user would write it. Where such functions
/// call each other, the outermost counts. `function` lives as long as the process.
class Here {
 public:
  Here(const char* function, const Location& at) : at_(at), outer_(outermost_) {
    if (outer_ != nullptr) return;
    at_.function = function;
    outermost_ = &at_;
  }
  Here(const Here&) = delete;
  Here& operator=(const Here&) = delete;
  ~Here() { outermost_ = outer_; }

  /// Where an op that is called at `at` stands.
  static const Location& of(const Location& at) { return outermost_ != nullptr ? *outermost_ : at; }

  /// Throws Error that says what is wrong with the call.
  [[noreturn]] void fail(const std::string& message) const;
  /// Runs `f`, whose errors are about the call.
  template <class F>
  auto run(F&& f) const;

 private:
  static constinit thread_local const Location* outermost_ [[gnu::tls_model("initial-exec")]];

  Location at_;
  const Location* outer_;
};

/// An error of inference, which names element types as text does (`i32`), with the names that the API has for them
/// (`int32`).
Error in_api_words(const Error& error);

/// Runs `f` and puts the name and place of the API's function on errors that have no place.
template <class F>
auto in_call(std::string_view function, const Location& at, F&& f) {
  try {
    return f();
  } catch (const Error& e) {
    throw e.in(function, Here::of(at));
  }
}

/// The same for an op, whose errors are those of inference.
template <class F>
auto in_op(std::string_view op, const Location& at, F&& f) {
  try {
    return f();
  } catch (const Error& e) {
    throw in_api_words(e).in(op, Here::of(at));
  }
}

template <class F>
auto Here::run(F&& f) const {
  return in_op({}, at_, f);
}

}  // namespace tjit
