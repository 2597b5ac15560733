// The pass `simplify`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// Programs as written and traced hold ops that need not run: constants, neutral elements, views of views, choices that
/// are already made. Afterwards none of the rules matches, constants are folded, equal ops are shared, and branches and
/// loop variables that cannot matter are gone. Results are the same bit for bit, unless the context allows the relaxed
/// rules.
Function simplify(const Function& function, const PassContext& context);

}  // namespace tjit
