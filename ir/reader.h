// Reads the small parts of IR text (names, numbers, types) from tokens, and collects what is wrong.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/lexer.h"
#include "ir/text.h"

namespace tjit {

/// Thrown after a message was recorded, to the nearest place where reading can go on.
struct SyntaxError {
  Token at;
};
/// Thrown when `ParseOptions::max_errors` is reached.
struct TooManyErrors {};

class Reader {
 public:
  /// Messages are thrown away when `errors` is null.
  Reader(std::string_view text, const ParseOptions& options, std::vector<Diagnostic>* errors);

  const Token& peek() const { return next_; }
  Token take();
  bool accept(char mark);
  void expect(std::string_view mark, std::string_view where);
  [[noreturn]] void unexpected(std::string_view expected);
  [[noreturn]] void fail(const Token& at, const std::string& message);
  void report(const Token& at, const std::string& message);
  Location place(const Token& at) const { return {file_, at.line, at.column}; }

  /// A place in the text to come back to.
  struct Mark {
    Lexer lexer;
    Token next;
  };
  Mark mark() const { return {lexer_, next_}; }
  void rewind(const Mark& to);
  /// Passes over one attribute value, without looking into it.
  void skip_value();

  Token value_name();
  std::string function_name();
  std::string string();
  std::int64_t integer(std::string_view what);
  DType dtype();
  Type type();
  std::vector<Type> types();
  Dims dims();
  Padding padding();
  Location location();

  /// While this is set, a new `?n` names a size of the signature; otherwise it must be known.
  void declare_sizes(bool on);

 private:
  std::int64_t size(std::string_view expected);

  Lexer lexer_;
  Token next_;
  Token behind_;  ///< the place behind the token that was taken last
  std::string_view text_;
  const ParseOptions& options_;
  const char* file_;
  std::vector<Diagnostic>* errors_;
  std::vector<std::pair<std::string_view, std::int64_t>> sizes_;
  bool declares_sizes_ = false;
};

/// A token as messages show it.
std::string describe(const Token& token);
/// `; did you mean 'add'?`, or nothing when no known name is near.
std::string suggestion(std::string_view name, std::span<const std::string_view> known);

}  // namespace tjit
