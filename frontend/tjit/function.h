// Captured functions: traced once for each signature, compiled, cached, and called like the C++ function they wrap.
#pragma once

#include <span>
#include <string>

#include "tjit/cache_info.h"
#include "tjit/short_list.h"
#include "tjit/structure.h"

namespace tjit {

struct FunctionOptions {
  std::string name = "main";  ///< in dumps and messages
  bool fast_math = false;     ///< give up bit-for-bit equality with eager for speed
};

namespace detail {

using Inputs = ShortList<const Tensor*, 8>;
using Statics = ShortList<Scalar, 4>;
using Results = ShortList<Tensor, 4>;

/// Where in a call's arguments a tensor or a number stands.
struct ArgumentPlace {
  int argument = 0;
  bool is_length = false;  ///< the number is the length of a vector
};

/// A call, taken apart. All that decides which program runs is in the first three.
struct Call {
  const void* types;                       ///< identifies the C++ types of the arguments
  std::span<const Tensor* const> tensors;  ///< the inputs
  std::span<const Scalar> statics;         ///< host numbers and lengths of vectors: part of the program
  /// Calls the C++ function with other tensors in the places of `tensors`.
  Callable<void(const Tensor* const* inputs, Results& results)> body;
  Callable<ArgumentPlace(std::size_t i, bool is_static)> place;  ///< of tensor or static i
};

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

  /// Runs the function: compiled, or by its body where functions run eagerly or inside another capture. Results go to
  /// `results`.
  void call(const Call& call, Results& results);
  /// The program's text for these arguments at a stage, "ir", "opt", "kernel", "llvm", "asm" or "obj", or after a pass.
  std::string text(std::string_view stage, const Call& call);
  /// The same for the signature that was used last; throws Error when there is none.
  std::string text(std::string_view stage) const;
  std::string explain() const;
  CacheInfo cache_info() const;
  void clear();

 private:
  struct State;
  /// Throws Error when this was moved from.
  State& state() const;
  State* state_;  // owned; not a unique_ptr because <memory> doubles the time to parse this header
};

/// The address tells lists of types apart.
template <class... T>
inline constexpr char kTypesOf = 0;

/// Sorts an argument: tensors are inputs; numbers and the lengths of vectors are part of the program.
template <class T>
void take_argument(const T& value, Inputs& tensors, Statics& statics) {
  if constexpr (std::is_arithmetic_v<T>) {
    statics.push_back(value);
  } else if constexpr (IsTupleLike<T>::value) {
    std::apply([&](const auto&... parts) { (take_argument(parts, tensors, statics), ...); }, value);
  } else if constexpr (IsVector<T>::value) {
    statics.push_back(value.size());
    for (const auto& part : value) take_argument(part, tensors, statics);
  } else {
    static_assert(kIsTensor<T>, "expected Tensors and numbers, or tuples, pairs, arrays and vectors of them");
    tensors.push_back(&value);
  }
}
template <class T>
void put_argument(T& value, const Tensor* const*& next) {
  if constexpr (IsTupleLike<T>::value) {
    std::apply([&](auto&... parts) { (put_argument(parts, next), ...); }, value);
  } else if constexpr (IsVector<T>::value) {
    if constexpr (!std::is_arithmetic_v<typename T::value_type>)
      for (auto& part : value) put_argument(part, next);
  } else if constexpr (kIsTensor<T>) {
    value = **next++;
  }
}
/// Counts down `left` to the wanted tensor or static within `value`; whether it is there.
template <class T>
bool find_argument(const T& value, std::size_t& left, bool is_static, ArgumentPlace& place) {
  if constexpr (IsTupleLike<T>::value) {
    return std::apply([&](const auto&... parts) { return (find_argument(parts, left, is_static, place) || ...); },
                      value);
  } else if constexpr (IsVector<T>::value) {
    if (is_static && left-- == 0) return place.is_length = true;
    for (const auto& part : value)
      if (find_argument(part, left, is_static, place)) return true;
    return false;
  } else {
    return std::is_arithmetic_v<T> == is_static && left-- == 0;
  }
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
    return with_call([&](const detail::Call& call, detail::Results& results) { core_.call(call, results); }, args...);
  }

  /// The captured program's text for these arguments, capturing it if need be. Without arguments: of the last call.
  template <class First, class... A>
    requires(!std::is_convertible_v<const First&, std::string_view>)
  std::string ir(const First& first, const A&... rest) {
    std::string text;
    with_call([&](const detail::Call& call, detail::Results&) { text = core_.text("ir", call); }, first, rest...);
    return text;
  }
  std::string ir(std::string_view stage = "ir") const { return core_.text(stage); }
  std::string llvm() const { return core_.text("llvm"); }
  std::string assembly() const { return core_.text("asm"); }
  /// What is cached, why it was captured, and which outside tensors it bound.
  std::string explain() const { return core_.explain(); }
  CacheInfo cache_info() const { return core_.cache_info(); }
  void clear() { core_.clear(); }

 private:
  /// Takes the arguments apart, hands the pieces and a body that rebuilds them to `use`, and rebuilds the result.
  template <class Use, class... A>
  auto with_call(Use&& use, const A&... args) {
    using Values = std::tuple<A...>;
    using Result = std::remove_cvref_t<decltype(std::apply(f_, std::declval<Values&>()))>;
    detail::Inputs tensors;
    detail::Statics statics;
    detail::Results results;
    (detail::take_argument(args, tensors, statics), ...);
    const auto body = [&](const Tensor* const* inputs, detail::Results& out) {
      Values values(args...);
      detail::put_argument(values, inputs);
      if constexpr (std::is_void_v<Result>) {
        std::apply(f_, values);
      } else {
        detail::take_tensors(std::apply(f_, values), out);
      }
    };
    const auto place = [&](std::size_t i, bool is_static) {
      detail::ArgumentPlace found;
      (void)((detail::find_argument(args, i, is_static, found) || (++found.argument, false)) || ...);
      return found;
    };
    use(detail::Call{&detail::kTypesOf<A...>, tensors, statics, body, place}, results);
    if constexpr (!std::is_void_v<Result>) return rebuild<Result>(results);
  }

  template <class Result>
  static Result rebuild(detail::Results& results) {
    Result result{};
    if constexpr (detail::IsVector<Result>::value) {
      static_assert(detail::kIsTensor<typename Result::value_type>, "return a vector of tensors, or a tuple");
      result.assign(results.begin(), results.end());
    } else {
      static_assert(!detail::kHoldsVector<Result>, "a tuple that is returned cannot hold vectors");
      Tensor* next = results.data();
      if (!results.empty()) detail::put_tensors(result, next);
    }
    return result;
  }

  F f_;
  detail::FunctionCore core_;
};

/// Wraps a C++ function of tensors so that it runs compiled. Arguments: Tensor, tuples, pairs, arrays and vectors of
/// them, and numbers, which become part of the program (pass a Tensor to keep a value dynamic). Results: a Tensor, a
/// vector of them, tuples, pairs and arrays, or nothing. Several threads may call it: one captures and compiles, others
/// that need the same program wait for it, so the body must not wait for them.
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
