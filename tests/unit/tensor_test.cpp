// Tensors as users see them: made of C++ values, printed, read, written, copied.
#include <doctest/doctest.h>
#include <limits>
#include <sstream>

#include "ir/dtypes.h"
#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor;

namespace {

std::string printed(const Tensor& t) {
  std::ostringstream out;
  out << t;
  return out.str();
}

}  // namespace

TEST_CASE("constants take dtype and shape from what is written") {
  CHECK(printed(constant(5)) == "Tensor(5, shape=(), dtype=int32)");
  CHECK(printed(constant(1.5)) == "Tensor(1.5, shape=(), dtype=float32)");
  CHECK(printed(constant(1.5f)) == "Tensor(1.5, shape=(), dtype=float32)");
  CHECK(printed(constant(true)) == "Tensor(True, shape=(), dtype=bool)");
  CHECK(printed(constant(5000000000)) == "Tensor(5000000000, shape=(), dtype=int64)");
  CHECK(constant(std::int64_t{5}).dtype() == tf::int64);
  CHECK(constant(4000000000u).dtype() == tf::int64);
  CHECK(constant('a').dtype() == tf::int32);
  CHECK(printed(constant({1, 2, 3})) == "Tensor([1 2 3], shape=(3,), dtype=int32)");
  CHECK(printed(constant({{1.0f, 2.0f}, {3.0f, 4.0f}})) ==
        "Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)");
  CHECK(printed(constant({{1.5, 2}, {3, 4}})) == "Tensor(\n[[1.5 2. ]\n [3.  4. ]], shape=(2, 2), dtype=float32)");
  CHECK(printed(constant({1, 5000000000})) == "Tensor([         1 5000000000], shape=(2,), dtype=int64)");
  CHECK(printed(constant({true, false})) == "Tensor([ True False], shape=(2,), dtype=bool)");
  CHECK(printed(constant({2.5, 0.1}, tf::float64)) == "Tensor([2.5 0.1], shape=(2,), dtype=float64)");
  CHECK(printed(constant(1.0 / 3, tf::float64)) == "Tensor(0.3333333333333333, shape=(), dtype=float64)");
  CHECK(printed(constant({1, 255}, tf::uint8)) == "Tensor([  1 255], shape=(2,), dtype=uint8)");
  CHECK(printed(constant({1, 2}, tf::float32)) == "Tensor([1. 2.], shape=(2,), dtype=float32)");
}

TEST_CASE("lists nest to any depth") {
  CHECK(constant({7}).shape() == tf::Shape{1});
  CHECK(constant({{7}}).shape() == tf::Shape{1, 1});
  CHECK(constant({{1, 2, 3}}).shape() == tf::Shape{1, 3});
  CHECK(constant({{1}, {2}, {3}}).shape() == tf::Shape{3, 1});
  const Tensor deep = constant({{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}});
  CHECK(deep.shape() == tf::Shape{1, 2, 2, 2});
  CHECK(deep.to_vector<int>() == std::vector{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(constant({{{{{{{{1}}}}}}}}).rank() == 8);
  CHECK(contains(caught([] { constant({{{{{{{{{1}}}}}}}}}); }).message(), "at most 8"));
  const Tensor empty = constant({});
  CHECK(empty.shape() == tf::Shape{0});
  CHECK(empty.dtype() == tf::float32);
  CHECK(constant({{}, {}}).shape() == tf::Shape{2, 0});
}

TEST_CASE("constants that cannot be are errors at their line") {
  CHECK(error_here([&] { (void)(constant({{1, 2}, {3}})); }) == "constant: ragged lists: 2 and 1 elements at depth 1");
  CHECK(error_here([&] { (void)(constant({{1, 2}, 3})); }) ==
        "constant: ragged lists: a number stands where a list of depth 1 is expected");
  CHECK(error_here([&] { (void)(constant({1, {2, 3}})); }) ==
        "constant: ragged lists: a list stands where a number is expected");
  CHECK(error_here([&] { (void)(constant({{}, {1}})); }) == "constant: ragged lists: 0 and 1 elements at depth 1");
  CHECK(error_here([&] { (void)(constant({1, 256}, tf::uint8)); }) == "constant: 256 does not fit uint8");
  CHECK(error_here([&] { (void)(constant({-1}, tf::uint8)); }) == "constant: -1 does not fit uint8");
  CHECK(error_here([&] { (void)(constant(1.5, tf::int32)); }) ==
        "constant: 1.5, a floating number, does not fit int32");
  CHECK(error_here([&] { (void)(constant(5000000000, tf::int32)); }) == "constant: 5000000000 does not fit int32");
  CHECK(error_here([&] { (void)(constant(1, tf::bool_)); }) == "constant: 1 does not fit bool");
  CHECK(error_here([&] { (void)(constant({true, 1.5})); }) == "constant: true does not fit float32");
  CHECK(error_here([&] { (void)(constant(1e300)); }) == "constant: 1e+300 does not fit float32");
  CHECK(error_here([&] { (void)(constant(std::vector{1, 2, 3}, {2, 2})); }) ==
        "constant: 3 elements do not fill shape (2,2)");
  CHECK(error_here([&] { (void)(constant(std::vector<int>{}, {-1})); }) == "constant: negative size in shape [-1]");
  CHECK(error_here([&] { (void)(tf::zeros({INT64_MIN + 1})); }) == "zeros: a size is below -2^62");
  CHECK(error_here([&] { (void)(tf::zeros({2, -3})); }) == "zeros: negative size in shape [2, -3]");
  CHECK(contains(error_here([&] { (void)(tf::ones({1 << 20, 1 << 20, 1 << 20})); }), "more than 2^48 elements"));
  CHECK(error_here([&] { (void)(tf::full({2}, 300, tf::uint8)); }) == "full: 300 does not fit uint8");
  CHECK(contains(caught([] { constant(std::numeric_limits<std::uint64_t>::max()); }).message(), "exceeds int64"));
  CHECK(printed(constant(std::numeric_limits<double>::infinity())) == "Tensor(inf, shape=(), dtype=float32)");
}

TEST_CASE("vectors and spans keep their element type") {
  CHECK(constant(std::vector{1.0, 2.0}).dtype() == tf::float64);
  CHECK(constant(std::vector{1.0f, 2.0f}).dtype() == tf::float32);
  CHECK(constant(std::vector<std::uint8_t>{1}).dtype() == tf::uint8);
  CHECK(printed(constant(std::vector{true, false})) == "Tensor([ True False], shape=(2,), dtype=bool)");
  std::int64_t numbers[] = {1, 2, 3, 4, 5, 6};
  CHECK(printed(constant(std::span(numbers), {2, 3})) == "Tensor(\n[[1 2 3]\n [4 5 6]], shape=(2, 3), dtype=int64)");
  CHECK(constant(std::span<const std::int64_t>(numbers), {6}).size() == 6);
  numbers[0] = 9;
  const Tensor copy = constant(std::span(numbers), {6});
  numbers[0] = 1;
  CHECK(copy.data<std::int64_t>()[0] == 9);
  CHECK(printed(tf::zeros({2})) == "Tensor([0. 0.], shape=(2,), dtype=float32)");
  CHECK(printed(tf::ones({2}, tf::bool_)) == "Tensor([ True  True], shape=(2,), dtype=bool)");
  CHECK(printed(tf::full({}, 7, tf::int64)) == "Tensor(7, shape=(), dtype=int64)");
}

TEST_CASE("arrays of C++ numbers of every kind") {
  const auto is = [](const Tensor& t, tf::DType dtype, const tf::Shape& shape) {
    CHECK(t.dtype() == dtype);
    CHECK(t.shape() == shape);
    return t.numpy_text();
  };
  tf::TypeList<signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long, long long,
               unsigned long long, char, wchar_t>::for_each([&](auto tag) {
    using T = typename decltype(tag)::type;
    const Tensor t = constant(std::vector<T>{T{1}, T{100}});
    CHECK(t.numpy_text() == "[  1 100]");
    // Every value of the type is kept.
    tf::dispatch_in<tf::kInts>(t.dtype(), [&](auto element) {
      using E = typename decltype(element)::type;
      const T highest = std::numeric_limits<T>::max(), lowest = std::numeric_limits<T>::lowest();
      CHECK(static_cast<T>(constant(std::vector{lowest}).template item<E>()) == lowest);
      CHECK(static_cast<T>(constant(std::vector{highest}).template item<E>()) == highest);
    });
  });
  CHECK(is(constant(std::array{1.5, 2.5}), tf::float64, {2}) == "[1.5 2.5]");
  const float rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  CHECK(is(constant(rows), tf::float32, {2, 3}) == "[[1. 2. 3.]\n [4. 5. 6.]]");
  CHECK(is(constant(rows, {3, 2}), tf::float32, {3, 2}) == "[[1. 2.]\n [3. 4.]\n [5. 6.]]");
  const std::vector<std::array<std::vector<std::int64_t>, 2>> nested{{{{1}, {2}}}, {{{3}, {4}}}, {{{5}, {6}}}};
  CHECK(is(constant(nested), tf::int64, {3, 2, 1}) == "[[[1]\n  [2]]\n\n [[3]\n  [4]]\n\n [[5]\n  [6]]]");
  CHECK(is(constant(std::vector<std::vector<bool>>{{true, false}}), tf::bool_, {1, 2}) == "[[ True False]]");
  CHECK(is(constant(std::vector<std::array<float, 3>>{}), tf::float32, {0, 3}) == "[]");
  CHECK(is(constant(std::vector<std::vector<float>>{{}, {}}), tf::float32, {2, 0}) == "[]");
  CHECK(error_here([&] { (void)constant(std::vector<std::vector<int>>{{1, 2}, {3}}); }) ==
        "constant: ragged lists: 2 and 1 elements at depth 1");
  CHECK(error_here([&] { (void)constant(std::vector<std::vector<int>>{{}, {3}}); }) ==
        "constant: ragged lists: 0 and 1 elements at depth 1");
  CHECK(error_here([&] { (void)constant(rows, {7}); }) == "constant: 6 elements do not fill shape (7)");
}

TEST_CASE("sizes are found by index from either end, and nothing else is") {
  const Tensor x = tf::ones({2, 3});
  CHECK(x.shape()[-1] == 3);
  CHECK(x.shape()[-2] == 2);
  CHECK(x.shape().back() == 3);
  CHECK(caught([&] { (void)x.shape()[2]; }).message() == "index 2 is outside of [2, 3]");
  CHECK(caught([&] { (void)x.shape()[-3]; }).message() == "index -3 is outside of [2, 3]");
  CHECK(caught([&] { (void)x.shape()[INT32_MIN]; }).message() == "index -2147483648 is outside of [2, 3]");
  CHECK(caught([&] { (void)constant(1).shape().back(); }).message() == "index -1 is outside of []");
  CHECK(caught([] { (void)tf::Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }).message() ==
        "a list of dimensions has at most 8 entries");
  tf::Shape shape{4, 5};
  shape[-1] = 6;
  CHECK(shape == tf::Shape{4, 6});
  CHECK(caught([&] { shape[8] = 1; }).message() == "index 8 is outside of [4, 6]");
}

TEST_CASE("shapes are made of lists of sizes") {
  const std::vector<int> sizes{2, 3};
  CHECK(tf::zeros(sizes).shape() == tf::Shape{2, 3});
  CHECK(tf::zeros(std::vector<std::int64_t>{4}).shape() == tf::Shape{4});
  CHECK(tf::reshape(tf::ones({6}), std::array<std::size_t, 2>{3, 2}).shape() == tf::Shape{3, 2});
  CHECK(constant(std::vector{1, 2, 3, 4, 5, 6}, sizes).shape() == tf::Shape{2, 3});
  CHECK(contains(caught([] { (void)tf::zeros(std::vector<std::size_t>{SIZE_MAX}); }).message(), "2^48"));
  CHECK(contains(caught([] { (void)tf::zeros(std::vector<int>(9, 1)); }).message(), "at most 8"));
}

TEST_CASE("shapes and dtypes print") {
  std::ostringstream out;
  out << tf::ones({2, 3}).shape() << constant({1}).shape() << constant(1).shape() << " " << constant(1.5).dtype() << " "
      << tf::bool_;
  CHECK(out.str() == "(2, 3)(1,)() float32 bool");
}

TEST_CASE("printing is TensorFlow's and NumPy's") {
  CHECK(printed(tf::zeros({0, 3})) == "Tensor([], shape=(0, 3), dtype=float32)");
  CHECK(printed(tf::range(2000)) == "Tensor([   0    1    2 ... 1997 1998 1999], shape=(2000,), dtype=int32)");
  CHECK(printed(constant({1e-8f, 1.0f, 1e8f})) == "Tensor([1.e-08 1.e+00 1.e+08], shape=(3,), dtype=float32)");
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(printed(constant({inf - inf, inf})) == "Tensor([nan inf], shape=(2,), dtype=float32)");
  CHECK(constant({1, 2, 3}).repr() == "<Tensor: shape=(3,), dtype=int32, numpy=array([1, 2, 3], dtype=int32)>");
  CHECK(constant({{1.0f, 2.0f}, {3.0f, 4.0f}}).numpy_text() == "[[1. 2.]\n [3. 4.]]");
  CHECK(constant(1e8f).numpy_text() == "1e+08");
  CHECK(printed(constant(3) + constant(2)) == "Tensor(5, shape=(), dtype=int32)");
  CHECK(printed(Tensor()) == "Tensor(undefined)");
  CHECK(Tensor().repr() == "Tensor(undefined)");
}

TEST_CASE("elements are read in row-major order") {
  const Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  CHECK(m.rank() == 2);
  CHECK(m.size() == 6);
  CHECK(m.data<int>()[4] == 5);
  const Tensor t = tf::transpose(m);
  CHECK(t.to_vector<int>() == std::vector{1, 4, 2, 5, 3, 6});
  CHECK(t.data<int>()[1] == 4);
  CHECK(printed(t) == "Tensor(\n[[1 4]\n [2 5]\n [3 6]], shape=(3, 2), dtype=int32)");
  CHECK(constant({{{7}}}).item<int>() == 7);
  CHECK(tf::slice(m, {1, 2}, {2, 3}).item<int>() == 6);
  CHECK(constant({true, false}).to_vector<bool>() == std::vector{true, false});
  CHECK(error_here([&] { (void)(m.data<float>()); }) == "the elements are int32, not float32");
  CHECK(error_here([&] { (void)(m.to_vector<bool>()); }) == "the elements are int32, not bool");
  CHECK(error_here([&] { (void)(m.item<int>()); }) == "item() needs one element, found shape (2,3)");
  CHECK(error_here([&] { (void)(constant(1).item<float>()); }) == "the elements are int32, not float32");
}

TEST_CASE("a view with gaps keeps one contiguous copy") {
  const Tensor t = tf::transpose(constant({{1, 2, 3}, {4, 5, 6}}));
  const Tensor same = t;
  const int* elements = t.data<int>();
  CHECK(t.data<int>() == elements);
  CHECK(same.data<int>() == elements);
  Tensor mine = t;
  int* written = mine.mutable_data<int>();
  CHECK(written != elements);
  written[0] = 9;
  CHECK(t.to_vector<int>() == std::vector{1, 4, 2, 5, 3, 6});
  CHECK(mine.to_vector<int>() == std::vector{9, 4, 2, 5, 3, 6});
  const Tensor zeros = tf::zeros({2, 3});
  CHECK(zeros.data<float>() == zeros.data<float>());
}

TEST_CASE("views share memory, writing copies what is shared") {
  Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  const int* elements = m.data<int>();
  const Tensor row = tf::slice(m, {1, 0}, {2, 3});
  CHECK(row.data<int>() == elements + 3);
  const Tensor flat = tf::reshape(m, {-1});
  CHECK(flat.data<int>() == elements);
  const Tensor deeper = tf::expand_dims(m, 0);
  CHECK(deeper.data<int>() == elements);
  const Tensor turned = tf::transpose(m);
  const Tensor copy = m;

  int* mine = m.mutable_data<int>();
  CHECK(mine != elements);
  mine[0] = 100;
  mine[3] = 400;
  CHECK(copy.to_vector<int>() == std::vector{1, 2, 3, 4, 5, 6});
  CHECK(row.to_vector<int>() == std::vector{4, 5, 6});
  CHECK(flat.to_vector<int>() == std::vector{1, 2, 3, 4, 5, 6});
  CHECK(turned.to_vector<int>() == std::vector{1, 4, 2, 5, 3, 6});
  CHECK(m.to_vector<int>() == std::vector{100, 2, 3, 400, 5, 6});
  CHECK(m.mutable_data<int>() == mine);

  Tensor zeros = tf::zeros({2, 2});
  zeros.mutable_data<float>()[1] = 1;
  CHECK(zeros.to_vector<float>() == std::vector{0.0f, 1.0f, 0.0f, 0.0f});
  CHECK(tf::zeros({2, 2}).to_vector<float>() == std::vector(4, 0.0f));
  Tensor wide = tf::broadcast_to(constant({1, 2}), {2, 2});
  wide.mutable_data<int>()[0] = 9;
  CHECK(wide.to_vector<int>() == std::vector{9, 2, 1, 2});
  Tensor alone = tf::slice(constant({1, 2, 3}), {1}, {3});
  alone.mutable_data<int>()[0] = 7;
  CHECK(alone.to_vector<int>() == std::vector{7, 3});
  CHECK(error_here([&] { (void)(alone.mutable_data<float>()); }) == "the elements are int32, not float32");
}

TEST_CASE("a tensor of one element converts to bool") {
  const Tensor x = constant(2), y = constant(3);
  CHECK(bool(x < y));
  CHECK(!(x > y));
  CHECK(bool(constant({{0.5f}})));
  CHECK_FALSE(bool(constant(-0.0f)));
  CHECK(bool(constant(std::numeric_limits<float>::quiet_NaN())));
  // A conversion takes no place: the error stands where the last op does, be it on the fast path or not.
  const std::string ambiguous =
      "the truth value of a tensor with more than one element is ambiguous; use reduce_any() or reduce_all()\n"
      "note: it was asked for after the op at this place";
  const Tensor two = constant({1, 2});
  CHECK(error_here([&] { (void)bool(two < two); }) == ambiguous);
  CHECK(error_here([&] { (void)bool(two < x); }) == ambiguous);
  CHECK(error_here([&] { (void)bool(tf::reverse(two, {0})); }) == ambiguous);
  CHECK(contains(caught([] { (void)bool(constant({})); }).message(), "a tensor with no element"));
}

TEST_CASE("handles copy, move and compare as values") {
  Tensor a = constant({1, 2});
  const int* elements = a.data<int>();
  Tensor b = std::move(a);
  CHECK(b.data<int>() == elements);
  CHECK_FALSE(a.defined());
  a = b;
  a = *&a;
  CHECK(a.data<int>() == elements);
  a = constant({3});
  CHECK(b.to_vector<int>() == std::vector{1, 2});
  std::swap(a, b);
  CHECK(a.to_vector<int>() == std::vector{1, 2});
}

TEST_CASE("moving onto a tensor lets go of what it held") {
  Tensor large = constant(std::vector<float>(1000)), only = constant({1, 2});
  const Tensor same = only;
  only = std::move(large);
  CHECK_FALSE(large.defined());  // NOLINT(bugprone-use-after-move): that is what is tested
  Tensor last = same;
  last.mutable_data<int>()[0] = 9;
  CHECK(same.to_vector<int>() == std::vector{1, 2});
  Tensor& self = only;
  only = std::move(self);
  CHECK(only.size() == 1000);
}

TEST_CASE("undefined tensors say so") {
  const Tensor none;
  const std::string text = "the tensor is undefined: it was declared and never given a value";
  CHECK(error_here([&] { (void)(none + 1); }) == "add: " + text);
  CHECK(error_here([&] { (void)(constant(1) * none); }) == "multiply: " + text);
  CHECK(error_here([&] { (void)(tf::matmul(none, none)); }) == "matmul: " + text);
  CHECK(error_here([&] { (void)(tf::concat({constant({1}), none}, 0)); }) == "concat: " + text);
  CHECK(error_here([&] { (void)(tf::print("{}", {none})); }) == "print: " + text);
  CHECK(error_here([&] { (void)(none.data<float>()); }) == text);
  CHECK(caught([&] { none.dtype(); }).message() == text);
  CHECK(caught([&] { none.shape(); }).message() == text);
  CHECK(caught([&] { (void)bool(none); }).message() == text);
}
