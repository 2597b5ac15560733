// Names, numbers, types, and messages.
#include "ir/reader.h"

#include <algorithm>

#include "ir/literal_text.h"

namespace tjit {

namespace {

/// Named sizes of one signature; they are looked up one by one.
constexpr std::size_t kMostSizes = 64;
/// Characters of the source that a message repeats.
constexpr std::size_t kMostShown = 40;

std::string visible(std::string_view text) {
  std::string quoted;
  append_quoted(quoted, text.substr(0, kMostShown));
  return quoted.substr(1, quoted.size() - 2) + (text.size() > kMostShown ? "..." : "");
}

}  // namespace

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::End: return "the end of the text";
    case TokenKind::Value: return "%" + visible(token.text);
    case TokenKind::Function: return "@" + visible(token.text);
    case TokenKind::Size: return "?" + visible(token.text);
    case TokenKind::String: return "a string";
    case TokenKind::Unclosed:
      if (token.text.starts_with('"') || token.text.starts_with("@\"")) return "a string without its closing quote";
      return "the character '" + visible(token.text) + "'";
    default: return "'" + visible(token.text) + "'";
  }
}

std::string suggestion(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > kMostShown) return {};
  const std::string_view near = nearest(name, known);
  return near.empty() ? "" : "; did you mean '" + std::string(near) + "'?";
}

Reader::Reader(std::string_view text, const ParseOptions& options, std::vector<Diagnostic>* errors)
    : lexer_(text),
      next_(lexer_.next()),
      text_(text),
      options_(options),
      file_(intern(options.file)),
      errors_(errors) {}

Token Reader::take() {
  const Token token = next_;
  behind_ = lexer_.behind();
  next_ = lexer_.next();
  return token;
}

void Reader::rewind(const Mark& to) {
  lexer_ = to.lexer;
  next_ = to.next;
  behind_ = next_;
}

bool Reader::accept(char mark) {
  if (!next_.is_mark(mark)) return false;
  take();
  return true;
}

void Reader::expect(std::string_view mark, std::string_view where) {
  if (!next_.is(TokenKind::Mark, mark)) {
    const std::string wanted = "'" + std::string(mark) + "' " + std::string(where);
    if (!next_.first_on_line || next_.kind == TokenKind::End || mark == "}") unexpected(wanted);
    fail(behind_, "expected " + wanted + ", found the end of the line");
  }
  take();
}

void Reader::unexpected(std::string_view expected) {
  fail(next_, "expected " + std::string(expected) + ", found " + describe(next_));
}

void Reader::fail(const Token& at, const std::string& message) {
  report(at, message);
  throw SyntaxError{at};
}

void Reader::report(const Token& at, const std::string& message) {
  // What goes wrong in one place more than once has one cause.
  if (errors_ == nullptr || (!errors_->empty() && errors_->back().loc == place(at))) return;
  errors_->push_back({place(at), message, std::string(line_of(text_, at.line))});
  if (static_cast<int>(errors_->size()) >= options_.max_errors) throw TooManyErrors{};
}

void Reader::skip_value() {
  int depth = 0;
  for (bool first = true;; first = false) {
    if (depth == 0 && !first && (next_.is_mark(',') || next_.is_mark('}'))) return;
    if (next_.kind == TokenKind::End || next_.kind == TokenKind::Value || next_.kind == TokenKind::Unclosed ||
        next_.is_mark('{') || next_.is_mark('}'))
      break;
    if (next_.is_mark('[') || next_.is_mark('(')) ++depth;
    if ((next_.is_mark(']') || next_.is_mark(')')) && --depth < 0) break;
    take();
  }
  unexpected(depth > 0 ? "the end of the list" : "a value");
}

Token Reader::value_name() {
  if (next_.kind != TokenKind::Value || next_.text.empty()) unexpected("a value such as %x");
  return take();
}

std::string Reader::function_name() {
  if (next_.kind != TokenKind::Function || next_.text.empty()) unexpected("a function such as @main");
  const Token token = take();
  std::size_t wrong = 0;
  if (!token.quoted) return std::string(token.text);
  const auto name = unescape(token.text, &wrong);
  if (!name) fail(token, "the name holds an unknown escape; known are \\n \\t \\\" \\\\ \\xHH");
  return *name;
}

std::string Reader::string() {
  if (next_.kind != TokenKind::String) unexpected("a string");
  Token token = take();
  std::size_t wrong = 0;
  const auto text = unescape(token.text, &wrong);
  if (text) return *text;
  token.column += static_cast<std::uint32_t>(wrong + 1);
  fail(token, "unknown escape; known are \\n \\t \\\" \\\\ \\xHH");
}

std::int64_t Reader::integer(std::string_view what) {
  if (next_.kind != TokenKind::Number) unexpected(what);
  const auto value = parse_integer(next_.text);
  if (!value) unexpected(std::string(what) + " of at most 64 bits");
  take();
  return *value;
}

DType Reader::dtype() {
  for (const DTypeInfo& d : kDTypes)
    if (next_.is_word(d.ir_name)) return take(), d.dtype;
  if (next_.kind != TokenKind::Word) unexpected("an element type such as f32");
  const auto* known = std::ranges::find(kDTypes, next_.text, &DTypeInfo::name);
  if (known != std::end(kDTypes)) fail(next_, describe(next_) + " is written " + std::string(known->ir_name) + " here");
  std::vector<std::string_view> names;
  for (const DTypeInfo& d : kDTypes) names.push_back(d.ir_name);
  fail(next_, "unknown element type " + describe(next_) + suggestion(next_.text, names));
}

void Reader::declare_sizes(bool on) {
  if (on) sizes_.clear();
  declares_sizes_ = on;
}

std::int64_t Reader::size(std::string_view expected) {
  if (next_.kind != TokenKind::Size) return integer(expected);
  const Token token = take();
  if (token.text.empty()) return Dims::kUnknown;
  const auto it = std::ranges::find(sizes_, token.text, &std::pair<std::string_view, std::int64_t>::first);
  if (it != sizes_.end()) return it->second;
  if (!declares_sizes_) fail(token, describe(token) + " is not a size of a parameter");
  if (sizes_.size() == kMostSizes) fail(token, "a signature names at most " + std::to_string(kMostSizes) + " sizes");
  sizes_.emplace_back(token.text, symbol(token.text));
  return sizes_.back().second;
}

Type Reader::type() {
  const Token start = next_;
  Type type{dtype(), {}};
  expect("[", "after the element type");
  while (!next_.is_mark(']')) {
    if (!type.shape.empty()) expect(",", "or ']' in a shape");
    const Token at = next_;
    const std::int64_t d = size("a size");
    if (d < 0 && !is_symbolic(d)) fail(at, "a size cannot be negative, found " + describe(at));
    if (type.shape.size() == Dims::kMax) fail(at, "a shape has at most " + std::to_string(Dims::kMax) + " dimensions");
    if (is_symbolic(d) && at.kind != TokenKind::Size) fail(at, "the size " + describe(at) + " is out of range");
    type.shape.push_back(d);
  }
  take();
  Shape known = type.shape;
  std::ranges::replace_if(known, is_symbolic, 1);
  try {
    (void)element_count(known);
  } catch (const Error& e) {
    fail(start, e.message());
  }
  return type;
}

std::vector<Type> Reader::types() {
  std::vector<Type> list{type()};
  while (accept(',')) list.push_back(type());
  return list;
}

Dims Reader::dims() {
  Dims list;
  expect("[", "in front of a list");
  while (!next_.is_mark(']')) {
    if (!list.empty()) expect(",", "or ']' in a list");
    const Token at = next_;
    const std::int64_t d = size("an integer");
    if (is_symbolic(d) && at.kind != TokenKind::Size) fail(at, "the number " + describe(at) + " is out of range");
    if (d == Dims::kUnknown) fail(at, "'?' says nothing here; name the size of a parameter, such as ?n");
    if (list.size() == Dims::kMax) fail(at, "a list has at most " + std::to_string(Dims::kMax) + " entries");
    list.push_back(d);
  }
  take();
  return list;
}

Padding Reader::padding() {
  Padding list;
  expect("[", "in front of a list");
  while (!next_.is_mark(']')) {
    if (list.size() != 0) expect(",", "or ']' in a list");
    const Token at = next_;
    if (!at.is_mark('[')) unexpected("a pair such as [1, 1]");
    const Dims pair = dims();
    if (pair.size() != 2) fail(at, "expected a pair such as [1, 1], found " + to_string(pair));
    if (is_dynamic(pair)) fail(at, "padding takes numbers, not " + to_string(pair));
    if (list.size() == Dims::kMax) fail(at, "a list has at most " + std::to_string(Dims::kMax) + " entries");
    list.push_back(pair[0], pair[1]);
  }
  take();
  return list;
}

Location Reader::location() {
  take();
  expect("(", "after loc");
  const std::string file = string();
  const auto number = [&](std::string_view what, std::int64_t least) {
    expect(":", "in loc(\"file\":line:column)");
    const Token at = next_;
    const std::int64_t n = integer("a " + std::string(what));
    if (n < least || n > UINT32_MAX) fail(at, describe(at) + " is no " + std::string(what));
    return static_cast<std::uint32_t>(n);
  };
  const std::uint32_t line = number("line", 1), column = number("column", 0);
  Location loc(intern(file), line, column);
  if (accept(',')) loc.function = intern(string());
  expect(")", "at the end of loc");
  return loc;
}

}  // namespace tjit
