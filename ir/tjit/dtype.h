// Element types of tensors: the one list that text, files, kernels, generated code and tests derive from.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "tjit/bfloat16.h"
#include "tjit/complex.h"
#include "tjit/cxx20.h"
#include "tjit/half.h"

namespace tjit {

enum class DType : std::uint8_t { Bool, I8, I16, I32, I64, U8, U16, U32, U64, F16, BF16, F32, F64, C64, C128 };

/// What the system knows of an element type. `ir_name` is used in IR text, `name` where values print.
struct DTypeInfo {
  DType dtype;
  std::string_view ir_name, name;
  int size;                              ///< bytes of one element: a power of two, at most 16
  bool is_float, is_complex, is_signed;  ///< real numbers are signed or not
  bool in_numpy;                         ///< NumPy itself has it
};

template <class T>
struct Tag {
  using type = T;
};

template <class... T>
struct TypeList {
  static constexpr int size = sizeof...(T);
  /// Calls `f(Tag<T>{})` for each type in order.
  static constexpr void for_each(auto&& f) { (f(Tag<T>{}), ...); }
  /// The place of a type, or -1. Not by std::is_same_v, which takes an instance for each pair of types.
  template <class U>
  static constexpr int index = [] {
    int i = 0, found = -1;
    ((__is_same(U, T) ? void(found = i) : void(0), ++i), ...);
    return found;
  }();
};

namespace detail {

/// An element type and the C++ type that stores it.
template <class T>
struct ElementRow {
  DType dtype;
  std::string_view ir_name, name;
  constexpr DTypeInfo info() const {
    constexpr bool is_complex = kIsComplex<T>;
    return {dtype, ir_name, name, static_cast<int>(sizeof(T)), !std::is_integral_v<T> && !is_complex, is_complex,
            !std::is_same_v<T, bool> && !std::is_unsigned_v<T> && !is_complex, !requires {T::in_numpy;
  }
};
}  // namespace detail
};  // namespace tjit

template <class... T>
struct ElementRows {
  using Types = TypeList<T...>;
  DTypeInfo infos[sizeof...(T)];
  consteval ElementRows(ElementRow<T>... row) : infos{row.info()...} {
    int place = 0;
    for (const DTypeInfo& i : infos)
      if (static_cast<int>(i.dtype) != place++) throw "rows stand in the order of DType";
  }
};

/// A new element type is an enumerator of DType, its row here, and its name for users below. CMake reads the rows too
/// (cmake/elements.cmake): the number in `ir_name` is the number of bits.
inline constexpr ElementRows kElements{
    ElementRow<bool>{DType::Bool, "bool", "bool"},
    ElementRow<std::int8_t>{DType::I8, "i8", "int8"},
    ElementRow<std::int16_t>{DType::I16, "i16", "int16"},
    ElementRow<std::int32_t>{DType::I32, "i32", "int32"},
    ElementRow<std::int64_t>{DType::I64, "i64", "int64"},
    ElementRow<std::uint8_t>{DType::U8, "u8", "uint8"},
    ElementRow<std::uint16_t>{DType::U16, "u16", "uint16"},
    ElementRow<std::uint32_t>{DType::U32, "u32", "uint32"},
    ElementRow<std::uint64_t>{DType::U64, "u64", "uint64"},
    ElementRow<Half>{DType::F16, "f16", "float16"},
    ElementRow<BFloat16>{DType::BF16, "bf16", "bfloat16"},
    ElementRow<float>{DType::F32, "f32", "float32"},
    ElementRow<double>{DType::F64, "f64", "float64"},
    ElementRow<Complex<float>>{DType::C64, "c64", "complex64"},
    ElementRow<Complex<double>>{DType::C128, "c128", "complex128"},
};

}  // namespace detail

inline constexpr DType bool_ = DType::Bool, int8 = DType::I8, int16 = DType::I16, int32 = DType::I32,
                       int64 = DType::I64, uint8 = DType::U8, uint16 = DType::U16, uint32 = DType::U32,
                       uint64 = DType::U64, float16 = DType::F16, bfloat16 = DType::BF16, float32 = DType::F32,
                       float64 = DType::F64, complex64 = DType::C64, complex128 = DType::C128;

/// The C++ types that store elements, in the order of DType.
using ElementTypes = decltype(detail::kElements)::Types;

inline constexpr int kDTypeCount = ElementTypes::size;
inline constexpr const DTypeInfo (&kDTypes)[kDTypeCount] = detail::kElements.infos;

constexpr const DTypeInfo& info(DType t) { return kDTypes[static_cast<int>(t)]; }
constexpr int size_of(DType t) { return info(t).size; }
constexpr bool is_float(DType t) { return info(t).is_float; }
constexpr bool is_complex(DType t) { return info(t).is_complex; }
constexpr bool is_signed(DType t) { return info(t).is_signed; }
constexpr bool is_integer(DType t) { return t != DType::Bool && !is_float(t) && !is_complex(t); }
/// Whether it is made of floats: has NaN, infinities and -0.
constexpr bool has_nan(DType t) { return is_float(t) || is_complex(t); }

/// The element type that stores a C++ type.
template <class T>
  requires(ElementTypes::index<T> >= 0)
inline constexpr DType dtype_of = static_cast<DType>(ElementTypes::index<T>);

namespace detail {
template <class F, class First, class... Rest>
constexpr decltype(auto) dispatch_from(DType t, F&& f, TypeList<First, Rest...>) {
  if constexpr (sizeof...(Rest) > 0) {
    if (t != dtype_of<First>) return dispatch_from(t, f, TypeList<Rest...>{});
  }
  return f(Tag<First>{});
}
}  // namespace detail

/// Calls `f(Tag<T>{})` with the C++ type that stores `t`.
template <class F>
constexpr decltype(auto) dispatch(DType t, F&& f) {
  return detail::dispatch_from(t, f, ElementTypes{});
}

/// What addresses of elements are multiples of.
constexpr int alignment_of(DType t) {
  return dispatch(t, []<class T>(Tag<T>) { return static_cast<int>(alignof(T)); });
}

}  // namespace tjit
