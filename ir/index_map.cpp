// Steps from the map of a result to the map of an operand.
#include "ir/index_map.h"

#include <algorithm>

#include "ir/order.h"

namespace tjit {

void IndexMap::add(int dim, std::int64_t factor, const IndexMap& from, int from_dim) {
  if (factor == 0) return;
  for (int a = 0; a <= axes_; ++a)
    numbers_[at(dim) + static_cast<std::size_t>(a)] +=
        factor * from.numbers_[from.at(from_dim) + static_cast<std::size_t>(a)];
  for (const Term& t : from.terms)
    if (t.dim == from_dim) terms.push_back({dim, t.lookup, factor * t.factor, t.limit});
}

void IndexMap::append_axes(int count) {
  IndexMap wider(rank_, axes_ + count);
  for (int d = 0; d < rank_; ++d)
    std::copy_n(numbers_.begin() + static_cast<std::ptrdiff_t>(at(d)), axes_ + 1,
                wider.numbers_.begin() + static_cast<std::ptrdiff_t>(wider.at(d)));
  wider.terms = std::move(terms);
  *this = std::move(wider);
}

void IndexMap::split_axis(int axis, std::int64_t inner) {
  IndexMap split(rank_, axes_ + 1);
  for (int d = 0; d < rank_; ++d) {
    split.offset(d) = offset(d);
    for (int a = 0; a < axes_; ++a) split.stride(d, a + (a > axis ? 1 : 0)) = stride(d, a) * (a == axis ? inner : 1);
    split.stride(d, axis + 1) = stride(d, axis);
  }
  split.terms = std::move(terms);
  *this = std::move(split);
}

IndexMap identity_map(const Shape& shape, AxisSizes& axes) {
  const int first = static_cast<int>(axes.size());
  axes.reserve(axes.size() + static_cast<std::size_t>(shape.size()));
  for (const std::int64_t size : shape)
    if (size != 1) axes.push_back(size);
  IndexMap map(shape.size(), static_cast<int>(axes.size()));
  int axis = first;
  for (int d = 0; d < shape.size(); ++d)
    if (shape[d] != 1) map.stride(d, axis++) = 1;
  return map;
}

IndexMap LoopSpace::keep(const Shape& shape) {
  IndexMap map = identity_map(shape, axes);
  kept = static_cast<int>(axes.size());
  return map;
}

IndexMap LoopSpace::reduce(const Shape& shape, const Dims& reduced) {
  Shape alone = shape;
  for (int d = 0; d < shape.size(); ++d)
    if (!reduced.contains(d)) alone[d] = 1;
  IndexMap map = identity_map(alone, axes);
  if (reduction_order(shape, reduced).lanes) row = static_cast<int>(axes.size()) - 1;
  return map;
}

bool LoopSpace::split(int axis, std::int64_t inner) {
  if (axis == row) return false;
  axes[static_cast<std::size_t>(axis)] /= inner;
  axes.insert(axes.begin() + axis + 1, inner);
  if (axis < kept) ++kept;
  if (axis < row) ++row;
  return true;
}

IndexMap through_view(const OpDef& def, const OpAttrs* attrs, const Shape& operand, const IndexMap& result) {
  IndexMap map(operand.size(), result.axes());
  for (int d = 0; d < operand.size(); ++d) {
    if (operand[d] == 1) continue;
    // A view's offset and strides are linear in those of the operand, so one unit stride gives one coordinate.
    View unit{operand, Dims::filled(operand.size(), 0), 0};
    unit.strides[d] = 1;
    const View view = def.view(attrs, unit);
    map.offset(d) = view.offset;
    for (int r = 0; r < view.shape.size(); ++r)
      if (view.shape[r] != 1) map.add(d, view.strides[r], result, r);
  }
  return map;
}

namespace {

/// A part of an element number: what one axis or one looked-up number adds to it, brought to a positive coefficient.
struct Part {
  std::int64_t coefficient, extent;
  bool flipped;
  int axis;  ///< -1: a term
  const IndexMap::Term* term;
};

class Digits {
 public:
  Digits(const Shape& shape, int axes) : shape_(shape), strides_(row_major_strides(shape)), map_(shape.size(), axes) {}

  /// Gives the part to the dimension it counts in. False: it counts in several; `inner` is where to split it, if > 0.
  bool place(const Part& p, std::int64_t* inner) {
    *inner = 0;
    int dim = -1;
    for (int d = 0; d < shape_.size(); ++d)
      if (shape_[d] != 1 && strides_[d] <= p.coefficient && (dim < 0 || strides_[d] > strides_[dim])) dim = d;
    if (dim < 0 || p.coefficient % strides_[dim] != 0) return false;
    const std::int64_t step = p.coefficient / strides_[dim];
    if (step * (p.extent - 1) >= shape_[dim]) {
      const std::int64_t carry = strides_[dim] * shape_[dim];
      if (p.axis >= 0 && carry % p.coefficient == 0 && p.extent % (carry / p.coefficient) == 0)
        *inner = carry / p.coefficient;
      return false;
    }
    most_[dim] += step * (p.extent - 1);
    if (p.flipped) map_.offset(dim) += step * (p.extent - 1);
    if (p.axis >= 0) {
      map_.stride(dim, p.axis) += p.flipped ? -step : step;
    } else {
      map_.terms.push_back({dim, p.term->lookup, p.flipped ? -step : step, p.term->limit});
    }
    return true;
  }

  /// The whole map, unless the parts of some dimension could carry into the next.
  std::optional<IndexMap> finish(std::int64_t offset) {
    for (int d = 0; d < shape_.size(); ++d) {
      const std::int64_t digit = shape_[d] == 1 ? 0 : offset / strides_[d] % shape_[d];
      if (digit + most_[d] >= shape_[d]) return std::nullopt;
      map_.offset(d) += digit;
    }
    return std::move(map_);
  }

 private:
  const Shape& shape_;
  Dims strides_;
  std::int64_t most_[Dims::kMax] = {};
  IndexMap map_;
};

}  // namespace

Reshaped through_reshape(const IndexMap& result, const Shape& shape, const Shape& operand, const AxisSizes& axes) {
  if (element_count(shape) <= 1) return {.map = IndexMap(operand.size(), result.axes())};
  const IndexMap linear = linear_map(result, shape);
  std::int64_t offset = linear.offset(0);
  std::vector<Part> parts;
  const auto add_part = [&](std::int64_t coefficient, std::int64_t extent, int axis, const IndexMap::Term* term) {
    if (coefficient == 0 || extent <= 1) return;
    const bool flipped = coefficient < 0;
    if (flipped) offset += coefficient * (extent - 1);
    parts.push_back({flipped ? -coefficient : coefficient, extent, flipped, axis, term});
  };
  for (int a = 0; a < linear.axes(); ++a) add_part(linear.stride(0, a), axes[static_cast<std::size_t>(a)], a, nullptr);
  for (const IndexMap::Term& t : linear.terms) add_part(t.factor, t.limit + 1, -1, &t);
  Digits digits(operand, result.axes());
  for (const Part& p : parts) {
    std::int64_t inner = 0;
    if (digits.place(p, &inner)) continue;
    return inner > 0 ? Reshaped{.map = {}, .axis = p.axis, .inner = inner} : Reshaped{};
  }
  return {.map = digits.finish(offset)};
}

IndexMap index_operand_map(const Coordinate& c, const IndexMap& result) {
  IndexMap map(c.index_dims.size(), result.axes());
  for (int d = 0; d < c.index_dims.size(); ++d) map.add(d, 1, result, static_cast<int>(c.index_dims[d]));
  return map;
}

std::int64_t lookup_limit(const Coordinate& c, int dim, const Shape& operand, const Shape& result) {
  return operand[dim] - (c.dim >= 0 ? result[c.dim] : 1);
}

bool checks_only(const Function& f, OpId lookup) {
  return f.type(f.op(lookup).first_result).shape.contains(0) && f.may_fail(lookup);
}

IndexMap through_lookup(std::span<const Coordinate> coordinates, std::span<const std::int32_t> lookups,
                        const Shape& operand, const Shape& shape, const IndexMap& result) {
  IndexMap map(operand.size(), result.axes());
  for (int d = 0; d < operand.size(); ++d) {
    const Coordinate& c = coordinates[static_cast<std::size_t>(d)];
    if (c.dim >= 0) map.add(d, 1, result, c.dim);
    if (c.index >= 0)
      map.terms.push_back({d, lookups[static_cast<std::size_t>(d)], 1, lookup_limit(c, d, operand, shape)});
  }
  return map;
}

IndexMap through_reduction(const Dims& axes, const IndexMap& result, const IndexMap& reduced) {
  IndexMap map(reduced.rank(), reduced.axes());
  const bool keepdims = result.rank() == reduced.rank();
  for (int d = 0, r = 0; d < reduced.rank(); ++d) {
    if (axes.contains(d)) {
      map.add(d, 1, reduced, d);
      r += keepdims ? 1 : 0;
    } else {
      map.add(d, 1, result, r++);
    }
  }
  return map;
}

IndexMap reduction_result_map(const Dims& axes, int rank, const IndexMap& operand) {
  IndexMap map(rank, operand.axes());
  const bool keepdims = rank == operand.rank();
  for (int d = 0, r = 0; d < operand.rank(); ++d) {
    const bool kept = !axes.contains(d);
    if (kept) map.add(r, 1, operand, d);
    if (kept || keepdims) ++r;
  }
  return map;
}

IndexMap linear_map(const IndexMap& map, const Shape& shape) {
  IndexMap linear(1, map.axes());
  const Dims strides = row_major_strides(shape);
  for (int d = 0; d < shape.size(); ++d) linear.add(0, strides[d], map, d);
  return linear;
}

bool covers_once(const IndexMap& map, const Shape& shape, const AxisSizes& axes, int count) {
  if (!map.terms.empty()) return false;
  const IndexMap linear = linear_map(map, shape);
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  for (int a = 0; a < map.axes(); ++a) {
    const std::int64_t extent = axes[static_cast<std::size_t>(a)];
    if (a >= count && linear.stride(0, a) != 0) return false;
    if (a >= count || extent == 1) continue;
    if (extent == 0) return element_count(shape) == 0;
    steps.emplace_back(std::abs(linear.stride(0, a)), extent);
  }
  std::ranges::sort(steps);
  std::int64_t covered = 1;
  for (const auto& [step, extent] : steps) {
    if (step != covered) return false;
    covered *= extent;
  }
  return covered == element_count(shape);
}

bool covers_in_order(const IndexMap& map, const Shape& shape, const AxisSizes& axes, int count) {
  if (!covers_once(map, shape, axes, count)) return false;
  const IndexMap linear = linear_map(map, shape);
  std::int64_t step = 1;
  for (int a = count - 1; a >= 0; --a) {
    const std::int64_t extent = axes[static_cast<std::size_t>(a)];
    if (extent > 1 && linear.stride(0, a) != step) return false;
    step *= extent;
  }
  return true;
}

bool is_invariant(const IndexMap& map) {
  if (!map.terms.empty()) return false;
  for (int d = 0; d < map.rank(); ++d)
    for (int a = 0; a < map.axes(); ++a)
      if (map.stride(d, a) != 0) return false;
  return true;
}

}  // namespace tjit
