// Functions of complex numbers: special values as C99 Annex G lists them, branch cuts from both sides, the borders of
// overflow, and the same bits at every width. The oracles of the ops hold the errors.
#include <doctest/doctest.h>

#include "arrays.h"
#include "complex_oracles.h"
#include "ir/ops/math.h"

namespace tjit {
namespace {

using namespace test;

constexpr double kPi = 0x1.921fb54442d18p+1;

constexpr auto divide = [](auto x, auto y) { return math::divide(x, y); };
constexpr auto power = [](auto x, auto y) { return math::pow(x, y); };
constexpr auto exp = [](auto x) { return math::exp(x); };
constexpr auto log = [](auto x) { return math::log(x); };
constexpr auto sqrt = [](auto x) { return math::sqrt(x); };
constexpr auto sin = [](auto x) { return math::sin(x); };
constexpr auto cos = [](auto x) { return math::cos(x); };
constexpr auto tanh = [](auto x) { return math::tanh(x); };

template <class P>
Complex<P> of(auto f, Complex<P> x) {
  return f(Vec<Complex<P>, 1>(x))[0];
}
template <class P>
Complex<P> of(auto f, Complex<P> x, Complex<P> y) {
  return f(Vec<Complex<P>, 1>(x), Vec<Complex<P>, 1>(y))[0];
}

template <class P>
struct Case {
  Complex<P> x, y;
};

template <class P>
void check_cases(auto f, std::initializer_list<Case<P>> cases) {
  for (const Case<P>& c : cases) {
    const Complex<P> got = of(f, c.x);
    INFO("of ", c.x.re, ", ", c.x.im, " is ", got.re, ", ", got.im, " instead of ", c.y.re, ", ", c.y.im);
    CHECK(same(got, c.y));
  }
}

TEST_CASE_TEMPLATE("complex: the same bits at every width", P, float, double) {
  using T = Complex<P>;
  const auto x = telling_values<T>(4096, 1), y = telling_values<T>(4096, 2);
  const auto check = [&](auto f) {
    int different = 0;
    for (std::size_t i = 0; i < x.size(); i += 8) {
      const auto got = f(Vec<T, 8>::load(&x[i]), Vec<T, 8>::load(&y[i]));
      for (std::size_t k = 0; k < 8; ++k)
        different += !same(got[static_cast<int>(k)], f(Vec<T, 1>(x[i + k]), Vec<T, 1>(y[i + k]))[0]);
    }
    CHECK(different == 0);
  };
  check(divide);
  check(power);
  const auto unary = [&](auto f) { check([&](auto z, auto) { return f(z); }); };
  unary(exp);
  unary(log);
  unary(sqrt);
  unary(sin);
  unary(cos);
  unary(tanh);
}

TEST_CASE_TEMPLATE("complex: abs, angle and classes", P, float, double) {
  using V = Vec<Complex<P>, 1>;
  const P inf = kInf<P>, nan = kNan<P>, max = std::numeric_limits<P>::max();
  const auto number = [](P re, P im) { return V(Complex<P>(re, im)); };
  CHECK(math::abs(number(3, -4))[0] == 5);
  CHECK(math::abs(number(-inf, nan))[0] == inf);
  CHECK(math::abs(number(nan, 1))[0] != math::abs(number(nan, 1))[0]);
  CHECK(math::abs(number(max / 2, max / 2))[0] < inf);
  CHECK(math::abs(number(max, max))[0] == inf);
  CHECK(math::abs(number(std::numeric_limits<P>::denorm_min(), 0))[0] == std::numeric_limits<P>::denorm_min());
  CHECK(same(math::angle(number(-1, P(-0.0)))[0], P(-kPi)));
  CHECK(same(math::angle(number(-1, 0))[0], P(kPi)));
  CHECK(same(math::angle(number(0, P(-0.0)))[0], P(-0.0)));
  CHECK(same(math::angle(Vec<P, 1>(P(-0.0)))[0], P(kPi)));
  CHECK(same(math::angle(Vec<P, 1>(P(2)))[0], P(0)));
  CHECK(same(math::angle(Vec<P, 1>(-nan))[0], nan));
  CHECK(any(math::is_nan(number(inf, nan))));
  CHECK(any(math::is_inf(number(nan, -inf))));
  CHECK_FALSE(any(math::is_finite(number(1, inf))));
  CHECK(any(math::is_finite(number(1, -max))));
}

TEST_CASE_TEMPLATE("complex: division", P, float, double) {
  using T = Complex<P>;
  const P inf = kInf<P>, nan = kNan<P>, max = std::numeric_limits<P>::max(), min = std::numeric_limits<P>::min();
  const auto check = [](T x, T y, T want) {
    const T got = of(divide, x, y);
    INFO(x.re, ", ", x.im, " over ", y.re, ", ", y.im, " is ", got.re, ", ", got.im);
    CHECK(same(got, want));
  };
  check(T(5, 10), T(1, 2), T(5, 0));
  check(T(max, max), T(max, max), T(1, 0));
  check(T(min, min), T(min, -min), T(0, 1));
  check(T(max / 2, 0), T(0, max / 2), T(0, -1));
  check(T(1, 0), T(0, max), T(0, -1 / max));
  check(T(1, 3), T(3, 0), T(P(1) / 3, 1));
  check(T(1, -1), T(0, 0), T(inf, -inf));
  check(T(1, 0), T(0, 0), T(inf, nan));
  check(T(0, 0), T(0, 0), T(nan, nan));
  check(T(inf, 1), T(1, 1), T(inf, -inf));
  check(T(inf, nan), T(1, 1), T(inf, -inf));
  check(T(1, 1), T(inf, -inf), T(0, 0));
  check(T(1, 2), T(nan, inf), T(0, P(-0.0)));
  check(T(inf, 1), T(inf, inf), T(nan, nan));
  check(T(nan, nan), T(1, 1), T(nan, nan));
}

TEST_CASE_TEMPLATE("complex: sqrt and log at their cut, at 0 and at infinities", P, float, double) {
  const P inf = kInf<P>, nan = kNan<P>, minus_zero = P(-0.0), pi = P(kPi);
  check_cases<P>(sqrt, {{Complex<P>(-4, 0), Complex<P>(0, 2)},
                        {Complex<P>(-4, minus_zero), Complex<P>(0, -2)},
                        {Complex<P>(3, -4), Complex<P>(2, -1)},
                        {Complex<P>(0, 0), Complex<P>(0, 0)},
                        {Complex<P>(minus_zero, minus_zero), Complex<P>(0, minus_zero)},
                        {Complex<P>(nan, -inf), Complex<P>(inf, -inf)},
                        {Complex<P>(-inf, 1), Complex<P>(0, inf)},
                        {Complex<P>(-inf, -1), Complex<P>(0, -inf)},
                        {Complex<P>(inf, -1), Complex<P>(inf, minus_zero)},
                        {Complex<P>(-inf, nan), Complex<P>(nan, inf)},
                        {Complex<P>(inf, nan), Complex<P>(inf, nan)},
                        {Complex<P>(1, nan), Complex<P>(nan, nan)},
                        {Complex<P>(nan, 0), Complex<P>(nan, nan)}});
  check_cases<P>(log, {{Complex<P>(1, 0), Complex<P>(0, 0)},
                       {Complex<P>(-1, 0), Complex<P>(0, pi)},
                       {Complex<P>(-1, minus_zero), Complex<P>(0, -pi)},
                       {Complex<P>(0, 0), Complex<P>(-inf, 0)},
                       {Complex<P>(minus_zero, 0), Complex<P>(-inf, pi)},
                       {Complex<P>(1, inf), Complex<P>(inf, pi / 2)},
                       {Complex<P>(-inf, 1), Complex<P>(inf, pi)},
                       {Complex<P>(inf, -1), Complex<P>(inf, minus_zero)},
                       {Complex<P>(inf, inf), Complex<P>(inf, pi / 4)},
                       {Complex<P>(-inf, nan), Complex<P>(inf, nan)},
                       {Complex<P>(nan, inf), Complex<P>(inf, nan)},
                       {Complex<P>(nan, 1), Complex<P>(nan, nan)},
                       {Complex<P>(1, nan), Complex<P>(nan, nan)}});
}

TEST_CASE_TEMPLATE("complex: exp, sin, cos and tanh at infinities and NaN", P, float, double) {
  const P inf = kInf<P>, nan = kNan<P>, minus_zero = P(-0.0);
  check_cases<P>(exp, {{Complex<P>(0, minus_zero), Complex<P>(1, minus_zero)},
                       {Complex<P>(1, inf), Complex<P>(nan, nan)},
                       {Complex<P>(inf, 0), Complex<P>(inf, 0)},
                       {Complex<P>(inf, 2), Complex<P>(-inf, inf)},
                       {Complex<P>(-inf, 2), Complex<P>(minus_zero, 0)},
                       {Complex<P>(-inf, inf), Complex<P>(0, 0)},
                       {Complex<P>(inf, inf), Complex<P>(inf, nan)},
                       {Complex<P>(-inf, nan), Complex<P>(0, 0)},
                       {Complex<P>(nan, minus_zero), Complex<P>(nan, minus_zero)},
                       {Complex<P>(nan, 1), Complex<P>(nan, nan)}});
  check_cases<P>(sin, {{Complex<P>(minus_zero, 0), Complex<P>(minus_zero, 0)},
                       {Complex<P>(inf, minus_zero), Complex<P>(nan, minus_zero)},
                       {Complex<P>(0, inf), Complex<P>(0, inf)},
                       {Complex<P>(2, -inf), Complex<P>(inf, inf)},
                       {Complex<P>(minus_zero, nan), Complex<P>(minus_zero, nan)},
                       {Complex<P>(inf, 1), Complex<P>(nan, nan)},
                       {Complex<P>(nan, -inf), Complex<P>(nan, -inf)}});
  check_cases<P>(cos, {{Complex<P>(0, 0), Complex<P>(1, minus_zero)},
                       {Complex<P>(0, inf), Complex<P>(inf, minus_zero)},
                       {Complex<P>(2, inf), Complex<P>(-inf, -inf)},
                       {Complex<P>(inf, 0), Complex<P>(nan, minus_zero)},
                       {Complex<P>(inf, -inf), Complex<P>(inf, nan)},
                       {Complex<P>(1, nan), Complex<P>(nan, nan)}});
  check_cases<P>(tanh, {{Complex<P>(0, minus_zero), Complex<P>(0, minus_zero)},
                        {Complex<P>(0, inf), Complex<P>(0, nan)},
                        {Complex<P>(1, inf), Complex<P>(nan, nan)},
                        {Complex<P>(inf, 2), Complex<P>(1, minus_zero)},
                        {Complex<P>(-inf, inf), Complex<P>(-1, 0)},
                        {Complex<P>(-inf, nan), Complex<P>(-1, 0)},
                        {Complex<P>(nan, minus_zero), Complex<P>(nan, minus_zero)},
                        {Complex<P>(100, nan), Complex<P>(nan, nan)}});
}

// What users of other libraries reported: overflow of a factor where the product is finite, and loss near |z| = 1.
TEST_CASE("complex: results that are in range while steps to them are not") {
  using F = Complex<float>;
  using D = Complex<double>;
  const auto close = [](auto got, double re, double im) {
    INFO(got.re, ", ", got.im);
    constexpr double kTolerance = sizeof(got.re) == 4 ? 1e-6 : 1e-15;
    CHECK((got.re == re || std::fabs(got.re - re) <= kTolerance * std::fabs(re)));
    CHECK(std::fabs(got.im - im) <= kTolerance * std::fabs(im));
  };
  CHECK(same(of(tanh, D(1000, 0)), D(1, 0)));
  CHECK(of(tanh, D(616.47292227533577, 53.814558958179042)).re == 1);
  close(of(tanh, D(372, 1)), 1, 0x1.8p-1073);
  close(of(sin, F(0, -88)), 0, -8.258181330680653e37);
  close(of(sin, F(1, -89)), 1.888939545790423e38, -1.2128740994357434e38);
  close(of(cos, F(0, 89)), 2.2448063889081578e38, 0);
  close(of(exp, F(100, 1e-20F)), kInf<double>, std::exp(100.0) * double{1e-20F});
  close(of(exp, D(1400, 0x1p-1070)), kInf<double>, static_cast<double>(std::exp(1400.0L) * 0x1p-1070L));
  close(of(log, F(1e20F, 1e20F)), std::log(std::hypot(double{1e20F}, double{1e20F})), kPi / 4);
  close(of(log, D(0x1p-1074, 0x1p-1074)), -744.0934983311013, kPi / 4);
  close(of(log, D(1, 1e-30)), 5e-61, 1e-30);
  close(of(log, D(0.6, 0.8)), 2.220446049250313e-17, 0.9272952180016123);
  close(of(sqrt, F(2.5e-20F, -3e-20F)), std::sqrt(std::complex<double>(2.5e-20F, -3e-20F)).real(),
        std::sqrt(std::complex<double>(2.5e-20F, -3e-20F)).imag());
  close(of(sqrt, D(1.7e308, 1.7e308)), 1.4325088230154573e154, 5.9336458271212207e153);
}

TEST_CASE("complex: small powers whose inverse leaves the range") {
  using D = Complex<double>;
  const auto is_near = [](D got, double re, double im) {
    return std::hypot(got.re - re, got.im - im) < 1e-12 * std::hypot(re, im);
  };
  CHECK(is_near(of(power, D(3.7e77, 0), D(-4, 0)), 5.3357208905747e-311, 0));
  CHECK(is_near(of(power, D(6e102, 0), D(-3, 0)), 4.6296296296296296e-309, 0));
  CHECK(is_near(of(power, D(1e154, 1e154), D(-2, 0)), 0, -5e-309));
}

TEST_CASE_TEMPLATE("complex: power", P, float, double) {
  using T = Complex<P>;
  const P inf = kInf<P>, nan = kNan<P>;
  CHECK(same(of(power, T(nan, inf), T(0, 0)), T(1)));
  CHECK(same(of(power, T(0, 0), T(0, 0)), T(1)));
  CHECK(same(of(power, T(0, 0), T(2, 0)), T(0)));
  CHECK(same(of(power, T(0, 0), T(1, -1)), T(0)));
  CHECK(same(of(power, T(0, 0), T(-1, 0)), T(nan, nan)));
  CHECK(same(of(power, T(0, 0), T(0, 1)), T(nan, nan)));
  CHECK(same(of(power, T(0, 0), T(2, nan)), T(nan, nan)));
  CHECK(same(of(power, T(0, 0), T(2, inf)), T(nan, nan)));
  CHECK(same(of(power, T(-1, 0), T(2, 0)), T(1, P(-0.0))));
  CHECK(same(of(power, T(1, 2), T(3, 0)), T(-11, -2)));
  CHECK(same(of(power, T(1, 2), T(1, 0)), T(1, 2)));
  CHECK(same(of(power, T(0, 2), T(-2, 0)), T(P(-0.25), P(-0.0))));
  const P huge = std::numeric_limits<P>::max() / 4;
  const T vanished = of(power, T(1, huge), T(-18, 0)), beyond = of(power, T(0, huge), T(2, 0));
  CHECK((vanished.re == 0 && vanished.im == 0));
  CHECK(beyond.re == -inf);
  const T turned = of(power, T(0, 1), T(0, 1));  // e^(-pi/2)
  CHECK(std::fabs(turned.re - std::exp(-kPi / 2)) < 4 * std::numeric_limits<P>::epsilon());
  CHECK(turned.im == 0);
}

}  // namespace
}  // namespace tjit
