// Which calls between functions cannot be resolved by inlining.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tjit {

/// Functions that call functions that call functions: each level takes stack space wherever calls are followed.
inline constexpr int kMostCallDepth = 200;

/// Call number `site` of function `caller` closes a cycle, or makes a chain longer than kMostCallDepth.
struct WrongCall {
  std::size_t caller, site;
  bool is_cycle;
};

/// `callees[f]` are the numbers of the functions that function f calls, in order.
std::vector<WrongCall> find_wrong_calls(std::span<const std::vector<std::size_t>> callees);

/// What a wrong call is told.
std::string wrong_call_text(const WrongCall& call, std::string_view caller, std::string_view callee);

}  // namespace tjit
