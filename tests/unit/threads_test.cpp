// What several threads may do at once. Built by itself under ThreadSanitizer (preset `tsan`).
#include <array>
#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <thread>
#include <vector>

#include "arrays.h"
#include "codegen/compile.h"
#include "kernel_cases.h"
#include "scratch.h"
#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::contains, tf::constant, tf::Tensor;

namespace {

/// Runs f(0), ..., f(3) in a thread each.
void in_threads(const std::function<void(int)>& f) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back(f, t);
  for (std::thread& t : threads) t.join();
}

}  // namespace

TEST_CASE("arrays travel between threads") {
  std::vector<tf::Array> made(2000);
  std::thread([&] {
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = tf::Array::empty({tf::int32, {static_cast<std::int64_t>(i % 40)}});
  }).join();
  for (std::size_t i = 0; i < made.size(); ++i) CHECK(made[i].size() == static_cast<std::int64_t>(i % 40));
  const tf::Array shared = tf::Array::empty({tf::int32, {10}});
  in_threads([&](int t) {
    for (int i = 0; i < 20000; ++i) {
      const tf::Array copy = shared;
      made[static_cast<std::size_t>(t * 500 + i % 500)] = tf::Array::empty({tf::int32, {i % 50}});
    }
  });
  CHECK(shared.unique());
}

TEST_CASE("threads may share a constant view with gaps") {
  for (int round = 0; round < 300; ++round) {
    const Tensor t = tf::transpose(tf::reshape(tf::range(12), {3, 4}));
    std::array<const int*, 4> seen{};
    in_threads([&](int i) {
      const Tensor copy = t;
      if (copy.to_vector<int>() == std::vector{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11})
        seen[static_cast<std::size_t>(i)] = t.data<int>();
    });
    CHECK(seen[0] != nullptr);
    for (const int* data : seen) CHECK(data == seen[0]);
  }
}

TEST_CASE("threads compile and run at the same time") {
  tf::test::KernelOf k;
  const int in = k.buffer(tf::float32, {3, 100}), out = k.buffer(tf::float32, {3}, true);
  tf::test::NestOf n({{3, false}, {100, true}});
  n.nest.order = tf::reduction_order(tf::Shape{3, 100}, {1});
  const tf::NodeId x = n.load(in, tf::float32, {100, 1});
  n.store(out, n.reduce("reduce_sum", tf::float32, n.op(tf::kOpcode<tf::Exp>, tf::float32, {x})), {1, 0});
  k.add(n);
  const tf::test::Case c(k.kernel);
  auto expected = c.memory;
  REQUIRE(interpret(k.kernel, c.pointers(expected, {}), {}));
  std::atomic<int> wrong = 0;
  in_threads([&](int) {
    for (int i = 0; i < 10; ++i) {
      auto memory = c.memory;
      if (!tf::NativeKernel(k.kernel).run(c.pointers(memory, {})) || memory[1].difference(expected[1]) != -1) ++wrong;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("threads may run one executable") {
  const tf::Module module = tf::parse_or_throw(R"(
func @steps(%0: f32[256,256], %1: i32[]) -> (f32[256,256]) {
  %2 = constant {value = 0} : i32[]
  %3, %4 = while %2, %0
    test(%5: i32[], %6: f32[256,256]) {
      %7 = less %5, %1
      yield %7
    }
    body(%8: i32[], %9: f32[256,256]) {
      %10 = constant {value = 1} : i32[]
      %11 = add %8, %10
      %12 = transpose %9 {perm = [1, 0]}
      %13 = sigmoid %12
      yield %11, %13
    }
  yield %4
})");
  const std::unique_ptr<tf::Executable> code = compile(module, module.entry());
  const std::vector<tf::Array> args{tf::test::tame_array({tf::float32, {256, 256}}, 1), tf::Array::scalar(30)};
  const std::vector<tf::Array> expected = code->run(args, tf::PrintSink{});
  std::atomic<int> wrong = 0;
  in_threads([&](int) {
    for (int i = 0; i < 5; ++i) wrong += !identical(code->run(args, tf::PrintSink{})[0], expected[0]);
  });
  CHECK(wrong == 0);
}

TEST_CASE("threads may call one program") {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "p.tir").string();
  tf::write_all(path, "func @main(%x: f32[?n]) -> (f32[?n]) {\n  %z = add %x, %x\n  yield %z\n}\n");
  const tf::Program program = tf::Program::load(path);
  std::atomic<int> wrong = 0;
  in_threads([&](int t) {
    for (int i = 0; i < 40; ++i) {
      const auto n = static_cast<std::size_t>((i + t) % 5);
      const Tensor x = tf::ones({static_cast<std::int64_t>(n)});
      const std::vector<float> expected(n, 2.0f);
      if (program({x})[0].to_vector<float>() != expected || program.eager({x})[0].to_vector<float>() != expected)
        ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(program.cache_info().misses == 5);
}

TEST_CASE("a body may wait for another thread that calls the function") {
  tf::CapturedFunction<std::function<Tensor(Tensor)>>* self = nullptr;
  auto f = tf::function(std::function([&](Tensor x) {
    if (x.dtype() == tf::int32) std::thread([&] { CHECK((*self)(constant(1.0f)).item<float>() == 2); }).join();
    return x + 1;
  }));
  self = &f;
  CHECK(f(constant(1)).item<int>() == 2);
  CHECK(f.cache_info().size == 2);
  CHECK(f.cache_info().misses == 2);
}

TEST_CASE("a capture that fails is tried again by each call that waited for it") {
  struct Refusal {};
  std::atomic<int> bodies = 0, refusals = 0;
  auto f = tf::function([&](Tensor x) {
    ++bodies;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (bodies <= 4) throw Refusal();
    return x + 1;
  });
  in_threads([&](int) {
    try {
      (void)f(constant(1));
    } catch (const Refusal&) {
      ++refusals;
    }
  });
  CHECK(bodies == 4);
  CHECK(refusals == 4);
  CHECK(f.cache_info().size == 0);
  CHECK(f.explain() == "function 'main': 0 programs, 0 hits, 4 captures\n");
  CHECK(f(constant(1)).item<int>() == 2);
  CHECK(contains(f.explain(), "captured for (i32[]): first call"));
}

TEST_CASE("several threads call one function") {
  std::atomic<int> captures = 0;
  auto f = tf::function([&](Tensor x, int n) {
    ++captures;
    return tf::reduce_sum(x * n, 0) +
           tf::while_loop([](Tensor i) { return i < 10; }, [](Tensor i) { return i + 1; }, constant(0));
  });
  std::atomic<int> wrong = 0;
  in_threads([&](int t) {
    for (int i = 0; i < 200; ++i) {
      const int n = (i + t) % 3;
      if (f(constant({1, 2, t}), n).item<int>() != (3 + t) * n + 10) ++wrong;
      if (i % 50 == 0) (void)f.explain();
    }
  });
  CHECK(wrong == 0);
  CHECK(captures == 3);
  CHECK(f.cache_info().hits == 800 - 3);
}
