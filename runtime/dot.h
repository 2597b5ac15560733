// Contractions prepared for many runs on operands of one form.
#pragma once

#include <optional>

#include "ir/ops/ops.h"
#include "runtime/strided.h"

namespace tjit {

/// A `dot` whose operands always have these windows. Results are row-major. Allocates in `run` only for operands too
/// large to be packed on the stack.
class PreparedDot {
 public:
  PreparedDot(const Dot& dot, const View& lhs, const View& rhs, DType dtype);
  void run(const void* lhs, const void* rhs, void* out) const;

 private:
  /// Three groups of an operand's dimensions, each seen as one dimension.
  struct Operand {
    Operand() = default;
    Operand(const View& window, const Dims& first, const Dims& second, const Dims& third, int size);

    std::int64_t extent[3] = {}, stride[3] = {};
    int element_size = 1;
    std::optional<BoxCopy> copy;  ///< where the dimensions cannot be joined in place
    std::int64_t copied_bytes() const { return copy ? extent[0] * extent[1] * extent[2] * element_size : 0; }
  };

  DType dtype_;
  Operand a_, b_;
};

}  // namespace tjit
