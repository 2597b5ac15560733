// How much memory there is for this process.
#pragma once

#include <cstddef>
#include <string>

namespace tjit {

/// The machine's memory in bytes, or less when a control group of this process has a limit. `root` stands before the
/// names of the system's files.
std::size_t memory_limit(const std::string& root = "");

}  // namespace tjit
