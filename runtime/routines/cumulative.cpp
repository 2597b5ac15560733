// Cumulative ops: lines joined from one end, in the order of ir/order.h, neighbouring lines side by side.
#include <algorithm>

#include "ir/ops/reduce.h"
#include "ir/order.h"
#include "runtime/kernels.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

/// Lines that are joined side by side at most.
constexpr std::int64_t kMostColumns = 1024;

class CumulativeRoutine : public Routine {
 protected:
  /// `reduction`: what the elements of a line are joined by.
  CumulativeRoutine(const RoutineArgs& args, const Cumulative& attrs, Opcode reduction)
      : kernel_(kernels().reduce_kernel(reduction, args.results[0].dtype)),
        identity_(def(reduction).reduction().identity(args.results[0].dtype)),
        size_(size_of(args.results[0].dtype)),
        exclusive_(attrs.exclusive),
        reverse_(attrs.reverse),
        operand_(dense(args.operands[0])),
        copy_(reserve(operand_.copied_bytes())) {
    TJIT_CHECK(kernel_.running != nullptr);
    const Shape& shape = args.results[0].shape;
    const int axis = rules::axis(attrs.axis, shape.size());
    length_ = shape[axis];
    for (int d = 0; d < shape.size(); ++d)
      if (d != axis) (d < axis ? outer_ : columns_) *= shape[d];
    block_ = std::min(columns_, kMostColumns);
    so_far_ = reserve(block_ * size_);
    carry_ = reserve(block_ * size_);
  }

 public:
  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    if (length_ == 0) return;
    const std::byte* const from = operand_.read(operands[0], scratch + copy_);
    auto* const to = static_cast<std::byte*>(results[0]);
    for (std::int64_t i = 0; i < outer_; ++i)
      for (std::int64_t j = 0; j < columns_; j += block_) {
        const std::int64_t first = (i * length_ * columns_ + j) * size_;
        join_lines(from + first, to + first, std::min(block_, columns_ - j), scratch);
      }
  }

 private:
  void join_lines(const std::byte* from, std::byte* to, std::int64_t columns, std::byte* scratch) const {
    std::byte *const so_far = scratch + so_far_, *const carry = scratch + carry_;
    const std::int64_t step = reverse_ ? -columns_ : columns_, begin = reverse_ ? (length_ - 1) * columns_ : 0;
    fill_elements(carry, size_, identity_, columns);
    for (std::int64_t i = 0; i < length_; i += kSequentialChunk) {
      fill_elements(so_far, size_, identity_, columns);
      const std::int64_t at = (begin + i * step) * size_;
      kernel_.running({.so_far = so_far,
                       .carry = carry,
                       .out = to + at,
                       .x = from + at,
                       .columns = columns,
                       .rows = std::min(kSequentialChunk, length_ - i),
                       .out_stride = step,
                       .x_stride = step,
                       .exclusive = exclusive_});
      kernel_.columns(carry, so_far, columns, 1, 0);
    }
  }

  const ReduceKernel& kernel_;
  ElementBits identity_;
  int size_;  ///< bytes of an element
  bool exclusive_, reverse_;
  PlacedOperand operand_;
  std::int64_t outer_ = 1, length_, columns_ = 1, block_;
  std::size_t copy_, so_far_, carry_;
};

template <class Op>
class RoutineOf final : public CumulativeRoutine {
 public:
  static constexpr bool accumulates = true;
  explicit RoutineOf(const RoutineArgs& args)
      : CumulativeRoutine(args, attrs_as<Op>(args.def.code, args.attrs), kOpcode<typename Op::Running>) {}
};

}  // namespace

template <>
const RoutineMaker& routine_of<CumSum>() {
  return kMakerOf<RoutineOf<CumSum>>;
}
template <>
const RoutineMaker& routine_of<CumProd>() {
  return kMakerOf<RoutineOf<CumProd>>;
}
template <>
const RoutineMaker& routine_of<CumMax>() {
  return kMakerOf<RoutineOf<CumMax>>;
}
template <>
const RoutineMaker& routine_of<CumMin>() {
  return kMakerOf<RoutineOf<CumMin>>;
}

}  // namespace tjit
