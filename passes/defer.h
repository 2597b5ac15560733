// What writes over a tensor comes after what reads it.
#pragma once

#include <optional>

#include "ir/function.h"

namespace tjit {

/// The function with ops that place pieces over a tensor (dynamic_update_slice) moved behind later ops of the block
/// that still read that tensor, so that it need not be copied; nothing when there is no such op. What an op that moves
/// may raise is raised where it stood, by a check of its own: errors and effects keep their order.
std::optional<Function> deferred(const Function& function);

}  // namespace tjit
