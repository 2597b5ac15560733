// scatter: a copy of the tensor in which rows are replaced by updates or joined with them, in the order of ir/order.h.
#include <algorithm>
#include <cstring>

#include "ir/ops/apply.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/index.h"
#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

/// x[places[i]] = op(x[places[i]], updates[i]), one after another; `ahead` fetches what comes next, which takes time
/// where it is near.
using JoinElements = void (*)(void* x, const std::int64_t* places, const void* updates, std::int64_t n, bool ahead);

template <class Op, class T>
void join_elements(void* x, const std::int64_t* places, const void* updates, std::int64_t n, bool ahead) {
  using Element = Vec<T, 1>;
  constexpr std::int64_t kAhead = 32;
  const T* const update = static_cast<const T*>(updates);
  const auto join = [&](std::int64_t i) __attribute__((always_inline)) {
    T* const at = static_cast<T*>(x) + places[i];
    apply_op<Op, T>(Element::load(at), Element::load(update + i)).store(at);
  };
  std::int64_t i = 0;
  for (; ahead && i < n - kAhead; ++i) {
    __builtin_prefetch(static_cast<T*>(x) + places[i + kAhead], 1);
    join(i);
  }
  for (; i < n; ++i) join(i);
}

template <class Op>
JoinElements elements_joined(DType dtype) {
  return dispatch_in<Op::info.types>(dtype, []<class T>(Tag<T>) -> JoinElements { return join_elements<Op, T>; });
}

/// The ops that scatter joins by.
struct Join {
  Opcode op;
  JoinElements (*elements)(DType);
};
constexpr Join kJoins[] = {{kOpcode<Add>, elements_joined<Add>},
                           {kOpcode<Multiply>, elements_joined<Multiply>},
                           {kOpcode<Maximum>, elements_joined<Maximum>},
                           {kOpcode<Minimum>, elements_joined<Minimum>}};

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
    if (op == kNoOp) return;
    join_ = kernels().elementwise_kernel(op, dtype, dtype).run;
    const auto* const found = std::ranges::find(kJoins, op, &Join::op);
    TJIT_CHECK(join_ != nullptr && found != std::end(kJoins));
    join_elements_ = found->elements(dtype);
    ahead_ = element_count(shape) * size_ > kNear;
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    copy_tensor_.run(results[0], operands[0]);
    const std::byte* const indices = indices_.read(operands[1], scratch + copied_indices_);
    const std::byte* update = updates_.read(operands[2], scratch + copied_updates_);
    auto* const to = static_cast<std::byte*>(results[0]);
    std::int64_t places[kBlock];
    dispatch_in<kIndices>(index_dtype_, [&]<class T>(Tag<T>) {
      for (std::int64_t i = 0; i < count_; i += kBlock) {
        const std::span block(places, static_cast<std::size_t>(std::min(kBlock, count_ - i)));
        find_places(reinterpret_cast<const T*>(indices), i, block);
        join(to, block, update);
        update += std::ssize(block) * row_ * size_;
      }
    });
  }

 private:
  static constexpr std::int64_t kBlock = 512;
  static constexpr std::int64_t kNear = 4 << 20;  ///< bytes that caches and address translation hold, about

  /// Which rows of the tensor the updates from number `first` on meet.
  template <class T>
  void find_places(const T* indices, std::int64_t first, std::span<std::int64_t> places) const {
    const std::int64_t depth = sizes_.size();
    bool outside = false;
    if (depth == 0) std::ranges::fill(places, 0);
    for (std::int64_t d = 0; d < depth; ++d) {
      const std::int64_t size = sizes_[static_cast<int>(d)];
      const T* at = indices + first * depth + d;
      // As vectors of two, comparing and multiplying 64 bits takes longer.
#pragma clang loop vectorize(disable)
      for (std::int64_t& place : places) {
        const auto index = static_cast<std::int64_t>(*at);
        outside |= static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(size);
        place = d == 0 ? index : place * size + index;
        at += depth;
      }
    }
    if (outside) raise_first(indices, first * depth);
  }

  template <class T>
  [[noreturn]] void raise_first(const T* indices, std::int64_t linear) const {
    for (;; ++linear) {
      const std::int64_t index = indices[linear], size = sizes_[static_cast<int>(linear % sizes_.size())];
      if (index < 0 || index >= size)
        throw Error(Error::Kind::Runtime, index_failure(def_, index, size, index_shape_, linear));
    }
  }

  void join(std::byte* to, std::span<const std::int64_t> places, const std::byte* updates) const {
    const std::int64_t bytes = row_ * size_;
    if (row_ == 1 && join_elements_ != nullptr) {
      join_elements_(to, places.data(), updates, std::ssize(places), ahead_);
    } else if (row_ == 1) {
      with_element(static_cast<int>(size_), [&]<class E>(Tag<E>) {
        const E* update = reinterpret_cast<const E*>(updates);
        for (const std::int64_t place : places) reinterpret_cast<E*>(to)[place] = *update++;
      });
    } else {
      for (const std::int64_t place : places) {
        std::byte* const row = to + place * bytes;
        if (join_ == nullptr) {
          std::memcpy(row, updates, static_cast<std::size_t>(bytes));
        } else {
          const void* const in[] = {row, updates};
          join_(row, in, row_);
        }
        updates += bytes;
      }
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
  // Null where updates replace what is there.
  void (*join_)(void* out, const void* const* in, std::int64_t n) = nullptr;
  JoinElements join_elements_ = nullptr;
  bool ahead_ = false;
};

}  // namespace

template <>
const RoutineMaker& routine_of<Scatter>() {
  return kMakerOf<ScatterRoutine>;
}

}  // namespace tjit
