// tjit bench: compile time, run time, and how near the machine's limits a program runs.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "tools/command.h"
#include "tools/executed_kernels.h"
#include "tools/roofline.h"
#include "tools/time_text.h"

namespace tjit {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct BenchOptions {
  ProgramOptions program;
  DumpOptions dump;
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

/// `; 3.20 GB/s (9 % of copy); ...`: what was done at least in a time, and its share of the machine's limits.
std::string rates(const Work& work, double seconds, const Roofline& roof) {
  char text[128];
  std::string all;
  const auto add = [&](double amount, const char* unit, double limit, const char* limit_name) {
    if (amount <= 0) return;
    std::snprintf(text, sizeof text, "; %.2f %s (%.0f %% of %s)", amount / seconds * 1e-9, unit,
                  100 * amount / seconds / limit, limit_name);
    all += text;
  };
  add(work.bytes, "GB/s", roof.copy_bytes_per_second, "copy");
  add(work.flops, "GFLOP/s", roof.flops_per_second, "peak");
  return all;
}

void report(const char* name, const std::vector<double>& times, const Work& work, const Roofline& roof) {
  const double p50 = percentile(times, 0.5);
  std::printf("%-10s p50 %s, p90 %s, p99 %s (%zu calls)%s\n", name, time_text(p50).c_str(),
              time_text(percentile(times, 0.9)).c_str(), time_text(percentile(times, 0.99)).c_str(), times.size(),
              rates(work, p50, roof).c_str());
}

/// A row for each kernel that a run executes: timed alone, on the data that it first met. What it updates in place
/// within the program is copied first when it is alone.
void report_kernels(const BoundProgram& program, const CompileOptions& options, double limit, const Roofline& roof) {
  PipelineOptions pipeline;
  pipeline.context = {.module = &program.module, .fast_math = options.fast_math};
  const Function optimized = run_passes(program.entry(), pipeline);
  const std::vector<KernelProgram> kernels = executed_kernels(optimized, program.inputs);
  for (const KernelProgram& k : kernels) {
    const Function& f = k.module.entry();
    const auto executable = compile(k.module, f, options);
    std::vector<Array> results(executable->result_types().size());
    const auto run = [&] { executable->run(k.inputs, results); };
    run();
    const double p50 = percentile(measure(run, limit / static_cast<double>(kernels.size())), 0.5);
    std::printf("kernel     %s: %lld a run, %s each alone%s\n", k.name.c_str(), static_cast<long long>(k.runs),
                time_text(p50).c_str(), rates(count_work(f), p50, roof).c_str());
  }
}

int run(const BenchOptions& o) {
  const BoundProgram program = read_bound(o.program, Missing::Random);
  const Roofline roof = measure_roofline();
  std::vector<PassTiming> timings;
  const auto first = compile(program.module, program.entry(), compile_options(o.dump, timings));
  print_timings(o.dump, timings, first->times());
  const CompileOptions options{.fast_math = o.dump.fast_math};
  const auto second = compile(program.module, program.entry(), options);
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
  report_kernels(program, options, o.seconds, roof);
  if (o.eager) {
    const InterpretOptions eager_options{.print = silent};
    const auto eager = [&] { results = interpret(program.module, program.entry(), program.inputs, eager_options); };
    eager();
    report("eager", measure(eager, o.seconds), work, roof);
  }
  return kFine;
}

}  // namespace

Action add_bench(Arguments& arguments) {
  auto o = std::make_shared<BenchOptions>();
  add_program_options(arguments, o->program);
  add_dump_options(arguments, o->dump);
  add_seed_option(arguments, o->program);
  add_check_nan_option(arguments, o->program);
  arguments.number("--seconds", o->seconds, 0, 3600, "How long to measure");
  arguments.flag("--eager", o->eager, "Measure eager execution as well");
  return [o] { return run(*o); };
}

}  // namespace tjit
