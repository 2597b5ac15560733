// The pass `fuse`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// Values that live only between neighbouring ops should stay in registers. Afterwards ops that can run as one kernel
/// stand together in the block of a `fusion` op, whose kind names the kernel's shape. The results, and the order of ops
/// that are ordered, stay as they were.
Function fuse(const Function& function, const PassContext& context);

}  // namespace tjit
