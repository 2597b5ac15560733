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

Tensors wrap_all(Trace& trace, const auto& values) {
  Tensors tensors;
  for (const ValueId v : values) tensors.push_back(trace.wrap(v));
  return tensors;
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
  OpenBlock(Trace& trace, std::span<const Type> params) : trace_(trace), id_(trace.builder().begin_block(params)) {}
  OpenBlock(const OpenBlock&) = delete;
  OpenBlock& operator=(const OpenBlock&) = delete;
  ~OpenBlock() {
    if (open_) trace_.builder().end_block({});
  }

  Tensors params() const { return wrap_all(trace_, trace_.builder().function().params(id_)); }
  /// Ends it with what it yields.
  BlockId end(std::span<const ValueId> yields) {
    trace_.builder().end_block(yields);
    open_ = false;
    return id_;
  }

 private:
  Trace& trace_;
  BlockId id_;
  bool open_ = true;
};

BlockId traced_test(Trace& trace, Callable<Tensor(const Tensors&)> test, std::span<const Type> types,
                    const Location& at) {
  OpenBlock block(trace, types);
  const Tensor go_on = test(block.params());
  require_predicate(go_on, "while_loop: the condition", at);
  return block.end(std::array{trace.value_of(go_on, at)});
}

BlockId traced_body(Trace& trace, Callable<Tensors(const Tensors&)> body, const std::vector<Type>& types,
                    const Location& at) {
  OpenBlock block(trace, types);
  const Tensors next = body(block.params());
  require_same_variables(types, types_of(next, at), at);
  return block.end(values_of(trace, next, at));
}

Tensors traced_while(Trace& trace, Callable<Tensor(const Tensors&)> test, Callable<Tensors(const Tensors&)> body,
                     const Tensors& state, const Location& at) {
  const std::vector<ValueId> initial = values_of(trace, state, at);
  const std::vector<Type> types = types_of(state, at);
  const BlockId test_block = traced_test(trace, test, types, at), body_block = traced_body(trace, body, types, at);
  return wrap_all(trace, trace.builder().append({kOpcode<While>, nullptr, initial, {test_block, body_block}, at}));
}

}  // namespace

Tensors cond(const Tensor& predicate, Callable<void(Tensors&)> then_branch, Callable<void(Tensors&)> else_branch,
             const Location& at) {
  require_predicate(predicate, "cond: the predicate", at);
  Trace* trace = Trace::current();
  if (trace == nullptr) {
    Tensors results;
    (predicate ? then_branch : else_branch)(results);
    return results;
  }
  const std::array operand{trace->value_of(predicate, at)};
  std::vector<BlockId> blocks;
  std::vector<ValueId> yields[2];
  for (const int i : {0, 1}) {
    OpenBlock block(*trace, {});
    Tensors results;
    (i == 0 ? then_branch : else_branch)(results);
    yields[i] = values_of(*trace, results, at);
    blocks.push_back(block.end(yields[i]));
  }
  require_equal_results(*trace, yields[0], yields[1], at);
  const ValueList results = trace->builder().append({kOpcode<Cond>, nullptr, operand, std::move(blocks), at});
  const Function& f = trace->builder().function();
  if (results.empty() && !f.is_ordered({f.op_count() - 1}))
    fail_at(at,
            "cond: the branches give nothing and do nothing; return what they compute: both run while tracing, so "
            "assignments to variables outside are not chosen by the predicate");
  return wrap_all(*trace, results);
}

Tensors while_loop(Callable<Tensor(const Tensors&)> test, Callable<Tensors(const Tensors&)> body, Tensors state,
                   const WhileOptions& options, const Location& at) {
  Trace* trace = Trace::current();
  if (trace == nullptr) {
    const std::vector<Type> types = types_of(state, at);
    for (std::int64_t n = 0;; ++n) {
      const Tensor go_on = test(state);
      require_predicate(go_on, "while_loop: the condition", at);
      if (!go_on || n == options.maximum_iterations) break;
      state = body(state);
      require_same_variables(types, types_of(state, at), at);
    }
    return state;
  }
  if (options.maximum_iterations < 0) return traced_while(*trace, test, body, state, at);
  // The count is one more loop variable, the last.
  const auto counted_test = [&](const Tensors& s) {
    const Tensors state_of_user(s.begin(), s.end() - 1);
    const Tensor go_on = test(state_of_user);
    require_predicate(go_on, "while_loop: the condition", at);
    const Here here("while_loop", at);
    return (s.back() < options.maximum_iterations) & go_on;
  };
  const auto counted_body = [&](const Tensors& s) {
    Tensors next = body(Tensors(s.begin(), s.end() - 1));
    const Here here("while_loop", at);
    next.push_back(s.back() + 1);
    return next;
  };
  state.push_back(own(scalar_tensor(0, DType::I64)));
  Tensors results = traced_while(*trace, counted_test, counted_body, state, at);
  results.pop_back();
  return results;
}

}  // namespace tjit::detail
