// Ops that the runtime computes as a whole: products, sorting. A routine is prepared from an op's attributes and where
// its operands lie, and runs on addresses: eagerly, in the interpreter and from compiled code it is the same object.
#pragma once

#include <memory>
#include <span>

#include "ir/op.h"
#include "runtime/array.h"

namespace tjit {

/// How an operand lies in memory, seen from the address of its first element.
struct OperandWindow {
  DType dtype;
  View window;
};

/// What a routine is prepared for.
struct RoutineArgs {
  const OpDef& def;
  const OpAttrs* attrs;
  std::span<const OperandWindow> operands;
  std::span<const Type> results;
};

class Routine {
 public:
  Routine() = default;
  Routine(const Routine&) = delete;
  Routine& operator=(const Routine&) = delete;
  virtual ~Routine() = default;

  /// Computes the results, row-major, which overlap no operand. `scratch` has `scratch_bytes()` bytes, aligned to 64.
  /// Throws Error of kind Runtime, without a place, when the op fails: the cause alone. Any number of threads may run
  /// it.
  virtual void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const = 0;
  std::size_t scratch_bytes() const { return scratch_bytes_; }

 protected:
  /// Sets room aside in the scratch memory; its offset.
  std::size_t reserve(std::int64_t bytes) {
    const std::size_t at = scratch_bytes_;
    scratch_bytes_ += (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
    return at;
  }

 private:
  std::size_t scratch_bytes_ = 0;
};

/// The routine of an op that has one: forms Product and Routine.
std::unique_ptr<const Routine> make_routine(const RoutineArgs& args);

/// Runs it with scratch memory of its own; errors are placed at `loc` and name the op.
void run_routine(const Routine& routine, const OpDef& def, const Location& loc, std::span<const void* const> operands,
                 std::span<void* const> results);

}  // namespace tjit
