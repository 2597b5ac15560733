// Constant folding. The op's own kernel computes the value, so that folded and computed results agree bit for bit.
#include "passes/fold.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ir/ops/list.h"
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

bool is_worthwhile(const OpDef& d, Known operands, const Type& result) {
  const auto count = static_cast<double>(element_count(result));
  double elements = count, product = count;
  std::int64_t bytes = 0;
  for (const Literal* l : operands) {
    elements += static_cast<double>(element_count(l->type()));
    product *= static_cast<double>(element_count(l->type()));
    bytes += l->stored_bytes();
  }
  // Of [m,k], [k,n] and [m,n]: m k n.
  const double work = d.kind == OpKind::Contract ? std::sqrt(product) : elements;
  const std::int64_t most = d.kind == OpKind::View ? kMostViewElements : kMostElements;
  return work <= kMostWork && (element_count(result) <= most || byte_count(result) <= bytes);
}

std::optional<Literal> evaluate(const NewOp& op, Known operands, const Type& result) {
  const OpDef& d = def(op.code);
  const Literal& first = *operands[0];
  const bool splats = std::ranges::all_of(operands, [](const Literal* l) { return l->is_uniform(); });
  if (d.kind == OpKind::View && splats) return Literal(result, first.owner(), true);
  if (op.code == kOpcode<Reshape>) return Literal(result, first.owner(), false);
  // One element stands for all.
  if ((d.kind == OpKind::Elementwise && splats) || is_worthwhile(d, operands, result))
    return fold(d, op.attrs.get(), operands, result);
  return std::nullopt;
}

/// The same constant as a splat, when all elements are equal.
std::optional<ValueId> fold_uniform(Builder& b, const NewOp& op) {
  const Literal& l = static_cast<const Constant&>(*op.attrs).value;
  const auto size = static_cast<std::size_t>(size_of(l.type().dtype));
  if (l.is_splat() || l.type().is_scalar() || l.stored_bytes() == 0) return std::nullopt;
  if (std::memcmp(l.data(), l.data() + size, static_cast<std::size_t>(l.stored_bytes()) - size) != 0)
    return std::nullopt;
  return b.constant(Literal::copy(l.type(), l.data(), true), op.loc);
}

}  // namespace

std::optional<ValueId> fold_op(Builder& b, const NewOp& op) {
  if (op.code == kOpcode<Constant>) return fold_uniform(b, op);
  std::vector<const Literal*> operands;
  for (const ValueId v : op.operands) {
    const Literal* literal = b.function().constant(v);
    if (literal == nullptr) return std::nullopt;
    operands.push_back(literal);
  }
  if (operands.empty()) return std::nullopt;  // a source: its attributes are its shortest form
  const Type result = infer_results(b.function(), op).front();
  if (is_dynamic(result.shape)) return std::nullopt;
  auto literal = evaluate(op, operands, result);
  return literal ? std::optional(b.constant(std::move(*literal), op.loc)) : std::nullopt;
}

Function fold(const Function& function, const PassContext&) { return copy_function(function, {.simplify = fold_op}); }

}  // namespace tjit
