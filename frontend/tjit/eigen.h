// Interchange with Eigen: maps without copying.
#pragma once

#include <Eigen/Core>

#include "tjit/constant.h"

namespace tjit {

template <class T>
using EigenMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using EigenVector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// The elements of a tensor of rank 1 or 2 as an Eigen vector or row-major matrix, without a copy. Valid as long as the
/// tensor lives and is not assigned to; a temporary does not compile. Throws Error on another rank or element type.
template <class T, int Rank>
  requires(Rank == 1 || Rank == 2)
auto as_eigen(const Tensor& tensor, const Location& at = std::source_location::current()) {
  if (tensor.rank() != Rank)
    fail_at(at, "as_eigen: expected rank " + std::to_string(Rank) + ", found shape " + shape_text(tensor.shape()));
  const T* data = tensor.data<T>(at);
  if constexpr (Rank == 1) {
    return Eigen::Map<const EigenVector<T>>(data, tensor.size());
  } else {
    return Eigen::Map<const EigenMatrix<T>>(data, tensor.shape()[0], tensor.shape()[1]);
  }
}
template <class T, int Rank>
auto as_eigen(const Tensor&& tensor) = delete;

/// A copy of an Eigen matrix (rank 2) or vector (rank 1, when it has one column at compile time).
template <class Derived>
Tensor from_eigen(const Eigen::DenseBase<Derived>& matrix) {
  using T = typename Derived::Scalar;
  const EigenMatrix<T> rows = matrix;
  const std::span<const T> elements(rows.data(), static_cast<std::size_t>(rows.size()));
  if constexpr (Derived::ColsAtCompileTime == 1) return constant(elements, {rows.rows()});
  return constant(elements, {rows.rows(), rows.cols()});
}

}  // namespace tjit
