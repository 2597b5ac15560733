// Index maps: which element of a tensor an index of a loop nest means. Views and lookups are steps from the map of a
// result to the map of the operand, so that a fused group needs no code for them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ir/function.h"

namespace tjit {

/// For each dimension of a tensor: its coordinate as offset + sum(stride * loop axis) + sum(factor * looked-up number).
/// Coordinates of dimensions of size 1 are 0.
class IndexMap {
 public:
  /// A number that the kernel looks up, such as a gather's index; whoever walks the group says what `lookup` means.
  struct Term {
    std::int32_t dim, lookup;
    std::int64_t factor;
    std::int64_t limit;  ///< the number lies in [0, limit]
    friend bool operator==(const Term&, const Term&) = default;
  };

  IndexMap() = default;
  IndexMap(int rank, int axes)
      : rank_(rank), axes_(axes), numbers_(static_cast<std::size_t>(rank) * static_cast<std::size_t>(axes + 1)) {}

  int rank() const { return rank_; }
  int axes() const { return axes_; }
  std::int64_t offset(int dim) const { return numbers_[at(dim)]; }
  std::int64_t& offset(int dim) { return numbers_[at(dim)]; }
  std::int64_t stride(int dim, int axis) const { return numbers_[at(dim) + 1 + static_cast<std::size_t>(axis)]; }
  std::int64_t& stride(int dim, int axis) { return numbers_[at(dim) + 1 + static_cast<std::size_t>(axis)]; }

  std::vector<Term> terms;

  /// Adds factor times coordinate `from_dim` of another map over the same axes to coordinate `dim`.
  void add(int dim, std::int64_t factor, const IndexMap& from, int from_dim);
  /// The same map over more axes, on which nothing depends.
  void append_axes(int count);
  /// Axis `axis` becomes two: `axis / inner` and `axis mod inner`.
  void split_axis(int axis, std::int64_t inner);

  friend bool operator==(const IndexMap&, const IndexMap&) = default;

 private:
  std::size_t at(int dim) const { return static_cast<std::size_t>(dim) * static_cast<std::size_t>(axes_ + 1); }

  int rank_ = 0, axes_ = 0;
  std::vector<std::int64_t> numbers_;
};

/// Sizes of loop axes, outermost first.
using AxisSizes = std::vector<std::int64_t>;

/// The map that gives every element of `shape` its own index: appends an axis for each dimension of a size other
/// than 1. Maps made before need `append_axes`.
IndexMap identity_map(const Shape& shape, AxisSizes& axes);

/// What the loops of a nest run over.
struct LoopSpace {
  AxisSizes axes;
  int kept = 0;  ///< axes before those of reduced dimensions
  int row = -1;  ///< the axis whose elements go to lanes

  /// The first axes, for the elements of `shape`: returns their map.
  IndexMap keep(const Shape& shape);
  /// Further axes, for the dimensions `reduced` of `shape`: returns the map of these alone. Maps made before need
  /// `append_axes`.
  IndexMap reduce(const Shape& shape, const Dims& reduced);
  /// Makes two axes of one; the maps need `split_axis`. False when it has to stay whole.
  bool split(int axis, std::int64_t inner);
  /// Axes along which a value differs: all of them inside the loop over reduced dimensions.
  int count(bool in_reduction) const { return in_reduction ? static_cast<int>(axes.size()) : kept; }
};

/// The map of a view's operand (not reshape), given that of its result.
IndexMap through_view(const OpDef& def, const OpAttrs* attrs, const Shape& operand, const IndexMap& result);

/// The same for reshape. The operand's coordinates are affine only where sizes nest; else the axis that has to be
/// split first is named, or nothing when no split helps.
struct Reshaped {
  std::optional<IndexMap> map;
  int axis = -1;           ///< to be split, when >= 0
  std::int64_t inner = 0;  ///< extent of the inner part
};
Reshaped through_reshape(const IndexMap& result, const Shape& shape, const Shape& operand, const AxisSizes& axes);

/// The map of the index operand that coordinate `c` of a lookup reads, and the largest number that it may be.
IndexMap index_operand_map(const Coordinate& c, const IndexMap& result);
std::int64_t lookup_limit(const Coordinate& c, int dim, const Shape& operand, const Shape& result);
/// Whether a lookup has no elements, and yet indices that must be in range.
bool checks_only(const Function& f, OpId lookup);
/// The map of a lookup's operand 0; `lookups` has the number to use for each dimension (unused where there is no
/// index).
IndexMap through_lookup(std::span<const Coordinate> coordinates, std::span<const std::int32_t> lookups,
                        const Shape& operand, const Shape& shape, const IndexMap& result);

/// The map of a reduction's operand: kept dimensions as in the result, the others as in `reduced` (rank of the
/// operand).
IndexMap through_reduction(const Dims& axes, const IndexMap& result, const IndexMap& reduced);
/// The way back: the map of a result of `rank` dimensions, given that of the operand.
IndexMap reduction_result_map(const Dims& axes, int rank, const IndexMap& operand);

/// A row-major element number as one affine form: the only coordinate of the returned map.
IndexMap linear_map(const IndexMap& map, const Shape& shape);

/// Whether every element of `shape` is met by exactly one index of the first `count` axes, and no other axis matters.
bool covers_once(const IndexMap& map, const Shape& shape, const AxisSizes& axes, int count);

/// Whether, besides, consecutive indices meet consecutive elements.
bool covers_in_order(const IndexMap& map, const Shape& shape, const AxisSizes& axes, int count);

/// Whether no loop axis changes any coordinate and nothing is looked up.
bool is_invariant(const IndexMap& map);

}  // namespace tjit
