// NumPy's array printing: one format for all elements, found from the elements that will show, then nested lists with
// lines of 75 characters. Digits come from std::to_chars, so the locale has no part in it.
#include "runtime/format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "runtime/float_state.h"

namespace tjit {

namespace {

constexpr int kPrecision = 8;              ///< most digits after the point
constexpr std::int64_t kThreshold = 1000;  ///< larger arrays are summarised
constexpr std::int64_t kEdge = 3;          ///< elements shown at each end of a summarised dimension
constexpr std::size_t kLineWidth = 75;

/// Numbers from here on print in scientific form: where a type does not hold all digits for certain, at most from 1e8.
template <class T>
constexpr double kScientificFrom = [] {
  double limit = 1;
  for (int i = 0; i < std::min(8, std::numeric_limits<T>::digits10); ++i) limit *= 10;
  return limit;
}();

/// A number as printed: `-12`, `5`, and in scientific form `-05`.
struct Digits {
  std::string whole, fraction, exponent;
};

Digits split(std::string_view text) {
  Digits digits;
  const std::size_t e = text.find('e');
  if (e != text.npos) digits.exponent = text.substr(e + 1);
  text = text.substr(0, e);
  const std::size_t point = text.find('.');
  digits.whole = text.substr(0, point);
  if (point != text.npos) digits.fraction = text.substr(point + 1);
  return digits;
}

// Enough for the longest fixed form: 309 digits before the point, or "0." and 1074 after it.
constexpr std::size_t kLongestNumber = 1200;

/// Shortest digits that read back as the same `T`.
template <class T>
Digits shortest(T x, std::chars_format form) {
  char buffer[kLongestNumber];
  return split({buffer, std::to_chars(buffer, buffer + sizeof buffer, as_printed(x), form).ptr});
}

/// The exact value rounded to `count` digits after the point, halves to even.
Digits rounded(double x, std::chars_format form, int count) {
  char buffer[kLongestNumber];
  return split({buffer, std::to_chars(buffer, buffer + sizeof buffer, x, form, count).ptr});
}

/// Shortest digits, but at most `kPrecision` after the point, without zeros at the end.
template <class T>
Digits digits_of(T x, std::chars_format form) {
  Digits digits = shortest(x, form);
  if (digits.fraction.size() > kPrecision) digits = rounded(static_cast<double>(x), form, kPrecision);
  digits.fraction.erase(digits.fraction.find_last_not_of('0') + 1);
  return digits;
}

void pad_left(std::string& text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
}

template <class T>
std::string non_finite_text(T x) {
  return std::isnan(x) ? "nan" : x < 0 ? "-inf" : "inf";
}

/// The widths that all elements of a float array share.
template <class T>
class FloatFormat {
 public:
  /// `plus`: numbers that are not negative have a sign, too.
  explicit FloatFormat(const std::vector<T>& values, bool plus = false)
      : plus_(plus), scientific_(needs_exponent(values)) {
    bool all_finite = true, signed_inf = plus;
    for (const T x : values) {
      if (std::isfinite(x)) {
        widen(with_sign(digits_of(x, form())));
      } else {
        all_finite = false;
        signed_inf |= std::isinf(x) && x < 0;
      }
    }
    if (scientific_) exponent_ = std::max<std::size_t>(exponent_, 3);
    if (all_finite) return;
    const std::size_t after = after_point() + 1, widest = signed_inf ? 4 : 3;
    if (widest > after) whole_ = std::max(whole_, widest - after);
  }

  std::string operator()(T x) const {
    if (!std::isfinite(x)) {
      std::string text = plus_ && !(x < 0) ? '+' + non_finite_text(x) : non_finite_text(x);
      pad_left(text, whole_ + after_point() + 1);
      return text;
    }
    Digits digits = with_sign(scientific_ ? scientific_digits(x) : digits_of(x, form()));
    pad_left(digits.whole, whole_);
    std::string text = digits.whole + '.' + digits.fraction;
    if (!scientific_) return text.append(fraction_ - digits.fraction.size(), ' ');
    digits.exponent.insert(1, exponent_ - digits.exponent.size(), '0');
    return text + 'e' + digits.exponent;
  }

 private:
  static bool needs_exponent(const std::vector<T>& values) {
    using Compute = typename Element<T>::Compute;
    Compute largest = 0, smallest = std::numeric_limits<Compute>::infinity();
    for (const Compute x : values) {
      if (!std::isfinite(x) || x == 0) continue;
      largest = std::max(largest, std::abs(x));
      smallest = std::min(smallest, std::abs(x));
    }
    if (largest == 0) return false;
    return largest >= kScientificFrom<T> || smallest < static_cast<T>(1e-4) ||
           static_cast<T>(largest / smallest) > static_cast<T>(1000);
  }

  Digits with_sign(Digits digits) const {
    if (plus_ && !digits.whole.starts_with('-')) digits.whole.insert(0, 1, '+');
    return digits;
  }

  std::chars_format form() const { return scientific_ ? std::chars_format::scientific : std::chars_format::fixed; }

  void widen(const Digits& digits) {
    whole_ = std::max(whole_, digits.whole.size());
    fraction_ = std::max(fraction_, digits.fraction.size());
    exponent_ = std::max(exponent_, digits.exponent.size());
  }

  /// Characters after the point: the fraction, and `e+00`.
  std::size_t after_point() const { return fraction_ + (scientific_ ? exponent_ + 1 : 0); }

  /// All elements show the same number of digits. Those beyond the shortest ones are the exact value's, not zeros.
  Digits scientific_digits(T x) const {
    Digits digits = shortest(x, form());
    return digits.fraction.size() == fraction_ ? digits
                                               : rounded(static_cast<double>(x), form(), static_cast<int>(fraction_));
  }

  bool plus_, scientific_;
  std::size_t whole_ = 0, fraction_ = 0, exponent_ = 0;
};

/// A float alone: shortest digits, scientific below 1e-4 and from `limit` on.
template <class T>
std::string scalar_float_text(T x, double limit) {
  if (!std::isfinite(x)) return non_finite_text(x);
  const double size = std::abs(static_cast<double>(x));
  const bool scientific = size != 0 && (size < 1e-4 || size >= limit);
  const Digits digits = shortest(x, scientific ? std::chars_format::scientific : std::chars_format::fixed);
  if (!scientific) return digits.whole + '.' + (digits.fraction.empty() ? "0" : digits.fraction);
  return digits.whole + (digits.fraction.empty() ? "" : '.' + digits.fraction) + 'e' + digits.exponent;
}

/// A part of a complex number alone: without a fraction of 0.
template <class P>
std::string part_text(P x, double limit) {
  std::string text = scalar_float_text(x, limit);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

/// Scientific from `limit` on.
template <class P>
std::string scalar_complex_text(Complex<P> x, double limit) {
  if (x.re == 0 && !std::signbit(x.re)) return part_text(x.im, limit) + 'j';
  const bool has_sign = std::signbit(x.im) && !std::isnan(x.im);
  return '(' + part_text(x.re, limit) + (has_sign ? "" : "+") + part_text(x.im, limit) + "j)";
}

/// Whether numbers of T print as Python's own do, which are doubles.
template <class T>
constexpr bool kPrintsAsPython = std::is_same_v<typename Element<T>::Part, double>;
constexpr double kPythonScientificFrom = 1e16;

/// Rank 0, as NumPy prints a scalar: `as_python` as Python prints the same number, a float as the double it is.
template <class T>
std::string scalar_text(T x, bool as_python) {
  if constexpr (std::is_same_v<T, bool>) {
    return x ? "True" : "False";
  } else if constexpr (Element<T>::is_complex) {
    return kPrintsAsPython<T> || as_python ? scalar_complex_text(Complex<double>(x), kPythonScientificFrom)
                                           : scalar_complex_text(x, kScientificFrom<typename T::Part>);
  } else if constexpr (Element<T>::is_float) {
    return kPrintsAsPython<T> || as_python ? scalar_float_text(static_cast<double>(x), kPythonScientificFrom)
                                           : scalar_float_text(x, kScientificFrom<T>);
  } else {
    return std::to_string(x);
  }
}

using ElementText = std::function<std::string(const void*)>;

template <class T>
ElementText element_text(const std::vector<T>& values) {
  if constexpr (std::is_same_v<T, bool>) {
    return [](const void* p) -> std::string { return *static_cast<const bool*>(p) ? " True" : "False"; };
  } else if constexpr (Element<T>::is_complex) {
    using P = typename T::Part;
    std::vector<P> re, im;
    for (const T x : values) re.push_back(x.re), im.push_back(x.im);
    return [re = FloatFormat<P>(re), im = FloatFormat<P>(im, true)](const void* p) {
      const T x = *static_cast<const T*>(p);
      std::string imaginary = im(x.im);
      imaginary.insert(imaginary.find_last_not_of(' ') + 1, 1, 'j');
      return re(x.re) + imaginary;
    };
  } else if constexpr (Element<T>::is_float) {
    return [format = FloatFormat<T>(values)](const void* p) { return format(*static_cast<const T*>(p)); };
  } else {
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    const std::size_t width = std::max(std::to_string(*lowest).size(), std::to_string(*highest).size());
    return [width](const void* p) {
      std::string text = std::to_string(*static_cast<const T*>(p));
      pad_left(text, width);
      return text;
    };
  }
}

/// Writes an array with elements as nested lists.
class NestedText {
 public:
  /// `prefix` is what will stand before the value on its first line, `suffix` how much after it.
  NestedText(const Array& array, std::string_view separator, std::size_t prefix, std::size_t suffix)
      : array_(array),
        separator_(separator),
        bare_separator_(separator.substr(0, separator.find(' '))),
        summarised_(array.size() > kThreshold) {
    dispatch(array.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      std::vector<T> values;
      if constexpr (!std::is_same_v<T, bool>) collect(values, 0, array.data<T>());
      element_ = element_text(values);
    });
    text_ = list(0, static_cast<const char*>(array.data()), std::string(prefix + 1, ' '), kLineWidth - suffix);
  }

  std::string take() { return std::move(text_); }

 private:
  bool summarises(int axis) const { return summarised_ && array_.shape()[axis] > 2 * kEdge; }

  /// Calls `f` with the indices that show along `axis`, and once with -1 in place of those that do not.
  template <class F>
  void for_shown(int axis, F&& f) const {
    const std::int64_t size = array_.shape()[axis];
    for (std::int64_t i = 0; i < size; ++i) {
      if (summarises(axis) && i == kEdge) {
        f(std::int64_t{-1});
        i = size - kEdge;
      }
      f(i);
    }
  }

  template <class T>
  void collect(std::vector<T>& values, int axis, const T* p) const {
    if (axis == array_.rank()) return values.push_back(*p);
    for_shown(axis, [&](std::int64_t i) {
      if (i >= 0) collect(values, axis + 1, p + i * array_.strides()[axis]);
    });
  }

  const char* at(int axis, const char* p, std::int64_t i) const {
    return p + i * array_.strides()[axis] * size_of(array_.dtype());
  }

  /// The list along `axis`; `indent` stands before each of its lines but the first, which the caller places.
  std::string list(int axis, const char* p, const std::string& indent, std::size_t width) const {
    const int below = array_.rank() - axis - 1;
    if (below == 0) return '[' + row(axis, p, indent, width - 1) + ']';
    const std::string line_end =
        std::string(bare_separator_) + std::string(static_cast<std::size_t>(below), '\n') + indent;
    std::string text;
    for_shown(axis, [&](std::int64_t i) {
      if (!text.empty()) text += line_end;
      text += i < 0 ? "..." : list(axis + 1, at(axis, p, i), indent + ' ', width - 1);
    });
    return '[' + text + ']';
  }

  /// The elements of the last axis, broken into lines that leave room for a separator or bracket.
  std::string row(int axis, const char* p, const std::string& indent, std::size_t width) const {
    std::string text, line = indent;
    bool first = true;
    for_shown(axis, [&](std::int64_t i) {
      if (!std::exchange(first, false)) line += separator_;
      const std::string word = i < 0 ? "..." : element_(at(axis, p, i));
      if (line.size() + word.size() > width && line.size() > indent.size()) {
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        line = indent;
      }
      line += word;
    });
    return (text + line).substr(indent.size());
  }

  const Array& array_;
  std::string_view separator_, bare_separator_;
  bool summarised_;
  ElementText element_;
  std::string text_;
};

std::string scalar_text(const Array& array, bool as_python) {
  return dispatch(array.dtype(), [&](auto tag) {
    return scalar_text(*static_cast<const typename decltype(tag)::type*>(array.data()), as_python);
  });
}

std::string on_own_line(std::string text) {
  if (text.find('\n') != text.npos) text.insert(0, 1, '\n');
  return text;
}

/// Whether the digits alone tell the element type, as NumPy's repr sees it: it is what Python's numbers become, bool or
/// the largest type with a sign, real or complex.
bool is_implied(DType t) {
  return t == DType::Bool || ((is_signed(t) || is_complex(t)) && std::ranges::none_of(kDTypes, [&](const DTypeInfo& i) {
                                return is_integer(i.dtype) == is_integer(t) && i.is_complex == is_complex(t) &&
                                       i.dtype != DType::Bool && i.size > size_of(t);
                              }));
}

}  // namespace

std::string numpy_text(const Array& array) {
  const DefaultFloats floats;
  if (array.rank() == 0) return scalar_text(array, false);
  if (array.size() == 0) return "[]";
  return NestedText(array, " ", 0, 0).take();
}

std::string numpy_repr(const Array& array) {
  const DefaultFloats floats;
  if (array.rank() == 0) return scalar_text(array, true);
  constexpr std::string_view prefix = "array(";
  const bool is_empty = array.size() == 0;
  std::string text(prefix);
  text += is_empty ? "[]" : NestedText(array, ", ", prefix.size(), 1).take();

  std::string extras;
  if ((is_empty && array.shape() != Shape{0}) || array.size() > kThreshold)
    extras = "shape=" + tuple_text(array.shape());
  if (!is_implied(array.dtype()) || is_empty)
    extras += (extras.empty() ? "dtype=" : ", dtype=") + std::string(info(array.dtype()).name);
  if (extras.empty()) return text + ")";
  extras += ')';
  text += ',';
  const std::size_t last_line = text.size() - (text.rfind('\n') + 1);
  text += last_line + extras.size() + 1 > kLineWidth ? '\n' + std::string(prefix.size(), ' ') : " ";
  return text + extras;
}

std::string tensor_text(const Array& array) {
  return "Tensor(" + on_own_line(numpy_text(array)) + ", shape=" + tuple_text(array.shape()) +
         ", dtype=" + std::string(info(array.dtype()).name) + ")";
}

std::string tensor_repr(const Array& array) {
  return "<Tensor: shape=" + tuple_text(array.shape()) + ", dtype=" + std::string(info(array.dtype()).name) +
         ", numpy=" + on_own_line(numpy_repr(array)) + ">";
}

}  // namespace tjit
