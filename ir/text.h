// The text form of programs: print, parse, and verify.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/function.h"

namespace tjit {

struct PrintOptions {
  bool locations = false;  ///< print loc(...) after each op
  bool header = false;     ///< start with `// tjit 1`
  /// Called for literals of more than 64 elements and those that came from a file; returns the file and key to print
  /// (it writes the data where needed). When null, the former print in full, the latter with the place they came from.
  std::function<std::pair<std::string, std::string>(const Literal&)> save_literal = {};
  static constexpr std::int64_t kAll = INT64_MAX;
  /// Literals of more elements show as `<f32[1048576]>` where they would print in full: for people, it is not read
  /// back.
  std::int64_t most_elements = kAll;
};

std::string print(const Function& function, const PrintOptions& options = {});
std::string print(const Module& module, const PrintOptions& options = {});
/// The number that each value prints with, by id; -1 for values that stand nowhere in the text.
std::vector<int> value_numbers(const Function& function);
/// Blocks within blocks that a program may have, in text and as it is captured; each level takes stack space.
inline constexpr int kMostNested = 200;
inline std::string nested_too_deep_text() { return "blocks are nested deeper than " + std::to_string(kMostNested); }

/// One op as it prints, without blocks: for messages.
std::string print_op(const Function& function, OpId op);
/// A literal's text, nested as deep as its rank; splats print one element.
std::string print_literal(const Literal& literal);

struct ParseOptions {
  std::string file = "<input>";  ///< for messages, and the place of ops without loc()
  /// Resolves `file("weights.npz", "w1")`, or `file("w.npy")` with an empty key: path relative to the text's folder,
  /// expected type.
  std::function<Literal(const std::string& path, const std::string& key, const Type& type)> load_literal = {};
  int max_errors = 20;
};

struct Diagnostic {
  Location loc;
  std::string message;
  std::string source_line;  ///< the line of text, for the caret
};

/// `file:line:column: error: message`, the source line, and a caret under the column.
std::string to_string(const Diagnostic& diagnostic);

struct ParseResult {
  Module module;
  std::vector<Diagnostic> errors;  ///< empty when the module is complete and verified
};

/// Never throws on any input. Several errors are reported per run.
ParseResult parse(std::string_view text, const ParseOptions& options = {});
/// The module, or an Error whose text holds all diagnostics.
Module parse_or_throw(std::string_view text, const ParseOptions& options = {});

/// All violations of the invariants stated in ir/verifier.cpp's head, with op text and place; empty when none.
std::vector<std::string> verify(const Module& module, const Function& function);
std::vector<std::string> verify(const Module& module);

}  // namespace tjit
