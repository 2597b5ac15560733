// A reference to a callable, without owning it: how code of the user's types is called from code that knows none of
// them.
#pragma once

#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit::detail {

template <class Signature>
class Callable;
template <class R, class... A>
class Callable<R(A...)> {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callable>)
  Callable(F&& f)
      : object_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* object, A... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(args...);
        }) {}
  R operator()(A... args) const { return call_(object_, args...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

}  // namespace tjit::detail
