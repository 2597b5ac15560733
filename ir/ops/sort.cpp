// Inference of ops that sort.
#include "ir/ops/sort.h"

#include <cmath>

namespace tjit::inline ops {

namespace {

/// What sorting by comparisons would take, about n log2 n for each line of n.
double sorting_steps(const Shape& shape, std::int64_t n) {
  return static_cast<double>(element_count(shape)) * std::log2(static_cast<double>(std::max<std::int64_t>(n, 2)));
}

void require_line(std::int64_t size) {
  if (size > INT32_MAX) fail("takes lines of at most 2147483647 elements, not " + std::to_string(size));
}

}  // namespace

double SortAxis::steps(const SortAxis& a, std::span<const Type> in) {
  return sorting_steps(in[0].shape, in[0].shape[rules::axis(a.axis, in[0].shape.size())]);
}

Type Sort::infer(const Sort& a, std::span<const Type> in) {
  require_line(in[0].shape[rules::axis(a.axis, in[0].shape.size())]);
  return in[0];
}

Type ArgSort::infer(const ArgSort& a, std::span<const Type> in) {
  require_line(in[0].shape[rules::axis(a.axis, in[0].shape.size())]);
  return {DType::I64, in[0].shape};
}

Types TopK::infer(const TopK& a, std::span<const Type> in) {
  if (in[0].is_scalar()) fail("needs a dimension to choose along, found " + to_string(in[0]));
  const int last = rules::axis(-1, in[0].shape.size());
  const std::int64_t size = in[0].shape[last];
  const bool known = !is_symbolic(size);
  if (a.k < 0 || (known && a.k > size))
    fail("`k` must lie between 0 and the size of the last dimension" +
         (known ? " (" + std::to_string(size) + ")" : std::string()) + ", found " + std::to_string(a.k));
  require_line(size);
  Type values = in[0];
  values.shape[last] = a.k;
  return {values, {DType::I32, values.shape}};
}

double TopK::steps(const TopK& a, std::span<const Type> in) {
  return static_cast<double>(element_count(in[0].shape)) + sorting_steps(in[0].shape, a.k) * (a.k > 1 ? 1 : 0);
}

}  // namespace tjit::inline ops
