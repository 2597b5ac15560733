// tjit version.
#include <iostream>

#include "runtime/cpu.h"
#include "tools/command.h"

namespace tjit {

Action add_version(Arguments&) {
  return [] {
    std::cout << "tjit " << TJIT_VERSION << "\n" << backend_description() << "\n";
    return static_cast<int>(kFine);
  };
}

}  // namespace tjit
