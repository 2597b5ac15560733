// Passes: Function -> Function. One table orders them; one runner times, dumps and verifies.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/function.h"

namespace tjit {

/// What a pass may look at besides its input.
struct PassContext {
  const Module* module = nullptr;  ///< resolves calls; needed by `inline`
  bool fast_math = false;          ///< also apply the relaxed rules
};

struct Pass {
  std::string_view name;  ///< also the file, the command-line name and the test folder
  std::string_view doc;   ///< one line
  Function (*run)(const Function&, const PassContext&);
};

/// Every pass by name.
std::span<const Pass> all_passes();
const Pass* find_pass(std::string_view name);
/// The names that a compilation runs, in order.
std::span<const std::string_view> default_pipeline();

struct PassTiming {
  std::string_view pass;
  double seconds;
};

/// Whether invariants are verified after each pass where nobody asks: in builds for development.
#ifdef NDEBUG
inline constexpr bool kVerifyEach = false;
#else
inline constexpr bool kVerifyEach = true;
#endif

struct PipelineOptions {
  PassContext context;
  std::vector<std::string_view> passes = {};  ///< empty: default_pipeline()
  bool verify_each = kVerifyEach;             ///< throw Error(Internal) naming the pass that broke an invariant
  std::function<void(const Pass&, const Function& before, const Function& after)> after_pass = {};
  std::vector<PassTiming>* timings = nullptr;
};
Function run_passes(const Function& function, const PipelineOptions& options);

}  // namespace tjit
