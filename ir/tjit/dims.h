// A short list of sizes: a tensor's shape, or any list-of-integers attribute.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "tjit/cxx20.h"

namespace tjit {

namespace detail {
/// A vector, array or span of integers, such as sizes are kept in.
template <class C>
concept Integers = requires(const C& c) {
  c.size();
  requires std::is_integral_v<std::remove_cvref_t<decltype(*c.data())>> && sizeof(*c.data()) >= 2;
};
}  // namespace detail

/// At most `kMax` integers, stored in place. As a shape, an entry is a size (>= 0), a named size `?n` that is known
/// only at the call (`symbol("n")`), or `kUnknown`, printed `?`: a size that inference cannot express until then.
class Dims {
 public:
  static constexpr int kMax = 8;
  static constexpr std::int64_t kUnknown = INT64_MIN;

  constexpr Dims() = default;
  Dims(std::initializer_list<std::int64_t> values) {
    for (const std::int64_t v : values) push_back(v);
  }
  template <detail::Integers C>
  Dims(const C& values) {
    for (const auto v : values) push_back(to_size(v));
  }
  static Dims filled(int size, std::int64_t value);

  constexpr int size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  /// Negative indices count from the end. Throws Error for others outside the list.
  constexpr std::int64_t& operator[](int i) { return values_[checked(i)]; }
  constexpr std::int64_t operator[](int i) const { return values_[checked(i)]; }
  constexpr std::int64_t* begin() { return values_; }
  constexpr std::int64_t* end() { return values_ + size_; }
  constexpr const std::int64_t* begin() const { return values_; }
  constexpr const std::int64_t* end() const { return values_ + size_; }
  constexpr std::int64_t back() const { return (*this)[-1]; }

  /// Throws Error when the list is full.
  void push_back(std::int64_t value);
  void insert(int at, std::int64_t value);
  void erase(int at);
  bool contains(std::int64_t value) const;

  friend bool operator==(const Dims& a, const Dims& b);

 private:
  constexpr int checked(int i) const {
    return static_cast<unsigned>(i) < static_cast<unsigned>(size_) ? i : from_end(i);
  }
  /// The place that a negative index means; throws Error when it is outside.
  int from_end(int i) const;
  /// Sizes beyond int64 become the largest, which is refused wherever elements are counted.
  template <class T>
  static constexpr std::int64_t to_size(T value) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
      if (value > static_cast<T>(INT64_MAX)) return INT64_MAX;
    return static_cast<std::int64_t>(value);
  }

  std::int64_t values_[kMax] = {};
  std::uint8_t size_ = 0;
};

using Shape = Dims;

/// How many elements come before and after the others in each dimension: `{{1, 1}, {0, 2}}`.
struct Padding {
  struct Ends {
    std::int64_t low, high;
  };
  Padding() = default;
  Padding(std::initializer_list<Ends> dims) {
    for (const auto& [before, after] : dims) push_back(before, after);
  }
  static Padding none(int rank);
  void push_back(std::int64_t before, std::int64_t after) {
    low.push_back(before);
    high.push_back(after);
  }
  int size() const { return low.size(); }
  friend bool operator==(const Padding& a, const Padding& b) { return a.low == b.low && a.high == b.high; }

  Dims low, high;  ///< one entry a dimension each
};

/// A size known only at the call. Names are interned for the life of the process. Symbols lie below -2^62, so that
/// lists of axes and the like may hold negative numbers.
std::int64_t symbol(std::string_view name);
constexpr bool is_symbolic(std::int64_t size) { return size < -(std::int64_t{1} << 62); }
/// The name of a symbol without `?`; empty for `kUnknown` and for numbers that `symbol` did not give.
std::string_view symbol_name(std::int64_t size);

/// No tensor has more elements, and no size is larger, next to a 0 as well: strides cannot overflow.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

/// Whether any size is symbolic or unknown.
bool is_dynamic(const Shape& shape);
/// Number of elements; 1 for rank 0. Throws Error when it passes 2^48. Static shapes only.
std::int64_t element_count(const Shape& shape);
/// Row-major strides in elements.
Dims row_major_strides(const Shape& shape);

/// `3`, or `?n`.
std::string size_text(std::int64_t size);
/// `[2, 3]`, as attributes print; symbols as `?n`.
std::string to_string(const Dims& dims);
/// `[[1, 1], [0, 2]]`, as attributes print.
std::string to_string(const Padding& padding);
/// `(2,3)`, as error messages and eager values print shapes.
std::string shape_text(const Shape& shape);
/// A shape as Python prints it: `()`, `(3,)`, `(2, 3)`.
std::string tuple_text(const Shape& shape);

}  // namespace tjit
