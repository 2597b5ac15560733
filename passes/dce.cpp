// Dead code elimination: marks what the results and the ordered ops need, then copies that.
#include "passes/dce.h"

#include "passes/copy.h"
#include "passes/facts.h"

namespace tjit {

namespace {

class Liveness {
 public:
  explicit Liveness(const Function& f)
      : f_(f), ops_(static_cast<std::size_t>(f.op_count())), values_(static_cast<std::size_t>(f.value_count())) {
    const std::vector<bool> ordered = ordered_ops(f);
    for (int i = 0; i < f.op_count(); ++i)
      if (ordered[static_cast<std::size_t>(i)]) need(OpId{i});
    for (const ValueId v : f.body().yields) need(v);
    while (!pending_.empty()) {
      const ValueId v = pending_.back();
      pending_.pop_back();
      trace(v);
    }
  }

  bool needs(OpId id) const { return ops_[static_cast<std::size_t>(id.index)]; }
  std::vector<bool> kept_results(OpId id) const {
    std::vector<bool> keep;
    for (const ValueId r : f_.results(id)) keep.push_back(values_[static_cast<std::size_t>(r.index)]);
    return keep;
  }

 private:
  void need(ValueId v) {
    if (values_[static_cast<std::size_t>(v.index)]) return;
    values_[static_cast<std::size_t>(v.index)] = true;
    pending_.push_back(v);
  }

  /// An op that stays: its operands, where each has its own loop variable, follow with their results.
  void need(OpId id) {
    if (ops_[static_cast<std::size_t>(id.index)]) return;
    ops_[static_cast<std::size_t>(id.index)] = true;
    if (f_.is_loop(id)) {
      need(f_.block(f_.loop(id).test).yields[0]);
    } else {
      for (const ValueId v : f_.operands(id)) need(v);
    }
    // A group stays whole.
    if (f_.is_group(id))
      for (const OpId inner : f_.block(f_.op(id).blocks[0]).ops) need(inner);
  }

  void trace(ValueId v) {
    const Value& value = f_.value(v);
    if (value.op.valid()) {
      need(value.op);
      trace_result(value.op, value.index);
    } else if (value.block != Function::kBody) {
      need(f_.results(f_.block(value.block).owner)[value.index]);
    }
  }

  void trace_result(OpId id, int index) {
    if (f_.is_loop(id)) need(f_.operand(id, index));
    for (const BlockId b : f_.op(id).blocks)
      if (f_.info(b).gives_results) need(f_.block(b).yields[static_cast<std::size_t>(index)]);
  }

  const Function& f_;
  std::vector<bool> ops_, values_;
  std::vector<ValueId> pending_;
};

}  // namespace

Function dce(const Function& function, const PassContext&) {
  const Liveness live(function);
  return rebuild(function, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
    if (!live.needs(id)) return;
    if (function.op(id).blocks.empty() || function.is_group(id)) {
      map.copy(id);
    } else {
      copy_results(function, b, map, id, live.kept_results(id), visit);
    }
  });
}

}  // namespace tjit
