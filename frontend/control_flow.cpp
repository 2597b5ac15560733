// Control flow: executed, or recorded as cond and while ops.
#include "tjit/control_flow.h"

#include "frontend/apply.h"

namespace tjit::detail {

namespace {

void require_predicate(const Tensor& p, std::string_view what, const Location& at) {
  if (!p.defined()) fail_undefined(at, what);
  if (p.dtype() != DType::Bool || p.rank() != 0)
    throw in_api_words({Error::Kind::User,
                        std::string(what) + " must be a rank-0 bool, not " + to_string(Type{p.dtype(), p.shape()}),
                        at});
}

std::vector<Type> types_of(const Tensors& tensors, const Location& at) {
  std::vector<Type> types;
  for (const Tensor& t : tensors) {
    if (!t.defined()) fail_undefined(at, "while_loop");
    types.push_back({t.dtype(), t.shape()});
  }
  return types;
}

std::vector<ValueId> values_of(Trace& trace, const Tensors& tensors, const Location& at) {
  std::vector<ValueId> values;
  for (const Tensor& t : tensors) values.push_back(trace.value_of(t, at));
  return values;
}

void wrap_all(Trace& trace, const auto& values, Tensors& tensors) {
  tensors.clear();
  for (const ValueId v : values) tensors.push_back(trace.wrap(v));
}

void require_equal_results(const Trace& trace, const std::vector<ValueId>& a, const std::vector<ValueId>& b,
                           const Location& at) {
  if (a.size() != b.size())
    fail_at(at,
            "cond: the branches give " + std::to_string(a.size()) + " and " + std::to_string(b.size()) + " tensors");
  const Function& f = trace.builder().function();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (f.type(a[i]) != f.type(b[i]))
      fail_at(at, "cond: result " + std::to_string(i) + " is " + trace.describe(a[i]) + " in the first branch and " +
                      trace.describe(b[i]) + " in the second");
}

void require_same_variables(const std::vector<Type>& before, const std::vector<Type>& after, const Location& at) {
  if (before.size() != after.size())
    fail_at(at, "while_loop: " + std::to_string(before.size()) + " loop variables enter and " +
                    std::to_string(after.size()) + " leave the first iteration");
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i] != after[i])
      fail_at(at, "while_loop: loop variable " + std::to_string(i) + " enters as " + to_string(before[i]) +
                      " and leaves the first iteration as " + to_string(after[i]));
}

/// A block of the trace, open while this lives. A block that is left by an exception is abandoned: no op owns it, and
/// what the function does next, should it go on, is recorded outside of it.
class OpenBlock {
 public:
  OpenBlock(Trace& trace, std::span<const Type> params, const Location& at)
      : trace_(trace), watched_(trace.watched_count()), id_(trace.begin_block(params, at)) {}
  OpenBlock(const OpenBlock&) = delete;
  OpenBlock& operator=(const OpenBlock&) = delete;
  ~OpenBlock() {
    if (!open_) return;
    (void)trace_.end_watch(watched_);
    trace_.end_block({});
  }

  void params(Tensors& tensors) const { wrap_all(trace_, trace_.builder().function().params(id_), tensors); }
  /// Ends it with what it yields, when nobody holds tensors of it any more: a variable that does was assigned to, which
  /// would not happen as often as the block runs. `where` and `cure` are for the error that says so.
  BlockId end(std::span<const ValueId> yields, std::string_view where, std::string_view cure, const Location& at) {
    if (const std::string held = trace_.end_watch(watched_); !held.empty())
      fail_at(at, std::string(where) + " assigns " + held + " to a variable outside; " + std::string(cure));
    trace_.end_block(yields);
    open_ = false;
    return id_;
  }

 private:
  Trace& trace_;
  std::size_t watched_;
  BlockId id_;
  bool open_ = true;
};

constexpr std::string_view kMakeVariable = "it is traced once, however often it runs, so make that a loop variable";

BlockId traced_test(Trace& trace, Callable<Tensor(Tensors&)> test, std::span<const Type> types, const Location& at) {
  OpenBlock block(trace, types, at);
  ValueId yield;
  {
    Tensors state;
    block.params(state);
    const Tensor go_on = test(state);
    require_predicate(go_on, "while_loop: the condition", at);
    yield = trace.value_of(go_on, at);
  }
  return block.end(std::array{yield}, "while_loop: the condition", kMakeVariable, at);
}

BlockId traced_body(Trace& trace, Callable<void(Tensors&)> body, const std::vector<Type>& types, const Location& at) {
  OpenBlock block(trace, types, at);
  std::vector<ValueId> yields;
  {
    Tensors state;
    block.params(state);
    body(state);
    require_same_variables(types, types_of(state, at), at);
    yields = values_of(trace, state, at);
  }
  return block.end(yields, "while_loop: the body", kMakeVariable, at);
}

void traced_while(Trace& trace, Callable<Tensor(Tensors&)> test, Callable<void(Tensors&)> body, Tensors& state,
                  const Location& at) {
  const std::vector<ValueId> initial = values_of(trace, state, at);
  const std::vector<Type> types = types_of(state, at);
  const BlockId test_block = traced_test(trace, test, types, at), body_block = traced_body(trace, body, types, at);
  wrap_all(trace, trace.builder().append({kOpcode<While>, nullptr, initial, {test_block, body_block}, at}), state);
}

void traced_cond(Trace& trace, const Tensor& predicate, std::array<Callable<void(Tensors&)>, 2> branches,
                 Tensors& results, const Location& at) {
  const std::array operand{trace.value_of(predicate, at)};
  std::vector<BlockId> blocks;
  std::vector<ValueId> yields[2];
  for (const std::size_t i : {0u, 1u}) {
    OpenBlock block(trace, {}, at);
    {
      Tensors given;
      branches[i](given);
      yields[i] = values_of(trace, given, at);
    }
    blocks.push_back(block.end(yields[i], i == 0 ? "cond: the first branch" : "cond: the second branch",
                               "both branches run while tracing, whatever the predicate is, so return it instead", at));
  }
  require_equal_results(trace, yields[0], yields[1], at);
  const ValueList values = trace.builder().append({kOpcode<Cond>, nullptr, operand, std::move(blocks), at});
  const Function& f = trace.builder().function();
  if (values.empty() && !f.is_ordered({f.op_count() - 1}))
    fail_at(at,
            "cond: the branches give nothing and do nothing; return what they compute: both run while tracing, so "
            "assignments to variables outside are not chosen by the predicate");
  wrap_all(trace, values, results);
}

}  // namespace

void cond(const Operand& predicate, Callable<void(Tensors&)> then_branch, Callable<void(Tensors&)> else_branch,
          Tensors& results, const Location& at) {
  const auto choose = [&](bool first) { (first ? then_branch : else_branch)(results); };
  const bool is_number = predicate.tensor() == nullptr;
  if (is_number && predicate.scalar().kind == Scalar::Kind::Bool) return choose(predicate.scalar().i != 0);
  const Tensor p = is_number ? number(predicate.scalar(), at) : *predicate.tensor();
  require_predicate(p, "cond: the predicate", at);
  if (Trace* trace = Trace::current(); trace != nullptr)
    return traced_cond(*trace, p, {then_branch, else_branch}, results, at);
  choose(static_cast<bool>(p));
}

void while_loop(Callable<Tensor(Tensors&)> test, Callable<void(Tensors&)> body, Tensors& state,
                const WhileOptions& options, const Location& at) {
  Trace* trace = Trace::current();
  if (trace == nullptr) {
    const std::vector<Type> types = types_of(state, at);
    for (std::int64_t n = 0;; ++n) {
      const Tensor go_on = test(state);
      require_predicate(go_on, "while_loop: the condition", at);
      if (!go_on || n == options.maximum_iterations) break;
      body(state);
      require_same_variables(types, types_of(state, at), at);
    }
    return;
  }
  if (options.maximum_iterations < 0) return traced_while(*trace, test, body, state, at);
  // The count is one more loop variable, the last.
  const auto counted_test = [&](Tensors& s) {
    const Tensor count = s.pop_back();
    const Tensor go_on = test(s);
    require_predicate(go_on, "while_loop: the condition", at);
    const Here here("while_loop", at);
    return (count < options.maximum_iterations) & go_on;
  };
  const auto counted_body = [&](Tensors& s) {
    const Tensor count = s.pop_back();
    body(s);
    const Here here("while_loop", at);
    s.push_back(count + 1);
  };
  state.push_back(own(scalar_tensor(0, DType::I64)));
  traced_while(*trace, counted_test, counted_body, state, at);
  (void)state.pop_back();
}

}  // namespace tjit::detail
