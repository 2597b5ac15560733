// Arrangements over the core ones.
#include "tjit/ops/shape.h"

#include "frontend/apply.h"

namespace tjit {

inline namespace ops {

Tensor expand_dims(const Operand& x, std::int64_t axis) {
  const Tensor t = to_tensor(x, "expand_dims");
  Shape shape = t.shape();
  in_op("expand_dims", x.loc(), [&] { shape.insert(rules::axis(axis, t.rank() + 1), 1); });
  return apply(Reshape{.shape = shape}, {t}, x.loc());
}

}  // namespace ops

}  // namespace tjit
