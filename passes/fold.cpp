// Constant folding. The op's own kernel computes the value, so that folded and computed results agree bit for bit.
#include "passes/fold.h"

#include <algorithm>
#include <cstring>

#include "passes/copy.h"
#include "runtime/execute.h"

namespace tjit {

namespace {

/// Larger results are written down only when they take no more bytes than the operands do.
constexpr std::int64_t kMostElements = 4096;
/// A view costs nothing when it is not folded, so only short ones may grow.
constexpr std::int64_t kMostViewElements = 64;
/// Elementary steps: about a millisecond.
constexpr double kMostWork = 1 << 20;

using Known = std::span<const Literal* const>;

bool is_worthwhile(const NewOp& op, Known operands, std::span<const Type> results) {
  const OpDef& d = def(op.code);
  std::int64_t bytes = 0, elements = 0, result_bytes = 0, result_elements = 0;
  std::vector<Type> types;
  for (const Literal* l : operands)
    types.push_back(l->type()), elements += element_count(l->type()), bytes += l->stored_bytes();
  for (const Type& t : results) result_elements += element_count(t), result_bytes += byte_count(t);
  const double work =
      has_routine(d.form()) ? d.steps(op.attrs.get(), types, results) : static_cast<double>(elements + result_elements);
  const std::int64_t most = d.form() == Form::View ? kMostViewElements : kMostElements;
  return work <= kMostWork && (result_elements <= most || result_bytes <= bytes);
}

std::optional<std::vector<Literal>> evaluate(const NewOp& op, Known operands, std::span<const Type> results) {
  const OpDef& d = def(op.code);
  const Literal& first = *operands[0];
  const bool uniform = std::ranges::all_of(operands, [](const Literal* l) { return l->is_uniform(); });
  if (is_view(d.form()) && uniform) return std::vector{Literal(results[0], first.owner(), true)};
  if (d.form() == Form::Reshape) return std::vector{Literal(results[0], first.owner(), false)};
  // One element stands for all.
  if ((d.form() == Form::Map && uniform) || is_worthwhile(op, operands, results))
    return fold(d, op.attrs.get(), operands, results);
  return std::nullopt;
}

/// The same constant as a splat, when all elements are equal.
std::optional<ValueList> fold_uniform(Builder& b, const NewOp& op) {
  const Literal& l = def(op.code).value(op.attrs.get());
  const auto size = static_cast<std::size_t>(size_of(l.type().dtype));
  if (l.is_splat() || l.type().is_scalar() || l.stored_bytes() == 0) return std::nullopt;
  if (std::memcmp(l.data(), l.data() + size, static_cast<std::size_t>(l.stored_bytes()) - size) != 0)
    return std::nullopt;
  return ValueList{b.constant(Literal::copy(l.type(), l.data(), true), op.loc)};
}

}  // namespace

std::optional<ValueList> fold_op(Builder& b, const NewOp& op) {
  if (def(op.code).form() == Form::Constant) return fold_uniform(b, op);
  std::vector<const Literal*> operands;
  for (const ValueId v : op.operands) {
    const Literal* literal = b.function().constant(v);
    if (literal == nullptr) return std::nullopt;
    operands.push_back(literal);
  }
  if (operands.empty()) return std::nullopt;  // a source: its attributes are its shortest form
  const Types types = infer_results(b.function(), op);
  if (std::ranges::any_of(types, [](const Type& t) { return is_dynamic(t.shape); })) return std::nullopt;
  auto literals = evaluate(op, operands, types);
  if (!literals) return std::nullopt;
  ValueList values;
  for (Literal& l : *literals) values.push_back(b.constant(std::move(l), op.loc));
  return values;
}

Function fold(const Function& function, const PassContext&) { return copy_function(function, {.simplify = fold_op}); }

}  // namespace tjit
