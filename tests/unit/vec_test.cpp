// Vec and Mask against plain loops over lanes, for every element type and several widths.
#include "ir/ops/vec.h"

#include <array>
#include <cmath>
#include <cstring>
#include <doctest/doctest.h>
#include <limits>
#include <type_traits>

namespace tjit {
namespace {

template <class T, int N>
Vec<T, N> vec_of(const std::array<T, N>& lanes) {
  return Vec<T, N>::load(lanes.data());
}

template <class T, int N>
std::array<T, N> lanes_of(Vec<T, N> v) {
  std::array<T, N> lanes;
  v.store(lanes.data());
  return lanes;
}

// Values with many equal pairs, both signs and the extremes of the type.
template <class T>
T sample(int i) {
  if constexpr (std::is_same_v<T, bool>) {
    return (i * 7 + i / 3) % 2 != 0;
  } else {
    switch (i % 8) {
      case 0: return std::numeric_limits<T>::lowest();
      case 1: return std::numeric_limits<T>::max();
      default: return static_cast<T>((i * 5) % 13 - (std::is_signed_v<T> ? 6 : 0));
    }
  }
}

template <class T, int N>
std::array<T, N> samples(int from) {
  std::array<T, N> lanes;
  for (int i = 0; i < N; ++i) lanes[static_cast<std::size_t>(i)] = sample<T>(from + i);
  return lanes;
}

// One assertion per vector keeps the compile time of this file down.
void check_same(const void* got, const void* expected, std::size_t bytes) {
  CHECK(std::memcmp(got, expected, bytes) == 0);
}

template <class T, std::size_t N>
void check_same(const std::array<T, N>& got, const std::array<T, N>& expected) {
  check_same(got.data(), expected.data(), sizeof got);
}

// f on vectors equals g on each lane.
template <class T, int N>
void check_lanes(auto f, auto g) {
  for (int from = 0; from < 16; ++from) {
    const auto a = samples<T, N>(from), b = samples<T, N>(3 * from + 1);
    std::array<T, N> expected;
    for (std::size_t i = 0; i < N; ++i) expected[i] = g(a[i], b[i]);
    check_same(lanes_of(f(vec_of<T, N>(a), vec_of<T, N>(b))), expected);
  }
}

template <class T, int N>
void check_arithmetic() {
  // Unsigned arithmetic in 64 bits, cut to the type, is what wrapping means.
  using Wide = std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;
  const auto wide = [](T v) { return static_cast<Wide>(v); };
  check_lanes<T, N>([](auto a, auto b) { return a + b; }, [&](T a, T b) { return static_cast<T>(wide(a) + wide(b)); });
  check_lanes<T, N>([](auto a, auto b) { return a - b; }, [&](T a, T b) { return static_cast<T>(wide(a) - wide(b)); });
  check_lanes<T, N>([](auto a, auto b) { return a * b; }, [&](T a, T b) { return static_cast<T>(wide(a) * wide(b)); });
  check_lanes<T, N>([](auto a, auto) { return -a; }, [&](T a, T) { return static_cast<T>(-wide(a)); });
  if constexpr (std::is_floating_point_v<T>) {
    check_lanes<T, N>([](auto a, auto b) { return a / (b * b + decltype(a)(1)); },
                      [](T a, T b) { return a / (b * b + 1); });
  } else {
    using V = Vec<T, N>;
    const auto divisor = [](T b) { return static_cast<T>((b & 15) + 1); };
    check_lanes<T, N>([](auto a, auto b) { return a / ((b & V(15)) + V(1)); },
                      [&](T a, T b) { return static_cast<T>(a / divisor(b)); });
    check_lanes<T, N>([](auto a, auto b) { return a % ((b & V(15)) + V(1)); },
                      [&](T a, T b) { return static_cast<T>(a % divisor(b)); });
    check_lanes<T, N>([](auto a, auto b) { return a << (b & V(7)); },
                      [](T a, T b) { return static_cast<T>(a << (b & 7)); });
    check_lanes<T, N>([](auto a, auto b) { return a >> (b & V(7)); },
                      [](T a, T b) { return static_cast<T>(a >> (b & 7)); });
  }
}

template <class T, int N>
void check_bits() {
  check_lanes<T, N>([](auto a, auto b) { return a & b; }, [](T a, T b) { return static_cast<T>(a & b); });
  check_lanes<T, N>([](auto a, auto b) { return a | b; }, [](T a, T b) { return static_cast<T>(a | b); });
  check_lanes<T, N>([](auto a, auto b) { return a ^ b; }, [](T a, T b) { return static_cast<T>(a ^ b); });
  check_lanes<T, N>([](auto a, auto) { return ~a; },
                    [](T a, T) { return std::is_same_v<T, bool> ? !a : static_cast<T>(~static_cast<int64_t>(a)); });
}

template <class T, int N>
void check_comparisons() {
  check_lanes<T, N>([](auto a, auto b) { return select(a < b, a, b); }, [](T a, T b) { return a < b ? a : b; });
  const auto check = [](auto f, auto g) {
    for (int from = 0; from < 16; ++from) {
      const auto a = samples<T, N>(from), b = samples<T, N>(2 * from);
      const auto mask = f(vec_of<T, N>(a), vec_of<T, N>(b));
      const auto back = to_mask(to_bool(!mask));
      std::array<bool, N> expected, by_lane;
      bool some = false;
      for (std::size_t i = 0; i < N; ++i) {
        some |= expected[i] = g(a[i], b[i]);
        by_lane[i] = mask[static_cast<int>(i)] && !back[static_cast<int>(i)];
      }
      check_same(lanes_of(to_bool(mask)), expected);
      check_same(by_lane, expected);
      CHECK(any(mask) == some);
    }
  };
  check([](auto a, auto b) { return a == b; }, [](T a, T b) { return a == b; });
  check([](auto a, auto b) { return a != b; }, [](T a, T b) { return a != b; });
  check([](auto a, auto b) { return a < b; }, [](T a, T b) { return a < b; });
  check([](auto a, auto b) { return a <= b; }, [](T a, T b) { return a <= b; });
  check([](auto a, auto b) { return a > b; }, [](T a, T b) { return a > b; });
  check([](auto a, auto b) { return a >= b; }, [](T a, T b) { return a >= b; });
  check([](auto a, auto b) { return (a < b) | (a == b); }, [](T a, T b) { return a <= b; });
  check([](auto a, auto b) { return (a <= b) & (a >= b); }, [](T a, T b) { return a == b; });
  check([](auto a, auto b) { return (a <= b) ^ (a >= b); }, [](T a, T b) { return a != b; });
  check([](auto a, auto b) { return ~(a < b); }, [](T a, T b) { return !(a < b); });
  check([](auto, auto) { return Mask<T, N>(true); }, [](T, T) { return true; });
  check([](auto, auto) { return Mask<T, N>(false); }, [](T, T) { return false; });
}

// Conditions of one width choose between values of another; both kinds of condition.
template <class C, class T, int N>
void check_select() {
  const auto a = samples<C, N>(1), b = samples<C, N>(4);
  const auto x = samples<T, N>(2), y = samples<T, N>(9);
  const auto condition = vec_of<C, N>(a) < vec_of<C, N>(b);
  const auto by_mask = lanes_of(select(condition, vec_of<T, N>(x), vec_of<T, N>(y)));
  const auto by_bool = lanes_of(select(to_bool(condition), vec_of<T, N>(x), vec_of<T, N>(y)));
  const auto by_converted = lanes_of(select(convert<T>(condition), vec_of<T, N>(x), vec_of<T, N>(y)));
  std::array<T, N> expected;
  for (std::size_t i = 0; i < N; ++i) expected[i] = a[i] < b[i] ? x[i] : y[i];
  check_same(by_mask, expected);
  check_same(by_bool, expected);
  check_same(by_converted, expected);
}

template <class From, class To, int N>
void check_convert() {
  std::array<From, N> v;
  for (std::size_t i = 0; i < N; ++i) v[i] = static_cast<From>(i % 5 == 0 ? 0 : (i * 3) % 100);  // fits every type
  std::array<To, N> expected;
  for (std::size_t i = 0; i < N; ++i) expected[i] = static_cast<To>(v[i]);
  check_same(lanes_of(convert<To>(vec_of<From, N>(v))), expected);
}

void for_each_width(auto f) {
  f.template operator()<1>();
  f.template operator()<8>();
}

void for_each_type(auto f) {
  f.template operator()<bool>();
  f.template operator()<uint8_t>();
  f.template operator()<int32_t>();
  f.template operator()<int64_t>();
  f.template operator()<float>();
  f.template operator()<double>();
}

TEST_CASE_TEMPLATE("vec: arithmetic wraps lane by lane", T, uint8_t, int8_t, int16_t, int32_t, uint32_t, int64_t,
                   uint64_t, float, double) {
  for_each_width([]<int N>() { check_arithmetic<T, N>(); });
}

TEST_CASE_TEMPLATE("vec: bit operations keep bools 0 or 1", T, bool, uint8_t, int8_t, int32_t, int64_t, uint64_t) {
  for_each_width([]<int N>() { check_bits<T, N>(); });
}

TEST_CASE_TEMPLATE("vec: comparisons, masks, bools", T, bool, uint8_t, int8_t, int32_t, int64_t, uint64_t, float,
                   double) {
  for_each_width([]<int N>() { check_comparisons<T, N>(); });
}

TEST_CASE_TEMPLATE("vec: select and convert between all types", T, bool, uint8_t, int32_t, int64_t, float, double) {
  for_each_width([]<int N>() {
    for_each_type([]<class U>() {
      check_select<T, U, N>();
      check_convert<T, U, N>();
    });
  });
}

TEST_CASE("vec: the widest") {
  check_arithmetic<float, 64>();
  check_comparisons<uint8_t, 64>();
  check_select<double, bool, 64>();
  check_convert<int64_t, float, 64>();
}

TEST_CASE("vec: width 1 is a scalar, wider ones have no padding") {
  CHECK(std::is_same_v<Vec<float, 1>::Raw, float>);
  CHECK(std::is_same_v<Vec<bool, 1>::Raw, uint8_t>);
  CHECK(std::is_same_v<Mask<double, 1>::Raw, bool>);
  CHECK(sizeof(Vec<bool, 8>) == 8);
  CHECK(sizeof(Vec<double, 64>) == 512);
  CHECK(std::is_trivially_copyable_v<Vec<int32_t, 8>>);
}

TEST_CASE("vec: broadcast converts as C++ does; load and store need no alignment") {
  CHECK(lanes_of(Vec<float, 4>(0.5)) == std::array<float, 4>{0.5f, 0.5f, 0.5f, 0.5f});
  CHECK(lanes_of(Vec<bool, 2>(7)) == std::array<bool, 2>{true, true});
  CHECK(lanes_of(Vec<uint8_t, 2>(-1)) == std::array<uint8_t, 2>{255, 255});
  std::array<float, 9> buffer{0, 1, 2, 3, 4, 5, 6, 7, 8};
  Vec<float, 8>::load(buffer.data() + 1).store(buffer.data());
  CHECK(buffer == std::array<float, 9>{1, 2, 3, 4, 5, 6, 7, 8, 8});
}

TEST_CASE_TEMPLATE("vec: float functions", T, float, double) {
  for_each_width([]<int N>() {
    for (T v : {T(-2.5), T(-1.5), T(-0.5), T(-0.0), T(0.25), T(0.5), T(1.5), T(2.5), T(1e10), T(-7)}) {
      using V = Vec<T, N>;
      const V x(v);
      const int last = N - 1;
      CHECK(floor(x)[last] == std::floor(v));
      CHECK(ceil(x)[last] == std::ceil(v));
      CHECK(trunc(x)[last] == std::trunc(v));
      CHECK(round_even(x)[last] == std::nearbyint(v));
      CHECK(abs(x)[last] == std::fabs(v));
      CHECK(sqrt(abs(x))[last] == std::sqrt(std::fabs(v)));
      CHECK(copysign(V(3), x)[last] == std::copysign(T(3), v));
      CHECK(std::signbit((-x)[last]) != std::signbit(v));
      CHECK(fma(x, V(T(1) + std::numeric_limits<T>::epsilon()), -x)[last] ==
            std::fma(v, T(1) + std::numeric_limits<T>::epsilon(), -v));
    }
  });
  using Int = SignedOfSize<sizeof(T)>;
  CHECK(bit_cast<T>(bit_cast<Int>(Vec<T, 4>(-1.25)))[2] == T(-1.25));
  CHECK(abs(Vec<Int, 4>(std::numeric_limits<Int>::min()))[0] == std::numeric_limits<Int>::min());
  CHECK(abs(Vec<Int, 1>(-3))[0] == 3);
}

}  // namespace
}  // namespace tjit
