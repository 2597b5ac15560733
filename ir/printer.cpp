// Prints functions. Values are numbered in the order in which the text shows them, whatever their ids are.
#include "ir/lexer.h"
#include "ir/literal_text.h"
#include "ir/text.h"

namespace tjit {

namespace {

/// Literals of more elements than this are handed to `PrintOptions::save_literal`, as are those from files.
constexpr std::int64_t kMostElements = 64;

class Printer {
 public:
  Printer(const Function& f, const PrintOptions& options, std::string& out)
      : f_(f), options_(options), out_(out), numbers_(value_numbers(f)) {}

  void print_function() {
    out_ += "func ";
    append_name(f_.name);
    append_params(Function::kBody);
    out_ += " -> (";
    append_list(f_.body().yields, [&](ValueId v) { out_ += to_string(f_.type(v)); });
    out_ += ") {\n";
    print_block(Function::kBody, 2);
    out_ += "}\n";
  }

  void print_op(OpId id) {
    const Op& op = f_.op(id);
    if (op.result_count != 0) {
      append_values(f_.results(id));
      out_ += " = ";
    }
    out_ += def(op.code).info.name;
    if (op.operand_count != 0) {
      out_ += ' ';
      append_values(f_.operands(id));
    }
    append_attrs(op);
    if (op.result_count != 0) {
      out_ += " : ";
      append_list(f_.results(id), [&](ValueId v) { out_ += to_string(f_.type(v)); });
    }
    if (options_.locations && op.loc) {
      out_ += " loc(";
      append_quoted(out_, op.loc.file != nullptr ? op.loc.file : "");
      out_ += ":" + std::to_string(op.loc.line) + ":" + std::to_string(op.loc.column);
      if (op.loc.function != nullptr) {
        out_ += ", ";
        append_quoted(out_, op.loc.function);
      }
      out_ += ")";
    }
  }

 private:
  void append_list(const auto& items, auto&& append) {
    bool first = true;
    for (const auto item : items) {
      if (!first) out_ += ", ";
      first = false;
      append(item);
    }
  }

  // A value that stands nowhere in the text shows its id: only messages about broken functions get here.
  void append_value(ValueId v) {
    const bool known = v.index >= 0 && v.index < f_.value_count() && numbers_[static_cast<std::size_t>(v.index)] >= 0;
    out_ += known ? "%" + std::to_string(numbers_[static_cast<std::size_t>(v.index)])
                  : "%<" + std::to_string(v.index) + ">";
  }
  void append_values(const auto& values) {
    append_list(values, [&](ValueId v) { append_value(v); });
  }

  void append_name(std::string_view name) {
    out_ += '@';
    if (is_plain_name(name)) {
      out_ += name;
    } else {
      append_quoted(out_, name);
    }
  }

  void append_params(BlockId block) {
    out_ += '(';
    append_list(f_.params(block), [&](ValueId v) {
      append_value(v);
      out_ += ": " + to_string(f_.type(v));
    });
    out_ += ')';
  }

  void print_block(BlockId id, std::size_t indent) {
    for (const OpId op : f_.block(id).ops) {
      out_.append(indent, ' ');
      print_op(op);
      out_ += '\n';
      print_blocks(op, indent + 2);
    }
    out_.append(indent, ' ');
    out_ += "yield";
    if (!f_.block(id).yields.empty()) out_ += ' ';
    append_values(f_.block(id).yields);
    out_ += '\n';
  }

  void print_blocks(OpId id, std::size_t indent) {
    const Op& op = f_.op(id);
    const std::span<const BlockInfo> blocks = def(op.code).blocks();
    for (std::size_t i = 0; i < op.blocks.size(); ++i) {
      out_.append(indent, ' ');
      out_ += blocks[i].name;
      append_params(op.blocks[i]);
      out_ += " {\n";
      print_block(op.blocks[i], indent + 2);
      out_.append(indent, ' ');
      out_ += "}\n";
    }
  }

  void append_attrs(const Op& op) {
    const OpDef& d = def(op.code);
    if (op.attrs == nullptr || d.attrs.empty()) return;
    const std::shared_ptr<const OpAttrs> defaults = d.make_attrs();
    bool any = false;
    for (const AttrField& field : d.attrs) {
      const AttrValue value = field.get(*op.attrs);
      if (field.optional && value == field.get(*defaults)) continue;
      out_ += any ? ", " : " {";
      any = true;
      out_ += field.name;
      out_ += " = ";
      std::visit([&](const auto& v) { append_attr(v); }, value);
    }
    if (any) out_ += '}';
  }

  void append_attr(std::int64_t value) { out_ += std::to_string(value); }
  void append_attr(bool value) { out_ += value ? "true" : "false"; }
  void append_attr(DType value) { out_ += info(value).ir_name; }
  void append_attr(const Dims& value) { out_ += to_string(value); }
  void append_attr(const Padding& value) { out_ += to_string(value); }
  void append_attr(const std::string& value) { append_quoted(out_, value); }
  void append_attr(const Callee& value) { append_name(value.name); }
  void append_attr(const Literal& value) {
    std::pair<std::string, std::string> place(value.file, value.key);
    const bool large = !value.is_splat() && element_count(value.type()) > kMostElements;
    if ((large || !place.first.empty()) && options_.save_literal) place = options_.save_literal(value);
    if (place.first.empty()) {
      const bool abridged = !value.is_splat() && element_count(value.type()) > options_.most_elements;
      if (value.data() == nullptr) {
        out_ += "<no data>";
      } else {
        out_ += abridged ? "<" + to_string(value.type()) + ">" : print_literal(value);
      }
      return;
    }
    out_ += "file(";
    append_quoted(out_, place.first);
    if (!place.second.empty()) {
      out_ += ", ";
      append_quoted(out_, place.second);
    }
    out_ += ')';
  }

  const Function& f_;
  const PrintOptions& options_;
  std::string& out_;
  const std::vector<int> numbers_;
};

}  // namespace

std::vector<int> value_numbers(const Function& f) {
  std::vector<int> numbers(static_cast<std::size_t>(f.value_count()), -1);
  int next = 0;
  const auto add = [&](ValueRange values) {
    for (const ValueId v : values)
      if (v.index >= 0 && v.index < f.value_count()) numbers[static_cast<std::size_t>(v.index)] = next++;
  };
  const auto visit = [&](auto&& self, BlockId block) -> void {
    add(f.params(block));
    for (const OpId op : f.block(block).ops) {
      add(f.results(op));
      for (const BlockId b : f.op(op).blocks) self(self, b);
    }
  };
  visit(visit, Function::kBody);
  return numbers;
}

std::string print(const Function& function, const PrintOptions& options) {
  std::string out = options.header ? "// tjit 1\n" : "";
  Printer(function, options, out).print_function();
  return out;
}

std::string print(const Module& module, const PrintOptions& options) {
  std::string out = options.header ? "// tjit 1\n" : "";
  for (const Function& f : module.functions) {
    if (&f != &module.functions.front()) out += '\n';
    Printer(f, options, out).print_function();
  }
  return out;
}

std::string print_op(const Function& function, OpId op) {
  std::string out;
  Printer(function, {}, out).print_op(op);
  return out;
}

}  // namespace tjit
