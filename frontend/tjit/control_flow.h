// Control flow on tensors: plain branches and loops eagerly, structured ops in a captured function.
#pragma once

#include "tjit/structure.h"

namespace tjit {

struct WhileOptions {
  std::int64_t maximum_iterations = -1;  ///< stop after so many; negative: no limit. The condition is evaluated before
                                         ///< each iteration and after the last
};

namespace detail {

using Tensors = std::vector<Tensor>;

/// Runs one branch (eagerly) or both as blocks of a `cond` op. A branch appends its results to the vector it gets.
Tensors cond(const Tensor& predicate, Callable<void(Tensors&)> then_branch, Callable<void(Tensors&)> else_branch,
             const Location& at);

/// Runs `test` and `body` on `state` until `test` is false, eagerly or as a `while` op.
Tensors while_loop(Callable<Tensor(const Tensors&)> test, Callable<Tensors(const Tensors&)> body, Tensors state,
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
/// function is captured, both are traced, once each, so return values instead of assigning to variables outside. The
/// predicate is a rank-0 bool. Both give the same number of tensors with the same dtypes and shapes (checked when
/// captured), or nothing; any tensor visible outside may be used inside.
template <class Then, class Else>
auto cond(const Tensor& predicate, Then&& then_branch, Else&& else_branch,
          const Location& at = std::source_location::current()) {
  using Result = std::remove_cvref_t<decltype(then_branch())>;
  static_assert(std::is_same_v<Result, std::remove_cvref_t<decltype(else_branch())>>,
                "both branches must give the same type");
  if constexpr (std::is_void_v<Result>) {
    const auto then_call = [&](detail::Tensors&) { then_branch(); };
    const auto else_call = [&](detail::Tensors&) { else_branch(); };
    detail::cond(predicate, then_call, else_call, at);
  } else {
    Result result;
    bool have_structure = false, regrouped = false;
    const auto branch = [&](auto& f) {
      return [&](detail::Tensors& out) {
        Result r = f();
        detail::take_tensors(r, out);
        if (have_structure) regrouped = !detail::same_structure(result, r);
        if (!have_structure) result = std::move(r), have_structure = true;
      };
    };
    const auto then_call = branch(then_branch);
    const auto else_call = branch(else_branch);
    const detail::Tensors tensors = detail::cond(predicate, then_call, else_call, at);
    if (regrouped) fail_at(at, "cond: the branches give vectors of different lengths");
    const Tensor* next = tensors.data();
    detail::put_tensors(result, next);
    return result;
  }
}

/// Loop variables after running `body` as long as `test` of them is true (a rank-0 bool). `vars` is a Tensor or a
/// tuple; both functions take its parts, and `body` gives the same structure back. Variables keep dtype and shape.
template <class Test, class Body, class Vars>
Vars while_loop(Test&& test, Body&& body, const Vars& vars, const WhileOptions& options = {},
                const Location& at = std::source_location::current()) {
  Vars current = vars;
  const auto rebuilt = [&](const detail::Tensors& state) -> const Vars& {
    const Tensor* next = state.data();
    detail::put_tensors(current, next);
    return current;
  };
  const auto test_call = [&](const detail::Tensors& state) -> Tensor { return detail::spread(test, rebuilt(state)); };
  const auto body_call = [&](const detail::Tensors& state) {
    const Vars next = detail::spread(body, rebuilt(state));
    detail::Tensors out;
    detail::take_tensors(next, out);
    if (out.size() == state.size() && !detail::same_structure(next, vars))
      fail_at(at, "while_loop: the body gives vectors of other lengths than it takes");
    return out;
  };
  detail::Tensors initial;
  detail::take_tensors(vars, initial);
  return rebuilt(detail::while_loop(test_call, body_call, std::move(initial), options, at));
}

}  // namespace tjit
