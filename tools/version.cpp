// tjit version.
#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/cpu.h"
#include "tools/command.h"

namespace tjit {

Action add_version(CLI::App&) {
  return [] {
    std::cout << "tjit " << TJIT_VERSION << "\n" << backend_description() << "\n";
    return static_cast<int>(kFine);
  };
}

}  // namespace tjit
