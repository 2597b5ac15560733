// Arrays with telling values in every memory layout, for the tests of what runs on arrays.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "numbers.h"
#include "runtime/kernels.h"
#include "runtime/strided.h"

namespace tjit::test {

/// Edge values and random ones, again and again, each time in another order.
template <class T>
std::vector<T> telling_values(std::int64_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<T> values;
  if constexpr (std::is_same_v<T, bool>) {
    for (std::int64_t i = 0; i < count; ++i) values.push_back(random() % 2 == 0);
  } else if constexpr (kIsComplex<T>) {
    using P = typename T::Part;
    const std::vector<P> re = telling_values<P>(count, seed), im = telling_values<P>(count, seed + 100);
    for (std::size_t i = 0; i < re.size(); ++i) values.emplace_back(re[i], im[i]);
  } else {
    values = edge_values<T>();
    for (const T x : random_between<T>(kHasSign<T> ? -20 : 0, 20, 64, seed)) values.push_back(x);
    for (const T x : random_bits<T>(64, seed)) values.push_back(x);
    const std::vector<T> round = values;
    while (static_cast<std::int64_t>(values.size()) < count) values.insert(values.end(), round.begin(), round.end());
    for (auto at = values.begin(); at != values.end(); at += static_cast<std::ptrdiff_t>(round.size()))
      std::shuffle(at, at + static_cast<std::ptrdiff_t>(round.size()), random);
    values.resize(static_cast<std::size_t>(count));
  }
  return values;
}

inline Array telling_array(const Type& type, unsigned seed) {
  Array a = Array::empty(type);
  dispatch(type.dtype, [&]<class T>(Tag<T>) {
    const std::vector<T> values = telling_values<T>(a.size(), seed);
    std::copy(values.begin(), values.end(), static_cast<T*>(a.mutable_data()));
  });
  return a;
}

/// Numbers between `low` and `high` whose sums and products stay finite; bools: whether such a number is positive;
/// integers below 100.
inline Array tame_array(const Type& type, unsigned seed, double low = -2, double high = 2) {
  Array a = Array::empty(type);
  std::mt19937_64 random(seed);
  const auto between = [&] { return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53); };
  dispatch(type.dtype, [&]<class T>(Tag<T>) {
    for (std::int64_t i = 0; i < a.size(); ++i) {
      const double x = between();
      if constexpr (kIsComplex<T>) {
        static_cast<T*>(a.mutable_data())[i] = T(x, between() / 2);
      } else if constexpr (std::is_same_v<T, bool>) {
        static_cast<T*>(a.mutable_data())[i] = x > 0;
      } else {
        static_cast<T*>(a.mutable_data())[i] =
            static_cast<T>(is_float(type.dtype) ? x : static_cast<double>(random() % 100));
      }
    }
  });
  return a;
}

/// Calls f(Tag<T>{}) for every element type that the op takes: a test that is an oracle leaves none out.
template <class Op, class F>
void for_each_type(F&& f) {
  for (const DTypeInfo& t : kDTypes)
    dispatch(t.dtype, [&]<class T>(Tag<T> tag) {
      if constexpr (contains(Op::info.types, dtype_of<T>)) f(tag);
    });
}

/// Operands on which an elementwise op does not fail: where it would, the last operand is 1.
inline std::vector<Array> elementwise_operands(const OpDef& op, DType operand, DType result, const Shape& shape,
                                               unsigned seed) {
  std::vector<Array> in;
  for (int k = 0; k < op.info.arity; ++k)
    in.push_back(
        telling_array({k == 0 && op.info.mask_first ? DType::Bool : operand, shape}, seed + static_cast<unsigned>(k)));
  const ElementwiseKernel& kernel = kernels().elementwise_kernel(op.code, operand, result);
  if (kernel.first_failure == nullptr) return in;
  const void* data[] = {in[0].data(), in[1].data()};
  for (std::int64_t i; (i = kernel.first_failure(data, in[0].size())) >= 0;)
    dispatch(operand, [&]<class T>(Tag<T>) { static_cast<T*>(in[1].mutable_data())[i] = T(1); });
  return in;
}

template <class T>
Array array_of(const Shape& shape, const std::vector<T>& values) {
  Array a = Array::empty({dtype_of<T>, shape});
  std::copy(values.begin(), values.end(), static_cast<T*>(a.mutable_data()));
  return a;
}

/// The elements as C++ converts them.
template <class To, class From>
Array converted(const Array& a) {
  Array out = Array::empty({dtype_of<To>, a.shape()});
  const Array all = a.contiguous();
  std::transform(all.data<From>(), all.data<From>() + all.size(), static_cast<To*>(out.mutable_data()),
                 [](From x) { return static_cast<To>(x); });
  return out;
}

template <class T>
std::vector<T> values_of(const Array& a) {
  const Array all = a.contiguous();
  return std::vector<T>(all.data<T>(), all.data<T>() + all.size());
}

/// The same elements in other places: each dimension with a gap, reversed, or the dimensions in reverse order.
enum class Layout { Dense, Gaps, Reversed, Transposed };
inline constexpr Layout kLayouts[] = {Layout::Dense, Layout::Gaps, Layout::Reversed, Layout::Transposed};

inline Array laid_out(const Array& a, Layout layout) {
  const int rank = a.rank();
  View window = a.view();
  Shape stored = a.shape();
  if (layout == Layout::Gaps)
    for (std::int64_t& d : stored) d = 2 * d + 1;
  if (layout == Layout::Transposed) std::reverse(stored.begin(), stored.end());
  Array base = Array::empty({a.dtype(), stored});
  std::memset(base.mutable_data(), 1, static_cast<std::size_t>(base.size() * size_of(a.dtype())));
  window.strides = base.strides();
  if (layout == Layout::Transposed) std::reverse(window.strides.begin(), window.strides.end());
  for (int d = 0; d < rank; ++d) {
    if (layout == Layout::Gaps) {
      window.offset += window.strides[d];
      window.strides[d] *= 2;
    }
    if (layout == Layout::Reversed) {
      window.offset += std::max<std::int64_t>(0, a.shape()[d] - 1) * window.strides[d];
      window.strides[d] = -window.strides[d];
    }
  }
  const int size = size_of(a.dtype());
  copy_elements(a.shape(), size,
                static_cast<std::byte*>(base.mutable_data()) + (a.size() == 0 ? 0 : window.offset * size),
                window.strides, a.data(), a.strides());
  return base.view(window);
}

/// Calls f() with each level of kernels that this machine supports in use.
template <class F>
void at_each_level(F&& f) {
  const KernelTable& before = kernels();
  for (const KernelTable* table : supported_kernels()) {
    use_kernels(*table);
    f();
  }
  use_kernels(before);
}

}  // namespace tjit::test
