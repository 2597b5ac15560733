// Products over dot.
#include "tjit/ops/linalg.h"

#include "frontend/apply.h"
#include "runtime/format.h"

namespace tjit {

inline namespace ops {

Tensor matmul(const Operand& x, const Operand& y) {
  const Here here("matmul", x.loc());
  const Tensor a = to_tensor(x, here), b = to_tensor(y, here);
  if (a.rank() < 2 || b.rank() < 2)
    here.fail("expected operands of rank 2 or more, found shapes " + shape_text(a.shape()) + " and " +
              shape_text(b.shape()));
  require_one_dtype(a, b, "matmul", x.loc());
  if (a.shape()[a.rank() - 1] != b.shape()[b.rank() - 2])
    here.fail("the columns of " + shape_text(a.shape()) + " and the rows of " + shape_text(b.shape()) +
              " differ in number");
  const auto leading = [](const Tensor& t) {
    return Shape(std::span(t.shape().begin(), static_cast<std::size_t>(t.rank() - 2)));
  };
  const Shape batch = here.run([&] { return rules::broadcast(leading(a), leading(b)); });
  const auto widened = [&](const Tensor& t) {
    if (leading(t) == batch) return t;
    Shape shape = batch;
    shape.push_back(t.shape()[t.rank() - 2]);
    shape.push_back(t.shape()[t.rank() - 1]);
    return broadcast_to(t, shape);
  };
  const int rank = batch.size();
  return dot(widened(a), widened(b),
             {.lhs_contract = {rank + 1},
              .rhs_contract = {rank},
              .lhs_batch = first_axes(rank),
              .rhs_batch = first_axes(rank)});
}

}  // namespace ops

}  // namespace tjit
