// Reductions over the core ones.
#include "tjit/ops/reduce.h"

#include "frontend/apply.h"

namespace tjit {

inline namespace ops {

Tensor reduce_mean(const Operand& x, const Axes& axes, bool keepdims) {
  const Tensor t = to_tensor(x, "reduce_mean");
  const Location& at = x.loc();
  // Sums of small integers would wrap; a mean fits where the elements do.
  const Tensor sum = reduce_sum({is_integer(t.dtype()) ? cast({t, at}, DType::I64) : t, at}, axes, keepdims);
  std::int64_t count = 1;  // of the elements of one sum
  for (const std::int64_t d : axes.all ? first_axes(t.rank()) : rules::axes(axes.list, t.rank()))
    count *= t.shape()[static_cast<int>(d)];
  if (is_float(t.dtype())) return divide({sum, at}, {static_cast<double>(count), at});
  // Truncates: the quotient towards minus infinity, plus one where it is negative and inexact.
  const Tensor n = to_tensor({std::max<std::int64_t>(count, 1), at}, sum, "reduce_mean");
  const Tensor floor = floor_div({sum, at}, {n, at});
  const Tensor inexact =
      logical_and({not_equal({multiply({floor, at}, {n, at}), at}, {sum, at}), at}, {less({sum, at}, {0, at}), at});
  return cast({add({floor, at}, {cast({inexact, at}, DType::I64), at}), at}, t.dtype());
}

}  // namespace ops

}  // namespace tjit
