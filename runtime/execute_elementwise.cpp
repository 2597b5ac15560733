// Elementwise ops: one kernel call where all operands lie without gaps, else block by block through buffers in the L1
// cache.
#include <algorithm>

#include "runtime/execute_forms.h"
#include "runtime/kernels.h"
#include "runtime/strided.h"

namespace tjit {

namespace {

constexpr int kMaxOperands = 3;
constexpr std::int64_t kBlockBytes = 4096;
constexpr std::int64_t kBlockElements = 1024;
/// Blocks end at row ends when rows are this long: they can then be used in place more often.
constexpr std::int64_t kLongRow = 256;

class BlockRun {
 public:
  BlockRun(const ElementwiseKernel& kernel, std::span<const Array> operands, Array& out, bool past_caches)
      : kernel_(kernel), out_(out), count_(static_cast<int>(operands.size())), past_caches_(past_caches) {
    int widest = size_of(out.dtype());
    for (const Array& x : operands) widest = std::max(widest, size_of(x.dtype()));
    block_ = std::min(kBlockElements, kBlockBytes / widest);
    for (int k = 0; k < count_; ++k) {
      Array& x = operands_[k] = operands[static_cast<std::size_t>(k)];
      if (ElementReader(x).is_transposed()) x = x.contiguous();
      readers_[k] = ElementReader(x);
      splat_[k] = !x.is_contiguous() && readers_[k].is_splat();
      if (splat_[k]) {
        in_[k] = readers_[k].range(0, std::min(block_, out.size()), stage_[k]);
      } else if (!x.is_contiguous()) {
        row_ = std::min(row_, readers_[k].row());
      }
    }
  }

  /// The first index at which the op fails, or -1.
  std::int64_t run() {
    std::byte* to = static_cast<std::byte*>(out_.mutable_data());
    const std::int64_t size = size_of(out_.dtype());
    const KernelTable& table = kernels();
    for (std::int64_t begin = 0, count = 0; begin < out_.size(); begin += count) {
      count = block_at(begin);
      for (int k = 0; k < count_; ++k)
        if (!splat_[k]) in_[k] = readers_[k].range(begin, count, stage_[k]);
      if (kernel_.first_failure != nullptr) {
        const std::int64_t failed = kernel_.first_failure(in_, count);
        if (failed >= 0) return begin + failed;
      }
      if (past_caches_) {
        kernel_.run(stage_[kMaxOperands], in_, count);
        table.stream(to + begin * size, stage_[kMaxOperands], static_cast<std::size_t>(count * size));
      } else {
        kernel_.run(to + begin * size, in_, count);
      }
    }
    if (past_caches_) table.stream_end();
    return -1;
  }

 private:
  std::int64_t block_at(std::int64_t begin) const {
    std::int64_t end = begin + block_;
    // Copies past the caches need aligned blocks.
    if (!past_caches_ && row_ >= kLongRow) end = std::min(end, begin / row_ * row_ + row_);
    return std::min(end, out_.size()) - begin;
  }

  alignas(64) std::byte stage_[kMaxOperands + 1][kBlockBytes];
  const ElementwiseKernel& kernel_;
  Array& out_;
  int count_;
  bool past_caches_;
  std::int64_t block_ = 0, row_ = INT64_MAX;
  Array operands_[kMaxOperands];
  ElementReader readers_[kMaxOperands];
  bool splat_[kMaxOperands] = {};
  const void* in_[kMaxOperands] = {};
};

}  // namespace

Array execute_elementwise(const OpDef& def, std::span<const Array> operands, const Type& result, const Location& loc) {
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(def.code, operands.back().dtype(), result.dtype);
  TJIT_CHECK(kernel.run != nullptr);
  TJIT_CHECK(operands.size() <= kMaxOperands);
  for (const Array& x : operands) TJIT_CHECK(x.shape() == result.shape);
  Array out = Array::empty(result);
  if (out.size() == 0) return out;

  std::int64_t touched = out.size() * size_of(result.dtype);
  bool dense = true;
  const void* in[kMaxOperands];
  for (std::size_t k = 0; k < operands.size(); ++k) {
    in[k] = operands[k].data();
    dense &= operands[k].is_contiguous();
    touched += out.size() * size_of(operands[k].dtype());
  }
  const bool past_caches = touched > cache_sizes().l3;
  if (dense && kernel.first_failure == nullptr) {
    (past_caches ? kernel.run_large : kernel.run)(out.mutable_data(), in, out.size());
    return out;
  }
  const std::int64_t failed = BlockRun(kernel, operands, out, past_caches).run();
  if (failed >= 0) raise(def, std::string(def.failure) + index_text(result.shape, failed), loc);
  return out;
}

Array cast_elements(const Array& x, DType t) {
  if (x.dtype() == t) return x;
  return execute_elementwise(def(kOpcode<Cast>), {&x, 1}, {t, x.shape()}, {});
}

}  // namespace tjit
