// How the code of a nest is laid out: at which loop each node is computed, which nodes become vectors, and how wide.
#pragma once

#include <vector>

#include "codegen/kernel.h"

namespace tjit {

struct NodeSchedule {
  /// 0: before all loops; a + 1: in the loop over axis a, the innermost one it depends on.
  int level = 0;
  bool varies = false;        ///< along the vector axis: it is a vector where the others are scalars
  bool after = false;         ///< needs reduced values: computed after the loops over reduced axes
  bool by_row = false;        ///< depends on the axis before the vector axis: see `tile_axis`
  bool broadcast = false;     ///< a scalar that vector code uses
  bool reads_output = false;  ///< depends on a load from an output buffer
};

struct NestSchedule {
  std::vector<NodeSchedule> nodes;
  int kept = 0;          ///< axes before the reduced ones
  int vector_axis = -1;  ///< -1: no vectors
  int lanes = 1;         ///< of a vector: elements of its axis, a power of two not above its extent
  /// Whether an element of the vector axis may be computed twice: no store changes what a load reads. Then the last
  /// vector overlaps the one before it when the extent is no multiple of `lanes`.
  bool may_repeat = true;
};

/// `vector_bytes`: of a register. `shares[b]`: the input whose memory output buffer b has, or -1.
NestSchedule schedule_nest(const Kernel& kernel, const Nest& nest, int vector_bytes, std::span<const int> shares);

/// The axis along which some operand is contiguous that is strided along the vector axis, as a transpose's is: so many
/// of its rows are to be computed together that the operand's elements can be loaded as vectors, and turned in
/// registers. -1: none.
int tile_axis(const Nest& nest, const NestSchedule& schedule);
/// Whether a load is such an operand, when the vector axis follows the tile's.
bool is_turned(const Nest& nest, const NestSchedule& schedule, const Node& node);
/// The same nest with a kept axis moved before the vector axis.
Nest with_rows_along(const Nest& nest, const NestSchedule& schedule, int axis);

}  // namespace tjit
