// The step in front of making groups: ops that are defined by others (argmax) give way to those.
#pragma once

#include <optional>

#include "ir/function.h"

namespace tjit {

/// The function with the ops that `SearchFacts::expand` gives; nothing when it has none to expand.
std::optional<Function> expanded(const Function& function);

}  // namespace tjit
