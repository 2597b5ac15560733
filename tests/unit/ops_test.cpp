// Operators and ops as users call them: types, broadcasting, errors with the line that caused them.
#include <Eigen/Core>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <random>

#include "tests/unit/caught.h"
#include "tjit/eigen.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor;

namespace {

template <class T>
void check(const Tensor& t, tf::Shape shape, std::vector<T> expected) {
  CHECK(t.dtype() == tf::dtype_of<T>);
  CHECK(t.shape() == shape);
  CHECK(t.to_vector<T>() == expected);
}

}  // namespace

TEST_CASE("operators") {
  const Tensor x = constant({7, -7}), y = constant({2, 2});
  check<int>(x + y, {2}, {9, -5});
  check<int>(x - y, {2}, {5, -9});
  check<int>(x * y, {2}, {14, -14});
  check<double>(x / y, {2}, {3.5, -3.5});
  check<int>(x % y, {2}, {1, 1});
  check<int>(-x, {2}, {-7, 7});
  check<bool>(x == y, {2}, {false, false});
  check<bool>(x != 7, {2}, {false, true});
  check<bool>(x < y, {2}, {false, true});
  check<bool>(x <= 7, {2}, {true, true});
  check<bool>(x > y, {2}, {true, false});
  check<bool>(7 >= x, {2}, {true, true});
  check<int>(x & 3, {2}, {3, 1});
  check<int>(8 | y, {2}, {10, 10});
  check<int>(y ^ 3, {2}, {1, 1});
  check<int>(~y, {2}, {-3, -3});
  check<int>(x << y, {2}, {28, -28});
  check<int>(x >> 1, {2}, {3, -4});
  const Tensor p = constant({true, false}), q = constant({true, true});
  check<bool>(p & q, {2}, {true, false});
  check<bool>(p | false, {2}, {true, false});
  check<bool>(p ^ q, {2}, {false, true});
  check<bool>(~p, {2}, {false, true});
}

TEST_CASE("compound operators") {
  Tensor x = constant({7.0f, -7.0f});
  const Tensor before = x;
  x += 1;
  check<float>(x, {2}, {8, -6});
  x -= 2.0f;
  x *= x;
  check<float>(x, {2}, {36, 64});
  x /= 2;
  check<float>(x, {2}, {18, 32});
  x %= 5;
  check<float>(x, {2}, {3, 2});
  check<float>(before, {2}, {7, -7});
  Tensor n = constant({12, 10});
  n &= 6;
  check<int>(n, {2}, {4, 2});
  n |= 1;
  n ^= 3;
  check<int>(n, {2}, {6, 0});
  n <<= 2;
  n >>= 1;
  check<int>(n, {2}, {12, 0});
  n += constant({{1}, {2}});
  check<int>(n, {2, 2}, {13, 1, 14, 2});
  CHECK(error_here([&] { (void)(n += 1.5); }) ==
        "add: 1.5, a floating number, does not fit int32; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(n %= 0); }) == "mod: integer division by zero at index (0,0)");
  CHECK(n.shape() == tf::Shape{2, 2});
}

TEST_CASE("tensors of different dtypes do not combine") {
  const Tensor i = constant(std::vector{1, 2}), f = constant(std::vector{1.0f, 2.0f}),
               d = constant({1.0, 2.0}, tf::float64);
  CHECK(error_here([&] { (void)(i + f); }) ==
        "add: operands differ in dtype: int32 and float32; use cast(x, dtype) on one of them");
  CHECK(error_here([&] { (void)(f * d); }) ==
        "multiply: operands differ in dtype: float32 and float64; use cast(x, dtype) on one of them");
  CHECK(error_here([&] { (void)(i / d); }) ==
        "divide: operands differ in dtype: int32 and float64; use cast(x, dtype) on one of them");
  CHECK(error_here([&] { (void)(d / i); }) ==
        "divide: operands differ in dtype: float64 and int32; use cast(x, dtype) on one of them");
  CHECK(contains(error_here([&] { (void)(i == f); }), "equal: operands differ in dtype"));
  CHECK(contains(error_here([&] { (void)(tf::where(i < 2, i, f)); }), "where: operands differ in dtype"));
  CHECK(contains(error_here([&] { (void)(tf::matmul(tf::zeros({2, 2}), tf::zeros({2, 2}, tf::float64))); }),
                 "matmul: operands differ in dtype"));
  CHECK(contains(error_here([&] { (void)(tf::concat({i, f}, 0)); }), "concat: operands differ in dtype"));
  check<float>(tf::cast(i, tf::float32) + f, {2}, {2, 4});
}

TEST_CASE("an error of dtypes names the numbers that decided one of them") {
  const Tensor d = constant(std::vector{1.0, 2.0}), mask = d < 1.5, i = constant(std::vector{1, 2});
  unsigned line = 0;
  const auto check_note = [&](const std::string& message, const std::string& is, const std::string& wanted) {
    CAPTURE(message);
    CHECK(contains(message, "\nnote: the numbers at " + std::string(__FILE__) + ":" + std::to_string(line) + ":"));
    CHECK(message.ends_with(" are " + is + ", as no tensor stands beside them; constant(x, " + wanted + ") makes one " +
                            wanted));
  };
  // The dtype of each is what its numbers are, through what shows it in another shape and ops on it alone.
  const auto made = [&](auto make) {
    const Tensor t = make();
    CHECK(t.dtype() == tf::float32);
    for (const Tensor& shown :
         {t, tf::reshape(t, {2, 1}), tf::broadcast_to(t, {3, 2}), -t, t * 2, t + t, 1 - tf::exp(t)}) {
      check_note(error_here([&] { (void)(shown + d); }), "float32", "float64");
      check_note(error_here([&] { (void)(d * shown); }), "float32", "float64");
      check_note(error_here([&] { (void)tf::where(mask, d, shown); }), "float32", "float64");
    }
    check_note(error_here([&] { (void)tf::concat({d, t}, 0); }), "float32", "float64");
    auto f = tf::function([&](Tensor x) { return x + -make(); });
    check_note(caught([&] { f(d); }).message(), "float32", "float64");
  };
  made([&] { return line = __LINE__, tf::where(mask, 1.0, -1.0); });
  made([&] { return line = __LINE__, tf::maximum(1.0, 2.5) + constant({0, 1.5}); });
  made([&] { return line = __LINE__, constant({1.0, 2.0}); });
  line = __LINE__ + 1;
  check_note(error_here([&] { (void)(constant(3) + d); }), "int32", "float64");
  // A tensor that is float32 by itself.
  const Tensor real = constant(std::vector{1.0f, 2.0f});
  for (const Tensor& t : {real, real * 2, real + constant(1.0), tf::where(mask, real, 1.0), tf::ones({2}),
                          tf::cast(constant({1, 2}), tf::float32)})
    CHECK(error_here([&] { (void)(t + d); }) ==
          "add: operands differ in dtype: float32 and float64; use cast(x, dtype) on one of them");
  // Numbers beside a tensor take its dtype.
  CHECK(tf::where(mask, d, 1.0).dtype() == tf::float64);
}

TEST_CASE("a number takes the tensor's dtype when that can hold it") {
  const Tensor i = constant({1, 2}), u = constant({1, 2}, tf::uint8), f = constant({1.0f, 2.0f});
  check<int>(i + 1, {2}, {2, 3});
  check<int>(1L + i, {2}, {2, 3});
  check<float>(f + 1, {2}, {2, 3});
  check<float>(1.5 * f, {2}, {1.5, 3});
  check<std::uint8_t>(u + 254, {2}, {255, 0});
  check<double>(constant({1.0}, tf::float64) * 0.1, {1}, {0.1});
  CHECK(error_here([&] { (void)(i + 1.5); }) ==
        "add: 1.5, a floating number, does not fit int32; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(2.0 - i); }) ==
        "subtract: 2.0, a floating number, does not fit int32; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(i + 3000000000); }) ==
        "add: 3000000000 does not fit int32; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(u + 256); }) == "add: 256 does not fit uint8; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(u + -1); }) == "add: -1 does not fit uint8; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(i + true); }) == "add: true does not fit int32; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)((i < 2) & 1); }) ==
        "logical_and: 1 does not fit bool; cast the tensor to another dtype");
  CHECK(error_here([&] { (void)(f * 1e300); }) ==
        "multiply: 1e+300 does not fit float32; cast the tensor to another dtype");
  check<float>(tf::where(f > 1, f, 0), {2}, {0, 2});
  check<float>(tf::clip(f, 1.5, 1.75), {2}, {1.5, 1.75});
  check<int>(tf::add(1, 2), {}, {3});
  check<double>(tf::divide(1, 2), {}, {0.5});
}

TEST_CASE("division") {
  const std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  check<double>(constant({1, -7}) / 2, {2}, {0.5, -3.5});
  check<double>(3 / constant({2, 4}), {2}, {1.5, 0.75});
  check<double>(constant({1}, tf::int64) / constant({4}, tf::int64), {1}, {0.25});
  check<float>(constant({1, 3}, tf::uint8) / constant({2, 2}, tf::uint8), {2}, {0.5, 1.5});
  check<float>(constant({1.0f}) / 3, {1}, {1.0f / 3});
  CHECK(contains(error_here([&] { (void)(constant({true}) / constant({true})); }), "divide: does not take bool"));
  check<int>(tf::floor_div(constant({-7, 7, -7, 7}), constant({2, 2, -2, -2})), {4}, {-4, 3, 3, -4});
  check<int>(tf::mod(constant({-7, 7, -7, 7}), constant({2, 2, -2, -2})), {4}, {1, 1, -1, -1});
  check<float>(tf::floor_div(constant({-7.5f, 7.5f}), 2), {2}, {-4, 3});
  check<float>(tf::mod(constant({-7.5f, 7.5f}), 2), {2}, {0.5, 1.5});
  check<int>(tf::floor_div(constant({lowest}), -1), {1}, {lowest});
  check<int>(tf::mod(constant({lowest}), -1), {1}, {0});
  const Tensor zeros = constant({1, 1, 0});
  CHECK(error_here([&] { (void)(tf::floor_div(constant({1, 2, 3}), zeros)); }) ==
        "floor_div: integer division by zero at index (2)");
  CHECK(error_here([&] { (void)(constant({1, 2, 3}) % zeros); }) == "mod: integer division by zero at index (2)");
  CHECK(caught([&] { tf::mod(5, zeros); }).kind() == tf::Error::Kind::Runtime);
  CHECK(contains(error_here([&] { (void)(tf::power(constant({2, 2}), constant({3, -1}))); }), "power: "));
  check<int>(tf::power(constant({2, 3}), 3), {2}, {8, 27});
  CHECK(std::isinf((constant({1.0f}) / 0).to_vector<float>()[0]));
}

TEST_CASE("values at the edges") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  check<std::uint8_t>(constant({200}, tf::uint8) * 2, {1}, {144});
  check<std::uint8_t>(tf::reduce_sum(constant({200, 100}, tf::uint8)), {}, {44});
  CHECK(std::isnan(tf::maximum(constant(nan), 1).item<float>()));
  CHECK(std::isnan(tf::minimum(1, constant(nan)).item<float>()));
  CHECK_FALSE(std::signbit(tf::maximum(constant(-0.0f), constant(0.0f)).item<float>()));
  CHECK(std::signbit(tf::minimum(constant(0.0f), constant(-0.0f)).item<float>()));
  CHECK(std::isnan(tf::reduce_max(constant({1.0f, nan, 2.0f})).item<float>()));
  check<std::int64_t>(tf::argmax(constant({1.0f, nan, 2.0f, nan}), 0), {}, {1});
  check<std::int64_t>(tf::argmax(constant({{1, 3, 3}, {2, 2, 1}}), 1), {2}, {1, 0});
  check<std::int64_t>(tf::argmin(constant({{1, 3, 3}, {2, 2, 1}}), -2), {3}, {0, 1, 1});
  check<float>(tf::round(constant({0.5f, 1.5f, 2.5f, -0.5f})), {4}, {0, 2, 2, -0.0f});
  check<int>(constant({-5, 5}) >> 40, {2}, {-1, 0});
  check<int>(constant({-5, 5}) << 32, {2}, {0, 0});
  check<float>(tf::clip(constant({0.0f, 5.0f}), 3, 1), {2}, {1, 1});
  check<int>(tf::bitcast(constant({1.0f}), tf::int32), {1}, {0x3f800000});
  CHECK(contains(error_here([&] { (void)(tf::bitcast(constant({1.0f}), tf::float64)); }),
                 "bitcast: cannot keep the bits of float32[1]"));
  check<int>(tf::cast(constant({1.9f, -1.9f, 1e20f, -inf, nan}), tf::int32), {5},
             {1, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min(), 0});
  check<std::uint8_t>(tf::cast(constant({257, -1}), tf::uint8), {2}, {1, 255});
  check<bool>(tf::cast(constant({0.0f, 0.5f, nan}), tf::bool_), {3}, {false, true, true});
}

TEST_CASE("broadcasting is NumPy's") {
  check<int>(constant({{1}, {2}}) + constant({10, 20, 30}), {2, 3}, {11, 21, 31, 12, 22, 32});
  check<int>(constant(1) + constant({{{1, 2}}}), {1, 1, 2}, {2, 3});
  check<int>(tf::where(constant({{true}, {false}}), constant({1, 2}), 0), {2, 2}, {1, 2, 0, 0});
  CHECK((tf::zeros({0, 3}) + tf::ones({3})).shape() == tf::Shape{0, 3});
  CHECK((tf::zeros({3, 0}) * tf::ones({3, 1})).shape() == tf::Shape{3, 0});
  CHECK(error_here([&] { (void)(tf::zeros({2, 3}) + tf::zeros({4})); }) ==
        "add: shapes do not broadcast: (2,3) and (4)");
  CHECK(error_here([&] { (void)(tf::zeros({2}) == tf::zeros({3})); }) == "equal: shapes do not broadcast: (2) and (3)");
  CHECK(contains(error_here([&] { (void)(tf::where(constant({true, false}), tf::zeros({3}), 1)); }),
                 "where: shapes do not broadcast"));
}

TEST_CASE("reductions") {
  const Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  check<int>(tf::reduce_sum(m), {}, {21});
  check<int>(tf::reduce_sum(m, 0), {3}, {5, 7, 9});
  check<int>(tf::reduce_sum(m, -1, true), {2, 1}, {6, 15});
  check<int>(tf::reduce_prod(m, {0, 1}), {}, {720});
  check<int>(tf::reduce_max(m, {-2}), {3}, {4, 5, 6});
  check<int>(tf::reduce_min(m, 1), {2}, {1, 4});
  check<bool>(tf::reduce_any(m > 5, 1), {2}, {false, true});
  check<bool>(tf::reduce_all(m > 0), {}, {true});
  const Tensor none = tf::zeros({0});
  const float inf = std::numeric_limits<float>::infinity();
  check<float>(tf::reduce_sum(none), {}, {0});
  check<float>(tf::reduce_prod(none), {}, {1});
  check<float>(tf::reduce_max(none), {}, {-inf});
  check<float>(tf::reduce_min(none), {}, {inf});
  check<bool>(tf::reduce_any(none > 0), {}, {false});
  check<bool>(tf::reduce_all(none > 0), {}, {true});
  CHECK(contains(error_here([&] { (void)(tf::argmax(none, 0)); }), "argmax: "));
  CHECK(tf::argmax(tf::zeros({3, 0}), 0).shape() == tf::Shape{0});
  CHECK(contains(error_here([&] { (void)(tf::reduce_sum(m, 2)); }), "reduce_sum: "));
  CHECK(contains(error_here([&] { (void)(tf::reduce_sum(m, {0, 0})); }), "reduce_sum: "));
  CHECK(contains(error_here([&] { (void)(tf::reduce_any(m)); }), "reduce_any: does not take int32"));
}

TEST_CASE("means") {
  check<float>(tf::reduce_mean(constant({{1.0f, 2.0f}, {3.0f, 5.0f}})), {}, {2.75});
  check<float>(tf::reduce_mean(constant({{1.0f, 2.0f}, {3.0f, 5.0f}}), 0, true), {1, 2}, {2, 3.5});
  check<int>(tf::reduce_mean(constant({{1, 2}, {-1, -2}, {-3, -3}}), -1), {3}, {1, -1, -3});
  check<int>(tf::reduce_mean(constant({7, 4})), {}, {5});
  CHECK(std::isnan(tf::reduce_mean(tf::zeros({0})).item<float>()));
  const Tensor complex_mean = tf::reduce_mean(tf::complex(constant({1.0, 2.0, 4.0}), constant({3.0, -1.0, 1.0})));
  CHECK(tf::real(complex_mean).item<float>() == 7.0f / 3);  // each part is divided, and rounded once
  CHECK(tf::imag(complex_mean).item<float>() == 1);
  CHECK(contains(error_here([&] { (void)(tf::reduce_mean(constant({1.0f}), 1)); }), "reduce_mean: "));
  CHECK(contains(error_here([&] { (void)(tf::reduce_mean(constant({true}))); }), "reduce_mean: does not take bool"));
}

namespace {

/// The mean of integers, eagerly and captured, against sums in 128 bits.
template <class T>
void check_mean(const std::vector<T>& numbers) {
  CAPTURE(numbers.size());
  __int128 sum = 0;
  for (const T x : numbers) sum += x;
  const auto expected = static_cast<T>(sum / std::max<__int128>(static_cast<__int128>(numbers.size()), 1));
  auto f = tf::function([](Tensor x) { return tf::reduce_mean(x); });
  const Tensor x = constant(numbers);
  CHECK(tf::reduce_mean(x).item<T>() == expected);
  CHECK(f(x).template item<T>() == expected);
}

}  // namespace

TEST_CASE("means of integers do not wrap where the elements fit") {
  for (const std::size_t n : {0, 1, 2, 255, 256, 300, 1000}) {
    std::vector<std::uint8_t> bytes(n);
    std::vector<std::int32_t> high(n, INT32_MAX), low(n, INT32_MIN), mixed(n);
    std::vector<std::int64_t> wide(n);
    for (std::size_t i = 0; i < n; ++i) {
      bytes[i] = static_cast<std::uint8_t>(255 - i % 3);
      mixed[i] = static_cast<std::int32_t>(i * 2654435761u);
      wide[i] = static_cast<std::int64_t>(i * i) - 1'000'000'000'000;
    }
    check_mean(bytes);
    check_mean(high);
    check_mean(low);
    check_mean(mixed);
    check_mean(wide);
  }
}

TEST_CASE("arrangement and indexing") {
  const Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  check<int>(tf::transpose(m, {1, 0}), {3, 2}, {1, 4, 2, 5, 3, 6});
  check<int>(tf::reshape(m, {3, -1}), {3, 2}, {1, 2, 3, 4, 5, 6});
  check<int>(tf::slice(m, {0, 0}, {2, 3}, {1, 2}), {2, 2}, {1, 3, 4, 6});
  check<int>(tf::reverse(m, {1}), {2, 3}, {3, 2, 1, 6, 5, 4});
  check<int>(tf::expand_dims(constant({1, 2}), -1), {2, 1}, {1, 2});
  check<int>(tf::broadcast_to(constant({1, 2}), {2, 2}), {2, 2}, {1, 2, 1, 2});
  check<int>(tf::pad(constant({1, 2}), {1}, {2}, 9), {5}, {9, 1, 2, 9, 9});
  check<int>(tf::concat({constant({1}), constant({2, 3})}, 0), {3}, {1, 2, 3});
  check<int>(tf::gather(m, constant({1, 0}), 1), {2, 2}, {2, 1, 5, 4});
  check<int>(tf::gather(m, 1), {3}, {4, 5, 6});
  check<int>(tf::dynamic_slice(m, {constant(1), constant(1)}, {1, 2}), {1, 2}, {5, 6});
  check<int>(tf::dynamic_slice(m, {constant(5), constant(-5)}, {1, 2}, true), {1, 2}, {4, 5});
  check<int>(tf::dynamic_update_slice(m, constant({{9}}), {constant(0), constant(2)}), {2, 3}, {1, 2, 9, 4, 5, 6});
  check<int>(tf::iota({2, 2}, 1), {2, 2}, {0, 1, 0, 1});
  check<double>(tf::range(3, tf::float64), {3}, {0, 1, 2});
}

TEST_CASE("arrangement and indexing refuse what does not fit, at the line that asks") {
  const Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  CHECK(contains(error_here([&] { (void)(tf::reshape(m, {4})); }), "reshape: "));
  CHECK(contains(error_here([&] { (void)(tf::reshape(m, {4, -1})); }), "reshape: "));
  CHECK(contains(error_here([&] { (void)(tf::transpose(m, {0, 0})); }), "transpose: "));
  CHECK(contains(error_here([&] { (void)(tf::slice(m, {0, 0}, {2, 4})); }), "slice: "));
  CHECK(contains(error_here([&] { (void)(tf::slice(m, {0}, {2})); }), "slice: "));
  CHECK(contains(error_here([&] { (void)(tf::expand_dims(m, 4)); }), "expand_dims: "));
  CHECK(contains(error_here([&] { (void)(tf::broadcast_to(m, {3, 3})); }), "broadcast_to: "));
  CHECK(contains(error_here([&] { (void)(tf::pad(m, {1}, {1})); }), "pad: "));
  CHECK(contains(error_here([&] { (void)(tf::concat({m, constant({1})}, 0)); }), "concat: "));
  CHECK(contains(error_here([&] { (void)(tf::concat({}, 0)); }), "concat: needs at least one operand"));
  CHECK(contains(error_here([&] { (void)(tf::gather(m, constant({0, 2}))); }), "gather: "));
  CHECK(contains(error_here([&] { (void)(tf::gather(m, constant({-1}))); }), "gather: "));
  CHECK(
      contains(error_here([&] { (void)(tf::gather(m, constant({1.0f}))); }), "gather: indices must be int32 or int64"));
  CHECK(contains(error_here([&] { (void)(tf::dynamic_slice(m, {constant(1), constant(2)}, {1, 2})); }),
                 "dynamic_slice: "));
  CHECK(contains(error_here([&] { (void)(tf::dynamic_slice(m, {constant(1)}, {1, 2})); }),
                 "dynamic_slice: needs one index per dimension (2)"));
  CHECK(contains(error_here([&] { (void)(tf::dynamic_update_slice(m, constant({{9}}), {constant(2), constant(0)})); }),
                 "dynamic_update_slice"));
  CHECK(error_here([&] { (void)(tf::broadcast_to(constant({1}), {-2})); }) ==
        "broadcast_to: negative size in shape [-2]");
  CHECK(error_here([&] { (void)(tf::reshape(m, {-2, -3})); }) == "reshape: negative size in shape [-2, -3]");
  CHECK(error_here([&] { (void)(tf::iota({-3})); }) == "iota: negative size in shape [-3]");
  CHECK(error_here([&] { (void)(tf::dynamic_slice(constant({1}), {constant(0)}, {-5})); }) ==
        "dynamic_slice: negative size in shape [-5]");
  for (const std::int64_t huge : {INT64_MIN, INT64_MIN + 1, INT64_MIN + 1000}) {
    CHECK(error_here([&] { (void)(tf::reshape(m, {huge})); }) == "reshape: a size is below -2^62");
    CHECK(error_here([&] { (void)(tf::iota({huge})); }) == "iota: a size is below -2^62");
    auto captured = tf::function([&](tf::Tensor x) { return tf::broadcast_to(x, {huge}); });
    CHECK(contains(caught([&] { captured(constant({1})); }).message(), "a size is below -2^62"));
  }
  CHECK(contains(error_here([&] { (void)(tf::sqrt(m)); }), "sqrt: does not take int32"));
  CHECK(contains(error_here([&] { (void)(tf::iota({2}, 1)); }), "iota: "));
  CHECK(contains(error_here([&] { (void)(tf::cast(m, tf::bool_) + true); }), "add: does not take bool"));
}

TEST_CASE("assertions") {
  tf::assert_that(constant({true, true}), "fine");
  const auto e = caught([] { tf::assert_that(constant({true, false}), "x must be positive"); });
  CHECK(contains(e.message(), "assertion failed: x must be positive"));
  CHECK(e.kind() == tf::Error::Kind::Runtime);
  CHECK(contains(error_here([&] { (void)(tf::assert_that(constant(1) > 2, "no")); }), "assertion failed: no"));
  CHECK(contains(error_here([&] { (void)(tf::assert_that(constant({1}), "no")); }),
                 "assert: does not take int32: operand 0 is int32[1]"));
}

TEST_CASE("matmul agrees with Eigen") {
  std::mt19937 random(1);
  const auto matrix = [&](std::int64_t rows, std::int64_t columns) {
    std::vector<double> elements(static_cast<std::size_t>(rows * columns));
    for (double& x : elements) x = std::uniform_real_distribution<double>(-1, 1)(random);
    return constant(elements, {rows, columns});
  };
  for (const auto [m, k, n] : {std::array{1, 1, 1}, {3, 4, 5}, {17, 33, 9}, {64, 128, 70}, {5, 0, 3}}) {
    const Tensor a = matrix(m, k), b = matrix(k, n), c = tf::matmul(a, b);
    const Eigen::MatrixXd expected = tf::as_eigen<double, 2>(a) * tf::as_eigen<double, 2>(b);
    CHECK((tf::as_eigen<double, 2>(c) - expected).cwiseAbs().sum() <= 1e-12 * (1 + m * n));
    const Tensor turned = tf::transpose(tf::matmul(tf::transpose(b), tf::transpose(a)));
    CHECK((tf::as_eigen<double, 2>(turned) - expected).cwiseAbs().sum() <= 1e-12 * (1 + m * n));
  }
  check<int>(tf::matmul(constant({{1, 2}, {3, 4}}), constant({{1}, {10}})), {2, 1}, {21, 43});
  check<int>(tf::matmul(constant({{{1, 2}}, {{3, 4}}}), constant({{1}, {10}})), {2, 1, 1}, {21, 43});
  CHECK(tf::matmul(tf::ones({3, 1, 2, 4}), tf::ones({5, 4, 6})).shape() == tf::Shape{3, 5, 2, 6});
  CHECK(error_here([&] { (void)(tf::matmul(tf::ones({2, 3}), tf::ones({4, 5}))); }) ==
        "matmul: the columns of (2,3) and the rows of (4,5) differ in number");
  CHECK(contains(error_here([&] { (void)(tf::matmul(tf::ones({2, 2, 3}), tf::ones({3, 3, 5}))); }),
                 "matmul: shapes do not broadcast"));
  CHECK(contains(error_here([&] { (void)(tf::matmul(tf::ones({3}), tf::ones({3}))); }),
                 "matmul: expected operands of rank 2 or more"));
}
