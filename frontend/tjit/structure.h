// How C++ values made of tensors (a Tensor, tuples, pairs, arrays, vectors of them) are taken apart and rebuilt, for
// functions and control flow.
#pragma once

#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "tjit/callable.h"
#include "tjit/short_list.h"
#include "tjit/tensor.h"

namespace tjit::detail {

using Tensors = ShortList<Tensor, 4>;

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

/// The type of a structure with a Tensor in the place of each number; that of anything else stays.
template <class T>
struct TensorsFor {
  using type = std::conditional_t<std::is_arithmetic_v<T>, Tensor, T>;
};
template <class T>
using AsTensors = typename TensorsFor<std::remove_cvref_t<T>>::type;
template <class... T>
struct TensorsFor<std::tuple<T...>> {
  using type = std::tuple<AsTensors<T>...>;
};
template <class A, class B>
struct TensorsFor<std::pair<A, B>> {
  using type = std::pair<AsTensors<A>, AsTensors<B>>;
};
template <class T, std::size_t N>
struct TensorsFor<std::array<T, N>> {
  using type = std::array<AsTensors<T>, N>;
};
template <class T>
struct TensorsFor<std::vector<T>> {
  using type = std::vector<AsTensors<T>>;
};

/// A number as the rank-0 tensor that `constant` makes of it.
Tensor number(const Scalar& value, const Location& at);

/// The same structure with tensors in the places of numbers.
template <class T>
AsTensors<T> as_tensors(T&& value, const Location& at) {
  using Given = std::remove_cvref_t<T>;
  using Result = AsTensors<T>;
  if constexpr (std::is_same_v<Result, Given>) {
    return std::forward<T>(value);
  } else if constexpr (std::is_arithmetic_v<Given>) {
    return number(value, at);
  } else if constexpr (IsTupleLike<Given>::value) {
    return std::apply([&](auto&&... parts) { return Result{as_tensors(std::forward<decltype(parts)>(parts), at)...}; },
                      std::forward<T>(value));
  } else {
    Result result;
    for (const typename Given::value_type& part : value) result.push_back(as_tensors(part, at));
    return result;
  }
}

/// Appends the tensors of `value` to `out`, in order: moved, but for constants. Its structure stays.
template <class T, class List>
void take_tensors(T& value, List& out) {
  if constexpr (kIsTensor<T>) {
    out.push_back(std::move(value));
  } else if constexpr (IsTupleLike<std::remove_const_t<T>>::value) {
    std::apply([&](auto&... parts) { (take_tensors(parts, out), ...); }, value);
  } else {
    static_assert(IsVector<std::remove_const_t<T>>::value,
                  "expected a Tensor, or a tuple, pair, array or vector of them");
    for (auto& part : value) take_tensors(part, out);
  }
}

/// Moves tensors from `next` on into the places of `value`, which has the structure to rebuild.
template <class T>
void put_tensors(T& value, Tensor*& next) {
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

}  // namespace tjit::detail
