// Applying an op to operands: at once, or recorded in the current trace.
#pragma once

#include "frontend/here.h"
#include "frontend/trace.h"
#include "ir/ops/base.h"
#include "ir/ops/element.h"
#include "ir/ops/list.h"
#include "tjit/ops.h"

namespace tjit {

/// `1.5`, `2.0`, `true`.
std::string to_string(const Scalar& value);
/// Writes a scalar as an element of `dtype`; whether that can hold it. `write_element` throws Error when it cannot.
bool element_of(const Scalar& value, DType dtype, std::byte* element);
void write_element(const Scalar& value, DType dtype, std::byte* element);
/// A scalar as a rank-0 tensor of `dtype`; throws Error when that cannot hold it.
Tensor scalar_tensor(const Scalar& value, DType dtype);
/// The dtype a scalar has by itself.
DType natural_dtype(const Scalar& value);

/// The tensor that an operand is. A number takes the dtype of `like` when that is defined.
Tensor to_tensor(const Operand& operand, const Tensor& like, std::string_view op);
inline Tensor to_tensor(const Operand& operand, std::string_view op) { return to_tensor(operand, Tensor(), op); }
/// The same in a function composed of ops.
inline Tensor to_tensor(const Operand& operand, const Here& /*here*/) { return to_tensor(operand, std::string_view()); }

/// Throws Error when the dtypes differ.
void require_one_dtype(const Tensor& x, const Tensor& y, std::string_view op, const Location& at);

/// Throws Error for numbers that inference takes for symbolic sizes, which programs in C++ do not have.
void require_static(const Shape& shape);

/// 0, 1, ..., n-1.
Dims first_axes(int n);

/// Where this thread's last op stands.
const Location& last_op_place();

/// An op's results.
using OpResults = ShortList<Tensor, 2>;

/// An op's attributes where the caller has them. What is captured keeps a copy.
struct AttrsHere {
  const OpAttrs* attrs = nullptr;
  std::shared_ptr<const OpAttrs> (*copy)(const OpAttrs*) = nullptr;

  std::shared_ptr<const OpAttrs> kept() const { return attrs != nullptr ? copy(attrs) : nullptr; }
};
template <class Op>
AttrsHere attrs_here(const Op& attrs) {
  if constexpr (requires { Op::fields; })
    return {&attrs, [](const OpAttrs* a) -> std::shared_ptr<const OpAttrs> {
              return std::make_shared<const Op>(*static_cast<const Op*>(a));
            }};
  return {};
}

/// Applies an op; operands are what its inference takes.
OpResults apply_all(Opcode code, const AttrsHere& attrs, std::span<const Tensor> operands, const Location& at);
template <class Op>
OpResults apply_all(const Op& attrs, std::initializer_list<Tensor> operands, const Location& at) {
  return apply_all(kOpcode<Op>, attrs_here(attrs), std::span(operands.begin(), operands.size()), at);
}
/// The same for an op with one result, or with none: then an undefined tensor.
inline Tensor apply(Opcode code, const AttrsHere& attrs, std::span<const Tensor> operands, const Location& at) {
  OpResults results = apply_all(code, attrs, operands, at);
  return results.empty() ? Tensor() : std::move(results.front());
}
template <class Op>
Tensor apply(const Op& attrs, std::span<const Tensor> operands, const Location& at) {
  return apply(kOpcode<Op>, attrs_here(attrs), operands, at);
}
template <class Op>
Tensor apply(const Op& attrs, std::initializer_list<Tensor> operands, const Location& at) {
  return apply(attrs, std::span(operands.begin(), operands.size()), at);
}

/// Applies an elementwise op without attributes: numbers take the tensors' dtype, shapes broadcast.
Tensor apply_elementwise(Opcode code, std::span<const Operand* const> operands);

}  // namespace tjit
