// Neural networks.
#include "tjit/ops/nn.h"

#include "frontend/apply.h"
#include "tjit/constant.h"

namespace tjit {

inline namespace ops {

Tensor softmax(const Operand& x, std::int64_t axis) {
  const Here here("softmax", x.loc());
  const Tensor e = exp(x - reduce_max(x, axis, true));
  return e / reduce_sum(e, axis, true);
}

Tensor log_softmax(const Operand& x, std::int64_t axis) {
  const Here here("log_softmax", x.loc());
  const Tensor below_max = x - reduce_max(x, axis, true);
  return below_max - log(reduce_sum(exp(below_max), axis, true));
}

Tensor one_hot(const Operand& indices, std::int64_t depth, const Scalar& on, const Scalar& off, std::int64_t axis,
               DType dtype) {
  const Here here("one_hot", indices.loc());
  const Tensor index = to_tensor(indices, here);
  if (!is_integer(index.dtype())) here.fail("indices must be integers, not " + std::string(info(index.dtype()).name));
  const int classes = here.run([&] { return rules::axis(axis, index.rank() + 1); });
  Shape shape = Dims::filled(index.rank() + 1, 1);
  shape[classes] = depth;
  // In int64 no class wraps to an index.
  const Tensor is_hot = expand_dims(cast(index, int64), classes) == iota(shape, classes, int64);
  return where(is_hot, full({}, on, dtype), full({}, off, dtype));
}

}  // namespace ops

}  // namespace tjit
