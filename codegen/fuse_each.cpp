// One fusion per op.
#include "codegen/fuse_each.h"

#include "ir/builder.h"
#include "ir/ops/list.h"

namespace tjit {

namespace {

/// Rebuilds a function; `each` appends what stands for an op of the old one.
template <class F>
Function rebuild(const Function& f, F&& each) {
  Builder b(f.name);
  b.function().loc = f.loc;
  Copier copier(f, b);
  copier.copy_params();
  const Copier::Each visit = [&](OpId id) { each(b, copier, id, visit); };
  for (const OpId id : f.body().ops) visit(id);
  return b.finish(copier(f.body().yields));
}

Function expand_ops(const Function& f) {
  return rebuild(f, [&](Builder& b, Copier& copier, OpId id, const Copier::Each& visit) {
    const Op& op = f.op(id);
    if (f.def(id).expand == nullptr) {
      copier.copy(id, visit);
      return;
    }
    b.set_location(op.loc);
    copier.bind(op.first_result, f.def(id).expand(b, op.attrs.get(), copier(f.operands(id))));
  });
}

bool becomes_kernel(const Function& f, OpId id) {
  switch (f.def(id).kind) {
    case OpKind::Elementwise: return !f.type(f.op(id).first_result).is_scalar();
    case OpKind::View: return f.op(id).code != kOpcode<Reshape>;
    case OpKind::Reduce:
    case OpKind::Index: return true;
    case OpKind::Contract:
    case OpKind::Control:
    case OpKind::Source:
    case OpKind::Effect: return false;
  }
  __builtin_unreachable();
}

}  // namespace

Function fuse_each(const Function& function) {
  const Function f = expand_ops(function);
  return rebuild(f, [&](Builder& b, Copier& copier, OpId id, const Copier::Each& visit) {
    if (f.op(id).code == kOpcode<Fusion> || !becomes_kernel(f, id)) {
      copier.copy(id, f.op(id).code == kOpcode<Fusion> ? Copier::Each{} : visit);
      return;
    }
    const BlockId block = b.begin_block({});
    const ValueId inner = copier.copy(id)[0];
    b.end_block({&inner, 1});
    Fusion fusion;
    fusion.kind_name = f.def(id).info.name;
    copier.bind(f.op(id).first_result,
                b.append({kOpcode<Fusion>, std::make_shared<const Fusion>(fusion), {}, {block}, f.op(id).loc})[0]);
  });
}

}  // namespace tjit
