// Tensors from C++ values.
#include "tjit/constant.h"

#include <cstring>

#include "frontend/apply.h"
#include "frontend/numbers.h"
#include "tjit/structure.h"

namespace tjit {

namespace {

/// Nested lists as row-major scalars; the shape is that of the first path down, and others must agree.
struct FlatList {
  explicit FlatList(const NestedList& value) { add(value, 0); }

  Shape shape;
  std::vector<Scalar> scalars;

 private:
  void add(const NestedList& value, int depth) {
    if (!value.is_list()) {
      if (depth != shape.size())
        fail("ragged lists: a number stands where a list of depth " + std::to_string(shape.size() - depth) +
             " is expected");
      scalars.push_back(value.scalar());
      return;
    }
    const auto size = static_cast<std::int64_t>(value.list().size());
    if (depth == shape.size() && scalars.empty()) {
      shape.push_back(size);
    } else if (depth == shape.size()) {
      fail("ragged lists: a list stands where a number is expected");
    } else if (shape[depth] != size) {
      detail::fail_ragged(shape[depth], size, depth);
    }
    for (const NestedList& inner : value.list()) add(inner, depth + 1);
  }
};

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

Tensor from_scalars(const FlatList& list, DType dtype) {
  Array result = Array::empty({dtype, list.shape});
  auto* out = static_cast<std::byte*>(result.mutable_data());
  const auto size = static_cast<std::size_t>(size_of(dtype));
  for (const Scalar& s : list.scalars) {
    write_element(s, dtype, out);
    out += size;
  }
  return own(to_tensor(std::move(result)));
}

/// The number of elements; throws for negative sizes and for shapes that are too large.
std::int64_t checked_count(const Shape& shape) {
  require_static(shape);
  rules::require_sizes(shape);
  return element_count(shape);
}

}  // namespace

namespace detail {

void fail_ragged(std::int64_t expected, std::int64_t found, int depth) {
  fail("ragged lists: " + std::to_string(expected) + " and " + std::to_string(found) + " elements at depth " +
       std::to_string(depth));
}

Tensor filled_tensor(const Shape& given, const Shape& shape, DType dtype, Callable<void(void* elements)> write,
                     const Location& at) {
  return in_op("constant", at, [&] {
    const std::int64_t count = element_count(given);
    if (count != checked_count(shape)) fail(std::to_string(count) + " elements do not fill shape " + shape_text(shape));
    Array elements = Array::empty({dtype, shape});
    write(elements.mutable_data());
    return own(to_tensor(std::move(elements)));
  });
}

Tensor number(const Scalar& value, const Location& at) {
  return in_op("constant", at,
               [&] { return of_numbers(own(scalar_tensor(value, natural_dtype(value))), keep_place(Here::of(at))); });
}

}  // namespace detail

inline namespace ops {

Tensor constant(const NestedList& values, const Location& at) {
  return in_op("constant", at, [&] {
    const FlatList flat(values);
    return of_numbers(from_scalars(flat, common_dtype(flat.scalars)), keep_place(Here::of(at)));
  });
}

Tensor constant(const NestedList& values, DType dtype, const Location& at) {
  return in_op("constant", at, [&] { return from_scalars(FlatList(values), dtype); });
}

Tensor full(const Shape& shape, const Scalar& value, DType dtype, const Location& at) {
  return in_op("full", at, [&] {
    (void)checked_count(shape);
    const Scalar exact = dtype == DType::Bool && value.kind == Scalar::Kind::Int ? Scalar(value.i != 0) : value;
    const Tensor element = scalar_tensor(exact, dtype);
    return own(to_tensor(Array::of(Literal::copy({dtype, shape}, element.impl()->data, true))));
  });
}

Tensor zeros(const Shape& shape, DType dtype, const Location& at) {
  const Here here("zeros", at);
  return full(shape, 0, dtype);
}

Tensor ones(const Shape& shape, DType dtype, const Location& at) {
  const Here here("ones", at);
  return full(shape, 1, dtype);
}

}  // namespace ops

}  // namespace tjit
