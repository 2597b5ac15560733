// The pass `dce`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// What nobody uses need not be computed. Afterwards every op, every loop variable and every result of a `cond`
/// contributes to a result of the function or to an op that is ordered (an effect, or one that may raise). A loop
/// without such an op is taken to end, so it goes too when nobody uses its results; parameters of the function stay.
Function dce(const Function& function, const PassContext& context);

}  // namespace tjit
