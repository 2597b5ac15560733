// Measuring limits and counting work.
#include "tools/roofline.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>

#include "runtime/array.h"
#include "runtime/kernels.h"

namespace tjit {

namespace {

using Clock = std::chrono::steady_clock;

template <class F>
double best_seconds(F&& f, int rounds) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const Clock::time_point start = Clock::now();
    f();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

double copy_rate() {
  constexpr std::int64_t kBytes = 64 << 20;
  const Array from = Array::empty({DType::U8, {kBytes}});
  Array to = Array::empty({DType::U8, {kBytes}});
  std::memset(const_cast<void*>(from.data()), 1, kBytes);
  void* out = to.mutable_data();
  const double plain = best_seconds([&] { std::memcpy(out, from.data(), kBytes); }, 8);
  const double streamed = best_seconds(
      [&] {
        kernels().stream(out, from.data(), kBytes);
        kernels().stream_end();
      },
      8);
  return 2.0 * kBytes / std::min(plain, streamed);
}

/// A dot product block that stays in registers and the first-level cache: what the tile kernels reach at best.
double flop_rate() {
  const DotKernel& dot = *kernels().dot[static_cast<int>(DType::F32)];
  constexpr std::int64_t kDepth = 256;
  const int height = dot.height[0], width = dot.width;
  std::vector<float> a(static_cast<std::size_t>(kDepth * height), 0.5F),
      b(static_cast<std::size_t>(kDepth * width), 0.5F);
  std::vector<float> c(static_cast<std::size_t>(height * width));
  constexpr int kRepeats = 400;
  const double seconds = best_seconds(
      [&] {
        for (int i = 0; i < kRepeats; ++i) dot.tile[0](kDepth, a.data(), b.data(), width, c.data(), width, true);
      },
      10);
  return 2.0 * kDepth * height * width * kRepeats / seconds;
}

double flops_of(const Function& f, OpId id) {
  const auto elements = [&](ValueId v) { return static_cast<double>(element_count(f.type(v))); };
  const auto steps = [&] { return f.def(id).steps(f.op(id).attrs.get(), f.operand_types(id), f.types(f.results(id))); };
  switch (f.form(id)) {
    case Form::Map: return is_float(f.type(f.operands(id).back()).dtype) ? elements(f.results(id)[0]) : 0;
    case Form::Reduction:
    case Form::Search: return is_float(f.type(f.operand(id, 0)).dtype) ? elements(f.operand(id, 0)) : 0;
    // A product is multiplied and added, an element under a window only added.
    case Form::Product: return f.op(id).operand_count * steps();
    case Form::Routine: return !f.operands(id).empty() && is_float(f.type(f.operand(id, 0)).dtype) ? steps() : 0;
    case Form::View:
    case Form::Reshape:
    case Form::Lookup:
    case Form::Placing:
    case Form::Count:
    case Form::Control:
    case Form::Constant:
    case Form::Effect: return 0;
  }
  __builtin_unreachable();
}

double block_flops(const Function& f, BlockId block) {
  double flops = 0;
  for (const OpId id : f.block(block).ops) {
    double inner = 0;
    for (const BlockId b : f.op(id).blocks)
      inner = f.is_branch(id) ? std::max(inner, block_flops(f, b)) : inner + block_flops(f, b);
    flops += inner + flops_of(f, id);
  }
  return flops;
}

}  // namespace

Roofline measure_roofline() { return {copy_rate(), flop_rate()}; }

Work count_work(const Function& f) {
  Work work;
  for (const Type& t : f.param_types()) work.bytes += static_cast<double>(byte_count(t));
  for (const Type& t : f.result_types()) work.bytes += static_cast<double>(byte_count(t));
  work.flops = block_flops(f, Function::kBody);
  return work;
}

}  // namespace tjit
