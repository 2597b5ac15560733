// custom_call: operands are handed over as row-major arrays.
#include "ir/custom_calls.h"
#include "ir/ops/custom.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

class CustomCallRoutine final : public Routine {
 public:
  explicit CustomCallRoutine(const RoutineArgs& args)
      : CustomCallRoutine(args, attrs_as<CustomCall>(args.def.code, args.attrs)) {}

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    std::vector<TjitArray> in = operands_, out = results_;
    // The interface has one type for both: what it says of operands is a promise of the function's.
    for (std::size_t k = 0; k < in.size(); ++k)
      in[k].data = const_cast<std::byte*>(placed_[k].operand.read(operands[k], scratch + placed_[k].scratch));
    for (std::size_t k = 0; k < out.size(); ++k) out[k].data = results[k];
    const char* const wrong = call_.run(config_.c_str(), static_cast<std::int32_t>(in.size()), in.data(),
                                        static_cast<std::int32_t>(out.size()), out.data());
    if (wrong != nullptr) throw Error(Error::Kind::Runtime, std::string(call_.name) + ": " + wrong);
  }

 private:
  struct Placed {
    PlacedOperand operand;
    std::size_t scratch;
  };

  CustomCallRoutine(const RoutineArgs& args, const CustomCall& op)
      : call_(custom_call_named(op.target)), config_(op.config) {
    for (const OperandWindow& x : args.operands) {
      operands_.push_back(array_description({x.dtype, x.window.shape}));
      const PlacedOperand operand = dense(x);
      placed_.push_back({operand, reserve(operand.copied_bytes())});
    }
    for (const Type& t : args.results) results_.push_back(array_description(t));
  }

  const TjitCustomCall& call_;
  std::string config_;
  std::vector<TjitArray> operands_, results_;
  std::vector<Placed> placed_;
};

}  // namespace

template <>
const RoutineMaker& routine_of<CustomCall>() {
  return kMakerOf<CustomCallRoutine>;
}

}  // namespace tjit
