// Numbers, strings and constant data as text, in both directions. Nothing here depends on the locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/type.h"

namespace tjit {

/// The number whose shortest digits, as std::to_chars writes them, are the fewest that read back as `x`.
template <class T>
T as_printed(T x) {
  return x;
}
double as_printed(Half x);
double as_printed(BFloat16 x);

/// Appends one element: the shortest text that reads back to the same bits (any NaN is `nan`).
void append_element(std::string& out, DType dtype, const std::byte* element);

/// Stores the element that `text` spells; of a complex type it is a real number. Returns an empty string, or what is
/// wrong with the text.
std::string parse_element(std::string_view text, DType dtype, std::byte* element);

/// An integer in decimal or hex, or nullopt when it is none or too large.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Bytes of the UTF-8 sequence at the front of `text`, or 0 when there is none.
std::size_t utf8_length(std::string_view text);

/// Appends `text` in quotes, escaped so that it stays on one line and is valid UTF-8.
void append_quoted(std::string& out, std::string_view text);

/// The text that stands between the quotes of a string token; nullopt and the offset of a wrong escape otherwise.
std::optional<std::string> unescape(std::string_view quoted, std::size_t* wrong);

}  // namespace tjit
