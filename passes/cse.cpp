// Sharing of equal ops. An op that may raise is shared like any other: if it raises, it does so the first time.
#include "passes/cse.h"

#include "passes/copy.h"

namespace tjit {

Function cse(const Function& function, const PassContext&) {
  return copy_function(function, {.simplify = nullptr, .share = true});
}

}  // namespace tjit
