// Constant folding: the eager kernels, run on literals.
#include "runtime/execute.h"

namespace tjit {

namespace {

/// Elementwise ops on splats need one element only.
std::optional<Literal> fold_splats(const OpDef& def, const OpAttrs* attrs, std::span<const Literal* const> operands,
                                   const Type& result) {
  std::vector<Array> elements;
  for (const Literal* x : operands) elements.push_back(Array::copy({x->type().dtype, {}}, x->data()));
  const Array one = execute(def, attrs, elements, {result.dtype, {}});
  return Literal::copy(result, one.data(), true);
}

}  // namespace

std::optional<Literal> fold(const OpDef& def, const OpAttrs* attrs, std::span<const Literal* const> operands,
                            const Type& result) {
  if (def.kind == OpKind::Control || def.kind == OpKind::Effect || is_dynamic(result.shape)) return std::nullopt;
  try {
    bool splats = def.kind == OpKind::Elementwise && element_count(result) > 0;
    for (const Literal* x : operands) splats &= x->is_splat() || x->type().is_scalar();
    if (splats) return fold_splats(def, attrs, operands, result);
    std::vector<Array> arrays;
    for (const Literal* x : operands) arrays.push_back(Array::of(*x));
    return execute(def, attrs, arrays, result).literal();
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace tjit
