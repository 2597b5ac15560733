// Reductions over the core ones.
#include "tjit/ops/reduce.h"

#include <limits>

#include "frontend/apply.h"
#include "tjit/constant.h"

namespace tjit {

namespace {

/// What joins in another type than its own is computed in that, and rounded once.
Tensor in_accumulator_type(Tensor (*f)(const Operand&, const Axes&, bool), const Tensor& x, const Axes& axes,
                           bool keepdims) {
  return cast(f(cast(x, accumulator_type(x.dtype())), axes, keepdims), x.dtype());
}

/// What stands `distance` before each element along `axis`, or behind it; `fill` where nothing does.
Tensor shifted(const Tensor& x, int axis, std::int64_t distance, bool back, double fill) {
  Dims begin = Dims::filled(x.rank(), 0), end = x.shape(), low = begin, high = begin;
  (back ? begin[axis] : end[axis]) += back ? distance : -distance;
  (back ? high : low)[axis] = distance;
  return pad(slice(x, begin, end), low, high, fill);
}

bool joins_in_another_type(const Tensor& x) { return accumulator_type(x.dtype()) != x.dtype(); }

}  // namespace

inline namespace ops {

Tensor reduce_mean(const Operand& x, const Axes& axes, bool keepdims) {
  const Here here("reduce_mean", x.loc());
  const Tensor t = to_tensor(x, here);
  if (!contains(kNumbers, t.dtype())) here.fail("does not take " + std::string(info(t.dtype()).name));
  if (joins_in_another_type(t)) return in_accumulator_type(reduce_mean, t, axes, keepdims);
  // Sums of small integers would wrap; a mean fits where the elements do.
  const Tensor sum = reduce_sum(is_integer(t.dtype()) ? cast(t, int64) : t, axes, keepdims);
  std::int64_t count = 1;  // of the elements of one sum
  for (const std::int64_t d : axes.all ? first_axes(t.rank()) : rules::axes(axes.list, t.rank()))
    count *= t.shape()[static_cast<int>(d)];
  if (!is_integer(t.dtype())) return sum / static_cast<double>(count);
  // Truncates: the quotient towards minus infinity, plus one where it is negative and inexact.
  const Tensor n = to_tensor(std::max<std::int64_t>(count, 1), here);
  const Tensor floor = floor_div(sum, n);
  const Tensor inexact = (floor * n != sum) & (sum < 0);
  return cast(floor + cast(inexact, int64), t.dtype());
}

Tensor reduce_variance(const Operand& x, const Axes& axes, bool keepdims) {
  const Here here("reduce_variance", x.loc());
  const Tensor t = to_tensor(x, here);
  if (!is_float(t.dtype()))
    here.fail("does not take " + std::string(info(t.dtype()).name) + ", whose variance is not of its type; use cast");
  if (joins_in_another_type(t)) return in_accumulator_type(reduce_variance, t, axes, keepdims);
  return reduce_mean(square(t - reduce_mean(t, axes, true)), axes, keepdims);
}

Tensor cumulative_logsumexp(const Operand& x, std::int64_t axis, bool exclusive, bool reverse) {
  const Here here("cumulative_logsumexp", x.loc());
  const Tensor t = to_tensor(x, here);
  if (!is_float(t.dtype())) here.fail("does not take " + std::string(info(t.dtype()).name));
  const int along = here.run([&] { return rules::axis(axis, t.rank()); });
  if (joins_in_another_type(t))
    return cast(cumulative_logsumexp(cast(t, accumulator_type(t.dtype())), along, exclusive, reverse), t.dtype());
  constexpr double kNothing = -std::numeric_limits<double>::infinity();
  const std::int64_t size = t.shape()[along];
  // Of the window that ends with each element: its largest one, and the sum of exp(x - largest), which is 1 or more.
  Tensor largest = exclusive && size > 0 ? shifted(t, along, 1, reverse, kNothing) : t;
  Tensor sum = ones(t.shape(), t.dtype());
  for (std::int64_t length = 1; length < size; length *= 2) {
    const Tensor before = shifted(largest, along, length, reverse, kNothing);
    const Tensor both = maximum(largest, before);
    // inf - inf would be NaN.
    const auto scale = [&](const Tensor& part) { return where(part == both, 1, exp(part - both)); };
    sum = sum * scale(largest) + shifted(sum, along, length, reverse, 0) * scale(before);
    largest = both;
  }
  return largest + log(sum);
}

}  // namespace ops

}  // namespace tjit
