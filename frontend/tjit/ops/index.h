// Elements by index.
#pragma once

#include <utility>

#include "tjit/tensor.h"

namespace tjit {

inline namespace ops {

/// `low` and `high` elements of value `fill` before and after x in each dimension.
Tensor pad(const Operand& x, const Dims& low, const Dims& high, const Operand& fill = 0);
/// The tensors one after another along `axis`.
Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis,
              const Location& at = std::source_location::current());
/// Elements of x at integer `indices` along `axis`, with `batch_dims` leading dimensions shared; outside raises.
Tensor gather(const Operand& x, const Operand& indices, std::int64_t axis = 0, std::int64_t batch_dims = 0);
/// x with elements replaced by `updates` (`mode` "set") or joined with them ("add", "min", "max", "multiply"). The last
/// dimension of the integer `indices` holds the first k indices of a place in x: x[i,j,...] meets updates[n...] for
/// [i,j] = indices[n...]. Updates of one place come in their order; an index outside raises.
Tensor scatter(const Operand& x, const Operand& indices, const Operand& updates, std::string_view mode = "set");
/// The window of `sizes` at `begin`, one rank-0 integer a dimension; sticking out raises, or is moved inside by
/// `clamp`.
Tensor dynamic_slice(const Operand& x, const std::vector<Tensor>& begin, const Dims& sizes, bool clamp = false);
/// x with the window at `begin` replaced by `update`.
Tensor dynamic_update_slice(const Operand& x, const Operand& update, const std::vector<Tensor>& begin,
                            bool clamp = false);
/// Each element is its index along `axis`.
Tensor iota(const Shape& shape, std::int64_t axis = 0, DType dtype = int32,
            const Location& at = std::source_location::current());
/// 0, 1, ..., n-1.
Tensor range(std::int64_t n, DType dtype = int32, const Location& at = std::source_location::current());
/// Elements in order along `axis`, smallest first, or largest first when `descending`. Equal ones keep their order;
/// NaNs come last either way.
Tensor sort(const Operand& x, std::int64_t axis = -1, bool descending = false);
/// The int64 indices along `axis` of what `sort` gives.
Tensor argsort(const Operand& x, std::int64_t axis = -1, bool descending = false);
/// The `k` largest elements along the last dimension, largest first, and their int32 indices there. Of equal ones the
/// first comes first; NaNs come last. `auto [values, indices] = top_k(x, 3);`
std::pair<Tensor, Tensor> top_k(const Operand& x, std::int64_t k);

}  // namespace ops

}  // namespace tjit
