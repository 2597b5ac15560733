// Printing: every array in the golden file prints as NumPy printed it, whatever its strides, and the frame around the
// value is TensorFlow's.
#include "runtime/format.h"

#include <algorithm>
#include <clocale>
#include <cmath>
#include <doctest/doctest.h>
#include <fstream>
#include <locale>
#include <string>
#include <vector>

#include "tests/unit/golden_array.h"
#include "tests/unit/scratch.h"

namespace tjit {
namespace {

struct Golden {
  std::string head, str, repr;
  Type type;
  std::vector<std::uint8_t> bytes;

  Array array() const { return Array::copy(type, bytes.data()); }
};

Shape parse_shape(const std::string& text) {
  Shape shape;
  for (std::size_t at = 0; at < text.size();) {
    shape.push_back(std::stoll(text.substr(at)));
    const std::size_t comma = text.find(',', at);
    at = comma == text.npos ? text.size() : comma + 1;
  }
  return shape;
}

std::vector<std::uint8_t> parse_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::vector<Golden> read_goldens() {
  const auto path = tests_folder() / "golden/format/arrays.txt";
  std::ifstream in(path);
  REQUIRE_MESSAGE(in, path.string());
  std::vector<Golden> goldens;
  std::string line;
  std::string* text = nullptr;
  std::getline(in, line);
  while (std::getline(in, line)) {
    if (line.starts_with("== ")) {
      Golden& g = goldens.emplace_back();
      g.head = line;
      const std::size_t space = line.find(' ', 3);
      g.type = {dtype_named(line.substr(3, space - 3)), parse_shape(line.substr(space + 1))};
      std::getline(in, line);
      g.bytes = parse_hex(line);
      REQUIRE(static_cast<std::int64_t>(g.bytes.size()) == byte_count(g.type));
    } else if (line == "-- str" || line == "-- repr") {
      text = line == "-- str" ? &goldens.back().str : &goldens.back().repr;
    } else {
      if (!text->empty()) *text += '\n';
      *text += line;
    }
  }
  return goldens;
}

/// The same elements, stored in reverse and column by column.
Array with_other_strides(const Array& a) {
  Dims strides;
  std::int64_t step = 1, offset = 0;
  for (const std::int64_t size : a.shape()) {
    strides.push_back(-step);
    offset += step * (size - 1);
    step *= size;
  }
  Array stored = Array::empty({a.dtype(), {a.size()}});
  auto* to = static_cast<std::byte*>(stored.mutable_data());
  const auto* from = static_cast<const std::byte*>(a.data());
  const int element = size_of(a.dtype());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    std::int64_t rest = i, at = offset;
    for (int d = a.rank() - 1; d >= 0; --d) {
      at += rest % a.shape()[d] * strides[d];
      rest /= a.shape()[d];
    }
    std::copy_n(from + i * element, element, to + at * element);
  }
  return stored.view(View{a.shape(), strides, offset});
}

template <class T>
Array make(std::vector<T> values, const Shape& shape) {
  return Array::copy({dtype_of<T>, shape}, values.data());
}

TEST_CASE("values print as NumPy prints them") {
  const std::vector<Golden> goldens = read_goldens();
  REQUIRE(goldens.size() > 500);
  DTypes seen = 0;
  for (const Golden& g : goldens) {
    CAPTURE(g.head);
    const Array a = g.array();
    seen |= only(a.dtype());
    CHECK(numpy_text(a) == g.str);
    CHECK(numpy_repr(a) == g.repr);
  }
  for (const DTypeInfo& t : kDTypes) CHECK_MESSAGE(contains(seen, t.dtype) == t.in_numpy, "no golden of ", t.ir_name);
}

TEST_CASE("bfloat16, which NumPy lacks, prints by its rules for a float with two digits") {
  const auto text = [](std::vector<double> values) {
    std::vector<BFloat16> elements;
    for (const double x : values) elements.emplace_back(x);
    return numpy_text(make(elements, values.size() == 1 ? Shape{} : Shape{static_cast<std::int64_t>(values.size())}));
  };
  CHECK(text({0.1}) == "0.1");
  CHECK(text({3.14159}) == "3.14");
  CHECK(text({-2.5}) == "-2.5");
  CHECK(text({99.5}) == "99.5");
  CHECK(text({100}) == "1e+02");
  CHECK(text({3e38}) == "3e+38");
  CHECK(text({9e-5}) == "9e-05");
  CHECK(text({1.5, 2, -0.25}) == "[ 1.5   2.   -0.25]");
  CHECK(text({1, 1e10}) == "[1.e+00 1.e+10]");
  CHECK(text({NAN, -INFINITY, 1}) == "[ nan -inf   1.]");
  CHECK(numpy_repr(make(std::vector{BFloat16(1), BFloat16(2)}, {2})) == "array([1., 2.], dtype=bfloat16)");
}

TEST_CASE("strides do not show") {
  for (const Golden& g : read_goldens()) {
    const Array a = g.array();
    if (a.size() == 0) continue;
    CAPTURE(g.head);
    CHECK(numpy_text(with_other_strides(a)) == g.str);
  }
  const float one = 1.5f;
  const Array large = Array::copy({DType::F32, {}}, &one).view(View{{1000000, 1000000}, {0, 0}, 0});
  CHECK(numpy_text(large) ==
        "[[1.5 1.5 1.5 ... 1.5 1.5 1.5]\n [1.5 1.5 1.5 ... 1.5 1.5 1.5]\n [1.5 1.5 1.5 ... 1.5 1.5 1.5]\n"
        " ...\n [1.5 1.5 1.5 ... 1.5 1.5 1.5]\n [1.5 1.5 1.5 ... 1.5 1.5 1.5]\n"
        " [1.5 1.5 1.5 ... 1.5 1.5 1.5]]");
}

TEST_CASE("a tensor prints with shape and dtype") {
  CHECK(tensor_text(Array::scalar<std::int32_t>(5)) == "Tensor(5, shape=(), dtype=int32)");
  CHECK(tensor_text(Array::scalar(1.5f)) == "Tensor(1.5, shape=(), dtype=float32)");
  CHECK(tensor_text(Array::scalar(true)) == "Tensor(True, shape=(), dtype=bool)");
  CHECK(tensor_text(make<std::int32_t>({1, 2, 3}, {3})) == "Tensor([1 2 3], shape=(3,), dtype=int32)");
  CHECK(tensor_text(make<float>({1, 2, 3, 4}, {2, 2})) == "Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)");
  CHECK(tensor_text(make<float>({}, {0, 3})) == "Tensor([], shape=(0, 3), dtype=float32)");
  std::vector<std::int32_t> count(2000);
  for (int i = 0; i < 2000; ++i) count[static_cast<std::size_t>(i)] = i;
  CHECK(tensor_text(make(count, {2000})) == "Tensor([   0    1    2 ... 1997 1998 1999], shape=(2000,), dtype=int32)");
  CHECK(tensor_text(make<float>({1e-8f, 1, 1e8f}, {3})) == "Tensor([1.e-08 1.e+00 1.e+08], shape=(3,), dtype=float32)");
  CHECK(tensor_text(make<float>({NAN, INFINITY}, {2})) == "Tensor([nan inf], shape=(2,), dtype=float32)");
  CHECK(numpy_text(make<float>({1, 2, 3, 4}, {2, 2})) == "[[1. 2.]\n [3. 4.]]");
  CHECK(numpy_text(Array::scalar(1.0 / 3)) == "0.3333333333333333");
  CHECK(numpy_text(Array::scalar(1e8f)) == "1e+08");
}

TEST_CASE("repr of a tensor") {
  CHECK(tensor_repr(make<std::int32_t>({1, 2, 3}, {3})) ==
        "<Tensor: shape=(3,), dtype=int32, numpy=array([1, 2, 3], dtype=int32)>");
  CHECK(tensor_repr(make<float>({1, 2}, {2})) ==
        "<Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>");
  CHECK(tensor_repr(make<std::int64_t>({1, 2}, {2})) == "<Tensor: shape=(2,), dtype=int64, numpy=array([1, 2])>");
  CHECK(tensor_repr(Array::scalar<std::int32_t>(5)) == "<Tensor: shape=(), dtype=int32, numpy=5>");
  CHECK(tensor_repr(Array::scalar(0.5f)) == "<Tensor: shape=(), dtype=float32, numpy=0.5>");
  CHECK(tensor_repr(make<float>({1, 2, 3, 4}, {2, 2})) ==
        "<Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n       [3., 4.]], dtype=float32)>");
}

/// Always there, unlike the system's locales with a decimal comma.
struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST_CASE("the locale has no part in it") {
  const Array a = make<float>({1.5f, 1234.25f}, {2}), b = make<std::int32_t>({123456, 7}, {2});
  const auto check = [&] {
    CHECK(numpy_text(a) == "[   1.5  1234.25]");
    CHECK(numpy_text(b) == "[123456      7]");
    CHECK(numpy_text(Array::scalar(1234.5)) == "1234.5");
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  check();
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, name) != nullptr) check();
  std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

TEST_CASE("shapes print as Python's tuples") {
  CHECK(tuple_text({}) == "()");
  CHECK(tuple_text({3}) == "(3,)");
  CHECK(tuple_text({2, 3}) == "(2, 3)");
  CHECK(tuple_text({symbol("n"), 4}) == "(None, 4)");
}

}  // namespace
}  // namespace tjit
