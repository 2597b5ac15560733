// Calls become the ops of their callees.
#include "passes/inline.h"

#include <algorithm>
#include <unordered_map>

#include "ir/builder.h"
#include "ir/calls.h"
#include "ir/ops/structure.h"
#include "passes/copy.h"

namespace tjit {

namespace {

/// Functions that call others twice double at each level. A million ops take about 300 MB, and more than a minute to
/// compile.
constexpr std::int64_t kMostOps = 1 << 20;

using Functions = std::unordered_map<std::string_view, const Function*>;

const Function& callee_of(const Functions& functions, const Function& f, OpId call) {
  const std::string& name = f.attrs<Call>(call).callee.name;
  const auto found = functions.find(name);
  if (found == functions.end()) fail_at(f.op(call).loc, "call: " + no_function_text(name));
  return *found->second;
}

/// Counts the ops of functions whose calls are inlined, and refuses calls without end.
class CallCounter {
 public:
  explicit CallCounter(const Functions& functions) : functions_(functions) {}

  std::int64_t count(const Function& f) {
    const auto [known, is_new] = counts_.try_emplace(&f, 0);
    if (!is_new) return known->second;
    std::int64_t ops = f.op_count();
    callers_.push_back(&f);
    for (int i = 0; i < f.op_count(); ++i) {
      if (!f.is_call({i})) continue;
      const Function& callee = callee_of(functions_, f, {i});
      refuse_cycle(callee, f.op({i}).loc);
      ops = std::min(ops + count(callee), kMostOps + 1);
    }
    callers_.pop_back();
    return counts_[&f] = ops;
  }

 private:
  void refuse_cycle(const Function& callee, const Location& loc) const {
    const auto from = std::ranges::find(callers_, &callee);
    if (from != callers_.end()) {
      std::string chain;
      for (auto it = from; it != callers_.end(); ++it) chain += "@" + (*it)->name + " calls ";
      fail_at(loc, "call: recursion cannot be inlined: " + chain + "@" + callee.name);
    }
    if (callers_.size() > static_cast<std::size_t>(kMostCallDepth)) fail_at(loc, "call: " + too_deep_text());
  }

  const Functions& functions_;
  std::unordered_map<const Function*, std::int64_t> counts_;
  std::vector<const Function*> callers_;
};

class Inliner {
 public:
  Inliner(const Function& f, const PassContext& context) : entry_(f), context_(context), b_(builder_for(f)) {
    if (context.module == nullptr) return;
    for (const Function& other : context.module->functions)
      functions_.try_emplace(other.name, other.name == f.name ? &f : &other);
  }

  Function run() {
    if (CallCounter(functions_).count(entry_) > kMostOps)
      fail_at(entry_.loc,
              "@" + entry_.name + " has more than " + std::to_string(kMostOps) + " ops when its calls are inlined");
    Copier map(entry_, b_);
    map.copy_params();
    copy_ops(entry_, Function::kBody, map);
    return b_.finish(map(entry_.body().yields));
  }

 private:
  void copy_ops(const Function& f, BlockId block, Copier& map) {
    for (const OpId id : f.block(block).ops) copy(f, id, map);
  }

  void copy(const Function& f, OpId id, Copier& map) {
    if (f.is_call(id)) return inline_call(f, id, map);
    map.copy(id, [&](OpId inner) { copy(f, inner, map); });
  }

  void inline_call(const Function& f, OpId id, Copier& map) {
    const Function& callee = callee_of(functions_, f, id);
    const std::vector<Type> types = f.operand_types(id);
    if (callee.param_types() == types) return inline_body(callee, f, id, map);
    try {
      const Module fixed = specialize(*context_.module, callee, types);
      inline_body(inline_calls(fixed.functions.front(), {&fixed, context_.fast_math}), f, id, map);
    } catch (const Error& e) {
      throw e.in("call", f.op(id).loc);
    }
  }

  void inline_body(const Function& callee, const Function& f, OpId id, Copier& map) {
    Copier inner(callee, b_);
    for (int i = 0; i < callee.params().size(); ++i) inner.bind(callee.params()[i], map[f.operand(id, i)]);
    copy_ops(callee, Function::kBody, inner);
    for (int i = 0; i < f.results(id).size(); ++i)
      map.bind(f.results(id)[i], inner[callee.body().yields[static_cast<std::size_t>(i)]]);
  }

  const Function& entry_;
  const PassContext& context_;
  Functions functions_;
  Builder b_;
};

}  // namespace

Function inline_calls(const Function& function, const PassContext& context) { return Inliner(function, context).run(); }

}  // namespace tjit
