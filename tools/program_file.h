// What commands read and write: programs with their inputs, and results.
#pragma once

#include <string>
#include <vector>

#include "codegen/compile.h"
#include "frontend/read_program.h"
#include "ir/text.h"

namespace tjit {

/// What stands for an input that is not given: an error, random elements from a seed, or nothing, when types are
/// enough.
enum class Missing : std::uint8_t { Fail, Random, Types };

/// A program made static for the inputs of one run.
struct BoundProgram {
  Module module;  ///< its first function is the entry
  std::vector<Array> inputs;
  const Function& entry() const { return module.functions.front(); }
};

/// Reads the inputs and makes the program static for their sizes. Each of `specs` (tools/spec.h) may start with
/// `name=`.
BoundProgram bind_program(const Module& module, const Function& function, const std::vector<std::string>& specs,
                          Missing missing, std::uint64_t seed);

/// Prints results as eager prints them, or writes them: one `@x.npy` each, or one `@x.npz` for all (keys 0, 1, ...).
void write_results(std::span<const Array> results, const std::vector<std::string>& outputs);

}  // namespace tjit
