// Math functions in double precision against MPFR, which rounds correctly, on samples of their ranges: their errors are
// within the bounds that the ops state.
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <mpfr.h>
#include <string_view>
#include <vector>

#include "ir/ops/arithmetic.h"
#include "ir/ops/functions.h"
#include "ir/ops/special.h"
#include "tests/unit/numbers.h"
#include "tests/unit/special_oracles.h"

namespace tjit {
namespace {

using namespace test;

constexpr mpfr_prec_t kPrecision = 128;

class Number {
 public:
  explicit Number(double value = 0) {
    mpfr_init2(number_, kPrecision);
    mpfr_set_d(number_, value, MPFR_RNDN);
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(number_); }
  operator mpfr_ptr() { return number_; }

 private:
  mpfr_t number_;
};

/// result = f(x), to nearest.
using Unary = int (*)(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr result, mpfr_srcptr x, mpfr_srcptr y, mpfr_rnd_t);

struct Function {
  const OpInfo* op;
  double low, high;  ///< what is sampled: beyond is nothing, or more of the same
  double (*of)(double x, double y);
  Unary unary;
  Binary binary = nullptr;
};

template <class Op>
double unary_of(double x, double) {
  return Op::eval(Vec<double, 1>(x)).raw;
}
template <class Op>
double binary_of(double x, double y) {
  return Op::eval(Vec<double, 1>(x), Vec<double, 1>(y)).raw;
}
template <class Op>
Function row(Unary exact, double low, double high) {
  return {&Op::info, low, high, unary_of<Op>, exact};
}
template <class Op>
Function row(Binary exact, double low, double high) {
  return {&Op::info, low, high, binary_of<Op>, nullptr, exact};
}

// Those that MPFR has under another name, or not at all.
int sigmoid(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t round) {
  mpfr_neg(result, x, round);
  mpfr_exp(result, result, round);
  mpfr_add_ui(result, result, 1, round);
  return mpfr_ui_div(result, 1, result, round);
}
int lgamma(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t round) {
  int sign;
  return mpfr_lgamma(result, &sign, x, round);
}
/// What `erf_inv` of the oracles finds, corrected by a step of Newton's: y - (erf(y) - x) e^(y^2) sqrt(pi) / 2.
int inverse_erf(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t round) {
  const double near = erf_inv(mpfr_get_d(x, round));
  if (!std::isfinite(near) || near == 0) return mpfr_set_d(result, near, round);
  Number y(near), error, slope;
  mpfr_prec_round(error, 3 * kPrecision, round);  // near 1, erf and x cancel
  mpfr_erf(error, y, round);
  mpfr_sub(error, error, x, round);
  mpfr_sqr(slope, y, round);
  mpfr_exp(slope, slope, round);
  mpfr_mul(error, error, slope, round);
  mpfr_const_pi(slope, round);
  mpfr_sqrt(slope, slope, round);
  mpfr_mul(error, error, slope, round);
  mpfr_div_2ui(error, error, 1, round);
  return mpfr_sub(result, y, error, round);
}

// A function is a line. Sampled are all doubles within the range, and more densely -1 to 1, 0.5 to 2 and the range.
const Function kFunctions[] = {
    row<Exp>(mpfr_exp, -746, 710),
    row<Log>(mpfr_log, 0, 1e308),
    row<Tanh>(mpfr_tanh, -20, 20),
    row<Sigmoid>(sigmoid, -746, 40),
    row<Rsqrt>(mpfr_rec_sqrt, 0, 1e308),
    row<Power>(mpfr_pow, 0, 100),
    row<Erf>(mpfr_erf, -6, 6),
    row<Erfc>(mpfr_erfc, -6, 27.3),
    row<ErfInv>(inverse_erf, -1, 1),
    row<Cbrt>(mpfr_cbrt, -1e308, 1e308),
    row<Hypot>(mpfr_hypot, -1e154, 1e154),
    row<Lgamma>(lgamma, -30, 100),
    row<Digamma>(mpfr_digamma, -30, 100),
};

double error_of(const Function& f, double x, double y) {
  Number exact, a(x), b(y);
  if (f.unary != nullptr) {
    f.unary(exact, a, MPFR_RNDN);
  } else {
    f.binary(exact, a, b, MPFR_RNDN);
  }
  return ulps(f.of(x, y), mpfr_get_ld(exact, MPFR_RNDN));
}

std::vector<double> samples(const Function& f, unsigned seed) {
  std::vector<double> x;
  const auto add = [&](const std::vector<double>& more) {
    for (double v : more)
      if (v >= f.low && v <= f.high) x.push_back(v);
  };
  add(random_bits<double>(1500, seed));
  add(random_between<double>(-1, 1, 1500, seed + 1));
  add(random_between<double>(0.5, 2, 1500, seed + 2));
  add(random_between<double>(f.low, f.high, 1500, seed + 3));
  return x;
}

int sign_of(Unary f, double x) {
  Number result, at(x);
  f(result, at, MPFR_RNDN);
  return mpfr_sgn(static_cast<mpfr_ptr>(result));
}

/// The double next to the zero of f between two doubles, where its signs differ.
double zero_between(Unary f, double low, double high) {
  const int sign = sign_of(f, low);
  for (double middle = low + (high - low) / 2; middle != low && middle != high; middle = low + (high - low) / 2)
    (sign_of(f, middle) == sign ? low : high) = middle;
  return low;
}

/// The errors at the doubles around x.
double worst_around(const Function& f, double x) {
  double worst = 0;
  for (int step = -8; step < 8; ++step)
    worst = std::max(worst, error_of(f, x + step * std::ldexp(1, std::ilogb(x) - 52), 0));
  return worst;
}

// Between -n - 1 and -n, where |Gamma| is smallest between them, digamma has a zero; lgamma has one on either side, if
// it is negative there. At those left of -18 no double is near.
TEST_CASE("lgamma and digamma are exact next to their zeros left of 0") {
  const Function log = row<Lgamma>(lgamma, -30, 100), derivative = row<Digamma>(mpfr_digamma, -30, 100);
  for (int n = 0; n < 200; ++n) {
    INFO("left of -", n);
    const double left = std::nextafter(-n - 1, 0), right = std::nextafter(-n, -n - 1);
    const double lowest = zero_between(mpfr_digamma, left, right);
    CHECK(worst_around(derivative, lowest) <= derivative.op->ulp.f64);
    if (n < 2 || n >= 18) continue;
    CHECK(worst_around(log, zero_between(lgamma, left, lowest)) <= log.op->ulp.f64);
    CHECK(worst_around(log, zero_between(lgamma, lowest, right)) <= log.op->ulp.f64);
  }
}

TEST_CASE("math functions of doubles are as exact as their ops say") {
  for (const Function& f : kFunctions) {
    const std::vector<double> x = samples(f, 1), y = samples(f, 5);
    double worst = 0, worst_x = 0, worst_y = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double other = y[i % y.size()], error = error_of(f, x[i], other);
      if (!(error <= worst)) worst = error, worst_x = x[i], worst_y = other;
    }
    INFO(f.op->name, " at ", worst_x, ", ", worst_y, " of ", x.size());
    CHECK(x.size() > 1000);
    CHECK(worst <= f.op->ulp.f64);
    CHECK(worst > 0);  // nothing of this is exact
  }
}

}  // namespace
}  // namespace tjit
