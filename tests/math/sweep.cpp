// The largest errors of the math functions: of f32 at every input (or every Nth), of f16 and bf16 at every input, of
// f64 and of pairs at many. Run by hand, as all inputs of f32 take minutes a function:
//
//   tjit_sweep [--every=N] [FUNCTION...]
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "ir/ops/apply.h"
#include "ir/ops/ops.h"
#include "tests/math/errors.h"
#include "tests/unit/special_oracles.h"

namespace tjit {
namespace {

using test::samples;
using test::worst_error;

template <class T>
void print(const char* type, const test::Worst<T>& worst) {
  std::printf("  %s %.4f at %a, %a", type, worst.error, static_cast<double>(worst.x), static_cast<double>(worst.y));
  std::fflush(stdout);
}

class Sweep {
 public:
  Sweep(std::string_view wanted, std::uint64_t every) : wanted_(wanted), every_(every) {}

  template <class Op>
  void of(auto oracle) {
    if (!wanted_.empty() && wanted_ != Op::info.name) return;
    found_ = true;
    std::printf("%-8.*s", static_cast<int>(Op::info.name.size()), Op::info.name.data());
    sweep<Op, Half>("f16", oracle, 1);
    sweep<Op, BFloat16>("bf16", oracle, 1);
    sweep<Op, float>("f32", oracle, every_);
    sweep<Op, double>("f64", oracle, 1);
    std::printf("\n");
  }
  bool found() const { return found_; }

 private:
  static constexpr int kCount = 1'000'000;

  template <class Op, class T>
  static void sweep(const char* type, auto oracle, std::uint64_t every) {
    const auto f = [](auto... x)
      requires(sizeof...(x) == Op::info.arity)
    { return apply_op<Op, T>(x...); };
    if constexpr (Op::info.arity == 1 && sizeof(T) <= 4) {
      print(type, test::worst_error_of_all<T>(f, oracle, every));
    } else {
      print(type, worst_error<T>(f, oracle, samples<T>(kCount, 1), shifted(samples<T>(kCount, 50))));
    }
  }

  /// So that pairs are of different ranges, but of the same for the most part.
  template <class T>
  static std::vector<T> shifted(std::vector<T> v) {
    std::rotate(v.begin(), v.begin() + kCount / 3, v.end());
    return v;
  }

  std::string_view wanted_;
  std::uint64_t every_;
  bool found_ = false;
};

// glibc's powl takes -inf to the power -2^63 for one to an odd power.
template <class W>
W pow_oracle(W x, W y) {
  return std::isinf(x) ? static_cast<W>(std::pow(static_cast<double>(x), static_cast<double>(y))) : std::pow(x, y);
}

// One line a function. Oracles compute in double for f32, in long double for f64.
void sweep_all(Sweep& s) {
  s.of<Exp>([](auto x) { return std::exp(x); });
  s.of<Expm1>([](auto x) { return std::expm1(x); });
  s.of<Log>([](auto x) { return std::log(x); });
  s.of<Log1p>([](auto x) { return std::log1p(x); });
  s.of<Rsqrt>([](auto x) { return 1 / std::sqrt(x); });
  s.of<Sigmoid>([](auto x) { return 1 / (1 + std::exp(-x)); });
  s.of<Sin>([](auto x) { return std::sin(x); });
  s.of<Cos>([](auto x) { return std::cos(x); });
  s.of<Tan>([](auto x) { return std::tan(x); });
  s.of<Asin>([](auto x) { return std::asin(x); });
  s.of<Acos>([](auto x) { return std::acos(x); });
  s.of<Atan>([](auto x) { return std::atan(x); });
  s.of<Sinh>([](auto x) { return std::sinh(x); });
  s.of<Cosh>([](auto x) { return std::cosh(x); });
  s.of<Tanh>([](auto x) { return std::tanh(x); });
  s.of<Asinh>([](auto x) { return std::asinh(x); });
  s.of<Acosh>([](auto x) { return std::acosh(x); });
  s.of<Atanh>([](auto x) { return std::atanh(x); });
  s.of<Atan2>([](auto y, auto x) { return std::atan2(y, x); });
  s.of<Power>([](auto x, auto y) { return pow_oracle(x, y); });
  s.of<Erf>([](auto x) { return std::erf(x); });
  s.of<Erfc>([](auto x) { return std::erfc(x); });
  s.of<ErfInv>([](auto x) { return test::erf_inv(x); });
  s.of<Cbrt>([](auto x) { return std::cbrt(x); });
  s.of<Hypot>([](auto x, auto y) { return std::hypot(x, y); });
  s.of<Lgamma>([](auto x) { return std::lgamma(x); });
  s.of<Digamma>([](auto x) { return test::Exact(test::digamma(x), test::forgiven_digamma(x)); });
}

int run(int argc, char** argv) {
  std::uint64_t every = 1;
  std::vector<std::string_view> names;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--every=")) {
      every = std::max<std::uint64_t>(1, std::strtoull(argv[i] + 8, nullptr, 10));
    } else {
      names.push_back(argument);
    }
  }
  if (names.empty()) names.emplace_back();
  for (const std::string_view name : names) {
    Sweep sweep(name, every);
    sweep_all(sweep);
    if (sweep.found()) continue;
    std::fprintf(stderr, "no function is called %.*s\n", static_cast<int>(name.size()), name.data());
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace tjit

int main(int argc, char** argv) { return tjit::run(argc, argv); }
