// Arrangements over the core ones.
#include "tjit/ops/shape.h"

#include "frontend/apply.h"

namespace tjit {

inline namespace ops {

Tensor expand_dims(const Operand& x, std::int64_t axis) {
  const Here here("expand_dims", x.loc());
  const Tensor t = to_tensor(x, here);
  Shape shape = t.shape();
  here.run([&] { shape.insert(rules::axis(axis, t.rank() + 1), 1); });
  return reshape(t, shape);
}

}  // namespace ops

}  // namespace tjit
