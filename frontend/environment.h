// What environment variables say.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tjit {

/// Whether a variable with this value is on: unless it is empty or says 0, false, no or off, in any case of letters.
inline bool is_switched_on(std::string_view value) {
  std::string lower(value);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::array<std::string_view, 5> kOff{"", "0", "false", "no", "off"};
  return std::ranges::find(kOff, lower) == kOff.end();
}

}  // namespace tjit
