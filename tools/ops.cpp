// tjit ops: the op table.
#include <iostream>
#include <memory>

#include "tools/command.h"

namespace tjit {

namespace {

std::string dtype_list(DTypes types) {
  if (types == kAll) return "all";
  std::string text;
  for (const DTypeInfo& t : kDTypes)
    if (contains(types, t.dtype)) text += (text.empty() ? "" : " ") + std::string(t.ir_name);
  return text.empty() ? "-" : text;
}

std::string signature(const OpDef& d) {
  std::string text(d.info.name);
  if (!d.attrs.empty()) {
    text += " {";
    for (const AttrField& a : d.attrs)
      text += (text.ends_with('{') ? "" : ", ") + std::string(a.name) + (a.optional ? "?" : "");
    text += "}";
  }
  return text;
}

std::string operands(const OpDef& d) { return d.info.arity < 0 ? "any" : std::to_string(d.info.arity); }

std::string bound(const OpDef& d) {
  if (d.info.ulp == 0) return "";
  std::string text = std::to_string(d.info.ulp);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return " [" + text + " ULP]";
}

/// Text for a cell of a Markdown table.
std::string escaped(std::string_view doc) {
  std::string text;
  for (const char c : doc) text += c == '|' ? "\\|" : std::string(1, c);
  return text;
}

int run(const std::string& name, bool markdown) {
  const auto show = [&](const OpDef& d) {
    const std::string_view family = family_name(d.family);
    if (markdown) {
      std::cout << "| `" << signature(d) << "` | " << family << " | " << operands(d) << " | "
                << dtype_list(d.info.types) << " | " << escaped(d.info.doc) << bound(d) << " |\n";
    } else {
      std::cout << signature(d) << "  (" << family << "; operands: " << operands(d)
                << "; dtypes: " << dtype_list(d.info.types) << ")\n    " << d.info.doc << bound(d) << "\n";
    }
  };
  if (!name.empty()) {
    const OpDef* d = find_op(name);
    if (d == nullptr) {
      std::vector<std::string_view> known;
      for (const OpDef& op : op_table()) known.push_back(op.info.name);
      fail_unknown("there is no op '" + name + "'", name, known);
    }
    show(*d);
    return kFine;
  }
  if (markdown) std::cout << "| op | kind | operands | dtypes | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const OpDef& d : op_table()) show(d);
  return kFine;
}

}  // namespace

Action add_ops(Arguments& arguments) {
  auto name = std::make_shared<std::string>();
  auto markdown = std::make_shared<bool>(false);
  arguments.text("op", *name, "Only this op");
  arguments.flag("--markdown", *markdown, "As a Markdown table");
  return [=] { return run(*name, *markdown); };
}

}  // namespace tjit
