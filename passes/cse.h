// The pass `cse`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// What is computed once need not be computed again. Afterwards no two equal ops are left of which one runs before the
/// other in every execution; the first one stays. Effects are not shared.
Function cse(const Function& function, const PassContext& context);

}  // namespace tjit
