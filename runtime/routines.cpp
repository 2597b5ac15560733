// The table of routines: every op of form Product or Routine has one, or this does not compile.
#include "runtime/routines.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ir/ops/form.h"
#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/scratch.h"
#include "runtime/strided.h"

namespace tjit {

PlacedOperand::PlacedOperand(int element_size, const Shape& shape, const Dims& strides)
    : copy_(std::in_place, shape, element_size, row_major_strides(shape), strides),
      copied_bytes_(element_count(shape) * element_size) {}

const std::byte* PlacedOperand::read(const void* data, std::byte* scratch) const {
  if (!copy_) return static_cast<const std::byte*>(data);
  copy_->run(scratch, data);
  return scratch;
}

PlacedOperand dense(const OperandWindow& operand) {
  const View& window = operand.window;
  Dims joined;
  if (reshape_strides(window.shape, window.strides, {element_count(window.shape)}, &joined) && joined[0] == 1)
    return {};
  return {size_of(operand.dtype), window.shape, window.strides};
}

void pack_panel(const Matrix& from, int element_size, std::int64_t depth, std::int64_t columns, std::int64_t width,
                void* to) {
  with_element(element_size, [&]<class E>(Tag<E>) {
    E* out = static_cast<E*>(to);
    const E* row = reinterpret_cast<const E*>(from.data);
    for (std::int64_t q = 0; q < depth; ++q, row += from.row, out += width) {
      if (from.column == 1) {
        std::copy_n(row, columns, out);
      } else {
        for (std::int64_t j = 0; j < columns; ++j) out[j] = row[j * from.column];
      }
      std::fill(out + columns, out + width, E{});
    }
  });
}

void fill_elements(void* to, int element_size, const ElementBits& element, std::int64_t count) {
  with_element(element_size,
               [&]<class E>(Tag<E>) { std::fill_n(static_cast<E*>(to), count, element.template as<E>()); });
}

namespace {

template <class Op>
const RoutineMaker* entry() {
  if constexpr (has_routine(form_of<Op>())) {
    static_assert(requires { routine_of<Op>(); }, "the op needs a routine: a file in runtime/routines/");
    return &routine_of<Op>();
  } else {
    return nullptr;
  }
}

template <class... Op>
std::array<const RoutineMaker*, sizeof...(Op)> entries(TypeList<Op...>) {
  return {entry<Op>()...};
}

const RoutineMaker& maker(const OpDef& def) {
  static const auto table = entries(AllOps{});
  const RoutineMaker* const maker = table[static_cast<std::size_t>(def.code)];
  TJIT_CHECK(maker != nullptr);
  return *maker;
}

/// A routine in the accumulator type of its elements, whose results are rounded once: operands are cast to scratch
/// memory.
class Widened final : public Routine {
 public:
  explicit Widened(const RoutineArgs& args)
      : dtype_(args.operands[0].dtype), wide_(accumulator_type(dtype_)), count_(element_count(args.results[0])) {
    ShortList<OperandWindow, 2> windows;
    for (const OperandWindow& x : args.operands) {
      const Shape& shape = x.window.shape;
      const PlacedOperand narrow = dense(x);
      const std::int64_t count = element_count(shape);
      operands_.push_back({narrow, count, reserve(narrow.copied_bytes()), reserve(count * size_of(wide_))});
      windows.push_back({wide_, {shape, row_major_strides(shape), 0}});
    }
    result_ = reserve(count_ * size_of(wide_));
    const Type result{wide_, args.results[0].shape};
    routine_ = maker(args.def).make({args.def, args.attrs, windows, {&result, 1}});
    scratch_ = reserve(static_cast<std::int64_t>(routine_->scratch_bytes()));
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    ShortList<const void*, 2> wide;
    for (std::size_t k = 0; k < operands_.size(); ++k) {
      const Operand& x = operands_[k];
      cast(dtype_, wide_, x.narrow.read(operands[k], scratch + x.copied), scratch + x.wide, x.count);
      wide.push_back(scratch + x.wide);
    }
    void* const result = scratch + result_;
    routine_->run(wide, {&result, 1}, scratch + scratch_);
    cast(wide_, dtype_, result, results[0], count_);
  }

 private:
  struct Operand {
    PlacedOperand narrow;
    std::int64_t count;
    std::size_t copied, wide;  ///< where in scratch memory
  };

  static void cast(DType from_type, DType to_type, const void* from, void* to, std::int64_t count) {
    kernels().elementwise_kernel(kOpcode<Cast>, from_type, to_type).run(to, &from, count);
  }

  DType dtype_, wide_;
  std::int64_t count_;
  std::vector<Operand> operands_;
  std::size_t result_, scratch_;
  std::unique_ptr<const Routine> routine_;
};

const RoutineMaker& maker(const RoutineArgs& args) {
  const RoutineMaker& its = maker(args.def);
  const DType dtype = args.operands[0].dtype;
  return its.accumulates && accumulator_type(dtype) != dtype ? kMakerOf<Widened> : its;
}

}  // namespace

std::unique_ptr<const Routine> make_routine(const RoutineArgs& args) { return maker(args).make(args); }

void run_routine(const Routine& routine, const OpDef& def, const Location& loc, std::span<const void* const> operands,
                 std::span<void* const> results) {
  try {
    Scratch scratch(routine.scratch_bytes());
    routine.run(operands, results, scratch.data());
  } catch (const Error& e) {
    throw e.in(def.info.name, loc);
  }
}

Arrays execute_routine(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands,
                       std::span<const Type> results, const Location& loc) {
  ShortList<OperandWindow, 2> windows;
  ShortList<const void*, 2> from;
  for (const Array& x : operands) {
    windows.push_back({x.dtype(), x.view()});
    from.push_back(x.data());
  }
  Arrays arrays;
  ShortList<void*, 2> to;
  for (const Type& t : results) {
    arrays.push_back(Array::empty(t));
    to.push_back(arrays[arrays.size() - 1].mutable_data());
  }
  const RoutineArgs args{def, attrs, windows, results};
  maker(args).run_once(args, loc, from, to);
  return arrays;
}

}  // namespace tjit
