// Reading programs from files, for the API and the command line.
#pragma once

#include "ir/function.h"

namespace tjit {

/// Reads and verifies a .tir file (`-`: standard input), with the data of `file(...)` literals relative to it. Throws
/// Error with all diagnostics.
Module read_program(const std::string& path);
/// The function named, or the entry when `name` is empty; throws Error with a suggestion.
const Function& find_function(const Module& module, const std::string& name);

}  // namespace tjit
