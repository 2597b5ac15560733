// Contractions: brought to batches of matrix products, packed, and run by the level's tiles in the order of ir/order.h.
#include <algorithm>
#include <cstring>

#include "ir/ops/structure.h"
#include "ir/order.h"
#include "runtime/kernels.h"
#include "runtime/routines.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// Products for which the accumulators stay in registers before they go to the result and back; a packed panel of the
/// right side of this depth stays in the L1 cache.
constexpr std::int64_t kDepth = 256;
/// Rows of the left side that are packed at a time.
constexpr std::int64_t kRows = 112;

struct Product {
  DType dtype;
  std::int64_t m, n, k;
  Matrix a, b;
  std::byte* c;  ///< row-major

  std::int64_t size() const { return size_of(dtype); }
};

/// Rows [m0, m0 + rows) of the left side, depth [k0, k0 + depth), tile after tile as the tiles read them.
void pack_rows(const Product& p, const DotKernel& kernel, std::int64_t m0, std::int64_t rows, std::int64_t k0,
               std::int64_t depth, void* to) {
  with_element(size_of(p.dtype), [&]<class E>(Tag<E>) {
    E* out = static_cast<E*>(to);
    for (std::int64_t done = 0; done < rows;) {
      const std::int64_t height = kernel.height[tallest_tile(kernel.height, rows - done)];
      for (std::int64_t i = 0; i < height; ++i) {
        const E* from = reinterpret_cast<const E*>(p.a.data) + (m0 + done + i) * p.a.row + k0 * p.a.column;
        for (std::int64_t q = 0; q < depth; ++q) out[q * height + i] = from[q * p.a.column];
      }
      out += height * depth;
      done += height;
    }
  });
}

/// Columns [n0, n0 + columns) of the right side, depth [k0, k0 + depth), filled up with zeros to the width of a tile.
void pack_columns(const Product& p, std::int64_t width, std::int64_t n0, std::int64_t columns, std::int64_t k0,
                  std::int64_t depth, void* to) {
  const Matrix from{p.b.data + (k0 * p.b.row + n0 * p.b.column) * p.size(), p.b.row, p.b.column};
  pack_panel(from, size_of(p.dtype), depth, columns, width, to);
}

bool packs_all(const Product& p) { return p.b.column != 1 || packs_right_side(p.m, p.n, p.k, p.size()); }

/// The right side at one depth: panels as wide as a tile, packed, or in place where rows lie without gaps.
struct Panels {
  std::int64_t width, in_place;  ///< `in_place`: how many leading panels are not packed
  std::byte* packed;

  static std::int64_t count(const Product& p, std::int64_t width) { return (p.n + width - 1) / width; }
  static std::int64_t in_place_count(const Product& p, std::int64_t width) { return packs_all(p) ? 0 : p.n / width; }
};

/// Bytes for packed operands: those of `multiply_sequential` or `multiply_rows`.
struct PackedBytes {
  std::int64_t right, left;
};
PackedBytes packed_bytes(const Product& p, const DotKernel& kernel) {
  if (!dot_is_sequential(p.n, p.k))
    return {p.b.row == 1 ? 0 : p.n * p.k * p.size(), p.a.column == 1 ? 0 : p.k * p.size()};
  const std::int64_t panels = Panels::count(p, kernel.width) - Panels::in_place_count(p, kernel.width);
  const std::int64_t depth = std::min(kDepth, p.k);
  return {panels * kernel.width * depth * p.size(), std::min(kRows, p.m) * depth * p.size()};
}

void run_tiles(const Product& p, const DotKernel& kernel, const Panels& panels, const std::byte* rows_at,
               std::int64_t m0, std::int64_t rows, std::int64_t k0, std::int64_t depth) {
  alignas(64) std::byte edge[16 * 64 * 2];
  const std::int64_t width = panels.width, size = p.size();
  for (std::int64_t j = 0; j * width < p.n; ++j) {
    const std::int64_t columns = std::min(width, p.n - j * width);
    const bool in_place = j < panels.in_place;
    const std::byte* b = in_place ? p.b.data + (k0 * p.b.row + j * width) * size
                                  : panels.packed + (j - panels.in_place) * depth * width * size;
    const std::byte* a = rows_at;
    for (std::int64_t done = 0; done < rows;) {
      const int t = tallest_tile(kernel.height, rows - done);
      const std::int64_t height = kernel.height[t];
      std::byte* c = p.c + ((m0 + done) * p.n + j * width) * size;
      const std::int64_t b_row = in_place ? p.b.row : width;
      if (columns == width) {
        kernel.tile[t](depth, a, b, b_row, c, p.n, k0 == 0);
      } else {
        const auto bytes = static_cast<std::size_t>(columns * size);
        for (std::int64_t i = 0; k0 > 0 && i < height; ++i)
          std::memcpy(edge + i * width * size, c + i * p.n * size, bytes);
        kernel.tile[t](depth, a, b, b_row, edge, width, k0 == 0);
        for (std::int64_t i = 0; i < height; ++i) std::memcpy(c + i * p.n * size, edge + i * width * size, bytes);
      }
      a += height * depth * size;
      done += height;
    }
  }
}

/// Each output joins its products one after another. `right` and `left` are memory for packed operands.
void multiply_sequential(const Product& p, const DotKernel& kernel, std::byte* right, std::byte* left) {
  const std::int64_t width = kernel.width;
  const std::int64_t panel_count = Panels::count(p, width);
  const Panels panels{width, Panels::in_place_count(p, width), right};
  for (std::int64_t k0 = 0; k0 < p.k; k0 += kDepth) {
    const std::int64_t depth = std::min(kDepth, p.k - k0);
    for (std::int64_t j = panels.in_place; j < panel_count; ++j)
      pack_columns(p, width, j * width, std::min(width, p.n - j * width), k0, depth,
                   right + (j - panels.in_place) * depth * width * p.size());
    for (std::int64_t m0 = 0; m0 < p.m; m0 += kRows) {
      const std::int64_t rows = std::min(kRows, p.m - m0);
      pack_rows(p, kernel, m0, rows, k0, depth, left);
      run_tiles(p, kernel, panels, left, m0, rows, k0, depth);
    }
  }
}

/// Each output joins its products as a row of a reduction, in lanes. `right` and `left` are memory for packed operands.
void multiply_rows(const Product& p, const DotKernel& kernel, std::byte* right, std::byte* left) {
  const std::int64_t size = p.size();
  const ReduceKernel& sum = kernels().reduce_kernel(kOpcode<ReduceSum>, p.dtype);
  const ElementwiseKernel& add = kernels().elementwise_kernel(kOpcode<Add>, p.dtype, p.dtype);
  if (p.b.row != 1) copy_elements({p.n, p.k}, static_cast<int>(size), right, {p.k, 1}, p.b.data, {p.b.column, p.b.row});
  alignas(64) std::byte lanes[kReduceLanes * sizeof(ElementBits)];
  for (std::int64_t i = 0; i < p.m; ++i) {
    const std::byte* a = p.a.data + i * p.a.row * size;
    if (p.a.column != 1) {
      copy_elements({p.k}, static_cast<int>(size), left, {1}, a, {p.a.column});
      a = left;
    }
    for (std::int64_t j = 0; j < p.n; ++j) {
      const std::byte* b = p.b.row == 1 ? p.b.data + j * p.b.column * size : right + j * p.k * size;
      std::byte* c = p.c + (i * p.n + j) * size;
      for (std::int64_t k0 = 0; k0 < p.k; k0 += kReduceChunk) {
        std::memset(lanes, 0, static_cast<std::size_t>(kReduceLanes * size));
        kernel.row(lanes, a + k0 * size, b + k0 * size, std::min(kReduceChunk, p.k - k0));
        sum.fold(lanes);
        const void* in[] = {c, lanes};
        if (k0 == 0) {
          std::memcpy(c, lanes, static_cast<std::size_t>(size));
        } else {
          add.run(c, in, 1);
        }
      }
    }
  }
}

Dims free_dims(int rank, const Dims& contract, const Dims& batch) {
  Dims free;
  for (int d = 0; d < rank; ++d)
    if (!contract.contains(d) && !batch.contains(d)) free.push_back(d);
  return free;
}

/// Three groups of an operand's dimensions, each seen as one dimension.
struct Joined {
  Joined(const OperandWindow& from, const Dims& first, const Dims& second, const Dims& third);

  std::int64_t extent[3], stride[3];
  PlacedOperand operand;  ///< copied where the dimensions cannot be joined in place
};

Joined::Joined(const OperandWindow& from, const Dims& first, const Dims& second, const Dims& third) {
  const View& window = from.window;
  Shape shape, joined;
  Dims strides;
  const Dims* groups[] = {&first, &second, &third};
  for (int g = 0; g < 3; ++g) {
    extent[g] = 1;
    for (const std::int64_t d : *groups[g]) {
      shape.push_back(window.shape[static_cast<int>(d)]);
      strides.push_back(window.strides[static_cast<int>(d)]);
      extent[g] *= shape.back();
    }
    joined.push_back(extent[g]);
  }
  Dims joined_strides;
  if (!reshape_strides(shape, strides, joined, &joined_strides)) {
    joined_strides = row_major_strides(joined);
    operand = PlacedOperand(size_of(from.dtype), shape, strides);
  }
  std::copy(joined_strides.begin(), joined_strides.end(), stride);
}

struct Sides {
  Joined a, b;
};

/// The dimensions of both operands in the order that products need: batch, free and contracted.
Sides sides_of(const Dot& dot, const OperandWindow& lhs, const OperandWindow& rhs) {
  const int a_rank = lhs.window.shape.size(), b_rank = rhs.window.shape.size();
  const Dims a_batch = rules::axis_list(dot.lhs_batch, a_rank), b_batch = rules::axis_list(dot.rhs_batch, b_rank);
  const Dims a_contract = rules::axis_list(dot.lhs_contract, a_rank),
             b_contract = rules::axis_list(dot.rhs_contract, b_rank);
  return {Joined(lhs, a_batch, free_dims(a_rank, a_contract, a_batch), a_contract),
          Joined(rhs, b_batch, b_contract, free_dims(b_rank, b_contract, b_batch))};
}

const DotKernel& kernel_for(DType dtype) {
  const DotKernel* kernel = kernels().dot[static_cast<int>(dtype)];
  TJIT_CHECK(kernel != nullptr);
  return *kernel;
}

class DotRoutine final : public Routine {
 public:
  static constexpr bool accumulates = true;
  explicit DotRoutine(const RoutineArgs& args)
      : dtype_(args.results[0].dtype),
        kernel_(kernel_for(dtype_)),
        sides_(sides_of(attrs_as<Dot>(args.def.code, args.attrs), args.operands[0], args.operands[1])) {
    const PackedBytes packed = packed_bytes(product(nullptr, nullptr, nullptr, 0), kernel_);
    copy_a_ = reserve(sides_.a.operand.copied_bytes());
    copy_b_ = reserve(sides_.b.operand.copied_bytes());
    right_ = reserve(packed.right);
    left_ = reserve(packed.left);
  }

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    const auto [batch, m, k] = sides_.a.extent;
    const std::int64_t count = batch * m * sides_.b.extent[2];
    auto* const to = static_cast<std::byte*>(results[0]);
    if (count == 0) return;
    if (k == 0) {
      std::memset(to, 0, static_cast<std::size_t>(count * size_of(dtype_)));
      return;
    }
    const std::byte* a = sides_.a.operand.read(operands[0], scratch + copy_a_);
    const std::byte* b = sides_.b.operand.read(operands[1], scratch + copy_b_);
    const auto multiply =
        dot_is_sequential(sides_.b.extent[2], sides_.a.extent[2]) ? multiply_sequential : multiply_rows;
    for (std::int64_t i = 0; i < batch; ++i) multiply(product(a, b, to, i), kernel_, scratch + right_, scratch + left_);
  }

 private:
  /// Number i of the batch.
  Product product(const std::byte* a, const std::byte* b, std::byte* to, std::int64_t i) const {
    const Joined &l = sides_.a, &r = sides_.b;
    const std::int64_t m = l.extent[1], k = l.extent[2], n = r.extent[2], size = size_of(dtype_);
    return {dtype_,
            m,
            n,
            k,
            {a + i * l.stride[0] * size, l.stride[1], l.stride[2]},
            {b + i * r.stride[0] * size, r.stride[1], r.stride[2]},
            to + i * m * n * size};
  }

  DType dtype_;
  const DotKernel& kernel_;
  Sides sides_;
  std::size_t copy_a_, copy_b_, right_, left_;
};

}  // namespace

template <>
const RoutineMaker& routine_of<Dot>() {
  return kMakerOf<DotRoutine>;
}

}  // namespace tjit
