// scatter: a copy of the tensor in which rows are replaced by updates or joined with them, in the order of ir/order.h.
#include <cstring>

#include "ir/ops/index.h"
#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

class ScatterRoutine final : public Routine {
 public:
  explicit ScatterRoutine(const RoutineArgs& args)
      : def_(args.def),
        copy_tensor_(args.results[0].shape, size_of(args.results[0].dtype), row_major_strides(args.results[0].shape),
                     args.operands[0].window.strides),
        indices_(dense(args.operands[1])),
        updates_(dense(args.operands[2])),
        copied_indices_(reserve(indices_.copied_bytes())),
        copied_updates_(reserve(updates_.copied_bytes())),
        index_dtype_(args.operands[1].dtype),
        index_shape_(args.operands[1].window.shape) {
    const auto& [dtype, shape] = args.results[0];
    const auto depth = static_cast<int>(index_shape_.back());
    sizes_ = Shape(std::span(shape.begin(), static_cast<std::size_t>(depth)));
    for (int d = depth; d < shape.size(); ++d) row_ *= shape[d];
    for (int d = 0; d < index_shape_.size() - 1; ++d) count_ *= index_shape_[d];
    size_ = size_of(dtype);
    const Opcode op = attrs_as<Scatter>(args.def.code, args.attrs).join();
    if (op != kNoOp) join_ = kernels().elementwise_kernel(op, dtype, dtype).run;
    TJIT_CHECK(op == kNoOp || join_ != nullptr);
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    copy_tensor_.run(results[0], operands[0]);
    const std::byte* const indices = indices_.read(operands[1], scratch + copied_indices_);
    const std::byte* update = updates_.read(operands[2], scratch + copied_updates_);
    auto* const to = static_cast<std::byte*>(results[0]);
    dispatch_in<kIndices>(index_dtype_, [&]<class T>(Tag<T>) {
      for (std::int64_t i = 0; i < count_; ++i, update += row_ * size_)
        join(to + row_at(reinterpret_cast<const T*>(indices), i) * row_ * size_, update);
    });
  }

 private:
  /// Which row of the tensor update number `i` meets.
  template <class T>
  std::int64_t row_at(const T* indices, std::int64_t i) const {
    std::int64_t row = 0;
    for (int d = 0; d < sizes_.size(); ++d) {
      const std::int64_t linear = i * sizes_.size() + d;
      const auto index = static_cast<std::int64_t>(indices[linear]);
      if (index < 0 || index >= sizes_[d])
        throw Error(Error::Kind::Runtime, index_failure(def_, index, sizes_[d], index_shape_, linear));
      row = row * sizes_[d] + index;
    }
    return row;
  }

  void join(std::byte* to, const std::byte* update) const {
    if (join_ == nullptr) {
      std::memcpy(to, update, static_cast<std::size_t>(row_ * size_));
    } else {
      const void* const in[] = {to, update};
      join_(to, in, row_);
    }
  }

  const OpDef& def_;
  BoxCopy copy_tensor_;
  PlacedOperand indices_, updates_;
  std::size_t copied_indices_, copied_updates_;
  DType index_dtype_;
  Shape index_shape_, sizes_;  ///< sizes of the dimensions that are indexed
  std::int64_t count_ = 1;     ///< updates
  std::int64_t row_ = 1;       ///< elements of an update
  std::int64_t size_;          ///< bytes of an element
  void (*join_)(void* out, const void* const* in, std::int64_t n) = nullptr;
};

}  // namespace

template <>
const RoutineMaker& routine_of<Scatter>() {
  return kMakerOf<ScatterRoutine>;
}

}  // namespace tjit
