// Differential check: the interpreter against compiled code, optimised and not.
#pragma once

#include "codegen/compile.h"

namespace tjit {

/// What running a program gave: results and what it printed, or an error.
struct Outcome {
  std::vector<Array> results;
  std::string printed;
  std::string error;  ///< Error::what(), empty when it ended well
};
Outcome outcome_of(const std::function<std::vector<Array>(const PrintSink&)>& run);
/// A description of the first difference (result, element, both values), or an empty string.
std::string difference(const Outcome& expected, const Outcome& found);

struct Comparison {
  std::string outcome;     ///< what all ways gave, in a line: "2 results", or the error
  bool failed = false;     ///< the program ended with an error in all ways
  std::string difference;  ///< empty, or which way differs, where first, and at which op
};
/// Runs `entry` (static types) by interpreter, compiled without optimisation, and compiled as `options` say.
Comparison compare(const Module& module, const Function& entry, std::span<const Array> inputs,
                   const CompileOptions& options = {});

}  // namespace tjit
