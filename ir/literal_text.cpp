// Reading and writing elements and strings.
#include "ir/literal_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "ir/ops/element.h"
#include "ir/text.h"

namespace tjit {

namespace {

/// Splits off the sign and the 0x of a number.
struct NumberText {
  std::string_view digits;
  bool negative = false, hex = false;

  explicit NumberText(std::string_view text) : digits(text) {
    negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (hex) digits.remove_prefix(2);
  }
};

std::string quote(std::string_view text) {
  return "'" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "...'" : "'");
}

std::string does_not_fit(std::string_view text, DType dtype) {
  return quote(text) + " does not fit " + std::string(info(dtype).ir_name);
}

// The magnitude is read without its sign, so that the lowest value of each type can be written.
std::errc parse_magnitude(const NumberText& number, std::uint64_t& magnitude) {
  const char* begin = number.digits.data();
  const char* end = begin + number.digits.size();
  const auto [stop, error] = std::from_chars(begin, end, magnitude, number.hex ? 16 : 10);
  return error == std::errc() && stop != end ? std::errc::invalid_argument : error;
}

template <class T>
std::string parse_as_integer(std::string_view text, T& value) {
  constexpr DType dtype = dtype_of<T>;
  const NumberText number(text);
  std::uint64_t magnitude = 0;
  const std::errc error = parse_magnitude(number, magnitude);
  if (error == std::errc::invalid_argument)
    return "expected an integer for " + std::string(info(dtype).ir_name) + ", found " + quote(text);
  const std::uint64_t highest = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  const std::uint64_t lowest = std::is_signed_v<T> ? highest + 1 : 0;
  if (error != std::errc() || magnitude > (number.negative ? lowest : highest)) return does_not_fit(text, dtype);
  value = static_cast<T>(number.negative ? 0 - magnitude : magnitude);
  return {};
}

/// Whether a number that its type cannot hold lies below the type's smallest ones, and not above its largest.
bool rounds_to_zero(const NumberText& number) {
  const std::size_t mark = number.digits.find_first_of(number.hex ? "pP" : "eE");
  const std::string_view digits = number.digits.substr(0, mark);
  std::int64_t exponent = 0;
  if (mark != number.digits.npos) {
    std::string_view text = number.digits.substr(mark + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error == std::errc::result_out_of_range) return text.starts_with('-');
  }
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto first = static_cast<std::int64_t>(digits.find_first_not_of("0."));
  const std::int64_t power = first < point ? point - first - 1 : point - first;  // of the base, of the first digit
  return exponent < -power * (number.hex ? 4 : 1);
}

template <class T>
std::string parse_as_float(std::string_view text, T& value) {
  constexpr DType dtype = dtype_of<T>;
  using Read =
      std::conditional_t<std::is_floating_point_v<T>, T, double>;  // others are rounded from double, as in NumPy
  const NumberText number(text);
  const char* begin = number.digits.data();
  const char* end = begin + number.digits.size();
  Read read{};
  if (number.digits == "nan") {
    value = std::numeric_limits<T>::quiet_NaN();
    return {};
  }
  if (number.digits == "inf") {
    read = std::numeric_limits<Read>::infinity();
  } else {
    // from_chars also takes "infinity" and a second sign, which are no numbers here.
    const char first = number.digits.empty() ? '\0' : number.digits.front();
    const bool starts_well = (first >= '0' && first <= '9') || first == '.' || number.hex;
    const auto format = number.hex ? std::chars_format::hex : std::chars_format::general;
    const auto [stop, error] = starts_well && first != '-'
                                   ? std::from_chars(begin, end, read, format)
                                   : std::from_chars_result{nullptr, std::errc::invalid_argument};
    const bool out_of_range = error == std::errc::result_out_of_range;
    if ((error != std::errc() && !out_of_range) || stop != end || !std::isfinite(read))
      return "expected a number for " + std::string(info(dtype).ir_name) + ", found " + quote(text);
    if (out_of_range) read = 0;
    if ((out_of_range && !rounds_to_zero(number)) || !std::isfinite(static_cast<T>(read)))
      return does_not_fit(text, dtype);
  }
  value = static_cast<T>(number.negative ? -read : read);
  return {};
}

template <class T>
void append_number(std::string& out, T value) {
  char buffer[40];
  constexpr bool is_float = Element<T>::is_float;
  if constexpr (is_float) {
    if (std::isnan(value)) {
      out += "nan";
      return;
    }
  }
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, as_printed(value)).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  out += text;
  // A float always looks like one.
  if (is_float && text.find_first_of(".en") == text.npos) out += ".0";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_level(std::string& out, const Literal& literal, int dim, const std::byte*& element) {
  if (dim == literal.type().shape.size()) {
    append_element(out, literal.type().dtype, element);
    element += size_of(literal.type().dtype);
    return;
  }
  out += '[';
  for (std::int64_t i = 0; i < literal.type().shape[dim]; ++i) {
    if (i != 0) out += ", ";
    append_level(out, literal, dim + 1, element);
  }
  out += ']';
}

/// `as_printed` of a type that no std::to_chars writes.
template <class T>
double fewest_digits(T x) {
  const double exact = static_cast<float>(x);
  if (!std::isfinite(exact)) return exact;
  // Numbers above a power of two are further apart than those below it: where two decimals are equally near, the one
  // above may read back alone.
  const double above = std::nextafter(exact, 2 * exact);
  for (int digits = 0; digits < std::numeric_limits<T>::max_digits10; ++digits) {
    for (const double number : {exact, above}) {
      char buffer[32];
      const auto end = std::to_chars(buffer, std::end(buffer), number, std::chars_format::scientific, digits).ptr;
      double near = 0;
      (void)std::from_chars(buffer, end, near);
      if (T(near).bits == x.bits) return near;
    }
  }
  return exact;
}

}  // namespace

double as_printed(Half x) { return fewest_digits(x); }
double as_printed(BFloat16 x) { return fewest_digits(x); }

void append_element(std::string& out, DType dtype, const std::byte* element) {
  dispatch(dtype, [&](auto tag) {
    typename decltype(tag)::type value;
    std::memcpy(&value, element, sizeof value);
    if constexpr (std::is_same_v<decltype(value), bool>) {
      out += value ? "true" : "false";
    } else if constexpr (Element<decltype(value)>::is_complex) {
      out += '(';
      append_number(out, value.re);
      out += ", ";
      append_number(out, value.im);
      out += ')';
    } else {
      append_number(out, value);
    }
  });
}

std::string parse_element(std::string_view text, DType dtype, std::byte* element) {
  return dispatch(dtype, [&](auto tag) -> std::string {
    typename decltype(tag)::type value{};
    std::string wrong;
    if constexpr (std::is_same_v<decltype(value), bool>) {
      value = text == "true";
      if (!value && text != "false") wrong = "expected true or false, found " + quote(text);
    } else if constexpr (Element<decltype(value)>::is_complex) {
      wrong = parse_as_float(text, value.re);
    } else if constexpr (Element<decltype(value)>::is_float) {
      wrong = parse_as_float(text, value);
    } else {
      wrong = parse_as_integer(text, value);
    }
    std::memcpy(element, &value, sizeof value);
    return wrong;
  });
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  if (!parse_as_integer(text, value).empty()) return std::nullopt;
  return value;
}

std::string print_literal(const Literal& literal) {
  std::string out;
  const std::byte* element = literal.data();
  if (element_count(literal.type()) == 0) {
    out = "[]";
  } else if (literal.is_splat()) {
    append_element(out, literal.type().dtype, element);
  } else {
    append_level(out, literal, 0, element);
  }
  return out;
}

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool outside = (lead == 0xed && byte(1) >= 0xa0) || (lead == 0xf4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += {'\\', 'x', kHex[static_cast<unsigned char>(c) >> 4], kHex[c & 15]};
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

std::optional<std::string> unescape(std::string_view quoted, std::size_t* wrong) {
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      out += quoted[i];
      continue;
    }
    *wrong = i;
    switch (++i < quoted.size() ? quoted[i] : '\0') {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case 'x': {
        const int high = i + 1 < quoted.size() ? hex_digit(quoted[i + 1]) : -1;
        const int low = i + 2 < quoted.size() ? hex_digit(quoted[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default: return std::nullopt;
    }
  }
  return out;
}

}  // namespace tjit
