// The form of an op, from what its struct states. A struct that states the facts of two forms, or of none, is refused.
#pragma once

#include <algorithm>
#include <iterator>

#include "ir/ops/ops.h"

namespace tjit {

namespace forms {

/// Finding `eval` in both bases is ambiguous: so a template is noticed without being instantiated.
struct Eval {
  void eval();
};
template <class T>
struct WithEval : T, Eval {};

template <class T>
concept Map = !requires { &WithEval<T>::eval; };
template <class T>
concept View = requires { T::view; };
template <class T>
concept Reshape = requires { T::keeps_order; };
template <class T>
concept Lookup = requires { T::lookup; };
template <class T>
concept Placing = requires { T::placing; };
template <class T>
concept Count = requires { T::counted; };
template <class T>
concept Reduction = requires { typename T::Combine; };
template <class T>
concept Search = requires { typename T::Extreme; };
template <class T>
concept Product = requires { T::depth; };
template <class T>
concept Routine = requires { T::steps; };
template <class T>
concept Control = requires { T::control; };
template <class T>
concept Constant = requires { T::literal; };
template <class T>
concept Effect = requires { T::effect; };

}  // namespace forms

template <class T>
consteval Form form_of() {
  constexpr bool states[] = {forms::Map<T>,     forms::View<T>,    forms::Reshape<T>,   forms::Lookup<T>,
                             forms::Placing<T>, forms::Count<T>,   forms::Reduction<T>, forms::Search<T>,
                             forms::Product<T>, forms::Routine<T>, forms::Control<T>,   forms::Constant<T>,
                             forms::Effect<T>};
  constexpr int count = std::count(std::begin(states), std::end(states), true);
  static_assert(count > 0, "the op states the facts of no form: see ir/ops/form.h");
  static_assert(count < 2, "the op states the facts of several forms: see ir/ops/form.h");
  return static_cast<Form>(std::find(std::begin(states), std::end(states), true) - std::begin(states));
}

}  // namespace tjit
