// The table of passes, and the runner.
#include <algorithm>
#include <chrono>

#include "ir/text.h"
#include "passes/check_nan.h"
#include "passes/cse.h"
#include "passes/dce.h"
#include "passes/fold.h"
#include "passes/fuse.h"
#include "passes/hoist.h"
#include "passes/inline.h"
#include "passes/simplify.h"
#include "runtime/float_state.h"

namespace tjit {

namespace {

constexpr Pass kPasses[] = {
    {"inline", "replaces calls by the ops of their callees", inline_calls},
    {"simplify", "folds constants, applies the rewrite rules, shares equal ops, decides branches", simplify},
    {"hoist", "moves what does not change out of loops", hoist},
    {"dce", "drops what nobody uses", dce},
    {"fuse", "groups ops that run as one kernel", fuse},
    {"fold", "replaces ops on constants by their results", fold},
    {"cse", "shares equal ops", cse},
    {"check_nan", "asserts after each op that computes floats that there is no NaN", check_nan},
};

constexpr std::string_view kPipeline[] = {
    "inline",    // the others see one function
    "simplify",  // before hoist: what became constant need not move
    "hoist",     // before dce: simplify and hoist leave ops that nobody uses any more
    "dce",       // before fuse: a value that nobody uses would keep others from being fused
    "fuse",
};

void require_valid(const Pass& pass, const Module* module, const Function& f) {
  const std::vector<std::string> violations = verify(module == nullptr ? Module() : *module, f);
  if (violations.empty()) return;
  std::string text = "pass " + std::string(pass.name) + " broke @" + f.name + ":";
  for (const std::string& v : violations) text += "\n  " + v;
  throw Error(Error::Kind::Internal, std::move(text));
}

const Pass& named_pass(std::string_view name) {
  if (const Pass* pass = find_pass(name)) return *pass;
  std::vector<std::string_view> names;
  for (const Pass& p : kPasses) names.push_back(p.name);
  const std::string_view near = nearest(name, names);
  fail("there is no pass `" + std::string(name) + "`" +
       (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
}

}  // namespace

std::span<const Pass> all_passes() { return kPasses; }

const Pass* find_pass(std::string_view name) {
  const auto* it = std::ranges::find(kPasses, name, &Pass::name);
  return it == std::end(kPasses) ? nullptr : it;
}

std::span<const std::string_view> default_pipeline() { return kPipeline; }

Function run_passes(const Function& function, const PipelineOptions& options) {
  using Clock = std::chrono::steady_clock;
  const DefaultFloats floats;
  const std::span<const std::string_view> names = options.passes.empty() ? default_pipeline() : options.passes;
  Function now = function;
  for (const std::string_view name : names) {
    const Pass& pass = named_pass(name);
    const auto start = Clock::now();
    Function next = pass.run(now, options.context);
    if (options.timings != nullptr)
      options.timings->push_back({pass.name, std::chrono::duration<double>(Clock::now() - start).count()});
    if (options.verify_each) require_valid(pass, options.context.module, next);
    if (options.after_pass) options.after_pass(pass, now, next);
    now = std::move(next);
  }
  return now;
}

}  // namespace tjit
