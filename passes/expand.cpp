// Expansion of ops that others define.
#include "passes/expand.h"

#include "passes/copy.h"

namespace tjit {

std::optional<Function> expanded(const Function& function) {
  bool any = false;
  for (int i = 0; i < function.op_count() && !any; ++i) any = function.def({i}).expand != nullptr;
  if (!any) return std::nullopt;
  return rebuild(function, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
    const Op& op = function.op(id);
    const auto expand = function.def(id).expand;
    if (expand == nullptr) return void(map.copy(id, visit));
    b.set_location(op.loc);
    map.bind(op.first_result, expand(b, op.attrs.get(), map(function.operands(id))));
  });
}

}  // namespace tjit
