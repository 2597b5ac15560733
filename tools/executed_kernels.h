// The kernels of a compiled program, each taken out and timed alone.
#pragma once

#include <string>
#include <vector>

#include "runtime/array.h"
#include "runtime/execute.h"

namespace tjit {

/// One fusion group or product of an optimised program, as a program of its own.
struct KernelProgram {
  std::string name;           ///< value number in `compile --emit=opt`, kind, and result types
  Module module;              ///< its entry takes what the kernel uses
  std::vector<Array> inputs;  ///< what it used first
  std::int64_t runs = 0;      ///< in one run of the whole program
};

/// The kernels that one run of `optimized` on `inputs` executes, in the order in which they first ran.
std::vector<KernelProgram> executed_kernels(const Function& optimized, std::span<const Array> inputs);

}  // namespace tjit
