// Elementwise kernels of a list of ops, derived from the `eval` of each.
#pragma once

#include <array>
#include <utility>

#include "ir/ops/apply.h"
#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

/// Bytes: far enough to cover the latency of the memory, near enough to be found in the L1 cache.
inline constexpr int kPrefetchAhead = 1024;

/// An op on operands of type T with results of type R.
template <class Op, class T, class R>
struct Kernel {
  template <std::size_t I>
  using Operand = OperandOf<Op, T, I>;

  template <int N, class... E>
  [[gnu::always_inline]] static Vec<R, N> result(std::int64_t i, const E*... in) {
    return apply_op<Op, R>(Vec<E, N>::load(in + i)...);
  }

  // As wide as the widest element fills a register. The rest runs at width 1, which gives the same bits.
  static constexpr int kWidth = kVectorBytes / static_cast<int>(sizeof(T) > sizeof(R) ? sizeof(T) : sizeof(R));

  template <class... E>
  [[gnu::always_inline]] static void run_on(R* out, std::int64_t n, const E*... in) {
    std::int64_t i = 0;
    for (; i + kWidth <= n; i += kWidth) result<kWidth>(i, in...).store(out + i);
#pragma clang loop unroll(disable)
    for (; i < n; ++i) result<1>(i, in...).store(out + i);
  }

  template <class... E>
  [[gnu::always_inline]] static void run_large_on(R* out, std::int64_t n, const E*... in) {
    using To = typename Vec<R, kWidth>::Raw;
    std::int64_t i = 0;
    for (; i + kWidth <= n; i += kWidth) {
      (__builtin_prefetch(reinterpret_cast<const char*>(in + i) + kPrefetchAhead), ...);
      result<kWidth>(i, in...).stream(reinterpret_cast<To*>(out + i));
    }
    stream_end();
    const void* const rest[] = {in + i...};
    run(out + i, rest, n - i);
  }

  template <class... E>
  [[gnu::always_inline]] static std::int64_t first_failure_on(std::int64_t n, const E*... in) {
    constexpr int kStep = kLanes<T>;
    std::int64_t i = 0;
    for (; i + kStep <= n; i += kStep) {
      if (any(fails_op<Op>(Vec<E, kStep>::load(in + i)...))) break;
    }
#pragma clang loop unroll(disable)
    for (; i < n; ++i) {
      if (any(fails_op<Op>(Vec<E, 1>::load(in + i)...))) return i;
    }
    return -1;
  }

  /// Not inlined: the rest of `run_large` goes through it too.
  [[gnu::noinline]] static void run(void* out, const void* const* in, std::int64_t n) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      run_on(static_cast<R*>(out), n, static_cast<const Operand<I>*>(in[I])...);
    }(std::make_index_sequence<Op::info.arity>());
  }

  static void run_large(void* out, const void* const* in, std::int64_t n) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      run_large_on(static_cast<R*>(out), n, static_cast<const Operand<I>*>(in[I])...);
    }(std::make_index_sequence<Op::info.arity>());
  }

  static std::int64_t first_failure(const void* const* in, std::int64_t n) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      return first_failure_on(n, static_cast<const Operand<I>*>(in[I])...);
    }(std::make_index_sequence<Op::info.arity>());
  }

  static constexpr ElementwiseKernel entry() {
    if constexpr (can_fail<Op, T>) {
      return {run, run_large, first_failure};
    } else {
      return {run, run_large, nullptr};
    }
  }
};

template <class Op>
consteval int signature_count() {
  int count = 0;
  for_each_signature<Op>([&](auto, auto) { ++count; });
  return count;
}

template <class... Op>
consteval auto elementwise_list(TypeList<Op...>) {
  std::array<ElementwiseEntry, (signature_count<Op>() + ...)> list{};
  auto* to = list.data();
  const auto add = [&]<class O>(Tag<O>) {
    for_each_signature<O>([&]<class T, class R>(Tag<T>, Tag<R>) {
      *to++ = {kOpcode<O>, dtype_of<T>, dtype_of<R>, Kernel<O, T, R>::entry()};
    });
  };
  (add(Tag<Op>()), ...);
  return list;
}

template <class Ops>
inline constexpr auto kElementwiseList = elementwise_list(Ops());

}  // namespace tjit::TJIT_LEVEL
