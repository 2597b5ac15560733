// The memory of tensors.
#pragma once

#include "tjit/cxx20.h"

namespace tjit {

/// Gives memory back to the system that was kept when tensors died, for others to use. Without it some of it stays:
/// about as much as lived at once, and at most a quarter of the memory that there is for the process. Other threads
/// keep a few megabytes.
void trim_memory();

}  // namespace tjit
