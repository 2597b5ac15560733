// One fusion per op.
#include "codegen/fuse_each.h"

#include "ir/ops/structure.h"
#include "passes/copy.h"
#include "passes/expand.h"

namespace tjit {

namespace {

/// A reshape is another name for its operand; rank-0 elements are computed in registers.
bool becomes_kernel(const Function& f, OpId id) {
  const Form form = f.form(id);
  const bool scalar = form == Form::Map && f.type(f.op(id).first_result).is_scalar();
  return is_indexed(form) && form != Form::Reshape && !scalar;
}

}  // namespace

Function fuse_each(const Function& function) {
  const std::optional<Function> now = expanded(function);
  const Function& f = now ? *now : function;
  return rebuild(f, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
    if (!becomes_kernel(f, id)) return void(map.copy(id, visit));
    const BlockId block = b.begin_block({});
    const ValueId inner = map.copy(id)[0];
    b.end_block({&inner, 1});
    Fusion fusion;
    fusion.kind_name = f.def(id).info.name;
    fusion.by_pass = true;
    map.bind(f.op(id).first_result,
             b.append({kOpcode<Fusion>, std::make_shared<const Fusion>(fusion), {}, {block}, f.op(id).loc})[0]);
  });
}

}  // namespace tjit
