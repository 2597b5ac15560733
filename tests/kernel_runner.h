// Runs fused functions through the kernel interpreter: what the kernels of a program mean, without code generation.
#pragma once

#include <span>
#include <vector>

#include "ir/function.h"
#include "runtime/execute.h"

namespace tjit {

/// `function` has its tensor ops in fusions (after `fuse`). Where an output may share memory with a dying input, it is
/// given that memory in every way that `can_share` allows, and the results must not depend on it. Throws as `interpret`
/// does.
std::vector<Array> run_kernels(const Module& module, const Function& function, std::span<const Array> args,
                               const InterpretOptions& options = {});

}  // namespace tjit
