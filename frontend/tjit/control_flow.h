// Control flow on tensors: plain branches and loops eagerly, structured ops in a captured function.
#pragma once

#include "tjit/structure.h"

namespace tjit {

struct WhileOptions {
  std::int64_t maximum_iterations = -1;  ///< stop after so many; negative: no limit. The condition is evaluated before
                                         ///< each iteration and after the last
};

namespace detail {

/// Runs one branch (eagerly, or when the predicate is a C++ bool) or both as blocks of a `cond` op. A branch appends
/// its results to the list it gets, and lets go of them otherwise.
void cond(const Operand& predicate, Callable<void(Tensors&)> then_branch, Callable<void(Tensors&)> else_branch,
          Tensors& results, const Location& at);

/// Runs `test` and `body` on `state` until `test` is false, eagerly or as a `while` op. `body` replaces the state it
/// gets; neither keeps tensors of it.
void while_loop(Callable<Tensor(Tensors&)> test, Callable<void(Tensors&)> body, Tensors& state,
                const WhileOptions& options, const Location& at);

/// Calls `f` with the parts of a tuple, or with the value itself.
template <class F, class T>
decltype(auto) spread(F& f, const T& value) {
  if constexpr (IsTupleLike<T>::value) {
    return std::apply(f, value);
  } else {
    return f(value);
  }
}

}  // namespace detail

/// The result of `then_branch()` when `predicate` is true, else of `else_branch()`. Only the taken one runs; while a
/// function is captured, both are traced, once each, so return values: assigning to a variable outside is an error
/// there. The predicate is a rank-0 bool, or a C++ bool, which is known while capturing: only one branch runs then.
/// Both give the same number of tensors with the same dtypes and shapes (checked when captured), or nothing; numbers
/// become tensors as by `constant`; any tensor visible outside may be used inside.
template <class Then, class Else>
auto cond(const Operand& predicate, Then&& then_branch, Else&& else_branch,
          const Location& at = std::source_location::current()) {
  using Result = detail::AsTensors<decltype(then_branch())>;
  static_assert(std::is_same_v<Result, detail::AsTensors<decltype(else_branch())>>,
                "both branches must give the same type");
  detail::Tensors tensors;
  if constexpr (std::is_void_v<Result>) {
    const auto then_call = [&](detail::Tensors&) { then_branch(); };
    const auto else_call = [&](detail::Tensors&) { else_branch(); };
    detail::cond(predicate, then_call, else_call, tensors, at);
  } else {
    Result result;
    bool have_structure = false, regrouped = false;
    const auto branch = [&](auto& f) {
      return [&](detail::Tensors& out) {
        Result r = detail::as_tensors(f(), at);
        detail::take_tensors(r, out);
        if (have_structure) regrouped = !detail::same_structure(result, r);
        if (!have_structure) result = std::move(r), have_structure = true;
      };
    };
    const auto then_call = branch(then_branch);
    const auto else_call = branch(else_branch);
    detail::cond(predicate, then_call, else_call, tensors, at);
    if (regrouped) fail_at(at, "cond: the branches give vectors of different lengths");
    Tensor* next = tensors.data();
    detail::put_tensors(result, next);
    return result;
  }
}

/// Loop variables after running `body` as long as `test` of them is true (a rank-0 bool). `vars` is a Tensor or a
/// tuple; both functions take its parts, and `body` gives the same structure back. Variables keep dtype and shape;
/// numbers become tensors as by `constant`. While a function is captured, both are traced once: assigning to a variable
/// outside is an error there.
template <class Test, class Body, class Vars>
detail::AsTensors<Vars> while_loop(Test&& test, Body&& body, const Vars& vars, const WhileOptions& options = {},
                                   const Location& at = std::source_location::current()) {
  using State = detail::AsTensors<Vars>;
  State current = detail::as_tensors(vars, at);
  // The tensors are in the list, or in `current` while a function of the user's runs.
  const auto put = [&](detail::Tensors& state) {
    Tensor* next = state.data();
    detail::put_tensors(current, next);
    state.clear();
  };
  const auto test_call = [&](detail::Tensors& state) -> Tensor {
    put(state);
    Tensor go_on = detail::as_tensors(detail::spread(test, std::as_const(current)), at);
    detail::take_tensors(current, state);
    return go_on;
  };
  const auto body_call = [&](detail::Tensors& state) {
    const std::size_t count = state.size();
    put(state);
    State next = detail::as_tensors(detail::spread(body, std::as_const(current)), at);
    detail::take_tensors(current, state);
    state.clear();
    detail::take_tensors(next, state);
    if (state.size() == count && !detail::same_structure(next, current))
      fail_at(at, "while_loop: the body gives vectors of other lengths than it takes");
  };
  detail::Tensors state;
  detail::take_tensors(current, state);
  detail::while_loop(test_call, body_call, state, options, at);
  put(state);
  return current;
}

}  // namespace tjit
