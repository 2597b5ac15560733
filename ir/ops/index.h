// Ops that move elements by index: placing operands in a larger result, looking elements up, and counting.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

struct Pad : IndexOp {
  Dims low, high;
  static constexpr OpInfo info{.name = "pad",
                               .arity = 2,
                               .types = kAll,
                               .doc =
                                   "The operand with `low` and `high` elements of the rank-0 second operand before "
                                   "and after it in each dimension."};
  static constexpr auto fields = std::tuple{field<&Pad::low>("low"), field<&Pad::high>("high")};
  static Type infer(const Pad& a, std::span<const Type> in);
  static Placing placing(const Pad& a, std::span<const Type> in);
};

struct Concat : IndexOp {
  std::int64_t axis = 0;
  static constexpr OpInfo info{.name = "concat",
                               .arity = -1,
                               .types = kAll,
                               .doc = "The operands one after another along `axis`; other sizes agree."};
  static constexpr auto fields = std::tuple{field<&Concat::axis>("axis")};
  static Type infer(const Concat& a, std::span<const Type> in);
  static Placing placing(const Concat& a, std::span<const Type> in);
};

struct Gather : IndexOp {
  std::int64_t axis = 0, batch_dims = 0;
  static constexpr OpInfo info{.name = "gather",
                               .arity = 2,
                               .types = kAll,
                               .doc =
                                   "Elements of the first operand at the integer indices of the second along `axis`, "
                                   "with `batch_dims` leading dimensions shared (tf.gather). An index outside raises."};
  static constexpr std::string_view failure = "index out of range";
  static constexpr auto fields =
      std::tuple{field<&Gather::axis>("axis"), optional_field<&Gather::batch_dims>("batch_dims")};
  static bool may_fail(const Gather& a, std::span<const Type> in, std::span<const Literal* const> known);
  static Type infer(const Gather& a, std::span<const Type> in);
  static std::vector<Coordinate> lookup(const Gather& a, std::span<const Type> in);
};

struct Scatter : IndexOp {
  std::string mode;
  static constexpr OpInfo info{
      .name = "scatter",
      .arity = 3,
      .types = kAll,
      .ulp = {0.5, 0.5, 2.5},
      .doc =
          "The first operand with elements replaced (`mode` \"set\") or joined (\"add\", \"min\", \"max\", "
          "\"multiply\") by those of the third, the updates. The last dimension of the second holds the indices of a "
          "place in the first (tf.tensor_scatter_nd_update). Updates of one place come in their order."};
  static constexpr std::string_view failure = "index out of range";
  static constexpr auto fields = std::tuple{field<&Scatter::mode>("mode")};
  static bool may_fail(const Scatter& a, std::span<const Type> in, std::span<const Literal* const> known);
  static Type infer(const Scatter& a, std::span<const Type> in);
  static double steps(const Scatter&, std::span<const Type> in) {
    return static_cast<double>(element_count(in[0].shape)) + static_cast<double>(element_count(in[2].shape));
  }
  /// The op that joins an update to what is there; kNoOp when it replaces it. Throws Error for a `mode` that is none.
  Opcode join() const;
};

struct DynamicSlice : IndexOp {
  Dims sizes;
  bool clamp = false;
  static constexpr OpInfo info{.name = "dynamic_slice",
                               .arity = -1,
                               .types = kAll,
                               .doc =
                                   "The window of `sizes` at the rank-0 integer indices that follow the tensor, one a "
                                   "dimension. A window that sticks out raises, or is moved inside under `clamp`."};
  static constexpr std::string_view failure = "window out of range";
  static constexpr auto fields =
      std::tuple{field<&DynamicSlice::sizes>("sizes"), optional_field<&DynamicSlice::clamp>("clamp")};
  static bool may_fail(const DynamicSlice& a, std::span<const Type> in, std::span<const Literal* const> known);
  static Type infer(const DynamicSlice& a, std::span<const Type> in);
  static std::vector<Coordinate> lookup(const DynamicSlice& a, std::span<const Type> in);
};

struct DynamicUpdateSlice : IndexOp {
  bool clamp = false;
  static constexpr OpInfo info{.name = "dynamic_update_slice",
                               .arity = -1,
                               .types = kAll,
                               .doc =
                                   "The tensor with the window at the given indices replaced by the update. Operands: "
                                   "tensor, update, one rank-0 integer index a dimension. A window that sticks out "
                                   "raises, or is moved inside under `clamp`."};
  static constexpr std::string_view failure = "window out of range";
  static constexpr auto fields = std::tuple{optional_field<&DynamicUpdateSlice::clamp>("clamp")};
  static bool may_fail(const DynamicUpdateSlice& a, std::span<const Type> in, std::span<const Literal* const> known);
  static Type infer(const DynamicUpdateSlice& a, std::span<const Type> in);
  static Placing placing(const DynamicUpdateSlice& a, std::span<const Type> in);
  static DynamicUpdateSlice take_check(Builder& b, const DynamicUpdateSlice& a, std::span<const ValueId> in);
};

struct Iota : IndexOp {
  Dims shape;
  std::int64_t axis = 0;
  DType dtype = DType::I32;
  static constexpr OpInfo info{.name = "iota",
                               .arity = 0,
                               .types = kNumbers,
                               .doc = "Each element is its index along `axis`, converted to `dtype`."};
  static constexpr auto fields =
      std::tuple{field<&Iota::shape>("shape"), field<&Iota::axis>("axis"), field<&Iota::dtype>("dtype")};
  static Type infer(const Iota& a, std::span<const Type> in);
  static int counted(const Iota& a, const Shape& result) { return rules::axis(a.axis, result.size()); }
};

}  // namespace tjit::inline ops
