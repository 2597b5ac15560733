// Tokens of the IR text.
#include "ir/lexer.h"

#include <algorithm>

#include "ir/literal_text.h"

namespace tjit {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '.'; }
constexpr bool is_mark(char c) {
  return c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}' || c == ',' || c == ':' || c == '=';
}

}  // namespace

bool is_plain_name(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_name); }

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

void Lexer::skip_blanks() {
  for (;; ++pos_) {
    const char c = at(pos_);
    if (c == '\n') {
      ++line_;
      line_start_ = pos_ + 1;
      line_is_blank_ = true;
    } else if (c == '/' && at(pos_ + 1) == '/') {
      pos_ = std::min(text_.find('\n', pos_), text_.size()) - 1;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
  }
}

Token Lexer::token(TokenKind kind, std::size_t length, std::size_t skip_front, std::size_t skip_back) {
  Token t{.kind = kind, .first_on_line = line_is_blank_, .line = line_};
  t.column = static_cast<std::uint32_t>(pos_ - line_start_ + 1);
  t.text = text_.substr(pos_ + skip_front, length - skip_front - skip_back);
  pos_ += length;
  line_is_blank_ = false;
  last_end_ = pos_;
  last_line_ = line_;
  last_line_start_ = line_start_;
  return t;
}

// A number takes all letters, digits and dots that follow, so that `12ab` is one malformed number and not two tokens.
std::size_t Lexer::number_length() const {
  std::size_t end = pos_ + (at(pos_) == '-');
  const bool hex = at(end) == '0' && (at(end + 1) | 0x20) == 'x';
  const char exponent = hex ? 'p' : 'e';
  while (is_name(at(end)) || ((at(end) == '-' || at(end) == '+') && (at(end - 1) | 0x20) == exponent)) ++end;
  return end - pos_;
}

Token Lexer::quoted(TokenKind kind, std::size_t sign) {
  std::size_t end = pos_ + sign + 1;
  while (end < text_.size() && text_[end] != '"' && text_[end] != '\n')
    end += text_[end] == '\\' && at(end + 1) != '\n' ? 2 : 1;
  if (at(end) != '"') {
    end = std::min(text_.find('\n', pos_), text_.size());
    return token(TokenKind::Unclosed, end - pos_);
  }
  Token t = token(kind, end + 1 - pos_, sign + 1, 1);
  t.quoted = true;
  return t;
}

Token Lexer::behind() const {
  Token end{.kind = TokenKind::End, .first_on_line = true, .line = last_line_};
  end.column = static_cast<std::uint32_t>(last_end_ - last_line_start_ + 1);
  return end;
}

Token Lexer::next() {
  skip_blanks();
  if (pos_ >= text_.size()) return behind();
  const char c = text_[pos_], following = at(pos_ + 1);
  const auto name_length = [&] {
    std::size_t end = pos_ + 1;
    while (is_name(at(end))) ++end;
    return end - pos_;
  };
  if (is_letter(c)) return token(TokenKind::Word, name_length());
  if (is_mark(c)) return token(TokenKind::Mark, 1);
  if (c == '%') return token(TokenKind::Value, name_length(), 1);
  if (c == '-' && following == '>') return token(TokenKind::Mark, 2);
  if (is_digit(c) || c == '.' || c == '-') return token(TokenKind::Number, number_length());
  if (c == '"') return quoted(TokenKind::String, 0);
  if (c == '@') return following == '"' ? quoted(TokenKind::Function, 1) : token(TokenKind::Function, name_length(), 1);
  if (c == '?') return token(TokenKind::Size, name_length(), 1);
  // A character of several bytes in UTF-8 is one.
  return token(TokenKind::Unclosed, std::max<std::size_t>(utf8_length(text_.substr(pos_)), 1));
}

}  // namespace tjit
