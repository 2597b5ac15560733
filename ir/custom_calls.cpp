// The registry of functions written elsewhere, and what their shape rules say.
#include "ir/custom_calls.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "ir/op.h"

namespace tjit {

namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, TjitCustomCall, std::less<>> calls;
};

Registry& registry() {
  static auto& all = *new Registry;
  return all;
}

std::string unknown_text(std::string_view name, const Registry& all) {
  const std::string text = "no function '" + std::string(name) + "' is registered";
  if (all.calls.empty()) return text + "; none is";
  std::vector<std::string_view> known;
  std::string list;
  for (const auto& [each, call] : all.calls) {
    known.push_back(each);
    list += (list.empty() ? "" : ", ") + each;
  }
  const std::string_view near = nearest(name, known);
  return text + (near.empty() ? "; known are " + list : "; did you mean '" + std::string(near) + "'?");
}

[[noreturn]] void fail_rule(const TjitCustomCall& call, const std::string& text) {
  fail("the shape rule of '" + std::string(call.name) + "' gives " + text);
}

Type result_type(const TjitCustomCall& call, const TjitArray& array) {
  const std::string_view name = array.dtype == nullptr ? "" : array.dtype;
  const auto* const dtype = std::ranges::find(kDTypes, name, &DTypeInfo::ir_name);
  if (dtype == std::end(kDTypes)) fail_rule(call, "an unknown element type '" + std::string(name) + "'");
  if (array.rank < 0 || array.rank > Dims::kMax) fail_rule(call, "a rank of " + std::to_string(array.rank));
  Type type{dtype->dtype, {}};
  for (int d = 0; d < array.rank; ++d) {
    const std::int64_t size = array.sizes[d];
    if (size < -1 || size > kMaxElements) fail_rule(call, "a size of " + std::to_string(size));
    type.shape.push_back(size == -1 ? Dims::kUnknown : size);
  }
  return type;
}

}  // namespace

void add_custom_call(const TjitCustomCall& call) {
  if (call.name == nullptr || call.infer == nullptr || call.run == nullptr)
    fail("a custom call needs a name, a shape rule and a function");
  Registry& all = registry();
  const std::scoped_lock lock(all.mutex);
  const auto [at, is_new] = all.calls.try_emplace(call.name, call);
  if (!is_new && (at->second.infer != call.infer || at->second.run != call.run))
    fail("another function '" + std::string(call.name) + "' is registered");
  at->second.name = at->first.c_str();  // which lives as long as the registry
}

const TjitCustomCall& custom_call_named(std::string_view name) {
  Registry& all = registry();
  const std::scoped_lock lock(all.mutex);
  const auto at = all.calls.find(name);
  if (at == all.calls.end()) fail(unknown_text(name, all));
  return at->second;
}

TjitArray array_description(const Type& type) {
  static_assert(TJIT_MAX_RANK == Dims::kMax);
  TjitArray array{};
  array.dtype = info(type.dtype).ir_name.data();  // of a literal, which ends with a 0
  array.rank = type.shape.size();
  for (int d = 0; d < array.rank; ++d) array.sizes[d] = is_symbolic(type.shape[d]) ? -1 : type.shape[d];
  return array;
}

Types custom_call_results(const TjitCustomCall& call, const std::string& config, std::span<const Type> in) {
  std::vector<TjitArray> operands;
  for (const Type& t : in) operands.push_back(array_description(t));
  TjitArray results[TJIT_MAX_RESULTS] = {};
  std::int32_t count = 0;
  const char* const wrong =
      call.infer(config.c_str(), static_cast<std::int32_t>(operands.size()), operands.data(), &count, results);
  if (wrong != nullptr) fail(std::string(call.name) + ": " + wrong);
  if (count < 1 || count > TJIT_MAX_RESULTS) fail_rule(call, std::to_string(count) + " results");
  Types types;
  for (std::int32_t i = 0; i < count; ++i) types.push_back(result_type(call, results[i]));
  return types;
}

}  // namespace tjit
