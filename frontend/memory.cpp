// Memory that is kept, for the API.
#include "tjit/memory.h"

#include "runtime/allocator.h"

namespace tjit {

void trim_memory() { trim(); }

}  // namespace tjit
