// tjit bench: compile time, run time, and how near the machine's limits a program runs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "tools/command.h"
#include "tools/roofline.h"

namespace tjit {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct BenchOptions {
  ProgramOptions program;
  double seconds = 1;
  bool eager = false;
};

/// Times of single calls, sorted; calls until the time is over, at least 5 and at most a million.
std::vector<double> measure(const std::function<void()>& call, double limit) {
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  while ((times.size() < 5 || seconds_since(start) < limit) && times.size() < 1'000'000) {
    const Clock::time_point t = Clock::now();
    call();
    times.push_back(seconds_since(t));
  }
  std::ranges::sort(times);
  return times;
}

double percentile(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
}

std::string time_text(double s) {
  char text[32];
  if (s < 1e-6) {
    std::snprintf(text, sizeof text, "%.0f ns", s * 1e9);
  } else if (s < 1e-3) {
    std::snprintf(text, sizeof text, "%.2f us", s * 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.3f ms", s * 1e3);
  }
  return text;
}

void report(const char* name, const std::vector<double>& times, const Work& work, const Roofline& roof) {
  const double p50 = percentile(times, 0.5);
  std::printf("%-10s p50 %s, p90 %s, p99 %s (%zu calls)", name, time_text(p50).c_str(),
              time_text(percentile(times, 0.9)).c_str(), time_text(percentile(times, 0.99)).c_str(), times.size());
  if (work.bytes > 0)
    std::printf("; %.2f GB/s (%.0f %% of copy)", work.bytes / p50 * 1e-9,
                100 * work.bytes / p50 / roof.copy_bytes_per_second);
  if (work.flops > 0)
    std::printf("; %.2f GFLOP/s (%.0f %% of peak)", work.flops / p50 * 1e-9,
                100 * work.flops / p50 / roof.flops_per_second);
  std::printf("\n");
}

int run(const BenchOptions& o) {
  const BoundProgram program = read_bound(o.program, Missing::Random);
  const Roofline roof = measure_roofline();
  const auto first = compile(program.module, program.entry());
  const auto second = compile(program.module, program.entry());
  const CompileTimes& cold = first->times();
  const CompileTimes& warm = second->times();
  std::printf("machine    copy %.1f GB/s, %.1f GFLOP/s f32, one thread\n", roof.copy_bytes_per_second * 1e-9,
              roof.flops_per_second * 1e-9);
  std::printf(
      "compile    %s the first time (%s of it loading the code generator), %s again: passes %s, lower %s, llvm %s, "
      "machine code %s, link %s\n",
      time_text(cold.total()).c_str(), time_text(cold.load).c_str(), time_text(warm.total()).c_str(),
      time_text(warm.passes).c_str(), time_text(warm.lower).c_str(), time_text(warm.llvm).c_str(),
      time_text(warm.codegen).c_str(), time_text(warm.link).c_str());
  const Work work = count_work(program.entry());
  std::vector<Array> results(first->result_types().size());
  const PrintSink silent = [](std::string_view) {};
  const auto compiled = [&] { second->run(program.inputs, results, silent); };
  compiled();
  report("compiled", measure(compiled, o.seconds), work, roof);
  if (o.eager) {
    InterpretOptions options;
    options.print = silent;
    const auto eager = [&] { results = interpret(program.module, program.entry(), program.inputs, options); };
    eager();
    report("eager", measure(eager, o.seconds), work, roof);
  }
  return kFine;
}

}  // namespace

Action add_bench(CLI::App& app) {
  auto o = std::make_shared<BenchOptions>();
  add_program_options(app, o->program);
  add_seed_option(app, o->program);
  app.add_option("--seconds", o->seconds, "How long to measure")->check(CLI::Range(0.0, 3600.0));
  app.add_flag("--eager", o->eager, "Measure eager execution as well");
  return [o] { return run(*o); };
}

}  // namespace tjit
