// Attributes, and constant data that is read against its type.
#include <algorithm>

#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "ir/parser.h"

namespace tjit {

namespace {

AttrValue read_value(Reader& reader, const AttrField& field, const AttrValue& kind) {
  const std::string what = "for " + std::string(field.name);
  return std::visit(
      [&](const auto& v) -> AttrValue {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, std::int64_t>) {
          return reader.integer("an integer " + what);
        } else if constexpr (std::is_same_v<V, bool>) {
          if (!reader.peek().is_word("true") && !reader.peek().is_word("false"))
            reader.unexpected("true or false " + what);
          return reader.take().is_word("true");
        } else if constexpr (std::is_same_v<V, DType>) {
          return reader.dtype();
        } else if constexpr (std::is_same_v<V, Dims>) {
          if (!reader.peek().is_mark('[')) reader.unexpected("a list " + what);
          return reader.dims();
        } else if constexpr (std::is_same_v<V, Padding>) {
          if (!reader.peek().is_mark('[')) reader.unexpected("a list of pairs " + what);
          return reader.padding();
        } else if constexpr (std::is_same_v<V, std::string>) {
          if (reader.peek().kind != TokenKind::String) reader.unexpected("a string " + what);
          return reader.string();
        } else if constexpr (std::is_same_v<V, Callee>) {
          return Callee{reader.function_name()};
        } else {
          return v;
        }
      },
      kind);
}

void read_attr(Reader& reader, const OpDef& def, AttrText& text, std::vector<const AttrField*>& found) {
  if (reader.peek().kind != TokenKind::Word) reader.unexpected("the name of an attribute");
  const Token name = reader.take();
  reader.expect("=", "after the name of an attribute");
  const auto field = std::ranges::find(def.attrs, name.text, &AttrField::name);
  if (field == def.attrs.end()) {
    std::vector<std::string_view> known;
    known.reserve(def.attrs.size());
    for (const AttrField& f : def.attrs) known.push_back(f.name);
    reader.report(name,
                  std::string(def.info.name) + " has no attribute " + describe(name) + suggestion(name.text, known));
    text.sound = false;
    return reader.skip_value();
  }
  if (std::ranges::count(found, &*field) != 0) {
    reader.report(name, describe(name) + " is given twice");
    text.sound = false;
    return reader.skip_value();
  }
  found.push_back(&*field);
  const AttrValue kind = field->get(*text.attrs);
  if (std::holds_alternative<Literal>(kind)) {
    text.literal = &*field;
    text.literal_place = reader.mark();
    return reader.skip_value();
  }
  field->set(*text.attrs, read_value(reader, *field, kind));
}

/// The elements of a nested list, checked against a shape while they are read.
class LiteralReader {
 public:
  LiteralReader(Reader& reader, const Type& type) : reader_(reader), type_(type) {}

  Literal read() {
    const int rank = type_.shape.size();
    if (!reader_.peek().is_mark('[')) {
      element();
      return Literal::copy(type_, bytes_.data(), true);
    }
    if (rank == 0) reader_.fail(reader_.peek(), to_string(type_) + " takes one element, not a list");
    if (element_count(type_) == 0 && read_empty()) return Literal::copy(type_, &type_, false);
    level(0);
    return Literal::copy(type_, bytes_.data(), false);
  }

 private:
  /// `[]` stands for every type without elements.
  bool read_empty() {
    const Reader::Mark start = reader_.mark();
    reader_.take();
    if (reader_.accept(']')) return true;
    reader_.rewind(start);
    return false;
  }

  void element() {
    if (!is_complex(type_.dtype) || !reader_.accept('(')) return number(type_.dtype);
    const DType part = part_type(type_.dtype);
    number(part);
    reader_.expect(",", "between the parts of a complex number");
    number(part);
    reader_.expect(")", "after the parts of a complex number");
  }

  void number(DType dtype) {
    const Token at = reader_.peek();
    if (at.kind != TokenKind::Number && at.kind != TokenKind::Word) reader_.unexpected("an element");
    const std::size_t size = static_cast<std::size_t>(size_of(dtype)), end = bytes_.size();
    bytes_.resize(end + size);
    const std::string wrong = parse_element(at.text, dtype, bytes_.data() + end);
    if (!wrong.empty()) reader_.fail(at, wrong);
    reader_.take();
  }

  void level(int dim) {
    const bool innermost = dim + 1 == type_.shape.size();
    const std::string where = "of dimension " + std::to_string(dim) + " of " + to_string(type_);
    if (!reader_.peek().is_mark('[')) reader_.unexpected("'[' for the elements " + where);
    reader_.take();
    std::int64_t count = 0;
    while (!reader_.peek().is_mark(']')) {
      if (count != 0) reader_.expect(",", "or ']' in a list");
      const Token at = reader_.peek();
      if (count == type_.shape[dim]) reader_.fail(at, "more than " + std::to_string(count) + " elements " + where);
      if (innermost && at.is_mark('[')) reader_.fail(at, "lists nest deeper than " + to_string(type_));
      innermost ? element() : level(dim + 1);
      ++count;
    }
    if (count != type_.shape[dim])
      reader_.fail(reader_.peek(), "expected " + std::to_string(type_.shape[dim]) + " elements " + where + ", found " +
                                       std::to_string(count));
    reader_.take();
  }

  Reader& reader_;
  const Type& type_;
  std::vector<std::byte> bytes_;
};

Literal read_file(Reader& reader, const Type& type, const ParseOptions& options) {
  const Token at = reader.take();
  reader.expect("(", "after file");
  const std::string path = reader.string();
  const std::string key = reader.accept(',') ? reader.string() : "";
  reader.expect(")", key.empty() ? "or ',' after the file" : "after file and key");
  if (!options.load_literal) reader.fail(at, "data in files cannot be read here");
  try {
    Literal literal = options.load_literal(path, key, type);
    if (literal.type() != type)
      fail((key.empty() ? "" : "'" + key + "' in ") + "'" + path + "' is " + to_string(literal.type()) + ", expected " +
           to_string(type));
    literal.file = path;
    literal.key = key;
    return literal;
  } catch (const Error& e) {
    reader.fail(at, e.message());
  }
}

}  // namespace

AttrText read_attrs(Reader& reader, const OpDef& def) {
  AttrText text;
  if (def.make_attrs != nullptr) text.attrs = def.make_attrs();
  std::vector<const AttrField*> found;
  if (reader.accept('{') && !reader.accept('}')) {
    do read_attr(reader, def, text, found);
    while (reader.accept(','));
    reader.expect("}", "after the attributes");
  }
  const auto missing = std::ranges::find_if(
      def.attrs, [&](const AttrField& field) { return !field.optional && std::ranges::count(found, &field) == 0; });
  if (text.sound && missing != def.attrs.end()) text.missing = &*missing;
  return text;
}

Literal read_literal(Reader& reader, const Type& type, const ParseOptions& options) {
  if (is_dynamic(type.shape))
    reader.fail(reader.peek(),
                "constant data needs sizes that are known, not " + to_string(type) + "; insert `broadcast_to`");
  return reader.peek().is_word("file") ? read_file(reader, type, options) : LiteralReader(reader, type).read();
}

}  // namespace tjit
