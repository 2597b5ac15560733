// tjit ops: what each op is, or a table of the element types that it takes with the errors of its results.
#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "ir/ops/element.h"
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

std::string decimal(double x) {
  std::string text = std::to_string(x);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// Whether the op's bound is that of each of many steps.
bool is_of_steps(const OpDef& d) { return d.form() != Form::Map; }

/// ` [1 ULP in f16 bf16 f32, 2 in f64]`, or nothing for what is exact.
std::string bounds(const OpDef& d) {
  std::vector<std::pair<double, std::string>> parts;
  for (const DTypeInfo& t : kDTypes) {
    if (!contains(d.info.types, t.dtype) || !has_nan(t.dtype)) continue;
    const double bound = ulp_of(d.info.ulp, t.dtype);
    if (parts.empty() || parts.back().first != bound) parts.emplace_back(bound, "");
    parts.back().second += " " + std::string(t.ir_name);
  }
  if (parts.empty() || (parts.size() == 1 && parts[0].first == 0)) return "";
  std::string text;
  for (const auto& [bound, types] : parts) {
    text += (text.empty() ? " [" : ", ") + decimal(bound) + (text.empty() ? " ULP" : "");
    if (parts.size() > 1) text += " in" + types;
  }
  return text + (is_of_steps(d) ? " a step]" : "]");
}

constexpr std::string_view kTableNotes =
    "-: no such   =: exact   number: the largest error in units in the last place, 0.5 where results are rounded\n"
    "correctly; of complex ones, of the larger part, unless the op says more   *: of each step; the order of steps is "
    "part of the result\n";

/// What the table says of an op on an element type.
std::string cell(const OpDef& d, DType t) {
  if (!contains(d.info.types, t)) return "-";
  const bool rounds = has_nan(t) || d.info.result == Result::Attribute;
  const double bound = rounds ? ulp_of(d.info.ulp, has_nan(t) ? t : DType::F32) : 0;
  return bound == 0 ? "=" : decimal(bound) + (is_of_steps(d) ? "*" : "");
}

/// The op of this name, or all of them. Throws Error when there is none.
std::span<const OpDef> ops_named(const std::string& name) {
  if (name.empty()) return op_table();
  if (const OpDef* d = find_op(name)) return {d, 1};
  std::vector<std::string_view> known;
  for (const OpDef& op : op_table()) known.push_back(op.info.name);
  fail_unknown("there is no op '" + name + "'", name, known);
}

/// Rows of cells of equal width, the first column to the left.
int show_table(const std::string& name, bool markdown) {
  const std::span<const OpDef> ops = ops_named(name);
  const std::size_t name_width =
      std::ranges::max(op_table(), {}, [](const OpDef& d) { return d.info.name.size(); }).info.name.size();
  constexpr std::size_t kCellWidth = 5;
  const auto filled = [](std::string_view text, std::size_t width, char fill) {
    return std::string(width - std::min(width, text.size()), fill);
  };
  const auto show_row = [&](std::string_view first, auto text_of, char fill) {
    std::cout << (markdown ? "| " : "") << first << filled(first, name_width, fill);
    for (const DTypeInfo& t : kDTypes) {
      const std::string text = text_of(t);
      std::cout << (markdown ? " | " : " ") << filled(text, kCellWidth, fill) << text;
    }
    std::cout << (markdown ? " |\n" : "\n");
  };
  show_row("op", [](const DTypeInfo& t) { return std::string(t.ir_name); }, ' ');
  if (markdown) show_row("", [](const DTypeInfo&) { return std::string(":"); }, '-');
  for (const OpDef& d : ops) show_row(d.info.name, [&](const DTypeInfo& t) { return cell(d, t.dtype); }, ' ');
  std::cout << "\n" << kTableNotes;
  return kFine;
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
                << dtype_list(d.info.types) << " | " << escaped(d.info.doc) << bounds(d) << " |\n";
    } else {
      std::cout << signature(d) << "  (" << family << "; operands: " << operands(d)
                << "; dtypes: " << dtype_list(d.info.types) << ")\n    " << d.info.doc << bounds(d) << "\n";
    }
  };
  const std::span<const OpDef> ops = ops_named(name);
  if (markdown && name.empty())
    std::cout << "| op | kind | operands | dtypes | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const OpDef& d : ops) show(d);
  return kFine;
}

}  // namespace

Action add_ops(Arguments& arguments) {
  auto name = std::make_shared<std::string>();
  auto markdown = std::make_shared<bool>(false), table = std::make_shared<bool>(false);
  arguments.text("op", *name, "Only this op");
  arguments.flag("--markdown", *markdown, "As a Markdown table");
  arguments.flag("--table", *table, "Which element types each op takes, with the errors of its results");
  return [=] { return *table ? show_table(*name, *markdown) : run(*name, *markdown); };
}

}  // namespace tjit
