// Contractions against a direct implementation of the documented order, and against Eigen.
#include <Eigen/Core>
#include <doctest/doctest.h>

#include "ir/ops/element.h"
#include "ir/ops/structure.h"
#include "run_op.h"

namespace tjit {
namespace {

using namespace test;

struct DotCase {
  Shape lhs, rhs;
  Dot dot;
};

Dot contraction(Dims lhs_contract, Dims rhs_contract, Dims lhs_batch = {}, Dims rhs_batch = {}) {
  Dot dot;
  dot.lhs_contract = lhs_contract;
  dot.rhs_contract = rhs_contract;
  dot.lhs_batch = lhs_batch;
  dot.rhs_batch = rhs_batch;
  return dot;
}

Dims others(int rank, const Dims& a, const Dims& b) {
  Dims rest;
  for (int d = 0; d < rank; ++d)
    if (!a.contains(d) && !b.contains(d)) rest.push_back(d);
  return rest;
}

Shape sizes_at(const Shape& shape, const Dims& dims) {
  Shape sizes;
  for (const std::int64_t d : dims) sizes.push_back(shape[static_cast<int>(d)]);
  return sizes;
}

void set_at(Dims& index, const Dims& dims, const Dims& values) {
  for (int i = 0; i < dims.size(); ++i) index[static_cast<int>(dims[i])] = values[i];
}

/// One output in the documented order.
template <class T>
T joined_products(const std::vector<T>& a, const std::vector<T>& b, std::int64_t columns) {
  if (columns >= 8 || a.size() < 64) {
    T acc(0);
    for (std::size_t i = 0; i < a.size(); ++i) acc = multiply_add(a[i], b[i], acc);
    return acc;
  }
  T total(0);
  for (std::size_t begin = 0; begin < a.size(); begin += 65536) {
    std::vector<T> lanes(64, T(0));
    for (std::size_t i = begin; i < std::min(a.size(), begin + 65536); ++i)
      lanes[(i - begin) % 64] = multiply_add(a[i], b[i], lanes[(i - begin) % 64]);
    for (std::size_t half = 32; half > 0; half /= 2)
      for (std::size_t j = 0; j < half; ++j) lanes[j] = static_cast<T>(lanes[j] + lanes[j + half]);
    total = begin == 0 ? lanes[0] : static_cast<T>(total + lanes[0]);
  }
  return total;
}

template <class T>
std::vector<T> naive_dot(const Array& x, const Array& y, const Dot& dot) {
  const Dims x_free = others(x.rank(), dot.lhs_contract, dot.lhs_batch);
  const Dims y_free = others(y.rank(), dot.rhs_contract, dot.rhs_batch);
  const Shape columns = sizes_at(y.shape(), y_free);
  std::vector<T> result;
  Dims i = x.shape(), j = y.shape();
  for_each_index(sizes_at(x.shape(), dot.lhs_batch), [&](const Dims& batch) {
    set_at(i, dot.lhs_batch, batch);
    set_at(j, dot.rhs_batch, batch);
    for_each_index(sizes_at(x.shape(), x_free), [&](const Dims& row) {
      set_at(i, x_free, row);
      for_each_index(columns, [&](const Dims& column) {
        set_at(j, y_free, column);
        std::vector<T> a, b;
        for_each_index(sizes_at(x.shape(), dot.lhs_contract), [&](const Dims& k) {
          set_at(i, dot.lhs_contract, k);
          set_at(j, dot.rhs_contract, k);
          a.push_back(element<T>(x, i));
          b.push_back(element<T>(y, j));
        });
        result.push_back(joined_products(a, b, element_count(columns)));
      });
    });
  });
  return result;
}

const std::vector<DotCase>& dot_cases() {
  static const std::vector<DotCase> cases = {
      {{3, 5}, {5, 8}, contraction({1}, {0})},
      {{1, 300}, {300, 9}, contraction({1}, {0})},
      {{29, 513}, {513, 70}, contraction({1}, {0})},
      {{17, 40}, {33, 40}, contraction({1}, {1})},
      {{40, 17}, {40, 33}, contraction({0}, {0})},
      {{20, 30}, {30, 7}, contraction({1}, {0})},
      {{20, 30}, {30}, contraction({1}, {0})},
      {{20, 63}, {63, 7}, contraction({1}, {0})},
      {{20, 64}, {64, 7}, contraction({1}, {0})},
      {{1000}, {1000}, contraction({0}, {0})},
      {{2, 70000}, {70000, 2}, contraction({1}, {0})},
      {{70000}, {9, 70000}, contraction({0}, {1})},
      {{4, 5}, {6, 7}, contraction({}, {})},
      {{3, 4, 5}, {3, 5, 16}, contraction({2}, {1}, {0}, {0})},
      {{4, 3, 5}, {5, 3, 2}, contraction({2}, {0}, {1}, {1})},
      {{2, 3, 4, 5}, {5, 3, 6, 4}, contraction({1, 3}, {1, 0})},
      {{2, 3, 4, 5}, {4, 3, 2, 11}, contraction({0, 2}, {2, 0}, {1}, {1})},
      {{3, 0}, {0, 9}, contraction({1}, {0})},
      {{0, 3}, {3, 9}, contraction({1}, {0})},
      {{3, 4}, {4, 0}, contraction({1}, {0})},
      {{3, 1}, {1, 3}, contraction({1}, {0})},
      {{130, 20}, {20, 100}, contraction({-1}, {-2})},
  };
  return cases;
}

template <class T>
void check_dot(const DotCase& c) {
  const Array x = tame_array({dtype_of<T>, c.lhs}, 1), y = tame_array({dtype_of<T>, c.rhs}, 2);
  DotCase positive = c;
  for (std::int64_t& d : positive.dot.lhs_contract) d += d < 0 ? c.lhs.size() : 0;
  for (std::int64_t& d : positive.dot.rhs_contract) d += d < 0 ? c.rhs.size() : 0;
  using Joined = typename Element<T>::Accumulator;
  std::vector<T> want;
  for (const Joined v : naive_dot<Joined>(converted<Joined, T>(x), converted<Joined, T>(y), positive.dot))
    want.push_back(static_cast<T>(v));
  for (const Layout layout : kLayouts) {
    const Array a = laid_out(x, layout), b = laid_out(y, kLayouts[(static_cast<std::size_t>(layout) + 1) % 4]);
    at_each_level([&] {
      const std::vector<T> values = values_of<T>(run_op(c.dot, {a, b}));
      INFO(to_string(x.type()), " x ", to_string(y.type()), " layout ", int(layout), " level ", name(kernels().level));
      CHECK(std::equal(values.begin(), values.end(), want.begin(), want.end(), same<T>));
    });
  }
}

TEST_CASE("dot joins products in the documented order, at each level and in every layout") {
  for (const DotCase& c : dot_cases()) {
    for_each_type<Dot>([&]<class T>(Tag<T>) {
      if (is_float(dtype_of<T>) || element_count(c.lhs) * element_count(c.rhs) <= 1000000) check_dot<T>(c);
    });
  }
}

TEST_CASE("large products agree with Eigen") {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Array x = tame_array({DType::F32, {150, 700}}, 1), y = tame_array({DType::F32, {700, 900}}, 2);
  const Matrix want =
      Eigen::Map<const Matrix>(x.data<float>(), 150, 700) * Eigen::Map<const Matrix>(y.data<float>(), 700, 900);
  const Array got = run_op(contraction({1}, {0}), {x, y});
  const Eigen::Map<const Matrix> result(got.data<float>(), 150, 900);
  CHECK((result - want).cwiseAbs().maxCoeff() < 1e-3f);
  CHECK(want.cwiseAbs().maxCoeff() > 10);
}

}  // namespace
}  // namespace tjit
