// Lowering: a function whose tensor ops all stand in fusions becomes kernels and a plan, ready for code emission.
#pragma once

#include <vector>

#include "codegen/kernel.h"
#include "codegen/plan.h"
#include "ir/function.h"

namespace tjit {

/// What code is emitted from, and what the executable keeps to raise errors and to print.
struct Lowered {
  Function function;
  std::vector<Kernel> kernels;           ///< in the order of the text
  std::vector<std::int32_t> kernel_of;   ///< by op: index in `kernels`, or -1
  std::vector<OpId> routines;            ///< ops that the runtime computes as a whole, in the order of the text
  std::vector<std::int32_t> routine_of;  ///< by op: index in `routines`, or -1
  Plan plan;

  const Kernel& kernel(OpId fusion) const {
    return kernels[static_cast<std::size_t>(kernel_of[static_cast<std::size_t>(fusion.index)])];
  }
};

/// The function holds constants, rank-0 elementwise ops, reshape, routines, cond, while, print, assert and fusions.
Lowered lower(Function function);

/// What an op that fails or prints leaves for the runtime: the values from outside that it uses, but for constants.
std::vector<ValueId> recorded_values(const Function& function, OpId op);

}  // namespace tjit
