// What op structs are made of: the base of each family, attribute fields, and shape rules that several ops share.
#pragma once

#include "ir/op.h"
#include "ir/ops/vec.h"

namespace tjit {

struct Elementwise : OpAttrs {
  static constexpr Family family = Family::Elementwise;
};
struct Reduce : OpAttrs {
  static constexpr Family family = Family::Reduce;
};
struct ViewOp : OpAttrs {
  static constexpr Family family = Family::View;
};
struct IndexOp : OpAttrs {
  static constexpr Family family = Family::Index;
};
struct Contract : OpAttrs {
  static constexpr Family family = Family::Contract;
};
struct ControlOp : OpAttrs {
  static constexpr Family family = Family::Control;
};
struct Source : OpAttrs {
  static constexpr Family family = Family::Source;
};
struct Effect : OpAttrs {
  static constexpr Family family = Family::Effect;
};

/// An attribute: the member that holds it and its name in text. `optional` ones print only when they differ from the
/// member's initialiser.
template <auto Member>
struct Field {
  std::string_view name;
  bool optional = false;
};
template <auto Member>
consteval Field<Member> field(std::string_view name) {
  return {name, false};
}
template <auto Member>
consteval Field<Member> optional_field(std::string_view name) {
  return {name, true};
}

namespace rules {

/// Reads an axis of a tensor of `rank` dimensions, counted from the end when negative; throws Error outside.
int axis(std::int64_t axis, int rank);
/// The axes as non-negative numbers, in the order given.
Dims axis_list(const Dims& axes, int rank);
/// The axes as ascending non-negative numbers; throws Error when one is out of range or named twice.
Dims axes(const Dims& axes, int rank);
/// NumPy's broadcasting of two shapes; throws Error, naming both, when they do not fit.
Shape broadcast(const Shape& a, const Shape& b);
/// `to` with one -1 replaced so that the elements of `from` fill it; throws Error when they do not.
Shape reshape(const Shape& from, const Shape& to);
/// Throws Error when a size that is known is below `lowest`: for every attribute that is a shape.
void require_sizes(const Shape& shape, std::int64_t lowest = 0);
/// The sum of two sizes, unknown when one of them is symbolic; throws Error when it passes 2^48, as no size may.
/// Whoever adds sizes does so here: a sum that wraps could even be read as a size that is not known.
std::int64_t add_sizes(std::int64_t a, std::int64_t b);
/// The number of elements 0, stride, 2 * stride, ... below `span`.
constexpr std::int64_t strided_count(std::int64_t span, std::int64_t stride) {
  return span / stride + (span % stride != 0 ? 1 : 0);
}
/// Operands have different dtypes: whoever knows more of where they come from can add it.
struct DTypesDiffer : Error {
  DTypesDiffer(const Type& x, const Type& y);
  DType a, b;
};
/// Throws DTypesDiffer, naming both types, unless two operands have one dtype.
void require_one_dtype(const Type& a, const Type& b);
/// Whether two sizes can be equal at run time.
bool may_equal(std::int64_t a, std::int64_t b);
/// Throws Error unless the type is a rank-0 integer of `kIndices`.
void require_index(const Type& type);

}  // namespace rules

}  // namespace tjit
