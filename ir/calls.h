// Which calls between functions cannot be resolved, and what they are told.
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

/// What calls are told, without `call: ` in front: of a function that does not exist, with the nearest of the `known`
/// names; that are nested too deep; that are wrong.
std::string no_function_text(std::string_view name, std::span<const std::string_view> known = {});
std::string too_deep_text();
std::string wrong_call_text(const WrongCall& call, std::string_view caller, std::string_view callee);

}  // namespace tjit
