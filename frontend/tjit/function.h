// Captured functions: traced once for each signature, compiled, cached, and called like the C++ function they wrap.
#pragma once

#include "tjit/function_core.h"
#include "tjit/structure.h"

namespace tjit {

template <class F>
class CapturedFunction;

namespace detail {

/// The address tells lists of types apart. Not const: linkers may join equal constants.
template <class... T>
inline char types_of_arguments = 0;

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

/// Whether a value of this type can be an argument: tensors and numbers, and structures of them.
template <class T>
inline constexpr bool kIsArgument = kIsTensor<T> || std::is_arithmetic_v<T>;
template <class... T>
inline constexpr bool kIsArgument<std::tuple<T...>> = (kIsArgument<T> && ...);
template <class A, class B>
inline constexpr bool kIsArgument<std::pair<A, B>> = kIsArgument<A> && kIsArgument<B>;
template <class T, std::size_t N>
inline constexpr bool kIsArgument<std::array<T, N>> = kIsArgument<T>;
template <class T>
inline constexpr bool kIsArgument<std::vector<T>> = kIsArgument<T>;

/// The parameters and the result of a callable that has one signature.
template <class F, class = void>
struct SignatureOf {
  using Result = Tensor;
  using Params = std::tuple<>;
};
template <class R, class... P>
struct SignatureOf<R (*)(P...)> {
  using Result = R;
  using Params = std::tuple<std::remove_cvref_t<P>...>;
};
template <class R, class... P>
struct SignatureOf<R (*)(P...) noexcept> : SignatureOf<R (*)(P...)> {};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...)> : SignatureOf<R (*)(P...)> {};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...) const> : SignatureOf<R (*)(P...)> {};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...) noexcept> : SignatureOf<R (*)(P...)> {};
template <class C, class R, class... P>
struct SignatureOf<R (C::*)(P...) const noexcept> : SignatureOf<R (*)(P...)> {};
template <class F>
struct SignatureOf<F, std::void_t<decltype(&F::operator())>> : SignatureOf<decltype(&F::operator())> {};

template <class Params, std::size_t I>
inline constexpr bool kTensorAt = false;
template <class... P, std::size_t I>
  requires(I < sizeof...(P))
inline constexpr bool kTensorAt<std::tuple<P...>, I> = kIsTensor<std::tuple_element_t<I, std::tuple<P...>>>;

/// Argument I as it is passed on to F: a number for a Tensor parameter becomes a tensor.
template <class F, std::size_t I, class A>
decltype(auto) passed(const A& argument) {
  if constexpr (std::is_arithmetic_v<A> && kTensorAt<typename SignatureOf<F>::Params, I>) {
    return number(argument, {});
  } else {
    return (argument);
  }
}

/// Whether F takes temporaries of these types, such as the copies that a captured function gets.
template <class F, class... A>
inline constexpr bool takes_copies_of = std::is_invocable_v<F&, A&&...>;
/// Whether F takes only variables, and could change them.
template <class F, class... A>
inline constexpr bool changes_arguments = !takes_copies_of<F, A...> && std::is_invocable_v<F&, A&...>;
template <class F, class... A>
inline constexpr bool can_be_called_with = takes_copies_of<F, A...> || changes_arguments<F, A...>;

template <class F, class... A>
constexpr auto result_of() {
  if constexpr (takes_copies_of<F, A...>) {
    return Tag<AsTensors<std::invoke_result_t<F&, A&&...>>>();
  } else {
    return Tag<AsTensors<typename SignatureOf<F>::Result>>();
  }
}
template <class F, class... A>
using ResultOfCall = typename decltype(result_of<F, A...>())::type;

template <class Result>
Result rebuild(Results& results) {
  if constexpr (kIsTensor<Result>) {
    return std::move(results[0]);
  } else if constexpr (IsVector<Result>::value) {
    static_assert(kIsTensor<typename Result::value_type>, "return a vector of tensors, or a tuple");
    return Result(std::make_move_iterator(results.begin()), std::make_move_iterator(results.end()));
  } else {
    static_assert(!kHoldsVector<Result>, "a tuple that is returned cannot hold vectors");
    Result result{};
    Tensor* next = results.data();
    if (!results.empty()) put_tensors(result, next);
    return result;
  }
}

/// What captured functions do whatever their C++ types are. Copies share the C++ function and its programs.
class AnyFunction {
 public:
  /// The text of the program that was called last, at a stage: "ir", "opt", "kernel", "llvm", "asm", or after a pass.
  std::string ir(std::string_view stage = "ir", const TextOptions& options = {}) const {
    return core_.text(stage, options);
  }
  std::string llvm() const { return ir("llvm"); }
  std::string assembly() const { return ir("asm"); }
  /// What is cached, why it was captured, and which outside tensors it bound.
  std::string explain() const { return core_.explain(); }
  CacheInfo cache_info() const { return core_.cache_info(); }
  void clear() const { core_.clear(); }

 protected:
  AnyFunction(Kept kept, FunctionOptions options, const Location& at)
      : callable_(kept.object), core_(kept, std::move(options), at) {}

 private:
  template <class F>
  friend class tjit::CapturedFunction;

  void* callable_;  // the core owns it
  FunctionCore core_;
};

}  // namespace detail

/// A captured function; see `function`. Copies share the C++ function and the programs made of it.
template <class F>
class CapturedFunction : public detail::AnyFunction {
 public:
  CapturedFunction(F f, FunctionOptions options, const Location& at)
      : AnyFunction({new F(std::move(f)), [](void* object) { delete static_cast<F*>(object); }}, std::move(options),
                    at) {}

  /// Runs the function. The first call with new dtypes, shapes or host numbers captures and compiles it.
  template <class... A>
  auto operator()(const A&... args) const {
    return run(*this, args...);
  }

  using AnyFunction::ir;
  /// The captured program's text for these arguments, capturing it if need be.
  template <class First, class... A>
    requires(!std::is_convertible_v<const First&, std::string_view>)
  std::string ir(const First& first, const A&... rest) const {
    std::string text;
    const auto show = [&](const detail::Call& call, detail::Results&) { text = this->core_.text("ir", {}, call); };
    with_passed(*this, show, std::index_sequence_for<First, A...>(), first, rest...);
    return text;
  }

  /// Runs `self`, which is made of a CapturedFunction<F>.
  template <class... A>
  static auto run(const AnyFunction& self, const A&... args) {
    const auto call = [&](const detail::Call& c, detail::Results& results) { self.core_.call(c, results); };
    return with_passed(self, call, std::index_sequence_for<A...>(), args...);
  }

 private:
  template <class Use, std::size_t... I, class... A>
  static auto with_passed(const AnyFunction& self, Use& use, std::index_sequence<I...>, const A&... args) {
    return with_call(self, use, detail::passed<F, I>(args)...);
  }

  template <class Use, class... A>
  static auto with_call(const AnyFunction& self, Use& use, const A&... args) {
    using Result = detail::ResultOfCall<F, A...>;
    constexpr bool are_arguments = (detail::kIsArgument<A> && ...);
    static_assert(are_arguments, "expected Tensors and numbers, or tuples, pairs, arrays and vectors of them");
    static_assert(!are_arguments || detail::can_be_called_with<F, A...>,
                  "the captured C++ function cannot be called with arguments of these types");
    static_assert(
        !detail::changes_arguments<F, A...>,
        "the captured function takes a reference that is not const, and would change a copy: take a Tensor by "
        "value or by const reference, and return what it becomes");
    if constexpr (are_arguments && detail::takes_copies_of<F, A...>) {
      return with_pieces<Result>(self, use, args...);
    } else {
      return Result();  // so that the assertion is all that the compiler says
    }
  }

  /// Takes the arguments apart, hands the pieces and a body that rebuilds them to `use`, and rebuilds the result.
  template <class Result, class Use, class... A>
  static auto with_pieces(const AnyFunction& self, Use& use, const A&... args) {
    F& f = *static_cast<F*>(self.callable_);
    detail::Inputs tensors;
    detail::Statics statics;
    detail::Results results;
    (detail::take_argument(args, tensors, statics), ...);
    const auto body = [&](const Tensor* const* inputs, detail::Results& out) {
      std::tuple<A...> copies(args...);
      detail::put_argument(copies, inputs);
      if constexpr (std::is_void_v<Result>) {
        std::apply(f, std::move(copies));
      } else {
        auto returned = detail::as_tensors(std::apply(f, std::move(copies)), {});
        detail::take_tensors(returned, out);
      }
    };
    const auto place = [&](std::size_t i, bool is_static) {
      detail::ArgumentPlace found;
      (void)((detail::find_argument(args, i, is_static, found) || (++found.argument, false)) || ...);
      return found;
    };
    use(detail::Call{&detail::types_of_arguments<A...>, tensors, statics, body, place}, results);
    if constexpr (!std::is_void_v<Result>) return detail::rebuild<Result>(results);
  }
};

namespace detail {

/// A Tensor that is passed, or the one that a number becomes.
class TensorArgument {
 public:
  TensorArgument(const Tensor& tensor) : tensor_(&tensor) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  TensorArgument(T value) : made_(number(value, {})), tensor_(&made_) {}
  TensorArgument(const TensorArgument&) = delete;
  TensorArgument& operator=(const TensorArgument&) = delete;
  operator const Tensor&() const { return *tensor_; }

 private:
  Tensor made_;
  const Tensor* tensor_;
};

}  // namespace detail

// A namespace of its own, because the library calls programs Function inside.
inline namespace typed {

template <class Signature>
class Function;

/// Any captured function with these types of arguments and result, for members and containers:
/// `Function<Tensor(Tensor, Tensor)> f = function(...)`. Shares the C++ function and its programs with what it is made
/// of.
template <class R, class... A>
class Function<R(A...)> : public detail::AnyFunction {
  template <class T>
  using Argument = std::remove_cvref_t<T>;
  template <class T>
  using Passed = std::conditional_t<detail::kIsTensor<T>, detail::TensorArgument, Argument<T>>;

 public:
  template <class F>
    requires std::is_invocable_r_v<R, const CapturedFunction<F>&, const Argument<A>&...>
  Function(const CapturedFunction<F>& f)
      : AnyFunction(f), call_([](const AnyFunction& self, const Argument<A>&... args) -> R {
          return static_cast<R>(CapturedFunction<F>::run(self, args...));
        }) {}

  R operator()(const Passed<A>&... args) const { return call_(*this, args...); }

 private:
  R (*call_)(const AnyFunction& self, const Argument<A>&... args);
};

}  // namespace typed

/// Wraps a C++ function of tensors so that it runs compiled. Arguments: Tensor, tuples, pairs, arrays and vectors of
/// them, and numbers: one for a Tensor parameter becomes a tensor, others are part of the program (take a Tensor to
/// keep a value dynamic). Results: a Tensor, a vector of them, tuples, pairs and arrays, or nothing. Several threads
/// may call it: one captures and compiles, others that need the same program wait for it, so the body must not wait for
/// them.
template <class F>
CapturedFunction<std::decay_t<F>> function(F&& f, FunctionOptions options = {},
                                           const Location& at = std::source_location::current()) {
  return {std::forward<F>(f), std::move(options), at};
}

}  // namespace tjit
