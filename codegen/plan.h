// Where every value of a program lives while it runs: in a register, in a caller's buffer, or at an offset of one
// arena.
//
// Rank-0 values live in registers. Tensors live in buffers. A buffer serves several values when a later one may take
// the place of an earlier one; then the copy between them, or the part of a kernel that only copies, disappears. So a
// loop that writes one row of a tensor per step writes that row and nothing else.
//
// How buffers are found:
//  1. Values that always have the same elements are one value (`same_elements`).
//  2. The three values of a loop variable share a buffer from the start.
//  3. Every place where a buffer could be taken over is a candidate: initial value -> loop variable, body's yield ->
//  loop
//     variable, branch's yield -> result of `cond`, input -> output of a kernel (`can_share`), yield -> function
//     output. Source and target of a candidate both occupy their places at the moment of the take-over, and nowhere
//     else may the values of one buffer overlap, but at such moments. Candidates are accepted in order of bytes saved,
//     those in loops first, as long as that holds.
//  4. What was not accepted is copied at the yield, or before the loop. Where the source dies with its block (or is
//     a variable of the same loop), the two buffers trade places instead: in such buffers' names stands a pointer that
//     the program exchanges. So (a, b) -> (b, a) and a loop whose step cannot work in place move no elements.
//  5. Buffers that are neither inputs, constants nor outputs get arena offsets by first and last moment of need, best
//  fit.
//
// Invariants: inputs and constants are never written. At a yield, `trades` is a permutation, done first; then the
// copies, whose targets are nobody's sources, in any order. Buffers that trade places are in the arena, have one size,
// and keep their bytes as long as any of them is needed.
//
// Cost is near-linear: segments of take-over chains join to one, and only candidates are ever compared.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/kernel.h"
#include "ir/function.h"

namespace tjit {

using BufferId = IdOf<struct BufferTag>;

enum class Home : std::uint8_t { Input, Constant, Output, Arena };

struct PlannedBuffer {
  Home home{};
  std::int32_t slot = -1;   ///< number of the input, output or (in Plan::constants) constant
  std::int64_t offset = 0;  ///< arena: first byte, a multiple of 64
  std::int64_t bytes = 0;
  bool trades = false;  ///< where it lies changes while the program runs; `offset` is where it starts
};

struct Move {
  BufferId from, to;
};

/// What happens at the end of a block, or before a loop.
struct Moves {
  std::vector<Move> trades;  ///< all at once, first: the place of `from` becomes that of `to`
  std::vector<Move> copies;
  bool empty() const { return trades.empty() && copies.empty(); }
};

struct Plan {
  std::vector<BufferId> buffer_of;  ///< by value; invalid for rank 0 and for values inside fusions
  std::vector<PlannedBuffer> buffers;
  std::vector<ValueId> constants;  ///< constants of rank > 0 whose elements must be in memory
  std::vector<Moves> at_yield;     ///< by block; for the function's body, copies to the outputs
  std::vector<Moves> before;       ///< by op; only loops have some
  std::vector<BufferId> outputs;   ///< by result of the function; invalid for rank 0
  std::int64_t arena_bytes = 0;

  BufferId buffer(ValueId v) const { return buffer_of[static_cast<std::size_t>(v.index)]; }
  const PlannedBuffer& operator[](BufferId b) const { return buffers[static_cast<std::size_t>(b.index)]; }
};

/// `kernels` are those of the function's fusions, in the order in which the text shows them.
Plan make_plan(const Function& function, std::span<const Kernel> kernels);

/// Text for reading: the buffers with their values, then all moves.
std::string print(const Function& function, const Plan& plan);

}  // namespace tjit
