// Views are made where they are used.
#include "passes/sink.h"

#include <map>

#include "passes/copy.h"
#include "passes/facts.h"

namespace tjit {

namespace {

class Sinker {
 public:
  explicit Sinker(const Function& f) : f_(f), small_(static_cast<std::size_t>(f.op_count())) {
    for (int i = 0; i < f.op_count(); ++i) small_[at({i})] = is_small(OpId{i});
  }

  bool has_work() const {
    for (int i = 0; i < f_.op_count(); ++i)
      for (const ValueId v : f_.operands({i}))
        if (sinks(v, {i})) return true;
    return false;
  }

  Function run() {
    return rebuild(f_, [&](Builder& b, Copier& map, OpId id, const Copier::Each& visit) {
      // What the operands are outside holds again afterwards.
      std::vector<std::pair<ValueId, ValueId>> outside;
      for (const ValueId v : f_.operands(id)) {
        if (!sinks(v, id)) continue;
        const ValueId here = made_in(f_.op(id).parent, v, b, map);
        outside.emplace_back(v, map[v]);
        map.bind(v, here);
      }
      map.copy(id, visit);
      for (std::size_t i = outside.size(); i-- > 0;) map.bind(outside[i].first, outside[i].second);
    });
  }

 private:
  static std::size_t at(OpId op) { return static_cast<std::size_t>(op.index); }

  /// Of a view, what it shows; else nothing.
  ValueId shown(OpId op) const { return is_view(f_, op) ? f_.operand(op, 0) : ValueId{}; }

  /// Whether an op makes a tensor out of fewer elements, which are found anywhere.
  bool is_small(OpId op) const {
    if (f_.form(op) == Form::Count) return true;
    ValueId v = shown(op);
    if (!v.valid() || is_dynamic(f_.type(f_.op(op).first_result).shape)) return false;
    while (f_.value(v).op.valid() && shown(f_.value(v).op).valid()) v = shown(f_.value(v).op);
    return !is_dynamic(f_.type(v).shape) && element_count(f_.type(v)) < element_count(f_.type(f_.op(op).first_result));
  }

  /// Whether an op that becomes part of a group uses such a tensor from outside its block.
  bool sinks(ValueId v, OpId user) const {
    const OpId source = f_.value(v).op;
    const BlockId block = f_.op(user).parent;
    if (!source.valid() || !small_[at(source)] || f_.op(source).parent == block) return false;
    const OpId owner = f_.block(block).owner;
    if (owner.valid() && f_.is_group(owner)) return false;  // groups stay as they are
    return is_indexed(f_.form(user));
  }

  ValueId made_in(BlockId block, ValueId v, Builder& b, Copier& map) {
    const OpId source = f_.value(v).op;
    if (!source.valid() || !small_[at(source)] || f_.op(source).parent == block) return map[v];
    const auto [it, fresh] = made_.try_emplace({block.index, v.index});
    if (!fresh) return it->second;
    std::vector<ValueId> operands;
    for (const ValueId x : f_.operands(source)) operands.push_back(made_in(block, x, b, map));
    const Op& op = f_.op(source);
    return it->second = b.append({op.code, op.attrs, operands, {}, op.loc}, f_.types(f_.results(source)))[0];
  }

  const Function& f_;
  std::vector<bool> small_;                                        ///< by op
  std::map<std::pair<std::int32_t, std::int32_t>, ValueId> made_;  ///< by block and value
};

}  // namespace

std::optional<Function> sunk(const Function& function) {
  if (function.block_count() == 1) return std::nullopt;
  Sinker sinker(function);
  return sinker.has_work() ? std::optional(sinker.run()) : std::nullopt;
}

}  // namespace tjit
