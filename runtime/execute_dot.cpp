// Contractions: brought to batches of matrix products, packed, and run by the level's tiles in the order of ir/order.h.
#include <algorithm>
#include <cstring>

#include "ir/order.h"
#include "runtime/allocator.h"
#include "runtime/dot.h"
#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

/// Products for which the accumulators stay in registers before they go to the result and back; a packed panel of the
/// right side of this depth stays in the L1 cache.
constexpr std::int64_t kDepth = 256;
/// Rows of the left side that are packed at a time.
constexpr std::int64_t kRows = 112;

/// Memory for packed operands: on the stack when small.
class Scratch {
 public:
  explicit Scratch(std::int64_t bytes) : bytes_(static_cast<std::size_t>(bytes)) {
    data_ = bytes_ <= sizeof(local_) ? local_ : static_cast<std::byte*>(allocate_large(bytes_));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (data_ != local_) free_large(data_, bytes_);
  }
  std::byte* data() { return data_; }

 private:
  alignas(64) std::byte local_[8192];
  std::byte* data_;
  std::size_t bytes_;
};

/// A matrix in memory: strides in elements.
struct Matrix {
  const std::byte* data;
  std::int64_t row, column;
};

struct Product {
  DType dtype;
  std::int64_t m, n, k;
  Matrix a, b;
  std::byte* c;  ///< row-major

  std::int64_t size() const { return size_of(dtype); }
};

/// The index in kernel.height of the tallest tile for `rows` rows.
int tallest(const DotKernel& kernel, std::int64_t rows) {
  int t = 0;
  while (kernel.height[t] > rows) ++t;
  return t;
}

/// Rows [m0, m0 + rows) of the left side, depth [k0, k0 + depth), tile after tile as the tiles read them.
void pack_rows(const Product& p, const DotKernel& kernel, std::int64_t m0, std::int64_t rows, std::int64_t k0,
               std::int64_t depth, void* to) {
  with_element(size_of(p.dtype), [&]<class E>(Tag<E>) {
    E* out = static_cast<E*>(to);
    for (std::int64_t done = 0; done < rows;) {
      const std::int64_t height = kernel.height[tallest(kernel, rows - done)];
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
void pack_panel(const Product& p, std::int64_t width, std::int64_t n0, std::int64_t columns, std::int64_t k0,
                std::int64_t depth, void* to) {
  with_element(size_of(p.dtype), [&]<class E>(Tag<E>) {
    E* out = static_cast<E*>(to);
    const E* from = reinterpret_cast<const E*>(p.b.data) + k0 * p.b.row + n0 * p.b.column;
    for (std::int64_t q = 0; q < depth; ++q, from += p.b.row, out += width) {
      if (p.b.column == 1) {
        std::copy_n(from, columns, out);
      } else {
        for (std::int64_t j = 0; j < columns; ++j) out[j] = from[j * p.b.column];
      }
      std::fill(out + columns, out + width, E(0));
    }
  });
}

/// The right side at one depth: panels as wide as a tile, packed, or in place where rows lie without gaps.
struct Panels {
  std::int64_t width, in_place;  ///< `in_place`: how many leading panels are not packed
  std::byte* packed;

  static std::int64_t count(const Product& p, std::int64_t width) { return (p.n + width - 1) / width; }
};

/// Whether the whole right side is packed although its rows lie without gaps: worth it when many rows of the left side
/// walk through more of it than the caches and the address translation hold.
bool pack_all(const Product& p) { return p.b.column != 1 || (p.m >= 64 && p.n * p.k * p.size() > (1 << 20)); }

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
      const int t = tallest(kernel, rows - done);
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

/// Each output joins its products one after another.
void multiply_sequential(const Product& p, const DotKernel& kernel) {
  const std::int64_t width = kernel.width;
  const std::int64_t panel_count = Panels::count(p, width);
  Panels panels{width, pack_all(p) ? 0 : p.n / width, nullptr};
  const std::int64_t depth_limit = std::min(kDepth, p.k);
  Scratch right((panel_count - panels.in_place) * width * depth_limit * p.size());
  Scratch left(std::min(kRows, p.m) * depth_limit * p.size());
  panels.packed = right.data();
  for (std::int64_t k0 = 0; k0 < p.k; k0 += kDepth) {
    const std::int64_t depth = std::min(kDepth, p.k - k0);
    for (std::int64_t j = panels.in_place; j < panel_count; ++j)
      pack_panel(p, width, j * width, std::min(width, p.n - j * width), k0, depth,
                 right.data() + (j - panels.in_place) * depth * width * p.size());
    for (std::int64_t m0 = 0; m0 < p.m; m0 += kRows) {
      const std::int64_t rows = std::min(kRows, p.m - m0);
      pack_rows(p, kernel, m0, rows, k0, depth, left.data());
      run_tiles(p, kernel, panels, left.data(), m0, rows, k0, depth);
    }
  }
}

/// Each output joins its products as a row of a reduction, in lanes.
void multiply_rows(const Product& p, const DotKernel& kernel) {
  const std::int64_t size = p.size();
  const ReduceKernel& sum = kernels().reduce_kernel(kOpcode<ReduceSum>, p.dtype);
  const ElementwiseKernel& add = kernels().elementwise_kernel(kOpcode<Add>, p.dtype, p.dtype);
  Scratch right(p.b.row == 1 ? 0 : p.n * p.k * size), left(p.a.column == 1 ? 0 : p.k * size);
  if (p.b.row != 1)
    copy_elements({p.n, p.k}, static_cast<int>(size), right.data(), {p.k, 1}, p.b.data, {p.b.column, p.b.row});
  alignas(64) std::byte lanes[kReduceLanes * 8];
  for (std::int64_t i = 0; i < p.m; ++i) {
    const std::byte* a = p.a.data + i * p.a.row * size;
    if (p.a.column != 1) {
      copy_elements({p.k}, static_cast<int>(size), left.data(), {1}, a, {p.a.column});
      a = left.data();
    }
    for (std::int64_t j = 0; j < p.n; ++j) {
      const std::byte* b = p.b.row == 1 ? p.b.data + j * p.b.column * size : right.data() + j * p.k * size;
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

/// Copies an operand whose dimensions cannot be joined where they lie; the row-major copy, or `data` itself.
const std::byte* joined_data(const std::optional<BoxCopy>& copy, Scratch& to, const void* data) {
  if (!copy) return static_cast<const std::byte*>(data);
  copy->run(to.data(), data);
  return to.data();
}

}  // namespace

PreparedDot::Operand::Operand(const View& window, const Dims& first, const Dims& second, const Dims& third, int size)
    : element_size(size) {
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
    copy.emplace(shape, size, row_major_strides(shape), strides);
  }
  std::copy(joined_strides.begin(), joined_strides.end(), stride);
}

PreparedDot::PreparedDot(const Dot& dot, const View& lhs, const View& rhs, DType dtype) : dtype_(dtype) {
  const int a_rank = lhs.shape.size(), b_rank = rhs.shape.size(), size = size_of(dtype);
  const Dims a_batch = rules::axis_list(dot.lhs_batch, a_rank), b_batch = rules::axis_list(dot.rhs_batch, b_rank);
  const Dims a_contract = rules::axis_list(dot.lhs_contract, a_rank),
             b_contract = rules::axis_list(dot.rhs_contract, b_rank);
  a_ = Operand(lhs, a_batch, free_dims(a_rank, a_contract, a_batch), a_contract, size);
  b_ = Operand(rhs, b_batch, b_contract, free_dims(b_rank, b_contract, b_batch), size);
}

void PreparedDot::run(const void* lhs, const void* rhs, void* out) const {
  const DotKernel* kernel = kernels().dot[static_cast<int>(dtype_)];
  TJIT_CHECK(kernel != nullptr);
  const std::int64_t batch = a_.extent[0], m = a_.extent[1], n = b_.extent[2], k = a_.extent[2], size = size_of(dtype_);
  auto* to = static_cast<std::byte*>(out);
  if (batch * m * n == 0) return;
  if (k == 0) {
    std::memset(to, 0, static_cast<std::size_t>(batch * m * n * size));
    return;
  }
  Scratch left(a_.copied_bytes()), right(b_.copied_bytes());
  const std::byte* a = joined_data(a_.copy, left, lhs);
  const std::byte* b = joined_data(b_.copy, right, rhs);
  for (std::int64_t i = 0; i < batch; ++i) {
    const Product p{dtype_,
                    m,
                    n,
                    k,
                    {a + i * a_.stride[0] * size, a_.stride[1], a_.stride[2]},
                    {b + i * b_.stride[0] * size, b_.stride[1], b_.stride[2]},
                    to + i * m * n * size};
    if (dot_is_sequential(n)) {
      multiply_sequential(p, *kernel);
    } else {
      multiply_rows(p, *kernel);
    }
  }
}

Array execute_dot(const OpDef& def, const OpAttrs* attrs, const Array& lhs, const Array& rhs, const Type& result) {
  Array out = Array::empty(result);
  const Dot& dot = attrs_as<Dot>(def.code, attrs);
  PreparedDot(dot, lhs.view(), rhs.view(), result.dtype).run(lhs.data(), rhs.data(), out.mutable_data());
  return out;
}

}  // namespace tjit
