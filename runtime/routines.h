// How routines are made, for the files in routines/. Internal to runtime/.
#pragma once

#include <optional>

#include "ir/ops/list.h"
#include "runtime/kernels.h"
#include "runtime/routine.h"
#include "runtime/strided.h"

namespace tjit {

struct RoutineMaker {
  /// Elements are joined in their accumulator type: the routine is made for that, and its results are rounded.
  bool accumulates;
  std::unique_ptr<const Routine> (*make)(const RoutineArgs&);
  /// Prepares and runs once, without memory for the routine itself.
  void (*run_once)(const RoutineArgs&, const Location&, std::span<const void* const> operands,
                   std::span<void* const> results);
};

template <class R>
concept Accumulates = requires { R::accumulates; };

template <class R>
inline constexpr RoutineMaker kMakerOf{
    .accumulates = Accumulates<R>,
    .make = [](const RoutineArgs& args) -> std::unique_ptr<const Routine> { return std::make_unique<R>(args); },
    .run_once = [](const RoutineArgs& args, const Location& loc, std::span<const void* const> operands,
                   std::span<void* const> results) { run_routine(R(args), args.def, loc, operands, results); }};

/// An operand that is read where it lies, or whose elements are copied to scratch memory in row-major order.
class PlacedOperand {
 public:
  PlacedOperand() = default;  ///< where it lies
  PlacedOperand(int element_size, const Shape& shape, const Dims& strides);

  /// How many bytes of scratch memory a copy takes; 0 when there is none.
  std::int64_t copied_bytes() const { return copied_bytes_; }
  const std::byte* read(const void* data, std::byte* scratch) const;

 private:
  std::optional<BoxCopy> copy_;
  std::int64_t copied_bytes_ = 0;
};

/// An operand as row-major elements.
PlacedOperand dense(const OperandWindow& operand);

/// A matrix in memory: strides in elements.
struct Matrix {
  const std::byte* data;
  std::int64_t row, column;
};

/// Copies the first `depth` rows and `columns` columns, row after row, filled up with zeros to `width` columns.
void pack_panel(const Matrix& from, int element_size, std::int64_t depth, std::int64_t columns, std::int64_t width,
                void* to);

/// Whether the right side of products, n columns of depth k, is better packed whole although its rows lie without
/// gaps: worth it when many rows of the left side walk through more of it than the caches and the address translation
/// hold.
constexpr bool packs_right_side(std::int64_t rows, std::int64_t n, std::int64_t k, std::int64_t element_size) {
  return rows >= 64 && n * k * element_size > (1 << 20);
}

/// The index of the tallest tile for `rows` rows.
constexpr int tallest_tile(const int (&heights)[kTileHeights], std::int64_t rows) {
  int t = 0;
  while (heights[t] > rows) ++t;
  return t;
}

/// Writes `count` copies of an element.
void fill_elements(void* to, int element_size, const ElementBits& element, std::int64_t count);

/// The maker of an op's routine; each stands in routines/, in the file of its op.
template <class Op>
const RoutineMaker& routine_of() = delete;
template <>
const RoutineMaker& routine_of<Dot>();
template <>
const RoutineMaker& routine_of<Conv>();
template <>
const RoutineMaker& routine_of<ReduceWindow>();
template <>
const RoutineMaker& routine_of<RandomBits>();
template <>
const RoutineMaker& routine_of<CustomCall>();
template <>
const RoutineMaker& routine_of<CumSum>();
template <>
const RoutineMaker& routine_of<CumProd>();
template <>
const RoutineMaker& routine_of<CumMax>();
template <>
const RoutineMaker& routine_of<CumMin>();
template <>
const RoutineMaker& routine_of<Scatter>();
template <>
const RoutineMaker& routine_of<Sort>();
template <>
const RoutineMaker& routine_of<ArgSort>();
template <>
const RoutineMaker& routine_of<TopK>();

}  // namespace tjit
