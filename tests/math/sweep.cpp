// The largest errors of the math functions: of f32 at every input (or every Nth), of f64 and of pairs at many. Run by
// hand, as all inputs take minutes a function:
//
//   tjit_sweep [--every=N] [FUNCTION...]
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/math/errors.h"

namespace tjit {
namespace {

using test::samples;
using test::worst_error;

template <class T>
void print(const char* type, const test::Worst<T>& worst) {
  std::printf("  %s %.3f at %a, %a", type, worst.error, static_cast<double>(worst.x), static_cast<double>(worst.y));
  std::fflush(stdout);
}

class Sweep {
 public:
  Sweep(std::string_view wanted, std::uint64_t every) : wanted_(wanted), every_(every) {}

  void operator()(std::string_view name, auto f, auto oracle) {
    if (!wanted_.empty() && wanted_ != name) return;
    found_ = true;
    std::printf("%-8.*s", static_cast<int>(name.size()), name.data());
    if constexpr (test::Unary<decltype(f)>) {
      print("f32", test::worst_error_of_floats(f, oracle, every_));
    } else {
      print("f32", worst_error<float>(f, oracle, samples<float>(kCount, 1), shifted(samples<float>(kCount, 50))));
    }
    print("f64", worst_error<double>(f, oracle, samples<double>(kCount, 1), shifted(samples<double>(kCount, 50))));
    std::printf("\n");
  }
  bool found() const { return found_; }

 private:
  static constexpr int kCount = 1'000'000;

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
  s("exp", [](auto x) { return math::exp(x); }, [](auto x) { return std::exp(x); });
  s("expm1", [](auto x) { return math::expm1(x); }, [](auto x) { return std::expm1(x); });
  s("log", [](auto x) { return math::log(x); }, [](auto x) { return std::log(x); });
  s("log1p", [](auto x) { return math::log1p(x); }, [](auto x) { return std::log1p(x); });
  s("rsqrt", [](auto x) { return math::rsqrt(x); }, [](auto x) { return 1 / std::sqrt(x); });
  s("sigmoid", [](auto x) { return math::sigmoid(x); }, [](auto x) { return 1 / (1 + std::exp(-x)); });
  s("sin", [](auto x) { return math::sin(x); }, [](auto x) { return std::sin(x); });
  s("cos", [](auto x) { return math::cos(x); }, [](auto x) { return std::cos(x); });
  s("tan", [](auto x) { return math::tan(x); }, [](auto x) { return std::tan(x); });
  s("asin", [](auto x) { return math::asin(x); }, [](auto x) { return std::asin(x); });
  s("acos", [](auto x) { return math::acos(x); }, [](auto x) { return std::acos(x); });
  s("atan", [](auto x) { return math::atan(x); }, [](auto x) { return std::atan(x); });
  s("sinh", [](auto x) { return math::sinh(x); }, [](auto x) { return std::sinh(x); });
  s("cosh", [](auto x) { return math::cosh(x); }, [](auto x) { return std::cosh(x); });
  s("tanh", [](auto x) { return math::tanh(x); }, [](auto x) { return std::tanh(x); });
  s("asinh", [](auto x) { return math::asinh(x); }, [](auto x) { return std::asinh(x); });
  s("acosh", [](auto x) { return math::acosh(x); }, [](auto x) { return std::acosh(x); });
  s("atanh", [](auto x) { return math::atanh(x); }, [](auto x) { return std::atanh(x); });
  s("atan2", [](auto y, auto x) { return math::atan2(y, x); }, [](auto y, auto x) { return std::atan2(y, x); });
  s("pow", [](auto x, auto y) { return math::pow(x, y); }, [](auto x, auto y) { return pow_oracle(x, y); });
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
