// Ops, blocks and names of one function, and how reading goes on after an error.
#include <algorithm>

#include "ir/calls.h"
#include "ir/ops/structure.h"
#include "ir/parser.h"
#include "ir/sizes.h"

namespace tjit {

namespace {

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

bool is_block_name(const Token& token) {
  return token.kind == TokenKind::Word && std::ranges::any_of(op_table(), [&](const OpDef& d) {
           return std::ranges::count(d.blocks(), token.text, &BlockInfo::name) != 0;
         });
}

bool is_before(const Token& a, const Token& b) { return a.line < b.line || (a.line == b.line && a.column < b.column); }

}  // namespace

// ---- names ----

void FunctionParser::define(const Token& name, const ValueId* value) {
  const auto [it, fresh] = names_.try_emplace(name.text);
  Name& known = it->second;
  if (!fresh && !known.ended) {
    if (!known.poisoned && value != nullptr)
      reader_.report(name, describe(name) + " is already defined in line " + std::to_string(known.line));
    known.poisoned = true;
    return;
  }
  known = {value != nullptr ? *value : ValueId{}, name.line, value == nullptr, false};
  open_names_.back().push_back(name.text);
}

/// Names of an ended block may be used again for other values.
void FunctionParser::end_names() {
  for (const std::string_view name : open_names_.back()) names_.find(name)->second.ended = true;
  open_names_.pop_back();
}

const FunctionParser::Name* FunctionParser::find(const Token& name) {
  const auto it = names_.find(name.text);
  if (it != names_.end() && !it->second.ended) return it->second.poisoned ? nullptr : &it->second;
  if (it != names_.end() && !it->second.poisoned) {
    reader_.report(name, describe(name) + " is not visible here: its block, with its definition in line " +
                             std::to_string(it->second.line) + ", has ended");
  } else if (it == names_.end()) {
    report_undefined(name);
  }
  define(name, nullptr);  // one message for each name
  return nullptr;
}

void FunctionParser::report_undefined(const Token& name) {
  const Reader::Mark here = reader_.mark();
  std::string message = describe(name) + " is not defined";
  // The rest of the function is searched for a line that starts with the name, alone or in a list.
  bool defines = false;
  while (reader_.peek().kind != TokenKind::End && !reader_.peek().is_word("func")) {
    const Token token = reader_.take();
    defines = (defines || token.first_on_line) && (token.kind == TokenKind::Value || token.is_mark(','));
    if (!defines || token.text != name.text) continue;
    message = describe(name) + " is used before its definition in line " + std::to_string(token.line);
    break;
  }
  reader_.rewind(here);
  reader_.report(name, message);
}

bool FunctionParser::read_values(std::vector<ValueId>& values) {
  bool sound = true;
  for (;;) {
    const Name* name = find(reader_.value_name());
    if (name != nullptr) values.push_back(name->value);
    sound &= name != nullptr;
    if (!reader_.accept(',')) return sound;
    if (reader_.peek().first_on_line && is_definition()) reader_.unexpected("a value behind the ','");
  }
}

/// Whether the next line defines a value.
bool FunctionParser::is_definition() {
  const Reader::Mark here = reader_.mark();
  reader_.take();
  const bool result = reader_.peek().is_mark('=');
  reader_.rewind(here);
  return result;
}

// ---- ops ----

void FunctionParser::read_op_name(OpText& op) {
  op.first = reader_.peek();
  if (op.first.kind == TokenKind::Value) {
    do op.names.push_back(reader_.value_name());
    while (reader_.accept(','));
    reader_.expect("=", "after the names of results");
  }
  if (reader_.peek().kind != TokenKind::Word) reader_.unexpected("an op");
  op.place = reader_.take();
  op.loc = reader_.place(op.place);
  op.def = find_op(op.place.text);
  if (op.def != nullptr) return;
  std::vector<std::string_view> known;
  for (const OpDef& d : op_table()) known.push_back(d.info.name);
  reader_.fail(op.place, "unknown op " + describe(op.place) + suggestion(op.place.text, known));
}

void FunctionParser::read_types(OpText& op) {
  if (reader_.accept(':')) op.types = reader_.types();
  if (op.attrs.literal == nullptr || !op.attrs.sound) return;
  const std::string name(op.def->info.name);
  if (op.types.size() != 1) reader_.fail(op.place, name + " needs its type, as in `" + name + " {value = 1} : i32[]`");
  const Reader::Mark here = reader_.mark();
  reader_.rewind(op.attrs.literal_place);
  op.attrs.literal->set(*op.attrs.attrs, read_literal(reader_, op.types.front(), options_));
  if (!reader_.peek().is_mark(',') && !reader_.peek().is_mark('}')) reader_.unexpected("',' or '}' after the data");
  reader_.rewind(here);
}

void FunctionParser::read_end_of_op(const OpText& op) {
  if (!reader_.peek().first_on_line && !reader_.peek().is_mark('}'))
    reader_.unexpected("the end of the line after " + std::string(op.def->info.name));
}

void FunctionParser::read_op(OpText& op) {
  read_op_name(op);
  if (reader_.peek().kind == TokenKind::Value && !reader_.peek().first_on_line) op.sound = read_values(op.operands);
  op.attrs = read_attrs(reader_, *op.def);
  op.sound &= op.attrs.sound;
  read_types(op);
  if (reader_.peek().is_word("loc")) op.loc = reader_.location();
  const std::span<const BlockInfo> blocks = op.def->blocks();
  if (blocks.empty() || !reader_.peek().first_on_line) read_end_of_op(op);
  for (const BlockInfo& block : blocks) read_block(op, block.name);
  if (!blocks.empty()) read_end_of_op(op);
  if (op.attrs.missing != nullptr) {
    reader_.report(op.place, std::string(op.def->info.name) + " needs the attribute '" +
                                 std::string(op.attrs.missing->name) + "'");
    op.sound = false;
  }
}

void FunctionParser::parse_op() {
  const Reader::Mark start = reader_.mark();
  OpText op;
  try {
    read_op(op);
  } catch (const SyntaxError& error) {
    op.sound = false;
    recover(start, error.at);
  }
  std::optional<ValueList> results;
  if (op.sound) {
    try {
      results = append(op);
    } catch (const Error& error) {
      report_error(op.place, error);
    }
  }
  if (results && results->size() != op.names.size()) {
    const std::string name(op.def->info.name);
    reader_.report(op.first,
                   name + " has " + counted(results->size(), "result") + ", found " + counted(op.names.size(), "name"));
    results.reset();
  }
  for (std::size_t i = 0; i < op.names.size(); ++i) {
    const ValueId value = results ? (*results)[i] : ValueId{};
    define(op.names[i], results ? &value : nullptr);
  }
}

std::optional<ValueList> FunctionParser::append(const OpText& op) {
  std::vector<Type> types = op.types;
  if (op.def->is_control(ControlKind::Call) && !find_call_types(op, types)) return std::nullopt;
  return builder_.append({op.def->code, op.attrs.attrs, op.operands, op.blocks, op.loc}, types);
}

bool FunctionParser::find_call_types(const OpText& op, std::vector<Type>& types) {
  const std::string& callee = attrs_as<Call>(op.def->code, op.attrs.attrs.get()).callee.name;
  const auto it = signatures_.by_name.find(callee);
  if (it == signatures_.by_name.end()) {
    if (!signatures_.complete) return false;
    std::vector<std::string_view> known;
    known.reserve(signatures_.by_name.size());
    for (const auto& [name, signature] : signatures_.by_name) known.push_back(name);
    std::ranges::sort(known);
    fail("call: " + no_function_text(callee, known));
  }
  calls_.push_back({callee, op.place});
  if (!it->second.sound) return false;
  const std::vector<Type> operands = builder_.function().types(op.operands);
  try {
    std::vector<Type> results = bind_sizes(callee, it->second.params, operands).substitute(it->second.results);
    if (!types.empty()) refine_types(results, types);
    types = std::move(results);
  } catch (const Error& error) {
    throw Error(error.kind(), "call: " + error.message());
  }
  return true;
}

void FunctionParser::report_error(const Token& at, const Error& error) {
  reader_.report(at, (error.kind() == Error::Kind::Internal ? "internal error: " : "") + error.message());
}

// ---- blocks ----

void FunctionParser::read_block(OpText& op, std::string_view name) {
  if (!reader_.peek().is_word(name))
    reader_.unexpected("block '" + std::string(name) + "' of " + std::string(op.def->info.name));
  const Token place = reader_.take();
  if (static_cast<int>(open_names_.size()) > kMostNested) reader_.fail(place, nested_too_deep_text());
  std::vector<Token> names;
  std::vector<Type> types;
  read_params(reader_, names, types);
  reader_.expect("{", "in front of the block");
  const BlockId block = builder_.begin_block(types);
  open_names_.emplace_back();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ValueId param = builder_.function().params(block)[static_cast<int>(i)];
    define(names[i], &param);
  }
  const Yield yield = read_body();
  builder_.end_block(yield.sound ? yield.values : std::vector<ValueId>{});
  end_names();
  op.blocks.push_back(block);
  op.sound &= yield.sound;
  if (!yield.unclosed) reader_.expect("}", "at the end of the block");
}

void FunctionParser::read_yield(Yield& yield) {
  const Reader::Mark start = reader_.mark();
  yield = {.place = reader_.take(), .values = {}, .sound = false};
  try {
    yield.sound = reader_.peek().kind != TokenKind::Value || reader_.peek().first_on_line || read_values(yield.values);
    if (!reader_.peek().first_on_line && !reader_.peek().is_mark('}'))
      reader_.unexpected("the end of the line after yield");
  } catch (const SyntaxError& error) {
    yield.sound = false;
    recover(start, error.at);
  }
}

/// Reads ops up to the block's `}`, which stays to be read.
FunctionParser::Yield FunctionParser::read_body() {
  Yield yield;
  bool has_yield = false, reported = false;
  for (;;) {
    const Token token = reader_.peek();
    if (token.is_mark('}') && has_yield) {
      yield.sound &= !reported;
      return yield;
    }
    // Less indentation than the yield, or another block, shows that a `}` is missing; all else stands behind the yield.
    const bool ends = token.is_mark('}') || token.kind == TokenKind::End || token.is_word("func");
    yield.unclosed = (ends && !token.is_mark('}')) || (open_names_.size() > 1 && is_block_name(token)) ||
                     (has_yield && token.column < yield.place.column);
    if (has_yield && !reported) {
      reader_.report(token, "expected '}' after yield, found " + describe(token));
      reported = true;
    } else if (!has_yield && (ends || yield.unclosed)) {
      reader_.report(token, "the block ends without a yield");
    }
    if (ends || yield.unclosed) {
      yield.sound = false;
      return yield;
    }
    if (token.is_word("yield")) {
      read_yield(yield);
      has_yield = true;
    } else {
      parse_op();
    }
  }
}

/// Goes on at the line behind the op that starts at `start` and is wrong at `wrong`, past the op's blocks.
void FunctionParser::recover(const Reader::Mark& start, const Token& wrong) {
  if (wrong.kind == TokenKind::End || wrong.is_word("func")) return;
  reader_.rewind(start);
  const bool owns_line = reader_.peek().first_on_line;
  int depth = 0;
  bool in_attrs = false;
  for (Token last;;) {
    const Token& t = reader_.peek();
    if (t.kind == TokenKind::End || t.is_word("func")) return;
    if (!is_before(t, wrong) && t.first_on_line) {
      // A line that starts an op shows that the attributes' brace was never closed.
      if (t.kind == TokenKind::Value || t.is_word("yield")) in_attrs = false;
      if (depth == 0 && !in_attrs && !is_block_name(t) && last.kind != TokenKind::End) return;
    }
    if (t.is_mark('{')) {
      last.is_mark(')') || is_block_name(last) ? void(++depth) : void(in_attrs = true);
    } else if (t.is_mark('}') && in_attrs) {
      in_attrs = false;
    } else if (t.is_mark('}') && depth > 0) {
      --depth;
    } else if (t.is_mark('}') && !owns_line) {
      return;
    }
    last = reader_.take();
  }
}

void FunctionParser::check_results(const Yield& yield) {
  const std::string name = "@" + own_.name;
  if (yield.values.size() != own_.results.size())
    return reader_.report(yield.place, "yields " + counted(yield.values.size(), "value") + ", but " + name + " has " +
                                           counted(own_.results.size(), "result"));
  for (std::size_t i = 0; i < own_.results.size(); ++i) {
    const Type& found = builder_.type(yield.values[i]);
    if (found != own_.results[i])
      reader_.report(yield.place, "result " + std::to_string(i) + " of " + name + " is " + to_string(own_.results[i]) +
                                      ", but " + to_string(found) + " is yielded");
  }
}

Function FunctionParser::parse() {
  builder_.function().loc = reader_.place(own_.place);
  for (std::size_t i = 0; i < own_.params.size(); ++i) {
    const ValueId param = builder_.param(own_.params[i]);
    define(own_.param_names[i], &param);
    builder_.function().param_names.emplace_back(own_.param_names[i].text);
  }
  const Yield yield = read_body();
  reader_.expect("}", "at the end of the function");
  if (yield.sound) check_results(yield);
  return builder_.finish(yield.sound ? yield.values : std::vector<ValueId>{});
}

}  // namespace tjit
