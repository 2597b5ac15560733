// Results do not depend on the floating-point state that the caller's thread is in.
#include <doctest/doctest.h>

#include "ir/text.h"
#include "runtime/execute.h"
#include "tests/unit/caught.h"
#include "tests/unit/scratch.h"
#include "tjit/tjit.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

namespace tf = tjit;
using tf::Array, tf::constant, tf::Tensor, tf::caught;

namespace {

constexpr unsigned kFlush = 0x8040, kTowardsZero = 0x6000;

/// What `f` gives in another state, which it must leave as it found it.
template <class F>
auto in_state(unsigned change, F&& f) {
  struct State {
    unsigned old = _mm_getcsr(), now;
    explicit State(unsigned bits) : now(old | bits) { _mm_setcsr(now); }
    ~State() {
      const unsigned after = _mm_getcsr();
      _mm_setcsr(old);
      CHECK((after & (kFlush | kTowardsZero)) == (now & (kFlush | kTowardsZero)));
    }
  } state(change);
  return f();
}

template <class F>
void check_unmoved(F&& f) {
  const auto expected = f();
  for (const unsigned change : {kFlush, kTowardsZero, kFlush | kTowardsZero}) {
    CAPTURE(change);
    const auto found = in_state(change, f);
    CHECK(found == expected);
  }
}

/// Subnormal numbers come from these, and roundings that differ.
const std::vector<float> kSmall{1e-20f, 1e-40f, 1.1f, 0.3f};

std::vector<float> floats(const Tensor& t) { return t.to_vector<float>(); }
std::vector<float> floats(const Array& a) { return {a.data<float>(), a.data<float>() + a.size()}; }

const tf::Module& square() {
  static const tf::Module module = tf::parse_or_throw(R"(func @main(%x: f32[4]) -> (f32[4]) {
  %y = multiply %x, %x
  yield %y
}
)");
  return module;
}

}  // namespace

TEST_CASE("eager ops") {
  const Tensor x = constant(kSmall), m = tf::transpose(constant(kSmall, {2, 2}));
  check_unmoved([&] { return floats(x * x); });
  check_unmoved([&] { return floats(m * m); });
  check_unmoved([&] { return floats(tf::cast(tf::cast(x, tf::float64) * 1e-20, tf::float32)); });
  check_unmoved([&] { return floats(tf::reduce_sum(x * 1e-5f, 0)); });
  check_unmoved([&] { return floats(tf::matmul(m, m)); });
}

TEST_CASE("C++ numbers") {
  const Tensor one = tf::ones({1});
  check_unmoved([&] { return floats(one * 1e-40); });
  check_unmoved([&] { return floats(constant({1e-40, 0.1})); });
  check_unmoved([&] { return floats(tf::full({2}, 0.1)); });
  const Tensor tiny = constant(1e-40f);
  check_unmoved([&] { return static_cast<bool>(tiny); });
}

TEST_CASE("what the compiler computes") {
  const Tensor zeros = tf::zeros({4}), x = constant(kSmall);
  check_unmoved([&] {
    auto f = tf::function([](Tensor a) {
      const Tensor c = constant({1e-20f, 1e-40f, 1.1f, 0.3f});
      return a + c * c;
    });
    return floats(f(zeros));
  });
  check_unmoved([&] {
    auto f = tf::function([](Tensor a) { return a * (constant(1e-20) * 1e-20) + constant(1.1) * 0.3; });
    return f.ir(x) + f.ir("simplify") + f.ir("kernel") + f.llvm();
  });
}

TEST_CASE("the interpreter") {
  const std::vector<Array> args{Array::copy({tf::DType::F32, {4}}, kSmall.data())};
  const auto& f = square().entry();
  check_unmoved([&] { return floats(interpret(square(), f, args)[0]); });
  const std::vector<Array> values{args[0], Array()};
  check_unmoved([&] { return floats(interpret_op(square(), f, {0}, values)[0]); });
}

TEST_CASE("errors of compiled code") {
  auto f = tf::function([](Tensor x, Tensor t) { return tf::gather(t, tf::cast(x * x > 0.0f, tf::int32) * 7); });
  const Tensor x = constant({1e-20f, 1e-20f}), t = constant({1.0f, 2.0f});
  check_unmoved([&] { return std::string(caught([&] { f(x, t); }).what()); });
}

TEST_CASE("text of numbers") {
  const Tensor x = constant(kSmall);
  const tf::Scalar small = 1e-40f;  // C++ itself converts it to double
  check_unmoved([&] { return x.text() + x.repr() + tf::full({}, small).text() + x.numpy_text(); });
  const tf::ScratchFolder folder;
  tf::write_all(folder / "small.tir", R"(func @main() -> (f32[3]) {
  %x = constant {value = [1e-40, 0.1, 1e-45]} : f32[3]
  yield %x
}
)");
  check_unmoved([&] { return floats(tf::Program::load(folder / "small.tir")({})[0]); });
  check_unmoved([&] { return tf::Program::load(folder / "small.tir").text(); });
}
#endif
