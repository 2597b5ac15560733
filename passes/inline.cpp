// Calls become the ops of their callees.
#include "passes/inline.h"

#include <unordered_map>

#include "ir/builder.h"
#include "ir/calls.h"
#include "ir/ops/list.h"
#include "passes/copy.h"

namespace tjit {

namespace {

/// Functions that call others twice double at each level; this many ops take about a gigabyte.
constexpr int kMostOps = 1 << 22;

class Inliner {
 public:
  Inliner(const Function& f, const PassContext& context) : entry_(f), context_(context), b_(builder_for(f)) {
    if (context.module == nullptr) return;
    for (const Function& other : context.module->functions) functions_.try_emplace(other.name, &other);
  }

  Function run() {
    Copier map(entry_, b_);
    map.copy_params();
    callers_.push_back(&entry_.name);
    copy_ops(entry_, Function::kBody, map);
    return b_.finish(map(entry_.body().yields));
  }

 private:
  void copy_ops(const Function& f, BlockId block, Copier& map) {
    for (const OpId id : f.block(block).ops) copy(f, id, map);
  }

  void copy(const Function& f, OpId id, Copier& map) {
    if (f.op(id).code == kOpcode<Call>) return inline_call(f, id, map);
    map.copy(id, [&](OpId inner) { copy(f, inner, map); });
    if (b_.function().op_count() > kMostOps)
      fail_at(f.op(id).loc, "call: @" + entry_.name + " has more than " + std::to_string(kMostOps) +
                                " ops when its calls are inlined");
  }

  void inline_call(const Function& f, OpId id, Copier& map) {
    const Location& loc = f.op(id).loc;
    const std::string& name = f.attrs<Call>(id).callee.name;
    const auto callee = functions_.find(name);
    if (callee == functions_.end()) fail_at(loc, "call: there is no function @" + name);
    refuse_cycle(name, loc);
    const std::vector<Type> types = f.operand_types(id);
    if (callee->second->param_types() == types) return inline_body(*callee->second, f, id, map);
    try {
      const Module fixed = specialize(*context_.module, *callee->second, types);
      inline_body(inline_calls(fixed.functions.front(), {&fixed, context_.fast_math}), f, id, map);
    } catch (const Error& e) {
      throw e.location() ? e : Error(e.kind(), "call: " + e.message(), loc);
    }
  }

  void inline_body(const Function& callee, const Function& f, OpId id, Copier& map) {
    callers_.push_back(&callee.name);
    Copier inner(callee, b_);
    for (int i = 0; i < callee.params().size(); ++i) inner.bind(callee.params()[i], map[f.operand(id, i)]);
    copy_ops(callee, Function::kBody, inner);
    for (int i = 0; i < f.results(id).size(); ++i)
      map.bind(f.results(id)[i], inner[callee.body().yields[static_cast<std::size_t>(i)]]);
    callers_.pop_back();
  }

  void refuse_cycle(const std::string& callee, const Location& loc) const {
    std::string chain;
    bool found = false;
    for (const std::string* caller : callers_) {
      found |= *caller == callee;
      if (found) chain += "@" + *caller + " calls ";
    }
    if (found) fail_at(loc, "call: recursion cannot be inlined: " + chain + "@" + callee);
    if (callers_.size() > static_cast<std::size_t>(kMostCallDepth))
      fail_at(loc, "call: calls are nested deeper than " + std::to_string(kMostCallDepth));
  }

  const Function& entry_;
  const PassContext& context_;
  std::unordered_map<std::string_view, const Function*> functions_;
  Builder b_;
  std::vector<const std::string*> callers_;
};

}  // namespace

Function inline_calls(const Function& function, const PassContext& context) { return Inliner(function, context).run(); }

}  // namespace tjit
