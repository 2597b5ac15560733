// Constant folding: the eager kernels, run on literals.
#include <algorithm>

#include "runtime/execute.h"

namespace tjit {

namespace {

/// Elementwise ops on splats need one element only.
Literal fold_splats(const OpDef& def, const OpAttrs* attrs, std::span<const Literal* const> operands,
                    const Type& result) {
  std::vector<Array> elements;
  for (const Literal* x : operands) elements.push_back(Array::copy({x->type().dtype, {}}, x->data()));
  const Type element{result.dtype, {}};
  return Literal::copy(result, execute(def, attrs, elements, {&element, 1}).front().data(), true);
}

}  // namespace

std::optional<std::vector<Literal>> fold(const OpDef& def, const OpAttrs* attrs,
                                         std::span<const Literal* const> operands, std::span<const Type> results) {
  if (!def.is_plain() || std::ranges::any_of(results, [](const Type& t) { return is_dynamic(t.shape); }))
    return std::nullopt;
  try {
    bool splats = def.form() == Form::Map && element_count(results[0]) > 0;
    for (const Literal* x : operands) splats &= x->is_splat() || x->type().is_scalar();
    if (splats) return std::vector{fold_splats(def, attrs, operands, results[0])};
    std::vector<Array> arrays;
    for (const Literal* x : operands) arrays.push_back(Array::of(*x));
    std::vector<Literal> literals;
    for (const Array& x : execute(def, attrs, arrays, results)) literals.push_back(x.literal());
    return literals;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace tjit
