// The op table, derived from the structs of the op list.
#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "ir/builder.h"
#include "ir/ops/apply.h"
#include "ir/ops/form.h"

namespace tjit {

namespace {

/// The op's struct; the table calls what belongs to the op, and `attrs` is null when that has no attributes.
template <class T>
const T& as(const OpAttrs* attrs) {
  if constexpr (std::is_empty_v<T>) {
    static constexpr T none{};
    return none;
  } else {
    TJIT_CHECK(attrs != nullptr);
    return static_cast<const T&>(*attrs);
  }
}

template <class M>
struct MemberOf;
template <class C, class V>
struct MemberOf<V C::*> {
  using Class = C;
  using Value = V;
};

template <auto Member>
AttrField erase(Field<Member> field) {
  using Owner = typename MemberOf<decltype(Member)>::Class;
  using Value = typename MemberOf<decltype(Member)>::Value;
  return {field.name, field.optional, [](const OpAttrs& a) { return AttrValue(static_cast<const Owner&>(a).*Member); },
          [](OpAttrs& a, AttrValue v) { static_cast<Owner&>(a).*Member = std::get<Value>(std::move(v)); }};
}

/// The one rule for elementwise operands: same shape, same dtype; broadcasts and casts are ops of their own. Gives the
/// type of the op's result, but for the dtype of one that an attribute names.
Type infer_elementwise(const OpInfo& info, std::span<const Type> in) {
  const std::size_t first = info.mask_first ? 1 : 0;
  if (first == 1 && in[0].dtype != DType::Bool) fail("the first operand must be bool, not " + to_string(in[0]));
  Type result = in[first];
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Type& t = in[i];
    if (i > first) rules::require_one_dtype(in[first], t);
    if (!compatible({DType::Bool, in[first].shape}, {DType::Bool, t.shape}))
      fail("operands differ in shape: " + to_string(in[std::min(first, i)]) + " and " +
           to_string(in[std::max(first, i)]) + "; insert `broadcast_to`");
    for (int d = 0; d < t.shape.size(); ++d)
      if (result.shape[d] == Dims::kUnknown) result.shape[d] = t.shape[d];
  }
  if (info.result != Result::Attribute) result.dtype = result_dtype(info.result, in[first].dtype);
  return result;
}

template <class T>
Types infer_map(const OpAttrs* attrs, std::span<const Type> in) {
  Type result = infer_elementwise(T::info, in);
  if constexpr (T::info.result == Result::Attribute) result.dtype = as<T>(attrs).dtype;
  if constexpr (requires { T::check_result(in[0], result); }) T::check_result(in[0], result);
  return {result};
}

/// An effect takes as many operands as its message has places for, and gives nothing.
template <class T>
Types infer_effect(const OpAttrs* attrs, std::span<const Type> in) {
  const int places = T::places(as<T>(attrs));
  if (places != static_cast<int>(in.size()))
    fail("the message has " + std::to_string(places) + " {} for " + std::to_string(in.size()) +
         (in.size() == 1 ? " operand" : " operands"));
  return {};
}

template <class T>
Types infer_op(const OpAttrs* attrs, std::span<const Type> in) {
  if constexpr (form_of<T>() == Form::Map) {
    return infer_map<T>(attrs, in);
  } else if constexpr (form_of<T>() == Form::Effect) {
    return infer_effect<T>(attrs, in);
  } else if constexpr (std::is_same_v<decltype(T::infer(as<T>(attrs), in)), Types>) {
    return T::infer(as<T>(attrs), in);
  } else {
    return {T::infer(as<T>(attrs), in)};
  }
}

/// Whether some stored element of `divisor`-like last operand makes the op fail whatever the others are.
template <class T>
bool literal_fails(const Literal& last) {
  return dispatch(last.type().dtype, [&](auto tag) {
    using E = typename decltype(tag)::type;
    using V = Vec<E, 1>;
    if constexpr (can_fail<T, E>) {
      const E* values = last.as<E>();
      const std::int64_t count = last.stored_bytes() / static_cast<std::int64_t>(sizeof(E));
      return std::any_of(values, values + count, [](E y) { return any(fails_op<T>(V(y), V(y))); });
    }
    return false;
  });
}

template <class T>
bool op_may_fail(const OpAttrs* attrs, std::span<const Type> in, std::span<const Literal* const> known) {
  if constexpr (requires { T::may_fail(as<T>(attrs), in, known); }) {
    return T::may_fail(as<T>(attrs), in, known);
  } else if constexpr (form_of<T>() == Form::Map) {
    // Over nothing it does nothing.
    if (std::ranges::any_of(in, [](const Type& t) { return t.shape.contains(0); })) return false;
    const bool fallible = dispatch(in.back().dtype, []<class E>(Tag<E>) { return can_fail<T, E>; });
    if (!fallible || known.back() == nullptr) return fallible;
    if constexpr (requires { T::fails_by_last; }) return literal_fails<T>(*known.back());
    return true;
  } else {
    return true;
  }
}

/// Whether all operands are elements that the op computes with; what moves or places elements also takes indices.
template <class T>
constexpr bool kComputes =
    form_of<T>() == Form::Map || form_of<T>() == Form::Reduction || form_of<T>() == Form::Search ||
    form_of<T>() == Form::Product || form_of<T>() == Form::Routine || form_of<T>() == Form::Effect;

/// Checks what is common to all ops before an op's own inference.
void check_operands(const OpInfo& i, bool computes, std::span<const Type> in) {
  if (i.arity >= 0 && static_cast<int>(in.size()) != i.arity)
    fail("takes " + std::to_string(i.arity) + " operand" + (i.arity == 1 ? "" : "s") + ", found " +
         std::to_string(in.size()));
  for (std::size_t k = i.mask_first ? 1 : 0; computes && k < in.size(); ++k)
    if (!contains(i.types, in[k].dtype))
      fail("does not take " + std::string(info(in[k].dtype).ir_name) + ": operand " + std::to_string(k) + " is " +
           to_string(in[k]));
}

template <class T>
Types infer_checked(const OpAttrs* attrs, std::span<const Type> in) {
  check_operands(T::info, kComputes<T>, in);
  Types results = infer_op<T>(attrs, in);
  for (const Type& t : results)
    if (!is_dynamic(t.shape)) (void)byte_count(t);
  return results;
}

template <class T>
constexpr ReductionFacts kReductionFacts{.combine = kOpcode<typename T::Combine>,
                                         .identity =
                                             [](DType t) {
                                               return dispatch(t, []<class E>(Tag<E>) {
                                                 if constexpr (contains(T::info.types, dtype_of<E>))
                                                   return ElementBits::of(T::template identity<E>);
                                                 return ElementBits{};
                                               });
                                             },
                                         .axes = [](const OpAttrs* a, int rank) { return T::reduced(as<T>(a), rank); }};

template <class T>
constexpr SearchFacts kSearchFacts{
    .axis = [](const OpAttrs* a, int rank) { return T::searched(as<T>(a), rank); },
    .expand = [](Builder& b, const OpAttrs* a, std::span<const ValueId> in) { return T::expand(b, as<T>(a), in[0]); }};

template <class T>
constexpr EffectFacts kEffectFacts{.kind = T::effect,
                                   .message = [](const OpAttrs* a) -> const std::string& { return as<T>(a).message; },
                                   .places = [](const OpAttrs* a) { return T::places(as<T>(a)); }};

template <class T>
decltype(OpDef::facts) facts_of() {
  constexpr Form form = form_of<T>();
  using In = std::span<const Type>;
  if constexpr (form == Form::Map) {
    return MapFacts{};
  } else if constexpr (form == Form::View) {
    return ViewFacts{[](const OpAttrs* a, const View& v) { return T::view(as<T>(a), v); }};
  } else if constexpr (form == Form::Reshape) {
    return ReshapeFacts{};
  } else if constexpr (form == Form::Lookup) {
    return LookupFacts{[](const OpAttrs* a, In in) { return T::lookup(as<T>(a), in); }};
  } else if constexpr (form == Form::Placing) {
    PlacingFacts facts{[](const OpAttrs* a, In in) { return T::placing(as<T>(a), in); }};
    if constexpr (requires { &T::take_check; })
      facts.take_check = [](Builder& b, const OpAttrs* a, std::span<const ValueId> in) {
        return std::shared_ptr<const OpAttrs>(std::make_shared<T>(T::take_check(b, as<T>(a), in)));
      };
    return facts;
  } else if constexpr (form == Form::Count) {
    return CountFacts{[](const OpAttrs* a, const Shape& result) { return T::counted(as<T>(a), result); }};
  } else if constexpr (form == Form::Reduction) {
    return kReductionFacts<T>;
  } else if constexpr (form == Form::Search) {
    return kSearchFacts<T>;
  } else if constexpr (form == Form::Product) {
    return ProductFacts{[](const OpAttrs* a, In in) { return T::depth(as<T>(a), in); }};
  } else if constexpr (form == Form::Routine) {
    return RoutineFacts{[](const OpAttrs* a, In in) { return T::steps(as<T>(a), in); }};
  } else if constexpr (form == Form::Control) {
    return T::control;
  } else if constexpr (form == Form::Constant) {
    return ConstantFacts{[](const OpAttrs* a) -> const Literal& { return T::literal(as<T>(a)); }};
  } else {
    static_assert(form == Form::Effect);
    return kEffectFacts<T>;
  }
}

template <class T>
OpDef describe() {
  OpDef def;
  def.code = kOpcode<T>;
  def.info = T::info;
  def.family = T::family;
  def.facts = facts_of<T>();
  TJIT_CHECK(def.form() == form_of<T>());
  if constexpr (requires { T::fields; }) {
    std::apply([&](auto... f) { (def.attrs.push_back(erase(f)), ...); }, T::fields);
    def.make_attrs = []() -> std::shared_ptr<OpAttrs> { return std::make_shared<T>(); };
  }
  if constexpr (requires { T::failure; }) {
    def.can_fail = true;
    def.failure = T::failure;
    def.may_fail = op_may_fail<T>;
  }
  if constexpr (form_of<T>() != Form::Control) def.infer = infer_checked<T>;
  if constexpr (requires(const T& t) { T::compose(t, t, Shape{}); })
    def.compose = [](const OpAttrs* outer, const OpAttrs* inner, const Shape& shape) {
      return std::shared_ptr<const OpAttrs>(std::make_shared<T>(T::compose(as<T>(outer), as<T>(inner), shape)));
    };
  return def;
}

const std::vector<OpDef>& table() {
  static const auto& ops = *[] {
    auto* list = new std::vector<OpDef>;
    AllOps::for_each([&](auto tag) { list->push_back(describe<typename decltype(tag)::type>()); });
    return list;
  }();
  return ops;
}

/// Letters to change, insert, drop or swap with their neighbour, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<std::size_t> next(b.size() + 1, i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      next[j + 1] = std::min({row[j + 1] + 1, next[j] + 1, row[j] + (a[i] != b[j])});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
    }
    before = std::exchange(row, std::move(next));
  }
  return row.back();
}

}  // namespace

bool is_indexed(Form form) {
  switch (form) {
    case Form::Map:
    case Form::View:
    case Form::Reshape:
    case Form::Lookup:
    case Form::Placing:
    case Form::Count:
    case Form::Reduction: return true;
    case Form::Search:
    case Form::Product:
    case Form::Routine:
    case Form::Control:
    case Form::Constant:
    case Form::Effect: return false;
  }
  __builtin_unreachable();
}

std::string_view family_name(Family family) {
  switch (family) {
    case Family::Elementwise: return "elementwise";
    case Family::Reduce: return "reduce";
    case Family::View: return "view";
    case Family::Index: return "index";
    case Family::Contract: return "contract";
    case Family::Control: return "control";
    case Family::Source: return "source";
    case Family::Effect: return "effect";
  }
  __builtin_unreachable();
}

std::span<const OpDef> op_table() { return table(); }

const OpDef& def(Opcode code) {
  static const std::vector<OpDef>& ops = table();
  TJIT_CHECK(static_cast<std::size_t>(code) < ops.size());
  return ops[static_cast<std::size_t>(code)];
}

const OpDef* find_op(std::string_view name) {
  static const auto& by_name = *[] {
    auto* map = new std::unordered_map<std::string_view, const OpDef*>;
    for (const OpDef& d : op_table()) map->emplace(d.info.name, &d);
    return map;
  }();
  auto it = by_name.find(name);
  return it == by_name.end() ? nullptr : it->second;
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 2);
  for (const std::string_view k : known) {
    const std::size_t distance = edit_distance(name, k);
    // Not when every letter differs.
    if (distance < std::min(least, std::max(name.size(), k.size()))) least = distance, best = k;
  }
  return best;
}

}  // namespace tjit
