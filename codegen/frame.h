// What generated code and the runtime share: the layout of a call. Generated code reads these fields by number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ir/type.h"

namespace tjit {

struct Frame;

/// The functions of the runtime that generated code calls. They give kDone, or kRaised, with which the call ends.
struct Services {
  /// Runs a routine of the program (a number in Lowered::routines) on the addresses of row-major operands and results.
  std::int32_t (*routine)(const Frame* frame, std::int32_t number, const void* const* operands, void* const* results);
  /// Prints for op `op`, whose operands are in the record.
  std::int32_t (*print)(const Frame* frame, std::int32_t op);
};

/// One call of a program.
struct Frame {
  const void* const* inputs;     ///< row-major elements of each argument, rank 0 included
  void* const* outputs;          ///< where each result goes; aligned to 64 bytes
  std::byte* arena;              ///< aligned to 64 bytes
  const void* const* constants;  ///< elements of Plan::constants; aligned to their size
  /// What an op leaves for the runtime: for each of its `recorded_values` the address of the elements, or for rank 0
  /// the element itself, in the first bytes.
  ElementBits* record;
  Services services;
  void* call;  ///< the runtime's own
};

/// Results of a program's entry, besides OpId + 1: this op failed.
inline constexpr std::int32_t kDone = 0;
inline constexpr std::int32_t kRaised = -1;  ///< a service raised; the runtime has the exception

using Entry = std::int32_t (*)(const Frame*);

}  // namespace tjit
