// The pass `fold`, and its hook for the builder.
#pragma once

#include <optional>

#include "ir/builder.h"
#include "passes/pass.h"

namespace tjit {

/// What is known before running need not run. Afterwards no op that only has constant operands is left, but for those
/// whose result would take too much memory or work to write down. An op that would raise stays, so that it raises when
/// run.
Function fold(const Function& function, const PassContext& context);

/// The same for one op about to be appended; `fold` and `simplify` give it to the builder.
std::optional<ValueList> fold_op(Builder& b, const NewOp& op);

}  // namespace tjit
