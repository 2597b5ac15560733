// Every rewrite rule, for every element type it takes and on numbers that find mistakes: both sides give the same bits.
#include "passes/rules.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <functional>
#include <set>

#include "numbers.h"
#include "passes/fold.h"
#include "runtime/execute.h"

namespace tjit {
namespace {

using namespace test;

/// What the variables of a left side are in one test.
struct Instance {
  DType type{};              ///< of x, y, z, c and d
  Literal c, d;              ///< one element each
  std::vector<DType> casts;  ///< of the left side's casts, in the order they are built
};

bool uses(const Pattern& p, Pattern::Variable v) {
  if (p.kind == Pattern::Kind::Variable) return p.variable.index == v.index;
  return std::ranges::any_of(p.args, [&](const Pattern& a) { return uses(a, v); });
}

int count_ops(const Pattern& p, const std::function<bool(const Pattern&)>& counts) {
  int n = p.kind == Pattern::Kind::Op && counts(p);
  for (const Pattern& a : p.args) n += count_ops(a, counts);
  return n;
}
bool is_cast(const Pattern& p) { return def(p.code).info.result == Result::Attribute; }
bool is_variable(const Pattern& side) {
  using namespace pattern;
  return std::ranges::any_of(std::initializer_list<Pattern::Variable>{x, y, z, pattern::p, q},
                             [&](Pattern::Variable v) { return uses(side, v); });
}

/// A function of the parameters x y z p q whose result is a rule's left side. `rewrite` replaces its root.
class LeftSide {
 public:
  LeftSide(const Instance& instance, std::int64_t n, Builder& b, bool& at_root)
      : instance_(instance), n_(n), b_(b), at_root_(at_root) {
    for (const auto v : {pattern::x, pattern::y, pattern::z}) values_[v.index] = b.param({instance.type, {n}});
    for (const auto v : {pattern::p, pattern::q}) values_[v.index] = b.param({DType::Bool, {n}});
    values_[pattern::c.index] = b.constant(splat(instance.c));
    values_[pattern::d.index] = b.constant(splat(instance.d));
  }

  ValueId build(const Pattern& p) { return build(p, instance_.type, true); }

 private:
  Literal splat(const Literal& one) const { return Literal({one.type().dtype, {n_}}, one.owner(), true); }

  ValueId number(const Pattern& p, DType t) {
    return dispatch(t, [&](auto tag) {
      using T = typename decltype(tag)::type;
      using L = std::numeric_limits<T>;
      T value{};
      if (p.kind == Pattern::Kind::Lowest) {
        value = L::has_infinity ? static_cast<T>(-L::infinity()) : L::lowest();
      } else if (p.kind == Pattern::Kind::Highest) {
        value = L::has_infinity ? L::infinity() : L::max();
      } else if constexpr (has_nan(dtype_of<T>)) {
        value = static_cast<T>(p.number);
      } else {
        value = static_cast<T>(static_cast<std::int64_t>(p.number));
      }
      return b_.constant(Literal::splat(value, {n_}));
    });
  }

  ValueId build(const Pattern& p, DType wanted, bool root) {
    if (p.kind == Pattern::Kind::Variable) return values_[p.variable.index];
    if (p.kind != Pattern::Kind::Op) return number(p, wanted);
    const OpDef& d = def(p.code);
    std::vector<ValueId> operands(p.args.size());
    const auto is_number = [](const Pattern& a) {
      return a.kind != Pattern::Kind::Variable && a.kind != Pattern::Kind::Op;
    };
    for (std::size_t i = 0; i < p.args.size(); ++i) {
      if (is_number(p.args[i])) continue;
      operands[i] = build(p.args[i], wanted, false);
      if (i > 0 || !d.info.mask_first) wanted = b_.type(operands[i]).dtype;
    }
    for (std::size_t i = 0; i < p.args.size(); ++i)
      if (is_number(p.args[i])) operands[i] = number(p.args[i], i == 0 && d.info.mask_first ? DType::Bool : wanted);
    std::shared_ptr<OpAttrs> attrs;
    if (is_cast(p)) {
      attrs = d.make_attrs();
      d.attrs.front().set(*attrs, instance_.casts.at(next_cast_++));
    }
    at_root_ = root;
    return b_.append({p.code, std::move(attrs), operands, {}, {}})[0];
  }

  const Instance& instance_;
  std::int64_t n_;
  Builder& b_;
  bool& at_root_;
  std::array<ValueId, pattern::kVariables> values_{};
  std::size_t next_cast_ = 0;
};

std::optional<ValueList> listed(std::optional<ValueId> value) {
  return value ? std::optional(ValueList{*value}) : std::nullopt;
}

/// The left side as it is, or with `rewrite` applied to its root. Empty when its types do not fit, or `rewrite`
/// declines.
std::optional<Function> build(const Rule& rule, const Instance& instance, std::int64_t n,
                              const Builder::Hook& rewrite) {
  bool at_root = false, rewritten = false;
  const auto hook = [&](Builder& b, const NewOp& op) -> std::optional<ValueList> {
    if (!at_root) return std::nullopt;
    at_root = false;
    auto values = rewrite(b, op);
    rewritten = values.has_value();
    return values;
  };
  Builder b("f", {.simplify = rewrite ? Builder::Hook(hook) : nullptr});
  try {
    const ValueId result[] = {LeftSide(instance, n, b, at_root).build(rule.from)};
    if (rewrite && !rewritten) return std::nullopt;
    return b.finish(result);
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::User);
    return std::nullopt;
  }
}

/// Fewer numbers than `edge_values`, for products of many.
template <class T>
std::vector<T> few_values() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_same_v<T, bool>) {
    return {false, true};
  } else if constexpr (kIsComplex<T>) {
    const auto parts = few_values<typename T::Part>();
    std::vector<T> values;
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (const std::size_t k : {i, i * 7 + 3, i * 11 + 1}) values.emplace_back(parts[i], parts[k % parts.size()]);
    return values;
  } else if constexpr (is_float(dtype_of<T>)) {
    return {T(0),        T(-0.0),         T(1),           T(-1),       T(2),     T(0.5),           T(-0.25),
            T(3),        T(-2.5),         T(1e-3),        T(10),       T(7),     T(255),           kInf<T>,
            -kInf<T>,    kNan<T>,         L::max(),       L::lowest(), L::min(), -L::denorm_min(), L::denorm_min(),
            T(16777217), T(2 * L::min()), T(L::max() / 2)};
  } else {
    return {T(0),
            T(1),
            T(-1),
            T(2),
            T(-2),
            T(3),
            T(-3),
            T(5),
            T(7),
            T(8),
            T(16),
            T(31),
            T(32),
            T(63),
            T(64),
            T(100),
            T(127),
            L::max(),
            L::min(),
            T(L::min() + 1),
            T(L::max() / 2 + 1)};
  }
}

template <class T>
std::vector<T> all_values(int variables) {
  if constexpr (std::is_same_v<T, bool>) {
    return {false, true};
  } else if constexpr (kIsComplex<T>) {
    return few_values<T>();
  } else {
    if (variables > 2) return few_values<T>();
    std::vector<T> v = edge_values<T>();
    for (const T t : random_bits<T>(32, 7)) v.push_back(t);
    const double high = std::min(250.0, static_cast<double>(std::numeric_limits<T>::max()));
    if (variables == 1)
      for (const T t : random_between<T>(kHasSign<T> ? -10 : 0, high, 1000, 8)) v.push_back(t);
    return v;
  }
}

/// All combinations of the values of x, y, z, p and q that a rule uses; those it does not use are 0.
std::vector<Array> arguments(const Rule& rule, DType t, const std::function<std::vector<double>(int)>& ordinary) {
  using namespace pattern;
  const int numbers = uses(rule.from, x) + uses(rule.from, y) + uses(rule.from, z);
  return dispatch(t, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> values;
    if (ordinary) {
      for (const double v : ordinary(numbers)) values.push_back(static_cast<T>(v));
    } else {
      values = all_values<T>(numbers);
    }
    const auto count = static_cast<std::int64_t>(values.size());
    const std::int64_t choices[] = {uses(rule.from, x) ? count : 1, uses(rule.from, y) ? count : 1,
                                    uses(rule.from, z) ? count : 1, uses(rule.from, p) ? 2 : 1,
                                    uses(rule.from, q) ? 2 : 1};
    std::int64_t n = 1;
    for (const std::int64_t k : choices) n *= k;
    std::vector<Array> args;
    std::int64_t period = 1;
    for (int v = 0; v < 5; ++v) {
      args.push_back(Array::empty({v < 3 ? t : DType::Bool, {n}}));
      for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i / period % choices[v]);
        if (v < 3) {
          static_cast<T*>(args.back().mutable_data())[i] = values[at];
        } else {
          static_cast<bool*>(args.back().mutable_data())[i] = at == 1;
        }
      }
      period *= choices[v];
    }
    return args;
  });
}

std::vector<Literal> constants(bool used, DType t, bool ordinary) {
  return dispatch(t, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> values = few_values<T>();
    if (ordinary) values = {T(1), T(2), T(3)};
    if (ordinary && is_float(dtype_of<T>)) values = {T(1), T(2), T(3), T(0.5), static_cast<T>(-T(1.5))};
    if (!used) values = {T(1)};
    std::vector<Literal> literals;
    for (const T v : values) literals.push_back(Literal::splat(v));
    return literals;
  });
}

/// Calls `f` with every choice of types and constants.
void for_each_instance(const Rule& rule, bool ordinary, const std::function<void(const Instance&)>& f) {
  const int casts = count_ops(rule.from, is_cast);
  int combinations = 1;
  for (int i = 0; i < casts; ++i) combinations *= kDTypeCount;
  for (const DTypeInfo& type : kDTypes) {
    const DType t = type.dtype;
    for (const Literal& c : constants(uses(rule.from, pattern::c), t, ordinary))
      for (const Literal& d : constants(uses(rule.from, pattern::d), t, ordinary))
        for (int i = 0; i < combinations; ++i) {
          Instance instance{t, c, d, {}};
          for (int k = 0, rest = i; k < casts; ++k, rest /= kDTypeCount)
            instance.casts.push_back(kDTypes[rest % kDTypeCount].dtype);
          f(instance);
        }
  }
}

std::string text_of(const Rule& rule, const Instance& i) {
  std::string text = std::string(rule.name) + " on " + std::string(info(i.type).ir_name);
  for (const DType t : i.casts) text += " cast " + std::string(info(t).ir_name);
  return text;
}

using Same = std::function<bool(const Array&, const Array&)>;

struct Outcome {
  int fired = 0;
  std::string difference;  ///< the first one found
};

/// Compares both sides of a rule wherever it matches.
Outcome try_rule(const Rule& rule, const std::function<std::vector<double>(int)>& ordinary, const Same& same_values) {
  Outcome outcome;
  std::optional<DType> type;
  std::vector<Array> args;
  for_each_instance(rule, ordinary != nullptr, [&](const Instance& instance) {
    if (!outcome.difference.empty()) return;
    if (type != instance.type) args = arguments(rule, instance.type, ordinary);
    type = instance.type;
    const std::int64_t n = args[0].size();
    const auto plain = build(rule, instance, n, nullptr);
    if (!plain) return;
    const auto rewritten =
        build(rule, instance, n, [&](Builder& b, const NewOp& op) { return listed(apply(rule, b, op)); });
    if (!rewritten) return;
    ++outcome.fired;
    const Array left = interpret({}, *plain, args)[0], right = interpret({}, *rewritten, args)[0];
    if (!same_values(left, right)) outcome.difference = text_of(rule, instance);
  });
  return outcome;
}

bool same_bits(const Array& a, const Array& b) { return identical(a, b); }

bool nearly_same(const Array& a, const Array& b) {
  if (a.type() != b.type()) return false;
  if (!is_float(a.dtype())) return identical(a, b);
  return dispatch_in<kFloats>(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Array l = a.contiguous(), r = b.contiguous();
    for (std::int64_t i = 0; i < l.size(); ++i) {
      const auto u = static_cast<double>(l.data<T>()[i]), v = static_cast<double>(r.data<T>()[i]);
      constexpr double kTolerance = sizeof(T) == 2 ? 2e-2 : sizeof(T) == 4 ? 2e-5 : 1e-12;
      if (!same(u, v) && !(std::abs(u - v) <= kTolerance * (1 + std::abs(u)))) return false;
    }
    return true;
  });
}

std::vector<double> ordinary_values(int) { return {0.25, 0.5, 1.25, 2, 3, 4.5, 7.75}; }

TEST_CASE("exact rules give the same bits") {
  for (const Rule& rule : exact_rules()) {
    CAPTURE(rule.name);
    const Outcome outcome = try_rule(rule, nullptr, same_bits);
    CHECK_MESSAGE(outcome.fired > 0, rule.name << " never matches");
    CHECK_MESSAGE(outcome.difference.empty(), outcome.difference);
  }
}

TEST_CASE("relaxed rules are close on ordinary numbers") {
  for (const Rule& rule : relaxed_rules()) {
    CAPTURE(rule.name);
    const Outcome outcome = try_rule(rule, ordinary_values, nearly_same);
    const bool on_special_constant = try_rule(rule, nullptr, [](auto&, auto&) { return true; }).fired > 0;
    CHECK_MESSAGE(on_special_constant, rule.name << " never matches");
    CHECK_MESSAGE(outcome.difference.empty(), outcome.difference);
  }
}

TEST_CASE("the comparison finds rules that are not exact") {
  using namespace pattern;
  const Rule wrong[] = {
      {"add zero", x + 0, x, kFloats},
      {"multiply by zero", x * 0, 0, kFloats},
      {"not less", logical_not(less(x, y)), greater_equal(x, y), kFloats},
      {"negated difference", -(x - y), y - x, kFloats},
      {"reciprocal", x / c, x * reciprocal(c), kFloats},
      {"cast chain", cast(cast(x)), cast(x)},
      {"shifts", shift_left(shift_left(x, c), d), shift_left(x, c + d), kInts},
      {"swapped", x - y, y - x, kInts},
      {"power", power(x, 0.5), pattern::sqrt(x), kFloats},
      {"saturating", minimum(x, lowest), x, kInts},
  };
  for (const Rule& rule : wrong) {
    const Outcome outcome = try_rule(rule, nullptr, same_bits);
    CHECK_MESSAGE(!outcome.difference.empty(), rule.name << " counts as exact");
  }
}

TEST_CASE("relaxed rules are not exact ones") {
  for (const Rule& rule : relaxed_rules())
    CHECK_MESSAGE(!try_rule(rule, nullptr, same_bits).difference.empty(), rule.name << " belongs to the exact rules");
}

TEST_CASE("rules have names of their own and make at most one op, never more than they take away") {
  std::set<std::string_view> names;
  for (const auto rules : {exact_rules(), relaxed_rules()}) {
    for (const Rule& rule : rules) {
      CHECK_MESSAGE(names.insert(rule.name).second, rule.name << " is used twice");
      const auto any = [](const Pattern&) { return true; };
      CHECK_MESSAGE(count_ops(rule.to, is_variable) <= 1, rule.name << " makes several ops");
      CHECK_MESSAGE(count_ops(rule.to, is_variable) <= count_ops(rule.from, any), rule.name << " makes more ops");
    }
  }
}

// Every op that a rule makes goes through all rules again. A cycle would not end; a chain of a few rules does.
TEST_CASE("rules come to an end") {
  constexpr int kMostRewrites = 8;
  for (const bool fast_math : {false, true}) {
    for (const auto rules : {exact_rules(), relaxed_rules()}) {
      for (const Rule& rule : rules) {
        int most = 0;
        for_each_instance(rule, false, [&](const Instance& instance) {
          int rewrites = 0;
          bool at_root = false;
          const auto hook = [&](Builder& b, const NewOp& op) -> std::optional<ValueList> {
            REQUIRE_MESSAGE(rewrites < 100, rule.name << " does not end");
            ++rewrites;
            if (auto values = fold_op(b, op)) return values;
            if (const auto value = apply_rules(b, op, fast_math)) return listed(value);
            --rewrites;
            return std::nullopt;
          };
          Builder b("f", {.simplify = hook, .share = true});
          try {
            const ValueId root = LeftSide(instance, 4, b, at_root).build(rule.from);
            most = std::max(most, rewrites);
            // What is left matches no rule.
            const OpId op = b.function().value(root).op;
            if (!op.valid() || b.function().op(op).code == kOpcode<Constant>) return;
            const std::vector<ValueId> operands(b.function().operands(op).begin(), b.function().operands(op).end());
            const auto again =
                apply_rules(b, {b.function().op(op).code, b.function().op(op).attrs, operands, {}, {}}, fast_math);
            CHECK_MESSAGE(!again, text_of(rule, instance) << " leaves an op that a rule matches");
          } catch (const Error&) {  // the types do not fit
          }
        });
        CHECK_MESSAGE(most <= kMostRewrites, rule.name << " takes " << most << " rewrites");
      }
    }
  }
}

}  // namespace
}  // namespace tjit
