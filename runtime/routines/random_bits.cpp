// random_bits: each element from its index and the key.
#include <cstring>

#include "ir/ops/random.h"
#include "runtime/kernels.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

class RandomBitsRoutine final : public Routine {
 public:
  explicit RandomBitsRoutine(const RoutineArgs& args)
      : kernel_(kernels().random_bits[static_cast<int>(args.results[0].dtype)]),
        count_(element_count(args.results[0])),
        key_stride_(args.operands[0].window.strides[0]) {
    TJIT_CHECK(kernel_ != nullptr);
  }

  void run(std::span<const void* const> operands, std::span<void* const> results,
           std::byte* /*scratch*/) const override {
    const auto* const words = static_cast<const std::uint32_t*>(operands[0]);
    const std::uint32_t key[] = {words[0], words[key_stride_]};
    kernel_(results[0], key, 0, count_);
  }

 private:
  RandomKernel kernel_;
  std::int64_t count_, key_stride_;
};

}  // namespace

template <>
const RoutineMaker& routine_of<RandomBits>() {
  return kMakerOf<RandomBitsRoutine>;
}

}  // namespace tjit
