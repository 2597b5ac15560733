// Every op on every element type that it takes against something outside tjit. Elementwise ops stand here: C++ and its
// library where the result is exact, libm in wider arithmetic where it is not. An op without an oracle fails.
#include <bit>
#include <cmath>
#include <doctest/doctest.h>
#include <optional>

#include "arrays.h"
#include "complex_oracles.h"
#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "run_op.h"
#include "special_oracles.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

using namespace test;

/// One element of each operand.
template <class T>
struct Args {
  bool mask;  ///< the first operand of `where`, which then takes x and y
  T x, y, z;
};

template <class T>
T wrapped(__int128 x) {
  return static_cast<T>(static_cast<std::uint64_t>(x));
}

template <class T>
T float_mod(T x, T y) {
  const T remainder = std::fmod(x, y);
  if (remainder == 0) return std::copysign(T(0), y);
  return (remainder < 0) != (y < 0) ? remainder + y : remainder;
}

template <class T>
T float_clip(T x, T low, T high) {
  if (x != x || low != low || high != high) return kNan<T>;
  return std::fmin(std::fmax(x, low), high);
}

template <class T>
std::optional<T> float_oracle(std::string_view op, T x, T y, T z) {
  if (op == "add") return x + y;
  if (op == "subtract") return x - y;
  if (op == "multiply") return x * y;
  if (op == "divide") return x / y;
  if (op == "floor_div") return std::floor(x / y);
  if (op == "mod") return float_mod(x, y);
  if (op == "negative") return -x;
  if (op == "abs") return std::fabs(x);
  if (op == "sign") return x > 0 ? T(1) : x < 0 ? T(-1) : x;
  if (op == "reciprocal") return 1 / x;
  if (op == "square") return x * x;
  if (op == "sqrt") return std::sqrt(x);
  if (op == "floor") return std::floor(x);
  if (op == "ceil") return std::ceil(x);
  if (op == "round") return std::nearbyint(x);
  if (op == "angle") return x != x ? x : std::signbit(x) ? static_cast<T>(std::acos(-1.0)) : T(0);
  if (op == "trunc") return std::trunc(x);
  if (op == "maximum") return x != x || y != y ? kNan<T> : x == y ? (std::signbit(x) ? y : x) : std::max(x, y);
  if (op == "minimum") return x != x || y != y ? kNan<T> : x == y ? (std::signbit(x) ? x : y) : std::min(x, y);
  if (op == "clip") return float_clip(x, y, z);
  if (op == "copysign") return std::copysign(x, y != y ? T(1) : y);
  if (op == "next_after") return std::nextafter(x, y);
  return {};
}

/// The place of a 16-bit float among all of them, in their order; both zeros have one.
template <class T>
int place_of(float x) {
  const int size = T(x).bits & 0x7fff;
  return std::signbit(x) ? -size : size;
}

/// Found by counting; Eigen and libm have no such function for it.
template <class T>
T float16_after(float x, float y) {
  if (x != x || y != y) return kNan<T>;
  if (x == y) return T(y);
  const int place = place_of<T>(x) + (x < y ? 1 : -1);
  return T::of(static_cast<std::uint16_t>(place < 0 || (place == 0 && x < 0) ? -place | 0x8000 : place));
}

/// Of 16-bit floats: computed in float and rounded once.
template <class T>
std::optional<T> float16_oracle(std::string_view op, float x, float y, float z) {
  if (op == "next_after") return float16_after<T>(x, y);
  const std::optional<float> exact = float_oracle(op, x, y, z);
  return exact ? std::optional(T(*exact)) : std::nullopt;
}

template <class T>
std::optional<T> complex_oracle(std::string_view op, T x, T y) {
  if (op == "add") return T(x.re + y.re, x.im + y.im);
  if (op == "subtract") return T(x.re - y.re, x.im - y.im);
  if (op == "square") y = x;
  if (op == "multiply" || op == "square") return T(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re);
  if (op == "negative") return T(-x.re, -x.im);
  if (op == "conj") return T(x.re, -x.im);
  return {};
}

/// What is not rounded correctly: good to the op's `ulp`.
template <class T>
std::optional<Exact<Wide<T>>> wide_oracle(std::string_view op, Wide<T> x, Wide<T> y) {
  if (op == "exp") return std::exp(x);
  if (op == "expm1") return std::expm1(x);
  if (op == "log") return std::log(x);
  if (op == "log1p") return std::log1p(x);
  if (op == "sin") return std::sin(x);
  if (op == "cos") return std::cos(x);
  if (op == "tan") return std::tan(x);
  if (op == "asin") return std::asin(x);
  if (op == "acos") return std::acos(x);
  if (op == "atan") return std::atan(x);
  if (op == "atan2") return std::atan2(x, y);
  if (op == "sinh") return std::sinh(x);
  if (op == "cosh") return std::cosh(x);
  if (op == "tanh") return std::tanh(x);
  if (op == "asinh") return std::asinh(x);
  if (op == "acosh") return std::acosh(x);
  if (op == "atanh") return std::atanh(x);
  if (op == "sigmoid") return 1 / (1 + std::exp(-x));
  if (op == "rsqrt") return 1 / std::sqrt(x);
  if (op == "power") return std::pow(x, y);
  if (op == "erf") return std::erf(x);
  if (op == "erfc") return std::erfc(x);
  if (op == "erf_inv") return erf_inv(x);
  if (op == "cbrt") return std::cbrt(x);
  if (op == "hypot") return std::hypot(x, y);
  if (op == "lgamma") return std::lgamma(x);
  if (op == "digamma") return Exact(digamma(x), forgiven_digamma(x));
  return {};
}

/// Of integers and bools.
template <class T>
std::optional<T> extreme_oracle(std::string_view op, T a, T b, T c) {
  if (op == "maximum") return std::max(a, b);
  if (op == "minimum") return std::min(a, b);
  if (op == "clip") return std::min(std::max(a, b), c);
  return {};
}

template <class T>
std::optional<T> integer_oracle(std::string_view op, T a, T b) {
  const __int128 x = a, y = b;
  const int width = 8 * sizeof(T);
  if (op == "add") return wrapped<T>(x + y);
  if (op == "subtract") return wrapped<T>(x - y);
  if (op == "multiply") return wrapped<T>(x * y);
  if (op == "floor_div") return wrapped<T>(x / y - (x % y != 0 && (x % y < 0) != (y < 0)));
  if (op == "mod") return wrapped<T>(x % y + (x % y != 0 && (x % y < 0) != (y < 0) ? y : 0));
  if (op == "power") {
    std::uint64_t result = 1, base = static_cast<std::uint64_t>(a);
    for (std::uint64_t e = static_cast<std::uint64_t>(b); e != 0; e >>= 1, base *= base) result *= e & 1 ? base : 1;
    return static_cast<T>(result);
  }
  if (op == "negative") return wrapped<T>(-x);
  if (op == "abs") return wrapped<T>(x < 0 ? -x : x);
  if (op == "sign") return static_cast<T>(x > 0 ? 1 : x < 0 ? -1 : 0);
  if (op == "square") return wrapped<T>(x * x);
  if (op == "bitwise_and") return static_cast<T>(a & b);
  if (op == "bitwise_or") return static_cast<T>(a | b);
  if (op == "bitwise_xor") return static_cast<T>(a ^ b);
  if (op == "bitwise_not") return static_cast<T>(~a);
  if (op == "shift_left") return y < 0 || y >= width ? T(0) : wrapped<T>(x << static_cast<int>(y));
  if (op == "shift_right") return wrapped<T>(x >> static_cast<int>(y < 0 || y >= width ? width : y));
  if (op == "population_count") return static_cast<T>(std::popcount(static_cast<std::make_unsigned_t<T>>(a)));
  return {};
}

template <class T>
std::optional<bool> real_bool_oracle(std::string_view op, T x, T y) {
  if (op == "less") return x < y;
  if (op == "less_equal") return x <= y;
  if (op == "greater") return x > y;
  if (op == "greater_equal") return x >= y;
  if (op == "logical_and" || op == "bitwise_and") return x && y;
  if (op == "logical_or" || op == "bitwise_or") return x || y;
  if (op == "logical_xor" || op == "bitwise_xor") return bool(x) != bool(y);
  if (op == "logical_not" || op == "bitwise_not") return !x;
  if constexpr (Floating<T>) {
    if (op == "is_nan") return std::isnan(x);
    if (op == "is_inf") return std::isinf(x);
    if (op == "is_finite") return std::isfinite(x);
  }
  return {};
}

template <class T>
std::optional<bool> bool_oracle(std::string_view op, T x, T y) {
  if (op == "equal") return x == y;
  if (op == "not_equal") return x != y;
  if constexpr (!kIsComplex<T>) {
    return real_bool_oracle(op, x, y);
  } else {
    if (op == "is_nan") return std::isnan(x.re) || std::isnan(x.im);
    if (op == "is_inf") return std::isinf(x.re) || std::isinf(x.im);
    if (op == "is_finite") return std::isfinite(x.re) && std::isfinite(x.im);
  }
  return {};
}

/// The one of the 16-bit floats about x that is nearest, of two the one whose last bit is 0.
template <class R>
R nearest(long double x) {
  const R about(static_cast<float>(x));
  R best = about;
  for (const int step : {-1, 1}) {
    const R other = R::of(static_cast<std::uint16_t>(about.bits + step));
    const long double closer = std::fabs(best - x) - std::fabs(other - x);
    if (closer > 0 || (closer == 0 && other.bits % 2 == 0)) best = other;
  }
  return best;
}

template <class R, class T>
R cast_oracle(T x) {
  if constexpr (kIsComplex<T> && kIsComplex<R>) {
    return R(x);
  } else if constexpr (kIsComplex<T> && std::is_same_v<R, bool>) {
    return x.re != 0 || x.im != 0;
  } else if constexpr (kIsComplex<T>) {
    FAIL("complex numbers are not cast to real ones");
    return R();
  } else if constexpr (kIsComplex<R>) {
    return R(cast_oracle<typename R::Part>(x), 0);
  } else if constexpr (std::is_same_v<R, BFloat16> && std::is_integral_v<T>) {
    return nearest<R>(x);
  } else if constexpr (Floating<T> && Floating<R> && std::is_class_v<T>) {
    return static_cast<R>(static_cast<float>(x));
  } else if constexpr (std::is_same_v<R, bool>) {
    return x != 0;
  } else if constexpr (Floating<T> && std::is_integral_v<R>) {
    if (x != x) return 0;
    // Compared as exact wide numbers: R's limits need not be a T.
    const long double wide = x, low = std::numeric_limits<R>::min(), high = std::numeric_limits<R>::max();
    return wide <= low    ? std::numeric_limits<R>::min()
           : wide >= high ? std::numeric_limits<R>::max()
                          : static_cast<R>(x);
  } else {
    return static_cast<R>(x);
  }
}

template <class R, class T>
R bitcast_oracle(T x) {
  R result;
  static_assert(sizeof result == sizeof x);
  if (x != x) x = std::numeric_limits<T>::quiet_NaN();
  std::memcpy(&result, &x, sizeof x);
  return result;
}

template <class T, class R>
std::optional<R> exact_oracle(std::string_view op, const Args<T>& a) {
  if (op == "cast") return cast_oracle<R>(a.x);
  if constexpr (sizeof(T) == sizeof(R) && !kIsComplex<T>)
    if (op == "bitcast") return bitcast_oracle<R>(a.x);
  if constexpr (std::is_same_v<R, bool>)
    if (const auto b = bool_oracle(op, a.x, a.y)) return b;
  if constexpr (kIsComplex<T> && !kIsComplex<R>) {
    if constexpr (std::is_same_v<R, typename T::Part>) return op == "real" ? a.x.re : a.x.im;
  } else if constexpr (kIsComplex<R> && !kIsComplex<T>) {
    if (op == "complex") return R(a.x, a.y);
  } else if (op == "real" || op == "imag" || op == "conj") {
    if constexpr (std::is_same_v<T, R> && !kIsComplex<T>) return op == "imag" ? T(0) : a.x;
  }
  if constexpr (std::is_same_v<T, R>) {
    if (op == "where") return a.mask ? a.x : a.y;
    if constexpr (std::is_floating_point_v<T>) return float_oracle(op, a.x, a.y, a.z);
    if constexpr (kIsComplex<T>) return complex_oracle(op, a.x, a.y);
    if constexpr (Floating<T> && std::is_class_v<T>) return float16_oracle<T>(op, a.x, a.y, a.z);
    if constexpr (std::is_integral_v<T>)
      if (const auto extreme = extreme_oracle(op, a.x, a.y, a.z)) return extreme;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return integer_oracle(op, a.x, a.y);
  }
  return {};
}

/// Whether `got` is right; nothing when there is no oracle.
template <class T, class R>
std::optional<bool> is_right(const OpInfo& op, const Args<T>& a, R got) {
  if constexpr (kIsComplex<T>)
    if (const auto right = is_right_complex(op, a.x, a.y, got)) return right;
  if constexpr (Floating<T> && std::is_same_v<T, R>)
    if (const auto exact = wide_oracle<T>(op.name, a.x, a.y)) return ulps(got, *exact) <= ulp_of(op.ulp, dtype_of<T>);
  if (const std::optional<R> want = exact_oracle<T, R>(op.name, a)) return same(got, *want);
  return {};
}

template <class T>
std::string shown(T x) {
  std::string text;
  append_element(text, dtype_of<T>, reinterpret_cast<const std::byte*>(&x));
  return text;
}

template <class T, class R>
void check_op(const OpDef& op) {
  constexpr std::int64_t kCount = 3000;
  const std::vector<Array> in = elementwise_operands(op, dtype_of<T>, dtype_of<R>, {kCount}, 13);
  const Array got = execute_one(op, nullptr, in, {dtype_of<R>, {kCount}});
  const std::size_t first = op.info.mask_first ? 1 : 0;
  const auto operand = [&](std::size_t k, std::int64_t i) {
    return in[std::min(first + k, in.size() - 1)].template data<T>()[i];
  };
  INFO(op.info.name, " ", info(dtype_of<T>).ir_name, " -> ", info(dtype_of<R>).ir_name);
  for (std::int64_t i = 0; i < kCount; ++i) {
    const Args<T> a{first != 0 && in[0].data<bool>()[i], operand(0, i), operand(1, i), operand(2, i)};
    const R result = got.data<R>()[i];
    const std::optional<bool> right = is_right<T, R>(op.info, a, result);
    if (right && *right) continue;
    REQUIRE_MESSAGE(right, "there is no oracle: give it one in tests/unit/oracle_test.cpp");
    FAIL_CHECK("of ", shown(a.x), ", ", shown(a.y), ", ", shown(a.z), " is ", shown(result));
    return;
  }
}

TEST_CASE("elementwise ops agree with C++ and libm on every type") {
  for (const OpDef& op : op_table()) {
    if (op.form() != Form::Map) continue;
    for (const DTypeInfo& operand : kDTypes)
      for (const DTypeInfo& result : kDTypes) {
        if (kernels().elementwise_kernel(op.code, operand.dtype, result.dtype).run == nullptr) continue;
        dispatch(operand.dtype,
                 [&]<class T>(Tag<T>) { dispatch(result.dtype, [&]<class R>(Tag<R>) { check_op<T, R>(op); }); });
      }
  }
}

/// The oracles of the other ops are tests of their own, which take each element type of the op (`for_each_type`).
struct OracleTest {
  std::vector<std::string_view> ops;
  std::string file, name;
};
const OracleTest kOracleTests[] = {
    {{"reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_any", "reduce_all"},
     "reduce_test.cpp",
     "reductions join in the documented order, at each level and in every layout"},
    {{"argmax", "argmin"}, "reduce_test.cpp", "argmax and argmin give the first NaN, else the first extreme"},
    {{"broadcast_to", "reshape", "transpose", "slice", "reverse"}, "execute_test.cpp", "views share the elements"},
    {{"pad", "concat"}, "execute_test.cpp", "pad and concat place their operands"},
    {{"gather"}, "execute_test.cpp", "gather looks elements up along any axis"},
    {{"dynamic_slice", "dynamic_update_slice"}, "execute_test.cpp", "dynamic windows"},
    {{"iota"}, "execute_test.cpp", "iota counts along its axis"},
    {{"cumsum", "cumprod", "cummax", "cummin"},
     "routine_test.cpp",
     "cumulative ops join in the documented order, in every layout"},
    {{"scatter"}, "routine_test.cpp", "scatter joins its updates in their order"},
    {{"sort", "argsort", "top_k"}, "sort_test.cpp", "sort, argsort and top_k agree with the standard library"},
    {{"dot"}, "dot_test.cpp", "dot joins products in the documented order, at each level and in every layout"},
    {{"conv"}, "window_test.cpp", "conv joins products in the documented order, at each level and in every layout"},
    {{"reduce_window"},
     "window_test.cpp",
     "reduce_window joins what a window covers, at each level and in every layout"},
    {{"random_bits"}, "random_test.cpp", "random bits are the published ones of Threefry"},
    {{"custom_call"},
     "custom_call_test.cpp",
     "custom calls take arrays of every type in every layout, and give several results"},
    {{"cond", "while", "call", "fusion", "constant"}, "interpreter_test.cpp", "control ops pass every element type"},
    {{"print"}, "format_test.cpp", "values print as NumPy prints them"},
    {{"assert"}, "interpreter_test.cpp", "assert raises with its message and place"},
};

TEST_CASE("every other op has a test that is its oracle") {
  for (const OpDef& op : op_table()) {
    const auto is_its = [&](const OracleTest& t) { return std::ranges::count(t.ops, op.info.name) != 0; };
    INFO(op.info.name, ": name the test in tests/unit/oracle_test.cpp that compares it with something outside tjit");
    CHECK(std::ranges::count_if(kOracleTests, is_its) == (op.form() == Form::Map ? 0 : 1));
  }
  for (const OracleTest& t : kOracleTests) {
    const std::string text = read_text(tests_folder() / "unit" / t.file);
    CHECK_MESSAGE(text.find("TEST_CASE(\"" + t.name + "\")") != std::string::npos, t.file, " has no test ", t.name);
    for (const std::string_view op : t.ops) CHECK_MESSAGE(find_op(op) != nullptr, op);
  }
}

}  // namespace
}  // namespace tjit
