#include "tests/fuzz/value_pool.h"

#include <algorithm>
#include <limits>

#include "ir/ops/arithmetic.h"
#include "ir/ops/complex.h"
#include "ir/ops/convert.h"
#include "ir/ops/index.h"
#include "ir/ops/view.h"

namespace tjit {

namespace {

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

ValueId ValuePool::keep(ValueId v) {
  add(v);
  return v;
}

ValueId ValuePool::any() {
  for (;;) {
    const auto& scope = r_.chance(60) ? scopes_.back() : r_.pick(scopes_);
    if (!scope.empty()) return r_.pick(scope);
    if (scopes_.front().empty()) return constant({DType::F32, {}});
  }
}

ValueId ValuePool::latest() {
  const auto& scope = scopes_.back();
  if (scope.empty()) return any();
  const std::size_t window = std::min<std::size_t>(scope.size(), 5);
  return scope[scope.size() - 1 - static_cast<std::size_t>(r_.below(static_cast<int>(window)))];
}

ValueId ValuePool::constant(const Type& type) {
  return b_.constant(dispatch(type.dtype, [&](auto tag) {
    return Literal::splat(random_value<typename decltype(tag)::type>(r_, kEdges), type.shape);
  }));
}

ValueId ValuePool::number(DType dtype, std::int64_t value, const Shape& shape) {
  return b_.constant(dispatch(
      dtype, [&](auto tag) { return Literal::splat(static_cast<typename decltype(tag)::type>(value), shape); }));
}

ValueId ValuePool::make(const Type& wanted) {
  for (int attempt = 0; attempt < 12; ++attempt) {
    const ValueId v = any();
    if (type(v) == wanted) return v;
    if (type(v).shape == wanted.shape && r_.chance(40)) return with_dtype(v, wanted.dtype);
    if (type(v).dtype == wanted.dtype && broadcasts(type(v).shape, wanted.shape))
      return keep(b_.append(BroadcastTo{.shape = wanted.shape}, {v}));
  }
  if (contains(kNumbers, wanted.dtype) && !wanted.shape.empty() && r_.chance(30))
    return keep(
        b_.append(Iota{.shape = wanted.shape, .axis = r_.below(wanted.shape.size()), .dtype = wanted.dtype}, {}));
  if (!wanted.shape.empty() && element_count(wanted) <= 200 && r_.chance(30))
    return keep(b_.constant(edge_array(r_, wanted).literal()));
  return keep(constant(wanted));
}

ValueId ValuePool::with_dtype(ValueId v, DType dtype) {
  if (type(v).dtype == dtype) return v;
  // Complex numbers are not cast to real ones.
  if (is_complex(type(v).dtype) && contains(kReals, dtype)) v = b_.append(Real{}, {v});
  return keep(b_.append(Cast{.dtype = dtype}, {v}));
}

bool ValuePool::broadcasts(const Shape& from, const Shape& to) {
  try {
    return rules::broadcast(from, to) == to;
  } catch (const Error&) {
    return false;
  }
}

Shape ValuePool::random_shape() {
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

std::int64_t ValuePool::count(const Shape& shape) {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= std::max<std::int64_t>(d, 1);
  return n;
}

ValueId ValuePool::tensor() {
  for (int attempt = 0; attempt < 20; ++attempt)
    if (const ValueId v = any(); !type(v).shape.empty()) return v;
  Shape shape = random_shape();
  if (shape.empty()) shape.push_back(r_.between(1, 20));
  return make({r_.pick(kDTypes).dtype, shape});
}

DType ValuePool::dtype_in(DTypes set) {
  if (wish_ && contains(set, wish_->dtype) && r_.chance(50)) return wish_->dtype;
  for (;;)
    if (const DType t = r_.pick(kDTypes).dtype; contains(set, t)) return t;
}

ValueId ValuePool::index(std::int64_t limit) {
  const DType dtype = r_.chance(50) ? DType::I32 : DType::I64;
  const ValueId v = make({dtype, {}});
  if (r_.chance(1)) return v;
  const int beyond = r_.chance(5) ? 1 : 0;
  return keep(b_.append(Mod{}, {v, number(dtype, limit + 1 + beyond)}));
}

}  // namespace tjit
