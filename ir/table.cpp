// The op table, derived from the structs of the op list.
#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "ir/builder.h"
#include "ir/ops/list.h"

namespace tjit {

namespace {

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

DType result_dtype(const OpInfo& info, const OpAttrs* attrs, DType operand, DType (*attribute)(const OpAttrs*)) {
  switch (info.result) {
    case Result::Same: return operand;
    case Result::Bool: return DType::Bool;
    case Result::Attribute: return attribute(attrs);
  }
  __builtin_unreachable();
}

/// The one rule for elementwise operands: same shape, same dtype; broadcasts and casts are ops of their own.
template <class T>
Type infer_elementwise(const OpAttrs* attrs, std::span<const Type> in) {
  const std::size_t first = T::info.mask_first ? 1 : 0;
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
  result.dtype = result_dtype(T::info, attrs, in[first].dtype, [](const OpAttrs* a) {
    if constexpr (requires(T t) { t.dtype; }) {
      return as<T>(a).dtype;
    } else {
      (void)a;
      return DType::Bool;
    }
  });
  if constexpr (std::is_same_v<T, Bitcast>) {
    if (size_of(result.dtype) != size_of(in[0].dtype) || !contains(kNumbers, result.dtype))
      fail("cannot keep the bits of " + to_string(in[0]) + " as " + std::string(info(result.dtype).ir_name));
  }
  return result;
}

template <class T>
Type infer_op(const OpAttrs* attrs, std::span<const Type> in) {
  if constexpr (T::kind == OpKind::Elementwise) {
    return infer_elementwise<T>(attrs, in);
  } else {
    return T::infer(as<T>(attrs), in);
  }
}

/// Whether some stored element of `divisor`-like last operand makes the op fail whatever the others are.
template <class T>
bool literal_fails(const Literal& last) {
  return dispatch(last.type().dtype, [&](auto tag) {
    using E = typename decltype(tag)::type;
    using V = Vec<E, 1>;
    if constexpr (requires(V v) { T::fails(v, v); }) {
      const E* values = last.as<E>();
      const std::int64_t count = last.stored_bytes() / static_cast<std::int64_t>(sizeof(E));
      return std::any_of(values, values + count, [](E y) { return any(T::fails(V(y), V(y))); });
    }
    return false;
  });
}

template <class T>
bool op_may_fail(const OpAttrs* attrs, std::span<const Type> in, std::span<const Literal* const> known) {
  if constexpr (requires { T::may_fail(as<T>(attrs), in, known); }) {
    return T::may_fail(as<T>(attrs), in, known);
  } else if constexpr (T::kind == OpKind::Elementwise) {
    // Over nothing it does nothing.
    if (std::ranges::any_of(in, [](const Type& t) { return t.shape.contains(0); })) return false;
    const bool fallible = dispatch(in.back().dtype, [](auto tag) {
      using V = Vec<typename decltype(tag)::type, 1>;
      return requires(V v) { T::fails(v, v); };
    });
    if (!fallible || known.back() == nullptr) return fallible;
    if constexpr (requires { T::fails_by_last; }) return literal_fails<T>(*known.back());
    return true;
  } else {
    return true;
  }
}

/// Checks what is common to all ops before an op's own inference.
template <class T>
Type infer_checked(const OpAttrs* attrs, std::span<const Type> in) {
  const OpInfo& i = T::info;
  if (i.arity >= 0 && static_cast<int>(in.size()) != i.arity)
    fail("takes " + std::to_string(i.arity) + " operand" + (i.arity == 1 ? "" : "s") + ", found " +
         std::to_string(in.size()));
  if constexpr (T::kind == OpKind::Elementwise || T::kind == OpKind::Reduce || T::kind == OpKind::Contract) {
    for (std::size_t k = i.mask_first ? 1 : 0; k < in.size(); ++k)
      if (!contains(i.types, in[k].dtype))
        fail("does not take " + std::string(info(in[k].dtype).ir_name) + ": operand " + std::to_string(k) + " is " +
             to_string(in[k]));
  }
  const Type result = infer_op<T>(attrs, in);
  if (!is_dynamic(result.shape)) (void)byte_count(result);
  return result;
}

template <class T>
void describe_kind(OpDef& def) {
  if constexpr (requires { T::infer(std::declval<const T&>(), std::span<const Type>{}); } ||
                T::kind == OpKind::Elementwise)
    def.infer = infer_checked<T>;
  if constexpr (requires { T::view(std::declval<const T&>(), View{}); })
    def.view = [](const OpAttrs* a, const View& v) { return T::view(as<T>(a), v); };
  if constexpr (requires(const T& t) { T::compose(t, t, Shape{}); })
    def.compose = [](const OpAttrs* outer, const OpAttrs* inner, const Shape& shape) {
      return std::shared_ptr<const OpAttrs>(std::make_shared<T>(T::compose(as<T>(outer), as<T>(inner), shape)));
    };
  if constexpr (requires { typename T::Combine; }) {
    def.combine = kOpcode<typename T::Combine>;
    def.identity = [](DType t, void* out) {
      dispatch(t, [&](auto tag) {
        using E = typename decltype(tag)::type;
        *static_cast<E*>(out) = T::template identity<E>;
      });
    };
  }
  if constexpr (requires { T::placing(std::declval<const T&>(), std::span<const Type>{}); })
    def.placing = [](const OpAttrs* a, std::span<const Type> in) { return T::placing(as<T>(a), in); };
  if constexpr (requires { T::lookup(std::declval<const T&>(), std::span<const Type>{}); })
    def.lookup = [](const OpAttrs* a, std::span<const Type> in) { return T::lookup(as<T>(a), in); };
  if constexpr (requires(Builder& b) { T::expand(b, std::declval<const T&>(), ValueId{}); })
    def.expand = [](Builder& b, const OpAttrs* a, std::span<const ValueId> in) {
      return T::expand(b, as<T>(a), in[0]);
    };
}

template <class T>
OpDef describe() {
  OpDef def;
  def.code = kOpcode<T>;
  def.info = T::info;
  def.kind = T::kind;
  def.is_effect = T::kind == OpKind::Effect;
  def.combine = kNoOp;
  if constexpr (requires { T::fields; }) {
    std::apply([&](auto... f) { (def.attrs.push_back(erase(f)), ...); }, T::fields);
    def.make_attrs = []() -> std::shared_ptr<OpAttrs> { return std::make_shared<T>(); };
  }
  if constexpr (requires { T::failure; }) {
    def.can_fail = true;
    def.failure = T::failure;
    def.may_fail = op_may_fail<T>;
  }
  describe_kind<T>(def);
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

template <class T>
Opcode opcode_of() {
  return kOpcode<T>;
}

namespace {
// Makes the instances that other files link to.
template <class... T>
constexpr auto instances(TypeList<T...>) {
  return std::array{&opcode_of<T>...};
}
}  // namespace
extern const std::array<Opcode (*)(), AllOps::size> kOpcodeInstances;
const std::array<Opcode (*)(), AllOps::size> kOpcodeInstances = instances(AllOps{});

std::string_view kind_name(OpKind kind) {
  switch (kind) {
    case OpKind::Elementwise: return "elementwise";
    case OpKind::Reduce: return "reduce";
    case OpKind::View: return "view";
    case OpKind::Index: return "index";
    case OpKind::Contract: return "contract";
    case OpKind::Control: return "control";
    case OpKind::Source: return "source";
    case OpKind::Effect: return "effect";
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

std::string_view nearest_op(std::string_view name) {
  std::vector<std::string_view> names;
  for (const OpDef& d : op_table()) names.push_back(d.info.name);
  return nearest(name, names);
}

}  // namespace tjit
