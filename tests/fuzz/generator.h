// Random well-typed programs for differential tests.
#pragma once

#include <vector>

#include "ir/builder.h"
#include "runtime/array.h"
#include "tests/fuzz/value_pool.h"

namespace tjit {

struct GeneratedProgram {
  Module module;  ///< one function
  std::vector<Array> inputs;
};

/// The program of a seed: ops of every kind on every dtype, with nested cond and while, in sizes that cross vector
/// widths and now and then a reduction chunk. Most run without an error; a few divide by zero, index outside or fail an
/// assert. A wish is drawn often.
GeneratedProgram generate_program(std::uint64_t seed, std::optional<OpOnType> wish = {});

/// Whether programs are made of this op, on every element type that it takes: a long run must execute all of these.
bool is_drawn(const OpDef& op);

}  // namespace tjit
