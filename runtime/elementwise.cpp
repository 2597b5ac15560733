// Elementwise ops on few elements: what is not laid out like the result is written beside it, in the L1 cache.
#include "runtime/elementwise.h"

#include <algorithm>
#include <cstring>

#include "runtime/strided.h"

namespace tjit {

namespace {

constexpr int kMaxOperands = 3;
constexpr std::int64_t kStageBytes = 4096;

/// Broadcasts `shape`, of no lower rank, with `other`; false when they do not fit.
bool widen(Shape& shape, const Shape& other) {
  std::int64_t* to = shape.begin() + (shape.size() - other.size());
  for (const std::int64_t size : other) {
    if (*to != size && size != 1) {
      if (*to != 1) return false;
      *to = size;
    }
    ++to;
  }
  return true;
}

/// The number of elements, or -1 when it is more than the fast path takes.
std::int64_t few(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= std::min(size, kFastElements + 1);
    if (count > kFastElements) return -1;
  }
  return count;
}

/// Strides with which a tensor is seen under a shape that it broadcasts to.
Dims broadcast_strides(const TensorImpl& t, const Shape& shape) {
  Dims strides = Dims::filled(shape.size(), 0);
  const int skip = shape.size() - t.type.shape.size();
  for (int d = 0; d < t.type.shape.size(); ++d)
    if (t.type.shape[d] != 1) strides[skip + d] = t.strides[d];
  return strides;
}

/// The operand of highest rank and most elements: most often the result is like it. Null when all are numbers.
const TensorImpl* most_like(std::span<const FewOperand> operands) {
  const TensorImpl* like = nullptr;
  for (const FewOperand& x : operands) {
    if (x.tensor == nullptr) continue;
    const int more = like == nullptr ? 1 : x.tensor->type.shape.size() - like->type.shape.size();
    if (more > 0 || (more == 0 && x.tensor->size > like->size)) like = x.tensor;
  }
  return like;
}

void repeat(std::byte* to, const void* element, int size, std::int64_t count) {
  with_element(size, [&]<class E>(Tag<E>) {
    E value;
    std::memcpy(&value, element, sizeof(E));
    std::fill_n(reinterpret_cast<E*>(to), count, value);
  });
}

}  // namespace

TensorImpl* elementwise_few(Opcode op, DType operand, DType result, std::span<const FewOperand> operands) {
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op, operand, result);
  if (kernel.run == nullptr || operands.size() > kMaxOperands) return nullptr;
  const TensorImpl* const like = most_like(operands);
  if (like == nullptr) return nullptr;
  Shape shape = like->type.shape;
  for (const FewOperand& x : operands)
    if (x.tensor != nullptr && x.tensor != like && !widen(shape, x.tensor->type.shape)) return nullptr;
  const std::int64_t count = few(shape);
  if (count < 0) return nullptr;

  alignas(64) std::byte stage[kMaxOperands][kStageBytes];
  const void* in[kMaxOperands];
  bool repeats[kMaxOperands] = {};
  int widest = size_of(result);
  for (const FewOperand& x : operands)
    if (x.tensor != nullptr) widest = std::max(widest, size_of(x.tensor->type.dtype));
  std::int64_t block = count;
  const DefaultFloats floats;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const TensorImpl* t = operands[k].tensor;
    repeats[k] = t == nullptr || (t->size == 1 && count != 1);
    if (repeats[k]) block = std::min(block, kStageBytes / widest);
  }
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const TensorImpl* t = operands[k].tensor;
    if (repeats[k]) {
      in[k] = stage[k];
      if (t == nullptr) {
        repeat(stage[k], operands[k].element, size_of(operand), block);
      } else {
        repeat(stage[k], t->data, size_of(t->type.dtype), block);
      }
    } else if (t->contiguous && t->size == count) {
      in[k] = t->data;
    } else {
      if (count * widest > kStageBytes) return nullptr;
      in[k] = stage[k];
      copy_elements(shape, size_of(t->type.dtype), stage[k], row_major_strides(shape), t->data,
                    broadcast_strides(*t, shape));
    }
  }

  const bool is_like = like->contiguous && like->size == count && count != 0;
  TensorImpl* out =
      is_like ? new_tensor_like(*like, result) : new_tensor({result, shape}, row_major_strides(shape), count);
  for (std::int64_t begin = 0; begin < count; begin += block) {
    const std::int64_t n = std::min(block, count - begin);
    if (kernel.first_failure != nullptr && kernel.first_failure(in, n) >= 0) {
      release(out);
      return nullptr;
    }
    kernel.run(out->data + begin * size_of(result), in, n);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const DType dtype = operands[k].tensor == nullptr ? operand : operands[k].tensor->type.dtype;
      if (!repeats[k]) in[k] = static_cast<const std::byte*>(in[k]) + n * size_of(dtype);
    }
  }
  return out;
}

}  // namespace tjit
