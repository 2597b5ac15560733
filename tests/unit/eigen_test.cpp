// Tensors and Eigen's matrices.
#include "tjit/eigen.h"

#include <doctest/doctest.h>

#include "tests/unit/caught.h"
#include "tjit/ops.h"

namespace tf = tjit;
using tf::constant, tf::contains, tf::error_here, tf::Tensor;

TEST_CASE("as_eigen does not copy") {
  const Tensor m = constant({{1.0f, 2.0f, 3.0f}, {4.0f, 5.0f, 6.0f}});
  const auto map = tf::as_eigen<float, 2>(m);
  CHECK(map.data() == m.data<float>());
  CHECK(map.rows() == 2);
  CHECK(map.cols() == 3);
  CHECK(map(1, 0) == 4);
  const Tensor v = constant({1, 2, 3});
  const auto vector = tf::as_eigen<int, 1>(v);
  CHECK(vector.data() == v.data<int>());
  CHECK(vector.sum() == 6);
  const Tensor turned = tf::transpose(m);
  CHECK(tf::as_eigen<float, 2>(turned)(0, 1) == 4);
  CHECK(tf::as_eigen<float, 2>(turned).data() == turned.data<float>());
  const Tensor none = tf::zeros({0, 3});
  CHECK(tf::as_eigen<float, 2>(none).size() == 0);
  CHECK(error_here([&] { tf::as_eigen<float, 1>(m); }) == "as_eigen: expected rank 1, found shape (2,3)");
  CHECK(contains(error_here([&] { tf::as_eigen<double, 2>(m); }), "the elements are float32, not float64"));
}

TEST_CASE("from_eigen copies, and keeps the element type") {
  Eigen::MatrixXd m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  const Tensor t = tf::from_eigen(m);
  CHECK(t.repr() == tf::constant(std::vector<double>{1, 2, 3, 4, 5, 6}, {2, 3}).repr());
  m(0, 0) = 9;
  CHECK(t.data<double>()[0] == 1);
  CHECK((tf::as_eigen<double, 2>(t).array() == Eigen::ArrayXXd(m).array()).count() == 5);
  CHECK(tf::from_eigen(m.transpose() * 2.0).shape() == tf::Shape{3, 2});
  CHECK(tf::from_eigen(Eigen::Vector3i(1, 2, 3)).repr() == constant({1, 2, 3}).repr());
  CHECK(tf::from_eigen(Eigen::RowVector3f(1, 2, 3)).shape() == tf::Shape{1, 3});
  CHECK(tf::from_eigen(Eigen::ArrayXf::Ones(4)).repr() == tf::ones({4}).repr());
  CHECK(tf::from_eigen(m.row(1)).repr() == constant(std::vector<double>{4, 5, 6}, {1, 3}).repr());
  CHECK(tf::from_eigen(Eigen::MatrixXd(0, 3)).shape() == tf::Shape{0, 3});
}
