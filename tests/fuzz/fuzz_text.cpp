// libFuzzer target: bytes as the text of a program. Whatever the parser takes prints, the print reads back as itself,
// and no pass breaks an invariant.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "ir/custom_calls.h"
#include "ir/text.h"
#include "passes/pass.h"
#include "tests/custom_calls.h"

namespace {

/// Passes run on sizes that are known.
bool is_static(const tjit::Function& f) {
  return std::ranges::none_of(f.param_types(), [](const tjit::Type& t) { return tjit::is_dynamic(t.shape); });
}

/// Programs may call the functions of the tests.
bool add_calls() {
  for (const TjitCustomCall* call = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION); call->name != nullptr; ++call)
    tjit::add_custom_call(*call);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const bool added = add_calls();
  const tjit::ParseResult read = tjit::parse({reinterpret_cast<const char*>(data), size});
  if (!read.errors.empty()) return 0;
  const std::string text = tjit::print(read.module);
  const tjit::ParseResult again = tjit::parse(text);
  if (!again.errors.empty() || tjit::print(again.module) != text) std::abort();
  for (const tjit::Function& f : read.module.functions) {
    if (!is_static(f)) continue;
    try {
      (void)tjit::run_passes(f, {.context = {.module = &read.module}, .verify_each = true});
    } catch (const tjit::Error& e) {
      if (e.kind() == tjit::Error::Kind::Internal) throw;
    }
  }
  return 0;
}
