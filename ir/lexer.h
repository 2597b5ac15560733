// Splits IR text into tokens, one at a time, without looking at what they mean.
#pragma once

#include <cstdint>
#include <string_view>

namespace tjit {

enum class TokenKind : std::uint8_t {
  End,
  Word,      ///< add, f32, true, nan
  Value,     ///< %x
  Function,  ///< @f or @"any text"
  Size,      ///< ?n or ?
  Number,    ///< 3, -0.5, 0x1p-3, -inf; may be malformed
  String,
  Mark,     ///< one of ( ) [ ] { } , : = and ->
  Unclosed  ///< a string that its line does not end, or a character that belongs nowhere
};

struct Token {
  TokenKind kind = TokenKind::End;
  bool first_on_line = true;
  bool quoted = false;  ///< Function: written with quotes, so that `text` holds escapes
  std::uint32_t line = 1, column = 1;
  std::string_view text = {};  ///< Value, Function, Size: without the sign; String: between the quotes

  bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool is_mark(char c) const { return kind == TokenKind::Mark && text.size() == 1 && text[0] == c; }
  bool is_word(std::string_view t) const { return is(TokenKind::Word, t); }
};

/// A position in the text; a copy is a place to come back to.
class Lexer {
 public:
  /// A byte order mark at the front is passed over.
  explicit Lexer(std::string_view text = {})
      : text_(text), pos_(text.starts_with("\xEF\xBB\xBF") ? 3 : 0), line_start_(pos_) {}

  /// The next token; End at the end, placed behind the last token, for ever.
  Token next();
  /// An End token behind the last token.
  Token behind() const;

 private:
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  void skip_blanks();
  Token token(TokenKind kind, std::size_t length, std::size_t skip_front = 0, std::size_t skip_back = 0);
  std::size_t number_length() const;
  Token quoted(TokenKind kind, std::size_t sign);

  std::string_view text_;
  std::size_t pos_, line_start_, last_end_ = 0, last_line_start_ = 0;
  std::uint32_t line_ = 1, last_line_ = 1;
  bool line_is_blank_ = true;
};

/// Whether `text` can stand behind `%`, `@` and `?` without quotes.
bool is_plain_name(std::string_view text);

/// Line `number` (from 1) of a text, without its end.
std::string_view line_of(std::string_view text, std::uint32_t number);

}  // namespace tjit
