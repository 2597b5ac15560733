// Inference of index ops, and where their elements come from.
#include "ir/ops/index.h"

#include <algorithm>

#include "ir/builder.h"

namespace tjit::inline ops {

namespace {

/// Rank-0 integer operands `first`..., one per dimension.
void require_indices(std::span<const Type> in, std::size_t first, int rank) {
  if (in.size() != first + static_cast<std::size_t>(rank))
    fail("needs one index per dimension (" + std::to_string(rank) + "), found " +
         std::to_string(in.size() < first ? 0 : in.size() - first));
  for (std::size_t i = first; i < in.size(); ++i) rules::require_index(in[i]);
}

void require_index_dtype(const Type& indices) {
  if (!contains(kIndices, indices.dtype)) fail("indices must be i32 or i64, not " + to_string(indices));
}

/// The window of sizes `inner` must fit in `outer` at some index.
void require_window(const Shape& inner, const Shape& outer) {
  rules::require_sizes(inner);
  bool fits = inner.size() == outer.size();
  for (int d = 0; fits && d < outer.size(); ++d)
    fits = is_symbolic(inner[d]) || is_symbolic(outer[d]) || inner[d] <= outer[d];
  if (!fits) fail("a window of sizes " + to_string(inner) + " does not fit in " + shape_text(outer));
}

/// Constant indices beyond this many are not looked at: the question is asked often.
constexpr std::int64_t kMostLookedAt = 1024;

/// Whether an index (null: not a constant) could lie outside [0, last].
bool may_lie_outside(const Literal* indices, std::int64_t last) {
  if (indices == nullptr) return true;
  return dispatch_in<kIndices>(indices->type().dtype, [&]<class T>(Tag<T>) {
    const std::int64_t stored = indices->stored_bytes() / static_cast<std::int64_t>(sizeof(T));
    const auto outside = [&](T i) { return i < 0 || i > last; };
    return stored > kMostLookedAt || std::any_of(indices->as<T>(), indices->as<T>() + stored, outside);
  });
}

/// Whether a window of sizes `inner` at indices `known` could stick out of `outer`.
bool may_stick_out(const Shape& inner, const Shape& outer, std::span<const Literal* const> known) {
  for (int d = 0; d < outer.size(); ++d)
    if (is_symbolic(inner[d]) || is_symbolic(outer[d]) ||
        may_lie_outside(known[static_cast<std::size_t>(d)], outer[d] - inner[d]))
      return true;
  return false;
}

}  // namespace

Type Pad::infer(const Pad& a, std::span<const Type> in) {
  const int rank = in[0].shape.size();
  if (in[1].dtype != in[0].dtype || !in[1].is_scalar())
    fail("the fill value must be " + to_string(Type{in[0].dtype, {}}) + ", not " + to_string(in[1]));
  if (a.low.size() != rank || a.high.size() != rank)
    fail("`low` and `high` need one entry per dimension (" + std::to_string(rank) + "), found " + to_string(a.low) +
         " and " + to_string(a.high));
  Type out = in[0];
  for (int d = 0; d < rank; ++d) {
    if (a.low[d] < 0 || a.high[d] < 0 || a.low[d] > kMaxElements || a.high[d] > kMaxElements)
      fail("padding must lie between 0 and 2^48, found " + to_string(a.low) + " and " + to_string(a.high));
    if (a.low[d] == 0 && a.high[d] == 0) continue;
    out.shape[d] = rules::add_sizes(rules::add_sizes(in[0].shape[d], a.low[d]), a.high[d]);
  }
  return out;
}

Placing Pad::placing(const Pad& a, std::span<const Type>) { return {.background = 1, .pieces = {{0, a.low}}}; }

Type Concat::infer(const Concat& a, std::span<const Type> in) {
  if (in.empty()) fail("needs at least one operand");
  Type out = in[0];
  const int axis = rules::axis(a.axis, out.shape.size());
  for (std::size_t i = 1; i < in.size(); ++i) {
    rules::require_one_dtype(in[0], in[i]);
    bool agrees = in[i].shape.size() == out.shape.size();
    for (int d = 0; agrees && d < out.shape.size(); ++d)
      agrees = d == axis || rules::may_equal(in[0].shape[d], in[i].shape[d]);
    if (!agrees)
      fail("operands differ outside dimension " + std::to_string(axis) + ": " + to_string(in[0]) + " and " +
           to_string(in[i]));
    out.shape[axis] = rules::add_sizes(out.shape[axis], in[i].shape[axis]);
  }
  return out;
}

Placing Concat::placing(const Concat& a, std::span<const Type> in) {
  Placing placing;
  const int rank = in[0].shape.size(), axis = rules::axis(a.axis, rank);
  Dims offset = Dims::filled(rank, 0);
  for (int i = 0; i < static_cast<int>(in.size()); ++i) {
    placing.pieces.push_back({i, offset});
    offset[axis] += in[static_cast<std::size_t>(i)].shape[axis];
  }
  return placing;
}

Type Gather::infer(const Gather& a, std::span<const Type> in) {
  const Shape &from = in[0].shape, &index = in[1].shape;
  require_index_dtype(in[1]);
  const int axis = rules::axis(a.axis, from.size());
  if (a.batch_dims < 0 || a.batch_dims > axis || a.batch_dims > index.size())
    fail("`batch_dims` must lie between 0 and axis (" + std::to_string(axis) + ") and the rank of the indices, found " +
         std::to_string(a.batch_dims));
  const int batch = static_cast<int>(a.batch_dims);
  for (int d = 0; d < batch; ++d)
    if (!rules::may_equal(from[d], index[d]))
      fail("batch dimension " + std::to_string(d) + " differs: " + to_string(in[0]) + " and " + to_string(in[1]));
  Type out{in[0].dtype, {}};
  for (int d = 0; d < axis; ++d) out.shape.push_back(from[d]);
  for (int d = batch; d < index.size(); ++d) out.shape.push_back(index[d]);
  for (int d = axis + 1; d < from.size(); ++d) out.shape.push_back(from[d]);
  return out;
}

bool Gather::may_fail(const Gather& a, std::span<const Type> in, std::span<const Literal* const> known) {
  if (in[1].shape.contains(0)) return false;
  const std::int64_t size = in[0].shape[rules::axis(a.axis, in[0].shape.size())];
  return is_symbolic(size) || may_lie_outside(known[1], size - 1);
}

std::vector<Coordinate> Gather::lookup(const Gather& a, std::span<const Type> in) {
  const int rank = in[0].shape.size(), axis = rules::axis(a.axis, rank), batch = static_cast<int>(a.batch_dims);
  const int index_dims = in[1].shape.size() - batch;
  std::vector<Coordinate> coordinates(static_cast<std::size_t>(rank));
  for (int d = 0; d < rank; ++d) {
    Coordinate& c = coordinates[static_cast<std::size_t>(d)];
    if (d != axis) {
      c.dim = d < axis ? d : d - 1 + index_dims;
      continue;
    }
    c.index = 1;
    for (int b = 0; b < batch; ++b) c.index_dims.push_back(b);
    for (int k = 0; k < index_dims; ++k) c.index_dims.push_back(axis + k);
  }
  return coordinates;
}

Opcode Scatter::join() const {
  struct Mode {
    std::string_view name;
    Opcode op;
  };
  static constexpr Mode modes[] = {{"set", kNoOp},
                                   {"add", kOpcode<Add>},
                                   {"min", kOpcode<Minimum>},
                                   {"max", kOpcode<Maximum>},
                                   {"multiply", kOpcode<Multiply>}};
  const auto* const found = std::ranges::find(modes, mode, &Mode::name);
  if (found == std::end(modes))
    fail("`mode` must be \"set\", \"add\", \"min\", \"max\" or \"multiply\", found \"" + mode + "\"");
  return found->op;
}

Type Scatter::infer(const Scatter& a, std::span<const Type> in) {
  const Type &x = in[0], &indices = in[1], &updates = in[2];
  if (const Opcode op = a.join(); op != kNoOp && !contains(def(op).info.types, x.dtype))
    fail("with `mode` \"" + a.mode + "\" does not take " + std::string(tjit::info(x.dtype).ir_name));
  rules::require_one_dtype(x, updates);
  require_index_dtype(indices);
  const int index_rank = indices.shape.size() - 1, rank = x.shape.size();
  const std::int64_t depth = index_rank < 0 ? -1 : indices.shape[index_rank];
  if (depth < 0 || depth > rank)
    fail("the indices need a last dimension, of size 0 to " + std::to_string(rank) + " for a tensor " + to_string(x) +
         ", found " + to_string(indices));
  Type wanted{x.dtype, {}};
  for (int d = 0; d < index_rank; ++d) wanted.shape.push_back(indices.shape[d]);
  for (int d = static_cast<int>(depth); d < rank; ++d) wanted.shape.push_back(x.shape[d]);
  if (!compatible(wanted, updates))
    fail("for a tensor " + to_string(x) + " and indices " + to_string(indices) + " the updates must be " +
         to_string(wanted) + ", not " + to_string(updates));
  return x;
}

bool Scatter::may_fail(const Scatter&, std::span<const Type> in, std::span<const Literal* const> known) {
  if (in[1].shape.contains(0)) return false;
  std::int64_t smallest = INT64_MAX;
  for (int d = 0; d < in[1].shape.back(); ++d) smallest = std::min(smallest, in[0].shape[d]);
  return is_symbolic(smallest) || may_lie_outside(known[1], smallest - 1);
}

Type DynamicSlice::infer(const DynamicSlice& a, std::span<const Type> in) {
  if (in.empty()) fail("needs a tensor and its indices");
  require_indices(in, 1, in[0].shape.size());
  require_window(a.sizes, in[0].shape);
  return {in[0].dtype, a.sizes};
}

bool DynamicSlice::may_fail(const DynamicSlice& a, std::span<const Type> in, std::span<const Literal* const> known) {
  return !a.clamp && may_stick_out(a.sizes, in[0].shape, known.subspan(1));
}

std::vector<Coordinate> DynamicSlice::lookup(const DynamicSlice& a, std::span<const Type> in) {
  std::vector<Coordinate> coordinates;
  for (int d = 0; d < in[0].shape.size(); ++d) coordinates.push_back({.dim = d, .index = d + 1, .clamp = a.clamp});
  return coordinates;
}

Type DynamicUpdateSlice::infer(const DynamicUpdateSlice&, std::span<const Type> in) {
  if (in.size() < 2) fail("needs a tensor, an update and their indices");
  rules::require_one_dtype(in[0], in[1]);
  require_indices(in, 2, in[0].shape.size());
  require_window(in[1].shape, in[0].shape);
  return in[0];
}

bool DynamicUpdateSlice::may_fail(const DynamicUpdateSlice& a, std::span<const Type> in,
                                  std::span<const Literal* const> known) {
  return !a.clamp && may_stick_out(in[1].shape, in[0].shape, known.subspan(2));
}

Placing DynamicUpdateSlice::placing(const DynamicUpdateSlice& a, std::span<const Type> in) {
  return {.background = 0, .pieces = {{1, Dims::filled(in[0].shape.size(), 0)}}, .first_index = 2, .clamp = a.clamp};
}

/// Looking up the window that is written over raises the same.
DynamicUpdateSlice DynamicUpdateSlice::take_check(Builder& b, const DynamicUpdateSlice&, std::span<const ValueId> in) {
  std::vector<ValueId> operands{in[0]};
  operands.insert(operands.end(), in.begin() + 2, in.end());
  (void)b.append(DynamicSlice{.sizes = b.type(in[1]).shape}, operands);
  DynamicUpdateSlice rest;
  rest.clamp = true;
  return rest;
}

Type Iota::infer(const Iota& a, std::span<const Type>) {
  rules::require_sizes(a.shape);
  (void)rules::axis(a.axis, a.shape.size());
  if (!contains(kNumbers, a.dtype)) fail("cannot count in " + std::string(tjit::info(a.dtype).ir_name));
  return {a.dtype, a.shape};
}

}  // namespace tjit::inline ops
