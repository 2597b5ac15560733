// Half, and the conversions of vectors of it, against Eigen's half and against each other.
#include "tjit/half.h"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include "ir/literal_text.h"
#include "ir/ops/math.h"
#include "numbers.h"

namespace tjit {
namespace {

using namespace test;

Half of_eigen(Eigen::half h) { return Half::of(Eigen::numext::bit_cast<std::uint16_t>(h)); }

TEST_CASE("each half is the float that Eigen says, and comes back from it") {
  for (int bits = 0; bits < 0x10000; ++bits) {
    const Half h = Half::of(static_cast<std::uint16_t>(bits));
    const auto want = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(h.bits));
    const bool right = same(static_cast<float>(h), want) && same(math::widen(Vec<Half, 1>(h))[0], want) &&
                       same(Half(want), h) && same(math::narrow<Half>(Vec<float, 1>(want))[0], h) &&
                       same(math::narrow<Half>(Vec<double, 1>(want))[0], h);
    if (!right) FAIL_CHECK("bits ", bits);
  }
}

/// Halves, the middles between them, and the numbers next to both.
std::vector<double> around_halves() {
  std::vector<double> numbers;
  for (int bits = 0; bits < 0x7c01; bits += 1 + bits % 3) {
    const double low = static_cast<float>(Half::of(static_cast<std::uint16_t>(bits)));
    const double high = bits + 1 < 0x7c00 ? static_cast<float>(Half::of(static_cast<std::uint16_t>(bits + 1))) : 65536;
    for (const double x : {std::fmin(low, 65536), (std::fmin(low, 65536) + high) / 2})
      for (const double near : {std::nextafter(x, 0), x, std::nextafter(x, 1e9)})
        for (const double v : {near, -near}) numbers.push_back(v);
  }
  return numbers;
}

TEST_CASE("floats and doubles round once, to nearest, ties to even") {
  for (const double x : around_halves()) {
    const auto f = static_cast<float>(x);
    const Half want = of_eigen(Eigen::half(f));
    if (!same(Half(f), want) || !same(math::narrow<Half>(Vec<float, 1>(f))[0], want)) FAIL_CHECK(f);
    // A double rounds as the float with more digits that lies on the same side of each middle.
    const Half exact(x);
    if (x == f && !same(exact, want)) FAIL_CHECK(x);
    if (!same(math::narrow<Half>(Vec<double, 1>(x))[0], exact)) FAIL_CHECK(x);
    const double below = std::fabs(x - static_cast<float>(exact));
    for (const int step : {-1, 1}) {
      const auto other = static_cast<float>(Half::of(static_cast<std::uint16_t>(exact.bits + step)));
      if (std::isfinite(below) && std::isfinite(other) && std::fabs(x - other) < below) FAIL_CHECK(x);
    }
  }
  CHECK(same(Half(kNan<double>), kNan<Half>));
  CHECK(same(Half(kInf<float>), kInf<Half>));
  CHECK(Half(1e-300).bits == 0);
  CHECK(Half(-1e300).bits == 0xfc00);
  CHECK(Half(3).bits == 0x4200);
}

TEST_CASE("vectors convert as single elements do") {
  std::vector<float> floats;
  for (const double x : around_halves()) floats.push_back(static_cast<float>(x));
  for (std::size_t i = 0; i + 8 <= floats.size(); i += 8) {
    const auto halves = math::narrow<Half>(Vec<float, 8>::load(floats.data() + i));
    const auto wide = math::widen(halves);
    for (int lane = 0; lane < 8; ++lane) {
      const Half want(floats[i + static_cast<std::size_t>(lane)]);
      if (!same(halves[lane], want) || !same(wide[lane], static_cast<float>(want))) FAIL_CHECK(+want);
    }
  }
}

TEST_CASE("a half prints the fewest digits that read back") {
  const auto text = [](double x) {
    std::string out;
    const Half h(x);
    append_element(out, DType::F16, reinterpret_cast<const std::byte*>(&h));
    return out;
  };
  CHECK(text(0.1) == "0.1");
  CHECK(text(1.0 / 3) == "0.3333");
  CHECK(text(0.015625) == "0.01563");  // 0.01562 is as near, and reads as another one
  CHECK(text(65504) == "65500.0");
  CHECK(text(-0.0) == "-0.0");
  CHECK(text(6e-8) == "6e-08");
  CHECK(text(70000) == "inf");
}

}  // namespace
}  // namespace tjit
