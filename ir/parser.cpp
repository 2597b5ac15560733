// Reads modules: first the signatures of all functions, so that calls may come before what they call, then the bodies.
#include "ir/parser.h"

#include <algorithm>

#include "ir/calls.h"
#include "ir/literal_text.h"

namespace tjit {

namespace {

bool starts_function(const Token& token) { return token.is_word("func"); }

void skip_to_function(Reader& reader) {
  while (reader.peek().kind != TokenKind::End && !starts_function(reader.peek())) reader.take();
}

Signatures read_signatures(std::string_view text, const ParseOptions& options) {
  Signatures signatures;
  Reader reader(text, options, nullptr);
  int wrong = 0;
  for (skip_to_function(reader); starts_function(reader.peek()); skip_to_function(reader)) {
    // Each wrong signature is an error, and errors are counted in the order of the text.
    signatures.complete = wrong < options.max_errors;
    if (!signatures.complete) break;
    reader.take();
    Signature signature;
    try {
      read_signature(reader, signature);
    } catch (const SyntaxError&) {
      ++wrong;
    }
    if (!signature.name.empty()) signatures.by_name.try_emplace(signature.name, signature);
  }
  return signatures;
}

/// The files that tjit writes say in which form.
void check_version(Reader& reader, std::string_view text) {
  constexpr std::string_view kHead = "// tjit ";
  std::string_view line = line_of(text, 1);
  if (!line.starts_with(kHead)) return;
  line.remove_prefix(kHead.size());
  const bool is_number = !line.empty() && line.find_first_not_of("0123456789") == line.npos;
  if (is_number && parse_integer(line) != 1)
    reader.report(Token{}, "the text has form " + std::string(line.substr(0, 20)) + ", only form 1 is known");
}

class ModuleParser {
 public:
  ModuleParser(std::string_view text, const ParseOptions& options, ParseResult& result)
      : options_(options), result_(result), reader_(text, options, &result.errors) {
    check_version(reader_, text);
    signatures_ = read_signatures(text, options);
  }

  void parse() {
    while (reader_.peek().kind != TokenKind::End) parse_function();
    if (result_.module.functions.empty() && result_.errors.empty())
      reader_.report(reader_.peek(), "expected 'func', found " + describe(reader_.peek()));
    check_calls();
  }

 private:
  void parse_function() {
    try {
      if (!starts_function(reader_.peek())) reader_.unexpected("'func'");
      reader_.take();
      Signature signature;
      read_signature(reader_, signature);
      reader_.expect("{", "in front of the function's body");
      FunctionParser parser(reader_, options_, signatures_, signature);
      Function function = parser.parse();
      if (!numbers_.try_emplace(signature.name, numbers_.size()).second)
        return reader_.report(signature.place, "there are two functions @" + signature.name);
      result_.module.functions.push_back(std::move(function));
      calls_.push_back(parser.calls());
    } catch (const SyntaxError&) {
      skip_to_function(reader_);
    }
  }

  void check_calls() {
    std::vector<std::vector<std::size_t>> callees;
    for (std::vector<CallSite>& calls : calls_) {
      std::erase_if(calls, [&](const CallSite& c) { return !numbers_.contains(c.callee); });
      std::vector<std::size_t>& list = callees.emplace_back();
      for (const CallSite& c : calls) list.push_back(numbers_.at(c.callee));
    }
    for (const WrongCall& w : find_wrong_calls(callees)) {
      const CallSite& site = calls_[w.caller][w.site];
      reader_.report(site.place, "call: " + wrong_call_text(w, result_.module.functions[w.caller].name, site.callee));
    }
  }

  const ParseOptions& options_;
  ParseResult& result_;
  Reader reader_;
  Signatures signatures_;
  std::unordered_map<std::string, std::size_t> numbers_;  ///< of functions, in the order of the module
  std::vector<std::vector<CallSite>> calls_;              ///< of each function
};

/// Positions of `errors` in the order of the text.
void sort_errors(std::vector<Diagnostic>& errors) {
  std::ranges::sort(errors, {}, [](const Diagnostic& d) { return std::pair(d.loc.line, d.loc.column); });
}

}  // namespace

void read_params(Reader& reader, std::vector<Token>& names, std::vector<Type>& types) {
  reader.expect("(", "in front of the parameters");
  while (!reader.peek().is_mark(')')) {
    if (!names.empty()) reader.expect(",", "or ')' in the parameters");
    names.push_back(reader.value_name());
    reader.expect(":", "and a type after the name of a parameter");
    types.push_back(reader.type());
  }
  reader.take();
}

void read_signature(Reader& reader, Signature& signature) {
  signature.place = reader.peek();
  signature.name = reader.function_name();
  reader.declare_sizes(true);
  read_params(reader, signature.param_names, signature.params);
  reader.declare_sizes(false);
  reader.expect("->", "and the types of the results");
  reader.expect("(", "in front of the types of the results");
  if (!reader.peek().is_mark(')')) signature.results = reader.types();
  reader.expect(")", "after the types of the results");
  signature.sound = true;
}

ParseResult parse(std::string_view text, const ParseOptions& options) {
  ParseResult result;
  const auto add = [&](const std::string& message) {
    result.errors.push_back({Location(intern(options.file), 1, 1), message, std::string(line_of(text, 1))});
  };
  try {
    ModuleParser(text, options, result).parse();
  } catch (const TooManyErrors&) {
    result.module = {};
  } catch (const std::exception& error) {
    add(error.what());
  }
  if (result.errors.empty())
    for (const std::string& violation : verify(result.module)) add("internal error: " + violation);
  if (!result.errors.empty()) result.module = {};
  sort_errors(result.errors);
  return result;
}

std::string to_string(const Diagnostic& d) {
  constexpr std::size_t kWidth = 160;
  std::string text = to_string(d.loc) + ": error: " + d.message + "\n";
  std::size_t caret = d.loc.column == 0 ? 0 : d.loc.column - 1;
  std::string_view line = d.source_line;
  if (line.size() > kWidth) {
    // The part of a long line around the caret.
    const std::size_t first = std::min(caret < kWidth / 2 ? 0 : caret - kWidth / 2, line.size() - kWidth);
    line = line.substr(first, kWidth);
    caret -= first;
  }
  std::string below;
  for (std::size_t i = 0; i < line.size();) {
    // What is no character, or one that terminals obey, shows as a question mark.
    const std::size_t length = utf8_length(line.substr(i));
    const auto c = static_cast<unsigned char>(line[i]);
    const bool is_control = (c < 0x20 && c != '\t') || c == 0x7f ||
                            (c == 0xc2 && length == 2 && static_cast<unsigned char>(line[i + 1]) < 0xa0);
    text += length == 0 || is_control ? "?" : line.substr(i, length);
    if (i < caret) below += c == '\t' ? '\t' : ' ';
    i += std::max<std::size_t>(length, 1);
  }
  return text + "\n" + below + "^\n";
}

Module parse_or_throw(std::string_view text, const ParseOptions& options) {
  ParseResult result = parse(text, options);
  if (result.errors.empty()) return std::move(result.module);
  std::string message;
  for (const Diagnostic& d : result.errors) message += to_string(d);
  // The first place is added by Error itself.
  const std::string head = to_string(result.errors.front().loc) + ": error: ";
  message = message.substr(head.size(), message.size() - head.size() - 1);
  fail_at(result.errors.front().loc, message);
}

}  // namespace tjit
