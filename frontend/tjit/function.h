// Captured functions: traced once for each signature, compiled, cached, and called like the C++ function they wrap.
#pragma once

#include <string>

#include "tjit/structure.h"

namespace tjit {

struct FunctionOptions {
  std::string name = "main";  ///< in dumps and messages
  bool fast_math = false;     ///< give up bit-for-bit equality with eager for speed
};

/// What a function's cache holds.
struct CacheInfo {
  std::int64_t hits = 0, misses = 0, size = 0;
};

namespace detail {

using Tensors = std::vector<Tensor>;

/// The part of a captured function that does not depend on its C++ type.
class FunctionCore {
 public:
  FunctionCore(FunctionOptions options, const Location& at);
  FunctionCore(FunctionCore&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  FunctionCore& operator=(FunctionCore&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~FunctionCore();

  using Body = Callable<void(const Tensors& args, Tensors& results)>;
  /// Runs the function on `args`: compiled, or by `body` itself where functions run eagerly or inside another capture.
  /// `statics` are the host scalars among the arguments: part of the program, so part of the key. Results go to
  /// `results`.
  void call(const Tensors& args, const std::vector<Scalar>& statics, Body body, Tensors& results);
  /// The program's text for these arguments at a stage: "ir", a pass name, "opt", "kernel", "llvm" or "asm".
  std::string text(std::string_view stage, const Tensors& args, const std::vector<Scalar>& statics, Body body);
  /// The same for the signature that was used last; throws Error when there is none.
  std::string text(std::string_view stage) const;
  std::string explain() const;
  CacheInfo cache_info() const;
  void clear();

 private:
  struct State;
  State* state_;  // owned; not a unique_ptr because <memory> doubles the time to parse this header
};

/// Sorts an argument: tensors (and structures of them) are inputs, numbers are part of the program.
template <class T>
void take_argument(const T& value, Tensors& tensors, std::vector<Scalar>& statics) {
  if constexpr (std::is_arithmetic_v<T>) {
    statics.push_back(value);
  } else {
    take_tensors(value, tensors);
  }
}
template <class T>
void put_argument(T& value, const Tensor*& next) {
  if constexpr (!std::is_arithmetic_v<T>) put_tensors(value, next);
}

}  // namespace detail

/// A captured function; see `function`.
template <class F>
class CapturedFunction {
 public:
  CapturedFunction(F f, FunctionOptions options, const Location& at)
      : f_(std::move(f)), core_(std::move(options), at) {}

  /// Runs the function. The first call with new dtypes, shapes or host numbers captures and compiles it.
  template <class... A>
  auto operator()(const A&... args) {
    std::tuple<std::remove_cvref_t<A>...> values(args...);
    return with_body(values, [&](const auto& tensors, const auto& statics, auto body, auto& results) {
      core_.call(tensors, statics, body, results);
    });
  }

  /// The captured program's text for these arguments, capturing it if need be. Without arguments: of the last call.
  template <class... A>
  std::string ir(const Tensor& first, const A&... rest) {
    return text("ir", first, rest...);
  }
  std::string ir(std::string_view stage = "ir") const { return core_.text(stage); }
  std::string llvm() const { return core_.text("llvm"); }
  std::string assembly() const { return core_.text("asm"); }
  /// What is cached, why it was captured, and which outside tensors it bound.
  std::string explain() const { return core_.explain(); }
  CacheInfo cache_info() const { return core_.cache_info(); }
  void clear() { core_.clear(); }

 private:
  template <class... A>
  std::string text(std::string_view stage, const A&... args) {
    std::tuple<std::remove_cvref_t<A>...> values(args...);
    std::string text;
    with_body(values, [&](const auto& tensors, const auto& statics, auto body, auto& results) {
      text = core_.text(stage, tensors, statics, body);
      results.clear();
    });
    return text;
  }

  /// Takes the arguments apart, hands the pieces and a body that rebuilds them to `use`, and rebuilds the result.
  template <class... A, class Use>
  auto with_body(std::tuple<A...>& values, Use&& use) {
    using Result = std::remove_cvref_t<decltype(std::apply(f_, values))>;
    detail::Tensors tensors, results;
    std::vector<Scalar> statics;
    std::apply([&](const auto&... parts) { (detail::take_argument(parts, tensors, statics), ...); }, values);
    const auto body = [&](const detail::Tensors& args, detail::Tensors& out) {
      const Tensor* next = args.data();
      std::apply([&](auto&... parts) { (detail::put_argument(parts, next), ...); }, values);
      if constexpr (std::is_void_v<Result>) {
        std::apply(f_, values);
      } else {
        detail::take_tensors(std::apply(f_, values), out);
      }
    };
    use(tensors, statics, detail::FunctionCore::Body(body), results);
    if constexpr (!std::is_void_v<Result>) return rebuild<Result>(results);
  }

  template <class Result>
  static Result rebuild(const detail::Tensors& results) {
    Result result{};
    if constexpr (detail::IsVector<Result>::value) {
      static_assert(detail::kIsTensor<typename Result::value_type>, "return a vector of tensors, or a tuple");
      result = results;
    } else if (!results.empty()) {
      const Tensor* next = results.data();
      detail::put_tensors(result, next);
    }
    return result;
  }

  F f_;
  detail::FunctionCore core_;
};

/// Wraps a C++ function of tensors so that it runs compiled. Arguments: Tensor, tuples, pairs, arrays and vectors of
/// them, and numbers, which become part of the program (pass a Tensor to keep a value dynamic). Results: the same
/// structures.
template <class F>
CapturedFunction<std::decay_t<F>> function(F&& f, FunctionOptions options = {},
                                           const Location& at = std::source_location::current()) {
  return {std::forward<F>(f), std::move(options), at};
}

/// Whether captured functions run op by op, for debugging; also set by TJIT_EAGER=1. Results are the same.
void run_functions_eagerly(bool on);
/// False while a function is being captured on this thread.
bool executing_eagerly();

}  // namespace tjit
