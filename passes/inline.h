// The pass `inline`.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// Later passes see one function, so that they work across the calls a user wrote. Afterwards the function holds no
/// `call`: each is replaced by the ops of its callee, which keep their own places. Calls without end, and programs that
/// grow out of bounds, are errors of kind User that name the functions.
Function inline_calls(const Function& function, const PassContext& context);

}  // namespace tjit
