// The pass `check_nan`: for debugging, not part of the pipeline.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// A NaN is an error where it first comes up. Afterwards each op that computes floats of real types, also in blocks, is
/// followed by an assertion, placed where the op is, that none of its results is NaN. Views and control flow only pass
/// on what others computed, so they are not asked; a fusion is, in the name of the op that gives the result. Run it
/// before the others: eager and compiled execution of what it returns raise the same error.
Function check_nan(const Function& function, const PassContext& context);

}  // namespace tjit
