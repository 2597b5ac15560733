// The pass `hoist`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// What a loop computes anew from the same values in each turn is computed once, before it. Afterwards no op stands in
/// a `while` whose operands all come from outside, unless it may fail or is an effect, or to recompute it costs less
/// than to keep it. Nothing leaves the branches of a `cond`, which might not have run.
Function hoist(const Function& function, const PassContext& context);

}  // namespace tjit
