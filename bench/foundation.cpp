// The figures of docs/performance.md: bandwidth of a fused chain and of eager ops, a scalar loop against C, calls,
// compile time, process start, passes on long programs, and loops that update rows. `bench_foundation TOOLS_FOLDER`.
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/rounds.h"
#include "codegen/compile.h"
#include "frontend/read_program.h"
#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/functions.h"
#include "runtime/kernels.h"
#include "tjit/tjit.h"

std::int64_t collatz_steps(std::int64_t limit);

namespace tjit::bench {

namespace {

std::string percent(double part) {
  char text[64];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * part);
  return text;
}
std::string times(double ratio) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f times", ratio);
  return text;
}

/// 64-byte aligned memory on huge pages, touched.
float* huge(std::int64_t bytes) {
  void* p = std::aligned_alloc(2 << 20, static_cast<std::size_t>((bytes + (2 << 20) - 1) >> 21 << 21));
  madvise(p, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
  std::memset(p, 1, static_cast<std::size_t>(bytes));
  return static_cast<float*>(p);
}

using Floats = float __attribute__((vector_size(64)));

void copy_by_vectors(float* to, const float* from, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += 16)
    *reinterpret_cast<Floats*>(to + i) = *reinterpret_cast<const Floats*>(from + i);
}

/// Eager ops whose arithmetic takes longer than copying: beside the share of the copy bandwidth, how near they come to
/// their own speed on 4096 elements, which stay in the first-level cache.
void arithmetic(double best_copy) {
  constexpr std::int64_t kCount = 10'000'000, kFew = 4096;
  const Tensor x = cast(iota({kCount}, 0, int32) % 1000, float32) * 0.01f + 0.5f, few = slice(x, {0}, {kFew}) + 0.0f;
  using Op = Tensor (*)(const Tensor&);
  constexpr std::pair<const char*, Op> kOps[] = {
      {"exp", [](const Tensor& t) { return exp(t); }},
      {"log", [](const Tensor& t) { return log(t); }},
      {"tanh", [](const Tensor& t) { return tanh(t); }},
      {"sigmoid", [](const Tensor& t) { return sigmoid(t); }},
      {"rsqrt", [](const Tensor& t) { return rsqrt(t); }},
      {"reciprocal", [](const Tensor& t) { return reciprocal(t); }},
      {"power", [](const Tensor& t) { return power(t, t); }},
  };
  for (const auto& [name, op] : kOps) {
    const auto s = race({{"", [&] { op(x); }}, {"", [&] { op(few); }, 1000}}, 11);
    const double each = s[0].median / kCount, in_cache = s[1].median / kFew;
    row(std::string("eager ") + name, s[0],
        percent(8 / each / best_copy) + " of the best copy; " + percent(in_cache / each) + " of its speed in cache");
  }
}

/// The machine's copy bandwidth on one thread, against which a chain of ten cheap ops and each eager op stand.
void bandwidth() {
  constexpr std::int64_t kCount = 10'000'000, kBytes = kCount * 4;
  float* from = huge(kBytes + 64);
  float* to = huge(kBytes + 64);
  const auto chain = [](Tensor x) {
    Tensor y = x * 1.5f + 0.25f;
    y = maximum(y, -3.0f) - 0.5f;
    y = abs(y) * y;
    return minimum(y + x, 100.0f) * 0.125f - 1.0f;
  };
  auto compiled = function(chain);
  const Tensor x = cast(iota({kCount}, 0, int32) % 1000, float32) * 0.01f, y = x + 1.0f;
  const Tensor mask = x > 5.0f;
  std::vector<Candidate> candidates{
      {"copy: memcpy", [&] { std::memcpy(to, from, kBytes); }},
      {"copy: vector stores", [&] { copy_by_vectors(to, from, kCount); }},
      {"copy: non-temporal stores", [&] { kernels().stream(to, from, kBytes), kernels().stream_end(); }},
      {"chain of ten ops, compiled, 1e7 f32", [&] { compiled(x); }},
      {"eager add", [&] { x + y; }},
      {"eager multiply", [&] { x* y; }},
      {"eager negative", [&] { -x; }},
      {"eager sqrt", [&] { sqrt(x); }},
      {"eager maximum", [&] { maximum(x, y); }},
      {"eager less", [&] { (void)(x < y); }},
      {"eager where", [&] { where(mask, x, y); }},
      {"eager add of a rank-0 tensor", [&] { x + 1.0f; }},
      {"eager cast to f64", [&] { cast(x, float64); }},
  };
  const double moved[] = {8, 8, 8, 8, 12, 12, 8, 8, 12, 9, 13, 8, 12};
  const std::vector<Sample> samples = race(candidates, 15);
  double best = 0;
  for (int i = 0; i < 3; ++i) best = std::max(best, moved[i] * kCount / samples[static_cast<std::size_t>(i)].median);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const double rate = moved[i] * kCount / samples[i].median;
    row(candidates[i].name, samples[i],
        std::to_string(static_cast<int>(rate * 1e-9 * 10) / 10.0).substr(0, 4) + " GB/s, " + percent(rate / best) +
            " of the best copy");
  }
  arithmetic(best);
  std::free(from);
  std::free(to);
}

void scalar_loop() {
  const Module module = read_program(TJIT_SOURCE_DIR "/examples/collatz.tir");
  const auto executable = compile(module, module.entry());
  const std::vector<Array> args{Array::scalar<std::int64_t>(100'000)};
  volatile std::int64_t limit = 100'000;
  volatile std::int64_t total = 0;
  const auto s = race({{"C, clang -O3", [&] { total = collatz_steps(limit); }},
                       {"tjit", [&] { total = executable->run(args)[0].item<std::int64_t>(); }}},
                      21);
  const auto steps = static_cast<double>(executable->run(args)[0].item<std::int64_t>());
  row("Collatz, 10,753,712 steps: C, clang -O3", s[0],
      std::to_string(s[0].median / steps * 1e9).substr(0, 5) + " ns a step");
  row("Collatz: tjit, while in while with cond", s[1], times(s[1].median / s[0].median) + " C");
}

void calls() {
  auto step = function([](Tensor x) { return x * 2.0f + 1.0f; });
  const Tensor x = constant({1.f, 2.f, 3.f, 4.f, 5.f, 6.f, 7.f, 8.f});
  const Tensor a = full({16}, 1.5f) + 0.0f, b = a + 1.0f;
  const auto s = race({{"", [&] { step(x); }, 10000}, {"", [&] { a + b; }, 10000}}, 31);
  row("call of a compiled function, one f32[8] argument", s[0]);
  row("eager add, two f32[16]", s[1]);
}

/// A straight line of `n` ops that no pass can shorten.
Module long_program(int n) {
  Builder b("main");
  ValueId x = b.param({DType::F32, {8}});
  ValueId y = x;
  for (int i = 0; i < n; ++i) {
    if (i % 3 == 0) y = b.append(Multiply{}, {y, x});
    if (i % 3 == 1) y = b.append(Tanh{}, {y});
    if (i % 3 == 2) y = b.append(Add{}, {y, x});
  }
  Module module;
  module.functions.push_back(b.finish(std::array{y}));
  return module;
}

void passes() {
  for (const std::string_view name : default_pipeline()) {
    std::vector<Sample> samples;
    for (const int n : {1'000, 10'000, 100'000}) {
      const Module module = long_program(n);
      PipelineOptions options;
      options.context.module = &module;
      options.passes = {name};
      samples.push_back(
          race({{"", [&] { (void)run_passes(module.functions.front(), options); }}}, n == 100'000 ? 5 : 15)[0]);
    }
    row("pass " + std::string(name) + ", 100,000 ops", samples[2],
        "per op " + time_text(samples[0].median / 1e3) + ", " + time_text(samples[1].median / 1e4) + ", " +
            time_text(samples[2].median / 1e5) + " at 1k, 10k, 100k");
  }
}

void compile_time() {
  Builder b("main");
  const ValueId x = b.param({DType::F32, {8}});
  ValueId y = b.append(Add{}, {b.append(Multiply{}, {x, x}), x});
  Module module;
  module.functions.push_back(b.finish(std::array{b.append(Tanh{}, {y})}));
  const auto start = std::chrono::steady_clock::now();
  (void)compile(module, module.functions.front());
  const double first = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  row("compile a function of f32[8], three ops: the first", {first, first, first}, "loads the code generator");
  row("compile it again", race({{"", [&] { (void)compile(module, module.functions.front()); }}}, 21)[0]);
}

void process_start(const std::string& build) {
  const std::string tir = "/tmp/tjit_bench_" + std::to_string(getpid()) + ".tir";
  {
    std::FILE* f = std::fopen(tir.c_str(), "w");
    std::fputs(
        "func @main(%0: f32[4]) -> (f32[4]) {\n  %1 = multiply %0, %0\n  %2 = add %1, %0\n  %3 = sqrt %2\n  yield "
        "%3\n}\n",
        f);
    std::fclose(f);
  }
  const auto shell = [](const std::string& command) {
    return [command] {
      if (std::system(command.c_str()) != 0) std::abort();
    };
  };
  const auto s = race({{"", shell("true")},
                       {"", shell(build + "/tools/tjit run " + tir + " --input=1,2,3,4 >/dev/null")},
                       {"", shell(build + "/tools/tjit run --eager " + tir + " --input=1,2,3,4 >/dev/null")},
                       {"", shell(build + "/examples/eager >/dev/null")}},
                      21);
  row("shell running `true`", s[0]);
  row("process: tjit run, three ops", s[1]);
  row("process: tjit run --eager", s[2]);
  row("process: eager C++ program", s[3]);
  std::remove(tir.c_str());
}

enum class RowLoop { Direct, InBranch, Nested };

/// A program of n steps that each write a row of f32[n,256]: in one loop, in one branch of a cond, in loops of n / 8
/// and 8.
auto row_program(RowLoop kind) {
  return function([kind](Tensor rows, Tensor row) {
    const auto n = static_cast<int>(rows.shape()[0]);
    const auto write = [&](Tensor i, Tensor t) {
      return dynamic_update_slice(t, row + cast(i, float32), {i, constant(0)});
    };
    const auto step = [&](Tensor i, Tensor t) {
      return std::tuple(
          i + 1,
          kind == RowLoop::InBranch ? cond(i % 2 == 0, [&] { return write(i, t); }, [&] { return t; }) : write(i, t));
    };
    const auto loop = [&](Tensor from, Tensor to, Tensor t) {
      return std::get<1>(while_loop([&](Tensor i, Tensor) { return i < to; }, step, std::tuple(from, t)));
    };
    if (kind != RowLoop::Nested) return loop(constant(0), constant(n), rows);
    const auto block = [&](Tensor i, Tensor t) { return std::tuple(i + 8, loop(i, i + 8, t)); };
    return std::get<1>(while_loop([&](Tensor i, Tensor) { return i < n; }, block, std::tuple(constant(0), rows)));
  });
}

/// How the time of such programs grows with n.
void row_updates() {
  constexpr std::pair<RowLoop, const char*> kKinds[] = {{RowLoop::Direct, "row update loop"},
                                                        {RowLoop::InBranch, "row update loop in a branch of cond"},
                                                        {RowLoop::Nested, "row update in a nested loop"}};
  for (const auto& [kind, name] : kKinds) {
    std::string remark;
    Sample last{};
    for (const std::int64_t n : {1000, 4000, 16000}) {
      auto f = row_program(kind);
      const Tensor rows = zeros({n, 256}) + 0.0f, one = ones({1, 256}) + 0.0f;
      last = race({{"", [&] { f(rows, one); }}}, 9)[0];
      remark += (remark.empty() ? "per step " : ", ") + time_text(last.median / static_cast<double>(n));
    }
    row(std::string(name) + ", n = 16000", last, remark + " at 1k, 4k, 16k");
  }
}

}  // namespace

}  // namespace tjit::bench

int main(int argc, char** argv) {
  using namespace tjit::bench;
  std::printf("| what | median | quartiles | remark |\n| --- | --- | --- | --- |\n");
  compile_time();
  calls();
  bandwidth();
  scalar_loop();
  row_updates();
  passes();
  if (argc > 1) process_start(argv[1]);
}
