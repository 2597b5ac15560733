// The generator. Elementwise ops and reductions are drawn from the op table, so that new ones take part by themselves.
#include "tests/fuzz/generator.h"

#include <algorithm>
#include <limits>

#include "ir/ops/ops.h"

namespace tjit {

namespace {

/// Elements of one value; a few programs go beyond a reduction chunk.
constexpr std::int64_t kSmall = 3000, kLarge = 140000;
constexpr int kMaxDepth = 3;
/// Of 100 elements, those with edge values, in arrays that have any.
constexpr int kEdges = 8;

/// A number, in `edges` of 100 cases one at the edge of the type.
template <class T>
T random_value(Random& r, int edges) {
  if constexpr (std::is_same_v<T, bool>) {
    return r.chance(50);
  } else if constexpr (is_complex(dtype_of<T>)) {
    const auto re = random_value<double>(r, edges);
    return T(re, random_value<double>(r, edges));
  } else if constexpr (is_float(dtype_of<T>)) {
    using Limits = std::numeric_limits<T>;
    if (!r.chance(edges)) {
      const auto number = static_cast<double>(r.between(-8000, 8000));
      return static_cast<T>(number / r.pick(std::array{1, 7, 64, 1000}));
    }
    return r.pick(std::array<T, 10>{T(0), -T(0), Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                                    Limits::denorm_min(), -Limits::min(), Limits::max(), Limits::lowest(), T(1)});
  } else {
    using Limits = std::numeric_limits<T>;
    if (!r.chance(edges)) return static_cast<T>(r.between(is_signed(dtype_of<T>) ? -9 : 0, 20));
    return r.pick(std::array<T, 4>{Limits::max(), Limits::lowest(), T(0), static_cast<T>(-1)});
  }
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : r_(seed), b_("main") { scopes_.emplace_back(); }

  GeneratedProgram run() {
    GeneratedProgram program;
    limit_ = r_.chance(4) ? kLarge : kSmall;
    for (int i = 0, n = 1 + r_.below(4); i < n; ++i) {
      const Type type{r_.pick(kDTypes).dtype, random_shape()};
      program.inputs.push_back(edge_array(r_, type));
      add(b_.param(type));
    }
    const int count = 6 + r_.below(20), before = r_.below(count);
    ops(before);
    std::vector<ValueId> yields;
    if (r_.chance(4)) yields.push_back(fail_and_go_on());
    ops(count - before);
    for (int i = 0, n = 1 + r_.below(8); i < n; ++i) yields.push_back(r_.chance(50) ? latest() : any());
    program.module.functions.push_back(b_.finish(yields));
    return program;
  }

 private:
  // ---- values ----

  void add(ValueId v) { scopes_.back().push_back(v); }
  ValueId keep(ValueId v) {
    add(v);
    return v;
  }
  const Type& type(ValueId v) const { return b_.type(v); }

  /// Any visible value; there always is one, as the function has parameters.
  ValueId any() {
    for (;;) {
      const auto& scope = r_.chance(60) ? scopes_.back() : r_.pick(scopes_);
      if (!scope.empty()) return r_.pick(scope);
      if (scopes_.front().empty()) return constant({DType::F32, {}});
    }
  }
  ValueId latest() {
    const auto& scope = scopes_.back();
    if (scope.empty()) return any();
    const std::size_t window = std::min<std::size_t>(scope.size(), 5);
    return scope[scope.size() - 1 - static_cast<std::size_t>(r_.below(static_cast<int>(window)))];
  }
  ValueId constant(const Type& type) {
    return b_.constant(dispatch(type.dtype, [&](auto tag) {
      return Literal::splat(random_value<typename decltype(tag)::type>(r_, kEdges), type.shape);
    }));
  }
  ValueId number(DType dtype, std::int64_t value, const Shape& shape = {}) {
    return b_.constant(dispatch(
        dtype, [&](auto tag) { return Literal::splat(static_cast<typename decltype(tag)::type>(value), shape); }));
  }

  /// A value of exactly this type: found, or made from another.
  ValueId make(const Type& wanted) {
    for (int attempt = 0; attempt < 12; ++attempt) {
      const ValueId v = any();
      if (type(v) == wanted) return v;
      if (type(v).shape == wanted.shape && r_.chance(40)) return keep(b_.append(Cast{.dtype = wanted.dtype}, {v}));
      if (type(v).dtype == wanted.dtype && broadcasts(type(v).shape, wanted.shape))
        return keep(b_.append(BroadcastTo{.shape = wanted.shape}, {v}));
    }
    if (contains(kReals, wanted.dtype) && !wanted.shape.empty() && r_.chance(30))
      return keep(
          b_.append(Iota{.shape = wanted.shape, .axis = r_.below(wanted.shape.size()), .dtype = wanted.dtype}, {}));
    if (!wanted.shape.empty() && element_count(wanted) <= 200 && r_.chance(30))
      return keep(b_.constant(edge_array(r_, wanted).literal()));
    return keep(constant(wanted));
  }
  ValueId with_dtype(ValueId v, DType dtype) {
    return type(v).dtype == dtype ? v : keep(b_.append(Cast{.dtype = dtype}, {v}));
  }

  static bool broadcasts(const Shape& from, const Shape& to) {
    try {
      return rules::broadcast(from, to) == to;
    } catch (const Error&) {
      return false;
    }
  }

  Shape random_shape() {
    constexpr std::int64_t kSizes[] = {0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 129, 300};
    Shape shape;
    for (int rank = r_.pick(std::array{0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4}); rank > 0; --rank) {
      const std::int64_t size = r_.chance(5) && limit_ == kLarge ? 66000 : r_.pick(kSizes);
      Shape grown = shape;
      grown.push_back(size);
      if (count(grown) <= limit_) shape = grown;
    }
    return shape;
  }
  static std::int64_t count(const Shape& shape) {
    std::int64_t n = 1;
    for (const std::int64_t d : shape) n *= std::max<std::int64_t>(d, 1);
    return n;
  }
  /// A visible value with at least one dimension.
  ValueId tensor() {
    for (int attempt = 0; attempt < 20; ++attempt)
      if (const ValueId v = any(); !type(v).shape.empty()) return v;
    Shape shape = random_shape();
    if (shape.empty()) shape.push_back(r_.between(1, 20));
    return make({r_.pick(kDTypes).dtype, shape});
  }
  DType dtype_in(DTypes set) {
    for (;;)
      if (const DType t = r_.pick(kDTypes).dtype; contains(set, t)) return t;
  }

  /// An index that lies in [0, limit], but for a few that may not.
  ValueId index(std::int64_t limit) {
    const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
    const ValueId v = make({dtype, {}});
    if (r_.chance(1)) return v;
    const int beyond = r_.chance(5) ? 1 : 0;
    return keep(b_.append(Mod{}, {v, number(dtype, limit + 1 + beyond)}));
  }

  // ---- ops ----

  void ops(int count) {
    for (int i = 0; i < count; ++i) op();
  }

  void op() {
    const int depth = static_cast<int>(scopes_.size());
    const int roll = r_.below(100);
    if (roll < 40) return elementwise();
    if (roll < 43) return routine();
    if (roll < 52) return reduce();
    if (roll < 68) return view();
    if (roll < 82) return move();
    if (roll < 87) return dot();
    if (roll < 89) return effect();
    if (depth > kMaxDepth) return elementwise();
    if (roll < 94) return cond();
    loop();
  }

  const OpDef& random_op(Form form) {
    for (;;)
      if (const OpDef& d = r_.pick(op_table()); d.form() == form) return d;
  }

  void elementwise() {
    const OpDef& d = random_op(Form::Map);
    const Shape shape = r_.chance(85) ? type(any()).shape : random_shape();
    const DType known = type(latest()).dtype;
    const DType dtype = r_.chance(60) && contains(d.info.types, known) ? known : dtype_in(d.info.types);
    std::vector<ValueId> operands;
    for (int i = 0; i < d.info.arity; ++i)
      operands.push_back(make({i == 0 && d.info.mask_first ? DType::Bool : dtype, shape}));
    if (d.info.arity == 2 && r_.chance(20)) operands[1] = operands[0];
    std::shared_ptr<OpAttrs> attrs = d.make_attrs != nullptr ? d.make_attrs() : nullptr;
    if (d.info.result == Result::Attribute) {
      // Only types that inference takes: bitcast keeps the size.
      for (;;) {
        d.attrs[0].set(*attrs, r_.pick(kDTypes).dtype);
        try {
          (void)d.infer(attrs.get(), std::array{Type{dtype, shape}});
          break;
        } catch (const Error&) {
        }
      }
    }
    if (d.can_fail && is_integer(dtype) && !r_.chance(2))
      operands.back() = keep(b_.append(Clip{}, {operands.back(), number(dtype, 1, shape), number(dtype, 4, shape)}));
    const ValueId result = keep(b_.append({d.code, std::move(attrs), operands, {}, {}})[0]);
    // A NaN that was just computed shows in integers.
    if (is_float(type(result).dtype) && r_.chance(15)) {
      const auto* bits = std::ranges::find_if(
          kDTypes, [&](const DTypeInfo& t) { return is_integer(t.dtype) && t.size == size_of(type(result).dtype); });
      keep(b_.append(Bitcast{.dtype = bits->dtype}, {result}));
    }
  }

  void reduce() {
    const OpDef& d = random_op(r_.chance(25) ? Form::Search : Form::Reduction);
    ValueId x = tensor();
    if (!contains(d.info.types, type(x).dtype)) x = with_dtype(x, dtype_in(d.info.types));
    const int rank = type(x).shape.size();
    std::shared_ptr<OpAttrs> attrs = d.make_attrs();
    if (d.attrs[0].name == "axes") {
      Dims axes;
      for (int a = 0; a < rank; ++a)
        if (r_.chance(60)) axes.push_back(a);
      d.attrs[0].set(*attrs, axes);
      d.attrs[1].set(*attrs, r_.chance(30));
    } else {
      const int axis = r_.below(rank);
      if (type(x).shape[axis] == 0) return;
      d.attrs[0].set(*attrs, std::int64_t{axis});
    }
    keep(b_.append({d.code, std::move(attrs), std::array{x}, {}, {}})[0]);
  }

  void view() {
    const ValueId x = tensor();
    const Shape shape = type(x).shape;
    const int rank = shape.size();
    switch (r_.below(5)) {
      case 0: return broadcast(x);
      case 1: return reshape(x);
      case 2: {
        Dims perm;
        for (int d = 0; d < rank; ++d) perm.insert(r_.below(d + 1), d);
        keep(b_.append(Transpose{.perm = perm}, {x}));
        return;
      }
      case 3: {
        Slice s;
        for (int d = 0; d < rank; ++d) {
          s.begin.push_back(r_.between(0, shape[d]));
          s.end.push_back(r_.between(s.begin[d], shape[d]));
          if (r_.chance(60)) s.begin[d] = 0, s.end[d] = shape[d];
          s.strides.push_back(r_.chance(70) ? 1 : r_.between(1, 4));
        }
        if (r_.chance(40)) s.strides = {};
        keep(b_.append(s, {x}));
        return;
      }
      default: {
        Dims axes;
        for (int d = 0; d < rank; ++d)
          if (r_.chance(50)) axes.push_back(d);
        keep(b_.append(Reverse{.axes = axes}, {x}));
      }
    }
  }

  void broadcast(ValueId x) {
    Shape shape = type(x).shape;
    for (int d = 0; d < shape.size(); ++d)
      if (shape[d] == 1) shape[d] = r_.between(0, 20);
    if (shape.size() < 5 && r_.chance(60)) shape.insert(0, r_.between(0, 8));
    if (count(shape) <= limit_) keep(b_.append(BroadcastTo{.shape = shape}, {x}));
  }

  void reshape(ValueId x) {
    std::int64_t rest = element_count(type(x));
    Shape shape;
    if (rest == 0) {
      shape = type(x).shape;
      std::reverse(shape.begin(), shape.end());
    }
    // Splits off small factors; what is left is the last size, or a -1 for it.
    while (rest > 1 && shape.size() < 5) {
      const std::int64_t factor = r_.pick(std::array<std::int64_t, 6>{1, 2, 3, 4, 5, 8});
      if (rest % factor == 0 && r_.chance(70)) {
        shape.push_back(factor);
        rest /= factor;
      } else {
        shape.push_back(r_.chance(20) ? -1 : rest);
        rest = 1;
      }
    }
    if (rest > 1) shape.push_back(rest);
    keep(b_.append(Reshape{.shape = shape}, {x}));
  }

  /// Ops by index.
  void move() {
    const ValueId x = tensor();
    const Type t = type(x);
    const int rank = t.shape.size(), axis = r_.below(rank);
    switch (r_.below(5)) {
      case 0: return concat(x, axis);
      case 1: {
        Pad p;
        Shape shape = t.shape;
        for (int d = 0; d < rank; ++d) {
          p.low.push_back(r_.chance(50) ? 0 : r_.between(0, 3));
          p.high.push_back(r_.chance(50) ? 0 : r_.between(0, 3));
          shape[d] += p.low[d] + p.high[d];
        }
        if (count(shape) <= limit_) keep(b_.append(p, {x, make({t.dtype, {}})}));
        return;
      }
      case 2: return gather(x, axis);
      case 3: {
        Dims sizes;
        for (const std::int64_t d : t.shape) sizes.push_back(r_.between(0, d));
        std::vector<ValueId> operands{x};
        for (int d = 0; d < rank; ++d) operands.push_back(index(t.shape[d] - sizes[d]));
        keep(b_.append(DynamicSlice{.sizes = sizes, .clamp = r_.chance(30)}, operands));
        return;
      }
      default: keep(update(x));
    }
  }

  ValueId update(ValueId x) {
    const Type t = type(x);
    Type window = t;
    for (std::int64_t& d : window.shape) d = r_.chance(40) ? d : r_.between(0, d);
    std::vector<ValueId> operands{x, make(window)};
    for (int d = 0; d < t.shape.size(); ++d) operands.push_back(index(t.shape[d] - window.shape[d]));
    return b_.append(DynamicUpdateSlice{.clamp = r_.chance(30)}, operands);
  }

  void concat(ValueId x, int axis) {
    const Type t = type(x);
    std::vector<ValueId> operands{x};
    std::int64_t size = t.shape[axis];
    for (int i = r_.below(3); i >= 0; --i) {
      Type other = t;
      if (r_.chance(50)) other.shape[axis] = r_.between(0, 9);
      size += other.shape[axis];
      operands.push_back(make(other));
    }
    Shape shape = t.shape;
    shape[axis] = size;
    if (count(shape) <= limit_) keep(b_.append(Concat{.axis = axis}, operands));
  }

  void gather(ValueId x, int axis) {
    const Type t = type(x);
    const int batch = r_.chance(30) ? r_.below(axis + 1) : 0;
    Shape indices(std::span(t.shape.begin(), static_cast<std::size_t>(batch)));
    for (int i = r_.below(3); i > 0; --i) indices.push_back(r_.between(0, 9));
    if (t.shape[axis] == 0 || t.shape.size() + indices.size() > Dims::kMax ||
        count(t.shape) * count(indices) > 8 * limit_)
      return;
    const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
    ValueId at = make({dtype, indices});
    if (!r_.chance(2)) at = keep(b_.append(Mod{}, {at, number(dtype, t.shape[axis], indices)}));
    keep(b_.append(Gather{.axis = axis, .batch_dims = batch}, {x, at}));
  }

  void dot() {
    const std::int64_t m = r_.between(0, 20), n = r_.between(0, 40), k = r_.between(0, 90), batch = r_.between(1, 3);
    const DType dtype = dtype_in(kNumbers);
    const bool batched = r_.chance(30), left = r_.chance(30), right = r_.chance(30);
    Shape a = left ? Shape{k, m} : Shape{m, k}, b = right ? Shape{n, k} : Shape{k, n};
    const int at = batched ? 1 : 0;
    if (batched) a.insert(0, batch), b.insert(0, batch);
    Dot d{
        .lhs_contract = {left ? at : at + 1}, .rhs_contract = {right ? at + 1 : at}, .lhs_batch = {}, .rhs_batch = {}};
    if (batched) d.lhs_batch = {0}, d.rhs_batch = {0};
    keep(b_.append(d, {make({dtype, a}), make({dtype, b})}));
  }

  void routine() {
    ValueId x = tensor();
    if (r_.chance(30)) return scatter(x);
    if (!contains(kNumbers, type(x).dtype)) x = with_dtype(x, dtype_in(kNumbers));
    if (r_.chance(30)) {
      CumSum sum;
      sum.axis = r_.below(type(x).shape.size());
      sum.exclusive = r_.chance(30);
      sum.reverse = r_.chance(30);
      keep(b_.append(sum, {x}));
    } else {
      sort(x);
    }
  }

  void scatter(ValueId x) {
    const Type t = type(x);
    const int rank = t.shape.size(), depth = r_.below(rank + 1);
    Shape places, sizes(std::span(t.shape.begin(), static_cast<std::size_t>(depth)));
    if (sizes.contains(0)) return;
    for (int i = r_.below(3); i > 0; --i) places.push_back(r_.between(0, 9));
    Type updates{t.dtype, places};
    for (int d = depth; d < rank; ++d) updates.shape.push_back(t.shape[d]);
    if (count(updates.shape) > limit_) return;
    // Indices of each dimension by themselves, so that they lie inside, but for a few that fail.
    places.push_back(1);
    const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
    std::vector<ValueId> indices;
    for (const std::int64_t size : sizes) {
      const ValueId drawn = make({dtype, places});
      indices.push_back(r_.chance(2) ? drawn : b_.append(Mod{}, {drawn, number(dtype, size, places)}));
    }
    places[places.size() - 1] = 0;
    const ValueId all = indices.empty() ? make({dtype, places}) : b_.append(Concat{.axis = -1}, indices);
    const auto modes = std::array<std::string, 5>{"set", "add", "multiply", "min", "max"};
    const int usable = contains(kReals, t.dtype) ? 5 : contains(kNumbers, t.dtype) ? 3 : 1;
    keep(b_.append(Scatter{.mode = modes[static_cast<std::size_t>(r_.below(usable))]}, {x, all, make(updates)}));
  }

  void sort(ValueId x) {
    if (!contains(kReals, type(x).dtype)) x = with_dtype(x, dtype_in(kReals));
    const Shape& shape = type(x).shape;
    const auto draw = [&](auto op) {
      op.axis = r_.below(shape.size());
      op.descending = r_.chance(50);
      keep(b_.append(op, {x}));
    };
    if (r_.chance(35)) return draw(Sort{});
    if (r_.chance(50)) return draw(ArgSort{});
    const auto top = std::make_shared<TopK>(TopK{.k = r_.between(0, shape.back())});
    for (const ValueId v : b_.append({kOpcode<TopK>, top, std::array{x}, {}, {}})) add(v);
  }

  void effect() {
    if (r_.chance(50)) {
      const std::array operands{any()};
      b_.append({kOpcode<Print>, std::make_shared<Print>(Print{.message = "value {}"}), operands, {}, {}});
      return;
    }
    const ValueId x = make({DType::Bool, {}});
    const std::array operands{r_.chance(4) ? x : b_.append(LogicalOr{}, {x, number(DType::Bool, 1)})};
    b_.append({kOpcode<Assert>, std::make_shared<Assert>(Assert{.message = "as drawn"}), operands, {}, {}});
  }

  /// An op that fails, something that must come after it, and a use of what it would have given.
  ValueId fail_and_go_on() {
    const Type t{r_.chance(50) ? DType::I32 : DType::I64, {r_.between(1, 40)}};
    const ValueId quotient = b_.append(FloorDiv{}, {make(t), number(t.dtype, 0, t.shape)});
    if (r_.chance(50)) {
      effect();
    } else {
      keep(b_.append(Mod{}, {make(t), number(t.dtype, 0, t.shape)}));
    }
    return keep(b_.append(Add{}, {quotient, make(t)}));
  }

  // ---- control flow ----

  template <class F>
  BlockId block(std::span<const Type> params, F&& yields) {
    const BlockId id = b_.begin_block(params);
    scopes_.emplace_back();
    for (const ValueId p : b_.function().params(id)) add(p);
    const std::vector<ValueId> values = yields(id);
    scopes_.pop_back();
    b_.end_block(values);
    return id;
  }

  void cond() {
    const std::array predicate{make({DType::Bool, {}})};
    std::vector<Type> results;
    for (int i = 1 + r_.below(3); i > 0; --i) results.push_back(type(any()));
    const auto branch = [&] {
      return block({}, [&](BlockId) {
        ops(r_.below(5));
        std::vector<ValueId> values;
        for (const Type& t : results) values.push_back(fresh(t));
        return values;
      });
    };
    const BlockId then_block = branch(), else_block = branch();
    for (const ValueId v : b_.append({kOpcode<Cond>, nullptr, predicate, {then_block, else_block}, {}})) add(v);
  }

  /// A value of this type that the current block computes, if possible.
  ValueId fresh(const Type& wanted) {
    const ValueId v = make(wanted);
    if (r_.chance(15)) return v;
    if (!wanted.shape.empty() && r_.chance(35)) return update(v);
    if (contains(kNumbers, wanted.dtype)) return b_.append(Add{}, {v, make(wanted)});
    return b_.append(LogicalXor{}, {v, make(wanted)});
  }

  /// A loop with a counter, its bound (a constant or computed), and up to three more variables.
  void loop() {
    const bool never = r_.chance(10);  // then the body may hold what fails
    const ValueId bound = never           ? number(DType::I32, 0)
                          : r_.chance(60) ? number(DType::I32, r_.between(0, 6))
                                          : b_.append(Mod{}, {make({DType::I32, {}}), number(DType::I32, 6)});
    std::vector<ValueId> initial{number(DType::I32, 0)};
    for (int i = r_.below(4); i > 0; --i) initial.push_back(any());
    std::vector<Type> types;
    for (const ValueId v : initial) types.push_back(type(v));
    const BlockId test = block(types, [&](BlockId id) {
      ValueId go_on = b_.append(Less{}, {b_.function().params(id)[0], bound});
      if (r_.chance(25)) {
        ops(1);
        go_on = b_.append(LogicalAnd{}, {go_on, make({DType::Bool, {}})});
      }
      return std::vector{go_on};
    });
    const BlockId body = block(types, [&](BlockId id) {
      const ValueId counter = b_.function().params(id)[0];
      ops(1 + r_.below(4));
      if (never) keep(b_.append(FloorDiv{}, {number(DType::I32, 1, {3}), number(DType::I32, 0, {3})}));
      std::vector<ValueId> next{b_.append(Add{}, {counter, number(DType::I32, 1)})};
      for (std::size_t i = 1; i < types.size(); ++i) next.push_back(fresh(types[i]));
      return next;
    });
    for (const ValueId v : b_.append({kOpcode<While>, nullptr, initial, {test, body}, {}})) add(v);
  }

  Random r_;
  Builder b_;
  std::vector<std::vector<ValueId>> scopes_;
  std::int64_t limit_ = kSmall;
};

}  // namespace

Array edge_array(Random& random, const Type& type) {
  Array array = Array::empty(type);
  dispatch(type.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = static_cast<T*>(array.mutable_data());
    // One NaN hides what a reduction does with all other elements.
    const int edges = random.chance(50) ? kEdges : 0;
    for (std::int64_t i = 0; i < array.size(); ++i) out[i] = random_value<T>(random, edges);
  });
  return array;
}

// A program is one function, and groups are what `fuse` makes of it.
bool is_drawn(const OpDef& op) { return op.code != kOpcode<Call> && op.code != kOpcode<Fusion>; }

GeneratedProgram generate_program(std::uint64_t seed) { return Generator(seed).run(); }

}  // namespace tjit
