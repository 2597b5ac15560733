// Inference of views, reductions and contractions, and the views' windows.
#include <algorithm>

#include "ir/builder.h"
#include "ir/ops/index.h"
#include "ir/ops/logic.h"
#include "ir/ops/reduce.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"

namespace tjit {

namespace rules {

namespace {
std::string rank_text(int rank) { return "rank " + std::to_string(rank); }
}  // namespace

int axis(std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) fail("axis " + size_text(axis) + " is out of range for " + rank_text(rank));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Dims axis_list(const Dims& axes, int rank) {
  Dims result = axes;
  for (std::int64_t& a : result) a = axis(a, rank);
  return result;
}

Dims axes(const Dims& axes, int rank) {
  Dims result = axis_list(axes, rank);
  for (int i = 0; i < result.size(); ++i)
    if (std::find(result.begin(), result.begin() + i, result[i]) != result.begin() + i)
      fail("axis " + size_text(axes[i]) + " is named twice in " + to_string(axes));
  std::sort(result.begin(), result.end());
  return result;
}

bool may_equal(std::int64_t a, std::int64_t b) { return a == b || a == Dims::kUnknown || b == Dims::kUnknown; }

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const int skip = longer.size() - shorter.size();
  for (int d = 0; d < shorter.size(); ++d) {
    const std::int64_t x = longer[skip + d], y = shorter[d];
    if (x != 1 && y != 1 && !may_equal(x, y))
      fail("shapes do not broadcast: " + shape_text(a) + " and " + shape_text(b));
    result[skip + d] = x == 1 || x == Dims::kUnknown ? y : x;
  }
  return result;
}

DTypesDiffer::DTypesDiffer(const Type& x, const Type& y)
    : Error(Kind::User, "operands differ in dtype: " + to_string(x) + " and " + to_string(y) + "; insert `cast`"),
      a(x.dtype),
      b(y.dtype) {}

void require_one_dtype(const Type& a, const Type& b) {
  if (a.dtype != b.dtype) throw DTypesDiffer(a, b);
}

void require_sizes(const Shape& shape, std::int64_t lowest) {
  for (const std::int64_t d : shape)
    if (d < lowest && !is_symbolic(d)) fail("negative size in shape " + to_string(shape));
}

std::int64_t add_sizes(std::int64_t a, std::int64_t b) {
  if (is_symbolic(a) || is_symbolic(b)) return Dims::kUnknown;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum) || sum > kMaxElements)
    fail("a size of " + size_text(a) + " + " + size_text(b) + " is more than 2^48");
  return sum;
}

Shape reshape(const Shape& from, const Shape& to) {
  require_sizes(to, -1);
  Shape result = to;
  int inferred = -1;
  for (int d = 0; d < to.size(); ++d) {
    if (to[d] != -1) continue;
    if (inferred >= 0) fail("takes at most one -1, found " + to_string(to));
    inferred = d;
    result[d] = 1;
  }
  const std::string text = "cannot reshape " + shape_text(from) + " to " + shape_text(to);
  if (is_dynamic(from) || is_dynamic(to)) {
    if (inferred >= 0) result[inferred] = Dims::kUnknown;
    return result;
  }
  const std::int64_t count = element_count(from);
  if (inferred >= 0) {
    const std::int64_t rest = element_count(result);
    if (rest == 0 || count % rest != 0) fail(text);
    result[inferred] = count / rest;
  }
  if (element_count(result) != count)
    fail(text + ": " + std::to_string(count) + " elements do not fill " + std::to_string(element_count(result)));
  return result;
}

void require_index(const Type& type) {
  if (!type.is_scalar() || !contains(kIndices, type.dtype))
    fail("an index must be i32[] or i64[], not " + to_string(type));
}

}  // namespace rules

inline namespace ops {

namespace {
void require_entries(std::string_view name, const Dims& list, int rank) {
  if (list.size() != rank)
    fail("`" + std::string(name) + "` needs one entry per dimension (" + std::to_string(rank) + "), found " +
         to_string(list));
}

/// The size that begin:end:stride of dimension `d` of `size` elements gives; throws Error when no size that is known
/// only at the call could make the bounds right.
std::int64_t sliced_size(std::int64_t begin, std::int64_t end, std::int64_t stride, std::int64_t size, int d) {
  // Bounds may not descend. What is not known may be anything between those that are.
  std::int64_t last = 0;
  bool fits = true;
  for (const std::int64_t bound : {begin, end, size}) {
    if (is_symbolic(bound)) continue;
    fits &= bound >= last;
    last = bound;
  }
  if (!fits)
    fail("slice " + size_text(begin) + ":" + size_text(end) + " is out of range for dimension " + std::to_string(d) +
         " of size " + size_text(size));
  if (!is_symbolic(begin) && !is_symbolic(end)) return rules::strided_count(end - begin, stride);
  return begin == 0 && stride == 1 ? end : Dims::kUnknown;
}

}  // namespace

Type BroadcastTo::infer(const BroadcastTo& a, std::span<const Type> in) {
  rules::require_sizes(a.shape);
  const Shape& from = in[0].shape;
  const int skip = a.shape.size() - from.size();
  bool fits = skip >= 0;
  for (int d = 0; fits && d < from.size(); ++d) fits = from[d] == 1 || rules::may_equal(from[d], a.shape[skip + d]);
  if (!fits) fail("cannot broadcast " + shape_text(from) + " to " + shape_text(a.shape));
  return {in[0].dtype, a.shape};
}

View BroadcastTo::view(const BroadcastTo& a, const View& in) {
  const int skip = a.shape.size() - in.shape.size();
  View out{a.shape, Dims::filled(a.shape.size(), 0), in.offset};
  for (int d = 0; d < in.shape.size(); ++d)
    if (in.shape[d] == a.shape[skip + d]) out.strides[skip + d] = in.strides[d];
  return out;
}

Type Reshape::infer(const Reshape& a, std::span<const Type> in) {
  return {in[0].dtype, rules::reshape(in[0].shape, a.shape)};
}

Type Transpose::infer(const Transpose& a, std::span<const Type> in) {
  const int rank = in[0].shape.size();
  require_entries("perm", a.perm, rank);
  Type out = in[0];
  Dims seen;
  for (int d = 0; d < rank; ++d) {
    if (a.perm[d] < 0 || a.perm[d] >= rank || seen.contains(a.perm[d]))
      fail("`perm` must name each dimension of " + to_string(in[0]) + " once, found " + to_string(a.perm));
    seen.push_back(a.perm[d]);
    out.shape[d] = in[0].shape[static_cast<int>(a.perm[d])];
  }
  return out;
}

View Transpose::view(const Transpose& a, const View& in) {
  View out = in;
  for (int d = 0; d < a.perm.size(); ++d) {
    out.shape[d] = in.shape[static_cast<int>(a.perm[d])];
    out.strides[d] = in.strides[static_cast<int>(a.perm[d])];
  }
  return out;
}

Transpose Transpose::compose(const Transpose& outer, const Transpose& inner, const Shape&) {
  Transpose both = outer;
  for (std::int64_t& d : both.perm) d = inner.perm[static_cast<int>(d)];
  return both;
}

Type Slice::infer(const Slice& a, std::span<const Type> in) {
  const Shape& from = in[0].shape;
  require_entries("begin", a.begin, from.size());
  require_entries("end", a.end, from.size());
  if (!a.strides.empty()) require_entries("strides", a.strides, from.size());
  Type out = in[0];
  for (int d = 0; d < from.size(); ++d) {
    const std::int64_t stride = a.strides.empty() ? 1 : a.strides[d];
    if (stride < 1) fail("`strides` must be positive, found " + to_string(a.strides));
    out.shape[d] = sliced_size(a.begin[d], a.end[d], stride, from[d], d);
  }
  return out;
}

View Slice::view(const Slice& a, const View& in) {
  View out = in;
  for (int d = 0; d < in.shape.size(); ++d) {
    const std::int64_t stride = a.strides.empty() ? 1 : a.strides[d];
    out.shape[d] = rules::strided_count(a.end[d] - a.begin[d], stride);
    if (out.shape[d] == 0) continue;  // nothing is addressed; keep the offset inside the buffer
    out.offset += a.begin[d] * in.strides[d];
    out.strides[d] = out.shape[d] == 1 ? in.strides[d] : in.strides[d] * stride;
  }
  return out;
}

Slice Slice::compose(const Slice& outer, const Slice& inner, const Shape& shape) {
  Slice both = outer;
  both.strides = Dims::filled(shape.size(), 1);
  bool strided = false;
  for (int d = 0; d < shape.size(); ++d) {
    const std::int64_t inner_stride = inner.strides.empty() ? 1 : inner.strides[d];
    const std::int64_t outer_stride = outer.strides.empty() ? 1 : outer.strides[d];
    const std::int64_t count = rules::strided_count(outer.end[d] - outer.begin[d], outer_stride);
    // A stride is of use only where there are two elements, and may be far too large where there are not.
    const std::int64_t stride = count > 1 ? inner_stride * outer_stride : 1;
    both.begin[d] = inner.begin[d] + (count > 0 ? outer.begin[d] * inner_stride : 0);
    both.end[d] = both.begin[d] + (count > 0 ? (count - 1) * stride + 1 : 0);
    both.strides[d] = stride;
    strided |= stride != 1;
  }
  if (!strided) both.strides = {};
  return both;
}

Type Reverse::infer(const Reverse& a, std::span<const Type> in) {
  (void)rules::axes(a.axes, in[0].shape.size());
  return in[0];
}

View Reverse::view(const Reverse& a, const View& in) {
  View out = in;
  for (const std::int64_t axis : rules::axes(a.axes, in.shape.size())) {
    const int d = static_cast<int>(axis);
    out.offset += in.strides[d] * std::max<std::int64_t>(in.shape[d] - 1, 0);
    out.strides[d] = -in.strides[d];
  }
  return out;
}

Reverse Reverse::compose(const Reverse& outer, const Reverse& inner, const Shape& shape) {
  const Dims a = rules::axes(outer.axes, shape.size()), b = rules::axes(inner.axes, shape.size());
  Reverse both;
  for (int d = 0; d < shape.size(); ++d)
    if (a.contains(d) != b.contains(d)) both.axes.push_back(d);
  return both;
}

Type ReduceAxes::infer(const ReduceAxes& a, std::span<const Type> in) {
  const Dims axes = rules::axes(a.axes, in[0].shape.size());
  Type out{in[0].dtype, {}};
  for (int d = 0; d < in[0].shape.size(); ++d) {
    if (!axes.contains(d)) {
      out.shape.push_back(in[0].shape[d]);
    } else if (a.keepdims) {
      out.shape.push_back(1);
    }
  }
  return out;
}

Type Cumulative::infer(const Cumulative& a, std::span<const Type> in) {
  (void)rules::axis(a.axis, in[0].shape.size());
  return in[0];
}

Type ArgAxis::infer(const ArgAxis& a, std::span<const Type> in) {
  Type out{DType::I64, in[0].shape};
  const int d = rules::axis(a.axis, in[0].shape.size());
  out.shape.erase(d);
  if (in[0].shape[d] == 0 && !out.shape.contains(0))
    fail("dimension " + std::to_string(d) + " has size 0: no element is the extreme one");
  return out;
}

template <class Extreme>
ValueId ArgAxis::first_extreme(Builder& b, const ArgAxis& a, ValueId x) {
  const Type type = b.type(x);
  const int axis = rules::axis(a.axis, type.shape.size());
  Extreme reduce;
  reduce.axes = {axis};
  reduce.keepdims = true;
  const ValueId best = b.append(BroadcastTo{.shape = type.shape}, {b.append(reduce, {x})});
  ValueId hit = b.append(Equal{}, {x, best});
  // A NaN is its own extreme and equals nothing.
  if (is_float(type.dtype)) hit = b.append(LogicalOr{}, {hit, b.append(NotEqual{}, {x, x})});
  const ValueId index = b.append(Iota{.shape = type.shape, .axis = axis, .dtype = DType::I64}, {});
  const ValueId none = b.constant(Literal::splat(INT64_MAX, type.shape));
  ReduceMin first;
  first.axes = {axis};
  return b.append(first, {b.append(Where{}, {hit, index, none})});
}

ValueId ArgMax::expand(Builder& b, const ArgMax& a, ValueId x) { return first_extreme<ReduceMax>(b, a, x); }
ValueId ArgMin::expand(Builder& b, const ArgMin& a, ValueId x) { return first_extreme<ReduceMin>(b, a, x); }

Type Dot::infer(const Dot& a, std::span<const Type> in) {
  rules::require_one_dtype(in[0], in[1]);
  const auto pairs = [&](const Dims& l, const Dims& r, const char* what) {
    if (l.size() != r.size())
      fail("`lhs_" + std::string(what) + "` and `rhs_" + what + "` differ in length: " + to_string(l) + " and " +
           to_string(r));
    for (int i = 0; i < l.size(); ++i) {
      const std::int64_t x = in[0].shape[rules::axis(l[i], in[0].shape.size())];
      const std::int64_t y = in[1].shape[rules::axis(r[i], in[1].shape.size())];
      if (!rules::may_equal(x, y))
        fail("sizes differ in " + std::string(what) + " dimensions " + std::to_string(l[i]) + " of " +
             to_string(in[0]) + " and " + std::to_string(r[i]) + " of " + to_string(in[1]));
    }
  };
  pairs(a.lhs_batch, a.rhs_batch, "batch");
  pairs(a.lhs_contract, a.rhs_contract, "contract");
  Type out{in[0].dtype, {}};
  const auto free_dims = [&](const Type& t, const Dims& batch, const Dims& contract) {
    Dims used = batch;
    for (const std::int64_t c : contract) used.push_back(c);
    used = rules::axes(used, t.shape.size());
    for (int d = 0; d < t.shape.size(); ++d)
      if (!used.contains(d)) out.shape.push_back(t.shape[d]);
  };
  for (const std::int64_t d : a.lhs_batch) out.shape.push_back(in[0].shape[rules::axis(d, in[0].shape.size())]);
  free_dims(in[0], a.lhs_batch, a.lhs_contract);
  free_dims(in[1], a.rhs_batch, a.rhs_contract);
  return out;
}

std::int64_t Dot::depth(const Dot& a, std::span<const Type> in) {
  std::int64_t depth = 1;
  for (const std::int64_t axis : a.lhs_contract) depth *= in[0].shape[rules::axis(axis, in[0].shape.size())];
  return depth;
}

}  // namespace ops
}  // namespace tjit
