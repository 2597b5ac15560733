// Tensor: the value that programs compute with, and the operands that ops take.
#pragma once

#include <concepts>
#include <iosfwd>
#include <source_location>
#include <string>
#include <type_traits>
#include <vector>

#include "tjit/dims.h"
#include "tjit/dtype.h"
#include "tjit/error.h"

namespace tjit {

struct TensorImpl;

/// An n-dimensional value of one element type; cheap to copy. Eagerly it holds elements. While a function is captured
/// it stands for a value of the program, and asking it for elements is an error that says where and what to do instead.
/// A default-constructed Tensor is undefined: using it is an error.
class Tensor {
 public:
  Tensor() noexcept = default;
  Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept : impl_(other.impl_) { other.impl_ = nullptr; }
  Tensor& operator=(const Tensor& other) noexcept;
  Tensor& operator=(Tensor&& other) noexcept {
    TensorImpl* const impl = other.impl_;
    other.impl_ = nullptr;
    assign(impl);
    return *this;
  }
  ~Tensor() {
    if (impl_ != nullptr) release();
  }

  bool defined() const { return impl_ != nullptr; }
  /// Whether it stands for a value that is not known yet, in a capture.
  bool symbolic() const;
  DType dtype() const;
  const Shape& shape() const;
  int rank() const { return shape().size(); }
  /// Number of elements.
  std::int64_t size() const;

  /// The elements in row-major order; those of a strided view are copied once, and kept with it. Valid as long as this
  /// Tensor lives and is not assigned to. Throws Error when `T` is not the element type, or the tensor is symbolic.
  template <class T>
  const T* data(const Location& at = std::source_location::current()) const& {
    return static_cast<const T*>(data_of(dtype_of<T>, at));
  }
  template <class T>
  const T* data(const Location& at = std::source_location::current()) const&& = delete;
  /// Writable elements; copies them first when they are shared. Write before this Tensor is copied, viewed or used by
  /// an op: from then on they may be shared.
  template <class T>
  T* mutable_data(const Location& at = std::source_location::current()) & {
    return static_cast<T*>(mutable_data_of(dtype_of<T>, at));
  }
  /// The only element; throws Error when there is not exactly one.
  template <class T>
  T item(const Location& at = std::source_location::current()) const {
    return *static_cast<const T*>(item_of(dtype_of<T>, at));
  }
  template <class T>
  std::vector<T> to_vector(const Location& at = std::source_location::current()) const {
    const T* elements = data<T>(at);
    return std::vector<T>(elements, elements + size());
  }
  /// Whether the only element is not zero, so that `if (x < y)` works eagerly. Errors stand where the last op did.
  explicit operator bool() const;

  /// The value alone as NumPy prints it; `repr()` as TensorFlow's repr. Printing to a stream gives
  /// `Tensor([1 2 3], shape=(3,), dtype=int32)`.
  std::string numpy_text(const Location& at = std::source_location::current()) const;
  std::string repr() const;
  std::string text() const;

  TensorImpl* impl() const { return impl_; }
  /// Takes over one count of `impl`.
  static Tensor adopt(TensorImpl* impl) {
    Tensor t;
    t.impl_ = impl;
    return t;
  }

 private:
  void release() noexcept;
  /// Takes over a count of `impl`, or null.
  void assign(TensorImpl* impl) noexcept;
  const void* data_of(DType dtype, const Location& at) const;
  void* mutable_data_of(DType dtype, const Location& at);
  const void* item_of(DType dtype, const Location& at) const;

  TensorImpl* impl_ = nullptr;
};

namespace detail {
template <class Stream>
Stream& write(Stream& out, std::string_view text) {
  out.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return out;
}
}  // namespace detail
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Tensor& t) {
  return detail::write(out, t.text());
}
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const Shape& shape) {
  return detail::write(out, tuple_text(shape));
}
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, DType dtype) {
  return detail::write(out, info(dtype).name);
}

/// A C++ number in an expression. It takes the dtype of the tensors it meets when that can hold it.
struct Scalar {
  enum class Kind : std::uint8_t { Bool, Int, Float } kind = Kind::Int;
  bool narrow = true;  ///< spelt as a type of at most 32 bits; decides the dtype of a scalar alone
  union {
    std::int64_t i;
    double f;
  };

  constexpr Scalar() : i(0) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      kind = Kind::Bool, i = value;
    } else if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
        if (value > static_cast<std::uint64_t>(INT64_MAX))
          fail("the number " + std::to_string(value) + " exceeds int64");
      kind = Kind::Int, narrow = sizeof(T) <= 4, i = static_cast<std::int64_t>(value);
    } else {
      kind = Kind::Float, f = value;
    }
  }
};

/// What an op takes: a tensor, or a C++ number; with the place in the user's program where it was passed.
class Operand {
 public:
  Operand(const Tensor& tensor, const Location& at = std::source_location::current()) : tensor_(&tensor), loc_(at) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Operand(T value, const Location& at = std::source_location::current()) : scalar_(value), loc_(at) {}

  const Tensor* tensor() const { return tensor_; }
  /// When it is no tensor.
  const Scalar& scalar() const { return scalar_; }
  const Location& loc() const { return loc_; }

 private:
  const Tensor* tensor_ = nullptr;
  union {
    Scalar scalar_;  ///< not made beside a tensor: small eager ops would pay for it
  };
  Location loc_;
};

}  // namespace tjit
