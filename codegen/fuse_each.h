// The least that code emission needs: every tensor op is a kernel of its own.
#pragma once

#include "ir/function.h"

namespace tjit {

/// The function without passes that improve it, in the form that `lower` takes: ops that others define are replaced by
/// those, and every op on tensors becomes a fusion with nothing else in it. Calls must be inlined before.
Function fuse_each(const Function& function);

}  // namespace tjit
