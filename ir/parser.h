// Reads one function of the IR text and builds it; what is wrong is reported to the Reader.
#pragma once

#include <unordered_map>

#include "ir/builder.h"
#include "ir/reader.h"

namespace tjit {

/// What the text says of a function before its body.
struct Signature {
  Token place;  ///< of its name
  std::string name;
  std::vector<Token> param_names;
  std::vector<Type> params, results;
  bool sound = false;  ///< read to its end; calls of other ones are not judged
};

/// Reads `@f(%0: f32[?n]) -> (f32[?n])`. Throws SyntaxError.
void read_signature(Reader& reader, Signature& signature);
/// Reads `(%0: f32[2], %1: i32[])`.
void read_params(Reader& reader, std::vector<Token>& names, std::vector<Type>& types);
/// Reads `{axes = [0], keepdims = true}` into a fresh op struct. A literal's place is kept for later, as its type
/// follows.
struct AttrText {
  std::shared_ptr<OpAttrs> attrs;
  const AttrField* literal = nullptr;
  const AttrField* missing = nullptr;  ///< the first that is needed and not given
  Reader::Mark literal_place;
  bool sound = true;
};
AttrText read_attrs(Reader& reader, const OpDef& def);
/// Reads constant data of the given type, at the reader's place. Throws SyntaxError.
Literal read_literal(Reader& reader, const Type& type, const ParseOptions& options);

struct Signatures {
  std::unordered_map<std::string, Signature> by_name;
  bool complete = true;  ///< false: the text has so many errors that not all of it was searched
};

/// A `call`, for the search for recursion.
struct CallSite {
  std::string callee;
  Token place;
};

class FunctionParser {
 public:
  FunctionParser(Reader& reader, const ParseOptions& options, const Signatures& signatures, const Signature& own)
      : reader_(reader), options_(options), signatures_(signatures), own_(own), builder_(own.name) {}

  /// Reads the body behind `{` up to and with its `}`. The function is worth something only if nothing was reported.
  Function parse();
  const std::vector<CallSite>& calls() const { return calls_; }

 private:
  /// What a name stands for. Names whose definition failed are `poisoned`: their uses are not judged.
  struct Name {
    ValueId value;
    std::uint32_t line = 0;
    bool poisoned = false, ended = false;
  };

  struct OpText {
    Token first, place;  ///< the first token, and the op's name
    std::vector<Token> names;
    const OpDef* def = nullptr;
    std::vector<ValueId> operands;
    AttrText attrs;
    std::vector<Type> types;
    std::vector<BlockId> blocks;
    Location loc;
    bool sound = true;
  };

  struct Yield {
    Token place;
    std::vector<ValueId> values;
    bool sound = false;
    bool unclosed = false;  ///< the block's `}` seems to be missing
  };

  void parse_op();
  void read_op(OpText& op);
  void read_op_name(OpText& op);
  void read_types(OpText& op);
  void read_end_of_op(const OpText& op);
  void read_block(OpText& op, std::string_view name);
  Yield read_body();
  void read_yield(Yield& yield);
  /// Reads `%a, %b`; false when one of them is no good value.
  bool read_values(std::vector<ValueId>& values);
  bool is_definition();
  void recover(const Reader::Mark& start, const Token& wrong);

  /// Nothing when the callee's signature is not known for sure.
  std::optional<ValueList> append(const OpText& op);
  bool find_call_types(const OpText& op, std::vector<Type>& types);
  void check_results(const Yield& yield);
  void report_error(const Token& at, const Error& error);

  void define(const Token& name, const ValueId* value);
  const Name* find(const Token& name);
  void report_undefined(const Token& name);
  void end_names();

  Reader& reader_;
  const ParseOptions& options_;
  const Signatures& signatures_;
  const Signature& own_;
  Builder builder_;
  std::unordered_map<std::string_view, Name> names_;
  std::vector<std::vector<std::string_view>> open_names_{1};  ///< names defined in each open block
  std::vector<CallSite> calls_;
};

}  // namespace tjit
