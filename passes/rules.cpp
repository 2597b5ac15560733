// Matching left sides of rules, and building right sides.
#include "passes/rules.h"

#include <bit>

#include "ir/ops/element.h"
#include "ir/ops/view.h"
#include "passes/facts.h"

namespace tjit {

namespace {

/// A number, or the limit of the type that a pattern names.
ElementBits element_of(const Pattern& p, DType t) {
  return dispatch(t, [&]<class T>(Tag<T>) {
    if (p.kind == Pattern::Kind::Lowest) return ElementBits::of(static_cast<T>(Element<T>::lowest));
    if (p.kind == Pattern::Kind::Highest) return ElementBits::of(static_cast<T>(Element<T>::highest));
    return ElementBits::of(Element<T>::from(p.number));
  });
}

bool is_literal(const Pattern& p) { return p.kind != Pattern::Kind::Variable && p.kind != Pattern::Kind::Op; }

class Rewrite {
 public:
  Rewrite(Builder& b, const NewOp& op) : b_(b), op_(op), match_{b.function(), op.operands, {}, {}} {}

  std::optional<ValueId> run(const Rule& rule) {
    match_.values = {};
    if (!match_operands(rule.from, op_.operands)) return std::nullopt;
    const ValueId x = match_.values[pattern::x.index];
    if (!contains(rule.types, x.valid() ? b_.type(x).dtype : DType::Bool)) return std::nullopt;
    match_.result = infer_results(b_.function(), op_).front();
    if (rule.when != nullptr && !rule.when(match_)) return std::nullopt;
    const ValueId result = build(rule.to, match_.result);
    // They differ only where sizes are not known yet.
    if (b_.type(result) != match_.result) return std::nullopt;
    return result;
  }

 private:
  bool match_operands(const Pattern& p, std::span<const ValueId> operands) {
    for (std::size_t i = 0; i < operands.size(); ++i)
      if (!match_value(p.args[i], operands[i])) return false;
    return true;
  }

  bool match_value(const Pattern& p, ValueId v) {
    const Function& f = b_.function();
    if (p.kind == Pattern::Kind::Op) {
      const OpId id = f.value(v).op;
      return id.valid() && f.op(id).code == p.code && match_operands(p, f.operands(id));
    }
    if (p.kind == Pattern::Kind::Variable) return bind(p.variable, v);
    const Literal* literal = uniform_behind_views(f, v);
    if (literal == nullptr) return false;
    return literal->first() == element_of(p, literal->type().dtype);
  }

  bool bind(Pattern::Variable variable, ValueId v) {
    ValueId& bound = match_.values[variable.index];
    if (bound.valid()) return bound == v;
    if (variable.is_constant && uniform_behind_views(b_.function(), v) == nullptr) return false;
    if (variable.is_bool && b_.type(v).dtype != DType::Bool) return false;
    bound = v;
    return true;
  }

  /// `wanted` is the type of a pattern that is only a number.
  ValueId build(const Pattern& p, const Type& wanted) {
    switch (p.kind) {
      case Pattern::Kind::Variable: return match_.values[p.variable.index];
      case Pattern::Kind::Log2: {
        const std::int64_t value = match_.integer(p.args.front().variable);
        return constant(Pattern(std::countr_zero(static_cast<std::uint64_t>(value))), wanted);
      }
      case Pattern::Kind::Op: return build_op(p, wanted);
      default: return constant(p, wanted);
    }
  }

  ValueId build_op(const Pattern& p, Type wanted) {
    const OpDef& d = def(p.code);
    std::vector<ValueId> operands(p.args.size());
    for (std::size_t i = 0; i < p.args.size(); ++i) {
      if (is_literal(p.args[i])) continue;
      operands[i] = build(p.args[i], wanted);
      if (i > 0 || !d.info.mask_first) wanted = b_.type(operands[i]);
    }
    for (std::size_t i = 0; i < p.args.size(); ++i)
      if (is_literal(p.args[i])) operands[i] = build(p.args[i], wanted);
    std::shared_ptr<OpAttrs> attrs;
    if (d.info.result == Result::Attribute) {
      attrs = d.make_attrs();
      d.attrs.front().set(*attrs, match_.result.dtype);
    }
    return b_.append({p.code, std::move(attrs), operands, {}, op_.loc})[0];
  }

  ValueId constant(const Pattern& p, const Type& type) {
    const ElementBits e = element_of(p, type.dtype);
    if (!is_dynamic(type.shape)) return b_.constant(Literal::copy(type, e.bytes, true), op_.loc);
    const ValueId one = b_.constant(Literal::copy({type.dtype, {}}, e.bytes, true), op_.loc);
    return b_.append(BroadcastTo{.shape = type.shape}, {one}, op_.loc);
  }

  Builder& b_;
  const NewOp& op_;
  Match match_;
};

/// Rules by the op at the root of their left sides, in table order.
using RuleIndex = std::vector<std::vector<const Rule*>>;

RuleIndex make_index(std::span<const Rule> rules) {
  RuleIndex index(op_table().size());
  for (const Rule& rule : rules) index[static_cast<std::size_t>(rule.from.code)].push_back(&rule);
  return index;
}

std::optional<ValueId> apply_first(const RuleIndex& index, Builder& b, const NewOp& op) {
  Rewrite rewrite(b, op);
  for (const Rule* rule : index[static_cast<std::size_t>(op.code)])
    if (const auto value = rewrite.run(*rule)) return value;
  return std::nullopt;
}

}  // namespace

double Match::number(Pattern::Variable v) const {
  const Literal* literal = uniform_behind_views(function, values[v.index]);
  return dispatch_in<kFloats>(literal->type().dtype, [&]<class T>(Tag<T>) { return double{*literal->as<T>()}; });
}

std::int64_t Match::integer(Pattern::Variable v) const {
  return uniform_behind_views(function, values[v.index])->first_integer();
}

std::optional<ValueId> apply(const Rule& rule, Builder& b, const NewOp& op) {
  if (op.code != rule.from.code || b.function().may_fail(op.code, op.attrs.get(), op.operands)) return std::nullopt;
  return Rewrite(b, op).run(rule);
}

std::optional<ValueId> apply_rules(Builder& b, const NewOp& op, bool fast_math) {
  static const RuleIndex &exact = *new RuleIndex(make_index(exact_rules())),
                         &relaxed = *new RuleIndex(make_index(relaxed_rules()));
  if (exact[static_cast<std::size_t>(op.code)].empty() && relaxed[static_cast<std::size_t>(op.code)].empty())
    return std::nullopt;
  // An op that may raise must do so.
  if (b.function().may_fail(op.code, op.attrs.get(), op.operands)) return std::nullopt;
  if (const auto value = apply_first(exact, b, op)) return value;
  return fast_math ? apply_first(relaxed, b, op) : std::nullopt;
}

}  // namespace tjit
