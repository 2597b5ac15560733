// Reduction orders.
#include "ir/order.h"

#include <algorithm>

namespace tjit {

ReductionOrder reduction_order(const Shape& shape, const Dims& axes) {
  ReductionOrder order;
  int last = shape.size() - 1;
  while (last >= 0 && shape[last] == 1) --last;
  order.lanes = last >= 0 && axes.contains(last);
  for (int d = 0; d < shape.size(); ++d) {
    if (!axes.contains(d)) continue;
    (order.lanes && d == last ? order.row : order.rows) *= shape[d];
  }
  const std::int64_t limit =
      order.lanes ? std::max<std::int64_t>(1, kReduceChunk / std::max<std::int64_t>(1, order.row)) : kSequentialChunk;
  order.span = order.rows_per_chunk = std::max<std::int64_t>(1, order.rows);
  std::int64_t inner = 1;
  for (int d = shape.size() - 1; d >= 0; --d) {
    if (!axes.contains(d) || (order.lanes && d == last)) continue;
    if (inner * shape[d] > limit) {
      order.span = inner * shape[d];
      order.rows_per_chunk = limit / inner * inner;
      break;
    }
    inner *= shape[d];
  }
  return order;
}

}  // namespace tjit
