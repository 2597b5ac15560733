// Views: the same elements in another arrangement. No data moves and no code is emitted; each gives its window on the
// operand's buffer, which also serves as its index map.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

struct BroadcastTo : ViewOp {
  Dims shape;
  static constexpr OpInfo info{.name = "broadcast_to",
                               .types = kAll,
                               .doc = "Repeats dimensions of size 1, and adds leading ones, up to `shape` (NumPy)."};
  static constexpr auto fields = std::tuple{field<&BroadcastTo::shape>("shape")};
  static Type infer(const BroadcastTo& a, std::span<const Type> in);
  static View view(const BroadcastTo& a, const View& in);
  static BroadcastTo compose(const BroadcastTo& outer, const BroadcastTo&, const Shape&) { return outer; }
};

struct Reshape : ViewOp {
  Dims shape;
  static constexpr OpInfo info{.name = "reshape",
                               .types = kAll,
                               .doc = "The same elements in row-major order under another shape; one size may be -1."};
  static constexpr auto fields = std::tuple{field<&Reshape::shape>("shape")};
  static constexpr bool keeps_order = true;
  static Type infer(const Reshape& a, std::span<const Type> in);
  static Reshape compose(const Reshape& outer, const Reshape&, const Shape&) { return outer; }
};

struct Transpose : ViewOp {
  Dims perm;
  static constexpr OpInfo info{
      .name = "transpose", .types = kAll, .doc = "Dimension d of the result is dimension perm[d] of the operand."};
  static constexpr auto fields = std::tuple{field<&Transpose::perm>("perm")};
  static Type infer(const Transpose& a, std::span<const Type> in);
  static View view(const Transpose& a, const View& in);
  static Transpose compose(const Transpose& outer, const Transpose& inner, const Shape& shape);
};

struct Slice : ViewOp {
  Dims begin, end, strides;
  static constexpr OpInfo info{.name = "slice",
                               .types = kAll,
                               .doc =
                                   "Elements begin, begin+stride, ... before end, in each dimension; strides are "
                                   "positive and default to 1. Bounds outside the operand are an error."};
  static constexpr auto fields =
      std::tuple{field<&Slice::begin>("begin"), field<&Slice::end>("end"), optional_field<&Slice::strides>("strides")};
  static Type infer(const Slice& a, std::span<const Type> in);
  static View view(const Slice& a, const View& in);
  static Slice compose(const Slice& outer, const Slice& inner, const Shape& shape);
};

struct Reverse : ViewOp {
  Dims axes;
  static constexpr OpInfo info{.name = "reverse", .types = kAll, .doc = "Reverses the order along each of `axes`."};
  static constexpr auto fields = std::tuple{field<&Reverse::axes>("axes")};
  static Type infer(const Reverse& a, std::span<const Type> in);
  static View view(const Reverse& a, const View& in);
  static Reverse compose(const Reverse& outer, const Reverse& inner, const Shape& shape);
};

}  // namespace tjit::inline ops
