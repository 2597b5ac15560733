// Arithmetic and logic whose op depends on the dtype.
#include "tjit/ops/math.h"

#include "frontend/apply.h"

namespace tjit {

namespace {

/// Operands of true division: integers become floats first.
Tensor to_float(const Tensor& t) {
  if (!is_integer(t.dtype())) return t;
  return cast(t, size_of(t.dtype()) >= 4 ? DType::F64 : DType::F32);
}

/// Bits of integers, logic of bools: the two meanings of & | ^.
template <class Logical, class Bitwise>
Tensor logic_or_bits(const Operand& x, const Operand& y) {
  const Tensor* t = x.tensor() != nullptr ? x.tensor() : y.tensor();
  return t != nullptr && t->defined() && t->dtype() == DType::Bool ? detail::binary<Logical>(x, y)
                                                                   : detail::binary<Bitwise>(x, y);
}

}  // namespace

inline namespace ops {

Tensor divide(const Operand& x, const Operand& y) {
  const Tensor* known = x.tensor() != nullptr ? x.tensor() : y.tensor();
  if (known != nullptr && known->defined() && !is_integer(known->dtype())) return detail::binary<Divide>(x, y);
  const Here here("divide", x.loc());
  Tensor a = x.tensor() != nullptr ? to_tensor(x, here) : Tensor();
  Tensor b = y.tensor() != nullptr ? to_tensor(y, here) : Tensor();
  if (a.defined() && b.defined()) require_one_dtype(a, b, "divide", x.loc());
  if (a.defined()) a = to_float(a);
  if (b.defined()) b = to_float(b);
  // Numbers become what their partner has become.
  if (!a.defined()) a = to_float(to_tensor(x, b, "divide"));
  if (!b.defined()) b = to_float(to_tensor(y, a, "divide"));
  return detail::binary<Divide>(a, b);
}

}  // namespace ops

Tensor operator&(const Operand& x, const Operand& y) { return logic_or_bits<LogicalAnd, BitwiseAnd>(x, y); }
Tensor operator|(const Operand& x, const Operand& y) { return logic_or_bits<LogicalOr, BitwiseOr>(x, y); }
Tensor operator^(const Operand& x, const Operand& y) { return logic_or_bits<LogicalXor, BitwiseXor>(x, y); }
Tensor operator~(const Operand& x) {
  const Tensor* t = x.tensor();
  return t != nullptr && t->defined() && t->dtype() == DType::Bool ? logical_not(x) : bitwise_not(x);
}

}  // namespace tjit
