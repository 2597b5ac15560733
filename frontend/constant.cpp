// Tensors from C++ values.
#include "tjit/constant.h"

#include <cstring>

#include "frontend/apply.h"

namespace tjit {

namespace {

/// Reads nested lists into row-major scalars; the shape is that of the first path down, and others must agree.
void flatten(const NestedList& value, Shape& shape, int depth, std::vector<Scalar>& out) {
  if (!value.is_list()) {
    if (depth != shape.size())
      fail("constant: ragged lists: a number stands where a list of depth " + std::to_string(shape.size() - depth) +
           " is expected");
    out.push_back(value.scalar());
    return;
  }
  const auto size = static_cast<std::int64_t>(value.list().size());
  if (depth == shape.size() && out.empty()) {
    shape.push_back(size);
  } else if (depth == shape.size()) {
    fail("constant: ragged lists: a list stands where a number is expected");
  } else if (shape[depth] != size) {
    fail("constant: ragged lists: " + std::to_string(shape[depth]) + " and " + std::to_string(size) +
         " elements at depth " + std::to_string(depth));
  }
  for (const NestedList& inner : value.list()) flatten(inner, shape, depth + 1, out);
}

/// float32 when any number is floating, else the widest integer needed, else bool.
DType common_dtype(std::span<const Scalar> scalars) {
  if (scalars.empty()) return DType::F32;
  DType result = DType::Bool;
  for (const Scalar& s : scalars) {
    const DType t = natural_dtype(s);
    if (is_float(t) || (!is_float(result) && static_cast<int>(t) > static_cast<int>(result))) result = t;
  }
  return result;
}

Tensor from_scalars(std::span<const Scalar> scalars, const Shape& shape, DType dtype) {
  Array result = Array::empty({dtype, shape});
  auto* out = static_cast<std::byte*>(result.mutable_data());
  const auto size = static_cast<std::size_t>(size_of(dtype));
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    const Tensor element = scalar_tensor(scalars[i], dtype, "constant");
    std::memcpy(out + i * size, element.impl()->data, size);
  }
  return to_tensor(std::move(result));
}

}  // namespace

namespace detail {
Tensor make_tensor(const void* data, const Shape& shape, DType dtype) {
  return to_tensor(Array::copy({dtype, shape}, data));
}
}  // namespace detail

inline namespace ops {

Tensor constant(const NestedList& values) {
  Shape shape;
  std::vector<Scalar> scalars;
  flatten(values, shape, 0, scalars);
  return from_scalars(scalars, shape, common_dtype(scalars));
}

Tensor constant(const NestedList& values, DType dtype) {
  Shape shape;
  std::vector<Scalar> scalars;
  flatten(values, shape, 0, scalars);
  return from_scalars(scalars, shape, dtype);
}

Tensor full(const Shape& shape, const Scalar& value, DType dtype) {
  const Scalar exact = dtype == DType::Bool && value.kind == Scalar::Kind::Int ? Scalar(value.i != 0) : value;
  const Tensor element = scalar_tensor(exact, dtype, "full");
  (void)element_count(shape);
  return to_tensor(Array::of(Literal::copy({dtype, shape}, element.impl()->data, true)));
}

}  // namespace ops

}  // namespace tjit
