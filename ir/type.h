// The type of an IR value, and constant data as the IR holds it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "tjit/dims.h"
#include "tjit/dtype.h"
#include "tjit/error.h"
#include "tjit/short_list.h"

namespace tjit {

struct Type {
  DType dtype = DType::F32;
  Shape shape;

  bool is_scalar() const { return shape.empty(); }
  friend bool operator==(const Type&, const Type&) = default;
};

/// Those of an op's results.
using Types = ShortList<Type, 2>;

/// `f32[2,3]`.
std::string to_string(const Type& type);

/// Elements and bytes of a static type; throws Error when they pass the limits of `element_count`.
inline std::int64_t element_count(const Type& type) { return element_count(type.shape); }
inline std::int64_t byte_count(const Type& type) { return element_count(type.shape) * size_of(type.dtype); }

/// Whether two types can be the same at run time: equal, or equal but for sizes that are unknown (`?`) in either.
bool compatible(const Type& a, const Type& b);

/// One element of any type, in the first bytes; the others are 0.
struct ElementBits {
  alignas(16) std::byte bytes[16];

  template <class T>
  static ElementBits of(T value) {
    ElementBits e{};
    static_assert(sizeof value <= sizeof e.bytes);
    __builtin_memcpy(e.bytes, &value, sizeof value);
    return e;
  }
  static ElementBits read(DType t, const void* element) {
    ElementBits e{};
    __builtin_memcpy(e.bytes, element, static_cast<std::size_t>(size_of(t)));
    return e;
  }
  template <class T>
  T as() const {
    T value;
    __builtin_memcpy(static_cast<void*>(&value), bytes, sizeof value);
    return value;
  }
  friend bool operator==(const ElementBits& a, const ElementBits& b) {
    return __builtin_memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
  }
};

/// Constant data: row-major elements, shared and never written. A splat stores one element for the whole shape.
class Literal {
 public:
  Literal() = default;
  /// `bytes` holds one element (splat) or all of them, and may keep any owner alive.
  Literal(Type type, std::shared_ptr<const std::byte> bytes, bool splat)
      : type_(type), bytes_(std::move(bytes)), splat_(splat) {}

  /// One value for every element of `shape`.
  template <class T>
  static Literal splat(T value, const Shape& shape = {}) {
    return copy({dtype_of<T>, shape}, &value, true);
  }
  /// Copies the elements at `data`: one for a splat, all of `type` otherwise.
  static Literal copy(const Type& type, const void* data, bool splat);

  const Type& type() const { return type_; }
  bool is_splat() const { return splat_; }
  /// Whether all elements are the first one, however they are stored: needs no memory in compiled code.
  bool is_uniform() const { return splat_ || element_count(type_) == 1; }
  ElementBits first() const { return ElementBits::read(type_.dtype, data()); }
  /// The first element as a number, or the highest one where that is larger; the type is bool or an integer.
  std::int64_t first_integer() const;
  const std::byte* data() const { return bytes_.get(); }
  const std::shared_ptr<const std::byte>& owner() const { return bytes_; }
  std::int64_t stored_bytes() const { return splat_ ? size_of(type_.dtype) : byte_count(type_); }
  template <class T>
  const T* as() const {
    TJIT_CHECK(dtype_of<T> == type_.dtype);
    return reinterpret_cast<const T*>(bytes_.get());
  }

  /// Where the data came from when the text said `file("weights.npz", "w1")`; empty otherwise.
  std::string file, key;

  /// Same type and the same bits, whichever way they are stored.
  friend bool operator==(const Literal& a, const Literal& b);

 private:
  Type type_;
  std::shared_ptr<const std::byte> bytes_;
  bool splat_ = false;
};

}  // namespace tjit
