// The largest errors of the functions of complex numbers, in units in the last place of each part, on random numbers of
// all sizes, against std::complex in wider arithmetic.
//
//   tjit_sweep_complex [COUNT]
#include <cstdio>
#include <cstdlib>
#include <random>

#include "ir/ops/math.h"
#include "tests/unit/complex_oracles.h"

namespace tjit::test {

namespace {

/// Parts near 1, of angles, and of all sizes whose squares have none beyond the range.
class Draws {
 public:
  template <class P>
  Complex<P> number() {
    if (random_() % 8 == 0) return near_the_circle<P>();
    const P re = part<P>();
    return Complex<P>(re, part<P>());
  }

 private:
  double signed_unit() { return std::uniform_real_distribution<double>(-1, 1)(random_); }

  template <class P>
  P part() {
    static constexpr double exponents[] = {2, 5, 20, sizeof(P) == 8 ? 900.0 : 100.0};
    const double most = exponents[random_() % 4];
    return static_cast<P>(signed_unit() * std::exp2(most * signed_unit()));
  }

  template <class P>
  Complex<P> near_the_circle() {
    const double angle = 3.15 * signed_unit(), size = 1 + 1e-3 * signed_unit();
    return Complex<P>(static_cast<P>(size * std::cos(angle)), static_cast<P>(size * std::sin(angle)));
  }

  std::mt19937_64 random_{5};
};

template <class P, class F>
void sweep(const char* name, F f, std::int64_t count) {
  using T = Complex<P>;
  Draws draws;
  double worst = 0;
  T at{}, with{};
  for (std::int64_t i = 0; i < count; ++i) {
    const T x = draws.number<P>(), y = draws.number<P>();
    const auto exact = *complex_wide_oracle<T>(name, widened(x), widened(y));
    const T got = f(Vec<T, 1>(x), Vec<T, 1>(y))[0];
    const double error =
        std::max(part_error(got.re, exact.real(), exact.imag()), part_error(got.im, exact.imag(), exact.real()));
    if (error > worst) worst = error, at = x, with = y;
  }
  std::printf("%-10s %-4s %.2f at (%.17g, %.17g), (%.17g, %.17g)\n", name, sizeof(P) == 8 ? "c128" : "c64", worst,
              static_cast<double>(at.re), static_cast<double>(at.im), static_cast<double>(with.re),
              static_cast<double>(with.im));
}

/// Whole y from -4 to 4 among them, with x at the ends of the range of such powers.
template <class P>
void sweep_power(std::int64_t count) {
  using T = Complex<P>;
  Draws draws;
  double worst = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const T x = draws.number<P>();
    const T y = i % 2 == 0 ? T(static_cast<P>(i / 2 % 9 - 4)) : draws.number<P>();
    worst = std::max(worst, power_error(x, y, math::pow(Vec<T, 1>(x), Vec<T, 1>(y))[0]));
  }
  std::printf("%-10s %-4s %.2f\n", "power", sizeof(P) == 8 ? "c128" : "c64", worst);
}

template <class P>
void sweep_all(std::int64_t count) {
  sweep<P>("divide", [](auto x, auto y) { return math::divide(x, y); }, count);
  sweep<P>("reciprocal", [](auto x, auto) { return math::divide(decltype(x)(1), x); }, count);
  sweep<P>("sqrt", [](auto x, auto) { return math::sqrt(x); }, count);
  sweep<P>("exp", [](auto x, auto) { return math::exp(x); }, count);
  sweep<P>("log", [](auto x, auto) { return math::log(x); }, count);
  sweep<P>("sin", [](auto x, auto) { return math::sin(x); }, count);
  sweep<P>("cos", [](auto x, auto) { return math::cos(x); }, count);
  sweep<P>("tanh", [](auto x, auto) { return math::tanh(x); }, count);
  sweep_power<P>(count);
}

}  // namespace

}  // namespace tjit::test

int main(int argc, char** argv) {
  const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 3'000'000;
  tjit::test::sweep_all<float>(count);
  tjit::test::sweep_all<double>(count);
}
