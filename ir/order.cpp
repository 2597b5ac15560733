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
  order.rows_per_chunk = std::max<std::int64_t>(1, kReduceChunk / std::max<std::int64_t>(1, order.row));
  return order;
}

}  // namespace tjit
