// Views are made where they are used.
#pragma once

#include <optional>

#include "ir/function.h"

namespace tjit {

/// The function with views that show more elements than there are (broadcasts, and views of them), and counters, made
/// again in each block that computes with them; nothing when no block uses one from outside. In a group they cost
/// nothing, but as values that several blocks share they would be written to memory.
std::optional<Function> sunk(const Function& function);

}  // namespace tjit
