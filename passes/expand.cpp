// Expansion of ops that others define.
#include "passes/expand.h"

#include "passes/copy.h"

namespace tjit {

std::optional<Function> expanded(const Function& function) {
  const auto gives_way = [&](OpId id) { return function.form(id) == Form::Search; };
  bool any = false;
  for (int i = 0; i < function.op_count() && !any; ++i) any = gives_way({i});
  if (!any) return std::nullopt;
  return rebuild(function, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
    const Op& op = function.op(id);
    if (!gives_way(id)) return void(map.copy(id, visit));
    b.set_location(op.loc);
    map.bind(op.first_result, function.def(id).search().expand(b, op.attrs.get(), map(function.operands(id))));
  });
}

}  // namespace tjit
