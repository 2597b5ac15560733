// What commands read and write: input SPECs and results.
#pragma once

#include <string>
#include <vector>

#include "codegen/program.h"
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

/// Reads the inputs and makes the program static for their sizes. SPEC: `5`, `2x3xf32=1,2,3,4,5,6`,
/// `2x3xf32=random:42`, `2x3xf32=7` (a splat), `@x.npy`, `@x.npz:key`; each may start with `name=`.
BoundProgram bind_program(const Module& module, const Function& function, const std::vector<std::string>& specs,
                          Missing missing, std::uint64_t seed);

/// One SPEC without a name, for a parameter of type `param` (null: a type must be written).
Array parse_spec(const std::string& spec, const Type* param);
/// Values in [-1, 1) for floats, [0, 10) for integers, both truths for bool; the same on every machine.
Array random_array(const Type& type, std::uint64_t seed);

/// Prints results as eager prints them, or writes them: one `@x.npy` each, or one `@x.npz` for all (keys 0, 1, ...).
void write_results(std::span<const Array> results, const std::vector<std::string>& outputs);

}  // namespace tjit
