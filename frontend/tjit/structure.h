// How C++ values made of tensors (a Tensor, tuples, pairs, arrays, vectors of them) are taken apart and rebuilt, for
// functions and control flow.
#pragma once

#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "tjit/tensor.h"

namespace tjit::detail {

template <class T>
inline constexpr bool kIsTensor = std::is_same_v<std::remove_cvref_t<T>, Tensor>;

template <class T>
struct IsTupleLike : std::false_type {};
template <class... T>
struct IsTupleLike<std::tuple<T...>> : std::true_type {};
template <class A, class B>
struct IsTupleLike<std::pair<A, B>> : std::true_type {};
template <class T, std::size_t N>
struct IsTupleLike<std::array<T, N>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// Whether a vector stands anywhere in a structure, so that its number of tensors depends on the value.
template <class T>
inline constexpr bool kHoldsVector = IsVector<T>::value;
template <class... T>
inline constexpr bool kHoldsVector<std::tuple<T...>> = (kHoldsVector<T> || ...);
template <class A, class B>
inline constexpr bool kHoldsVector<std::pair<A, B>> = kHoldsVector<A> || kHoldsVector<B>;
template <class T, std::size_t N>
inline constexpr bool kHoldsVector<std::array<T, N>> = kHoldsVector<T>;

/// Appends the tensors of `value` to `out`, in order.
template <class T, class List>
void take_tensors(const T& value, List& out) {
  if constexpr (kIsTensor<T>) {
    out.push_back(value);
  } else if constexpr (IsTupleLike<T>::value) {
    std::apply([&](const auto&... parts) { (take_tensors(parts, out), ...); }, value);
  } else {
    static_assert(IsVector<T>::value, "expected a Tensor, or a tuple, pair, array or vector of them");
    for (const auto& part : value) take_tensors(part, out);
  }
}

/// Puts tensors from `next` on into the places of `value`, which has the structure to rebuild; moves them unless they
/// are constant.
template <class T, class MaybeConstTensor>
void put_tensors(T& value, MaybeConstTensor*& next) {
  if constexpr (kIsTensor<T>) {
    value = std::move(*next++);
  } else if constexpr (IsTupleLike<T>::value) {
    std::apply([&](auto&... parts) { (put_tensors(parts, next), ...); }, value);
  } else {
    for (auto& part : value) put_tensors(part, next);
  }
}

/// Whether the vectors of two values have the same lengths.
template <class T>
bool same_structure(const T& a, const T& b) {
  if constexpr (IsVector<T>::value) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) same = same_structure(a[i], b[i]);
    return same;
  } else if constexpr (IsTupleLike<T>::value) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same_structure(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>());
  } else {
    return true;
  }
}

/// A reference to a callable, without owning it.
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
