// Element types of tensors: the one list that text, kernels and generated code derive from.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tjit {

enum class DType : std::uint8_t { Bool, U8, I32, I64, F32, F64 };

inline constexpr int kDTypeCount = 6;

/// What the system knows of an element type. `ir_name` is used in IR text, `name` where values print.
struct DTypeInfo {
  DType dtype;
  std::string_view ir_name, name;
  int size;  ///< bytes of one element
  bool is_float, is_signed;
};

inline constexpr DTypeInfo kDTypes[kDTypeCount] = {
    {DType::Bool, "bool", "bool", 1, false, false}, {DType::U8, "u8", "uint8", 1, false, false},
    {DType::I32, "i32", "int32", 4, false, true},   {DType::I64, "i64", "int64", 8, false, true},
    {DType::F32, "f32", "float32", 4, true, true},  {DType::F64, "f64", "float64", 8, true, true},
};

constexpr const DTypeInfo& info(DType t) { return kDTypes[static_cast<int>(t)]; }
constexpr int size_of(DType t) { return info(t).size; }
constexpr bool is_float(DType t) { return info(t).is_float; }
constexpr bool is_integer(DType t) { return t != DType::Bool && !is_float(t); }

template <class T>
struct Tag {
  using type = T;
};

template <class... T>
struct TypeList {
  static constexpr int size = sizeof...(T);
  /// Calls `f(Tag<T>{})` for each type in order.
  static constexpr void for_each(auto&& f) { (f(Tag<T>{}), ...); }
  /// The place of a type, or -1.
  template <class U>
  static constexpr int index = [] {
    int i = 0, found = -1;
    ((std::is_same_v<U, T> ? void(found = i) : void(0), ++i), ...);
    return found;
  }();
};

/// The C++ types that store elements, in the order of DType.
using ElementTypes = TypeList<bool, std::uint8_t, std::int32_t, std::int64_t, float, double>;

/// The element type that stores a C++ type.
template <class T>
  requires(ElementTypes::index<T> >= 0)
inline constexpr DType dtype_of = static_cast<DType>(ElementTypes::index<T>);

/// Calls `f(Tag<T>{})` with the C++ type that stores `t`.
template <class F>
constexpr decltype(auto) dispatch(DType t, F&& f) {
  switch (t) {
    case DType::Bool: return f(Tag<bool>{});
    case DType::U8: return f(Tag<std::uint8_t>{});
    case DType::I32: return f(Tag<std::int32_t>{});
    case DType::I64: return f(Tag<std::int64_t>{});
    case DType::F32: return f(Tag<float>{});
    case DType::F64: return f(Tag<double>{});
  }
  __builtin_unreachable();
}

inline constexpr DType bool_ = DType::Bool, uint8 = DType::U8, int32 = DType::I32, int64 = DType::I64,
                       float32 = DType::F32, float64 = DType::F64;

}  // namespace tjit
