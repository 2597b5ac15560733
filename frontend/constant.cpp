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
  return own(to_tensor(std::move(result)));
}

/// Throws for negative sizes and for shapes that are too large.
void require_shape(const Shape& shape, const char* op) {
  for (const std::int64_t size : shape)
    if (size < 0) fail(std::string(op) + ": the shape " + shape_text(shape) + " has a negative size");
  (void)element_count(shape);
}

/// Runs `f` and places its errors.
template <class F>
Tensor placed(const Location& at, F&& f) {
  try {
    return f();
  } catch (const Error& e) {
    throw e.at(at);
  }
}

}  // namespace

namespace detail {
Tensor make_tensor(const void* data, std::size_t count, const Shape& shape, DType dtype, const Location& at) {
  return placed(at, [&] {
    require_shape(shape, "constant");
    if (static_cast<std::int64_t>(count) != element_count(shape))
      fail("constant: " + std::to_string(count) + " elements do not fill shape " + shape_text(shape));
    return own(to_tensor(Array::copy({dtype, shape}, data)));
  });
}
}  // namespace detail

inline namespace ops {

Tensor constant(const NestedList& values, const Location& at) {
  return placed(at, [&] {
    Shape shape;
    std::vector<Scalar> scalars;
    flatten(values, shape, 0, scalars);
    return from_scalars(scalars, shape, common_dtype(scalars));
  });
}

Tensor constant(const NestedList& values, DType dtype, const Location& at) {
  return placed(at, [&] {
    Shape shape;
    std::vector<Scalar> scalars;
    flatten(values, shape, 0, scalars);
    return from_scalars(scalars, shape, dtype);
  });
}

Tensor full(const Shape& shape, const Scalar& value, DType dtype, const Location& at) {
  return placed(at, [&] {
    require_shape(shape, "full");
    const Scalar exact = dtype == DType::Bool && value.kind == Scalar::Kind::Int ? Scalar(value.i != 0) : value;
    const Tensor element = scalar_tensor(exact, dtype, "full");
    return own(to_tensor(Array::of(Literal::copy({dtype, shape}, element.impl()->data, true))));
  });
}

}  // namespace ops

}  // namespace tjit
