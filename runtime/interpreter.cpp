// Runs functions op by op, by recursion over blocks.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <numeric>

#include "ir/calls.h"
#include "ir/ops/structure.h"
#include "ir/sizes.h"
#include "runtime/execute.h"

namespace tjit {

namespace {

/// For each op, the values that nobody reads after it: defined in its own block, neither yielded nor used later.
class LastUses {
 public:
  explicit LastUses(const Function& f) : first_(static_cast<std::size_t>(f.op_count()) + 1) {
    const auto count = static_cast<std::size_t>(f.value_count());
    std::vector<std::int32_t> last(count, -1);
    std::vector<bool> stays(count);
    for (int b = 0; b < f.block_count(); ++b) {
      for (const ValueId v : f.block({b}).yields) {
        if (f.block({b}).owner.valid() && f.home(v) != BlockId{b}) {
          use(f, v, {b}, last);
        } else {
          stays[index(v)] = true;
        }
      }
    }
    for (int i = 0; i < f.op_count(); ++i) {
      for (const ValueId v : f.results({i})) last[index(v)] = std::max(last[index(v)], i);
      for (const ValueId v : f.operands({i})) use(f, v, f.op({i}).parent, last, i);
    }
    for (std::size_t v = 0; v < count; ++v)
      if (last[v] >= 0 && !stays[v]) ++first_[static_cast<std::size_t>(last[v]) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    values_.resize(static_cast<std::size_t>(first_.back()));
    std::vector<std::int32_t> next = first_;
    for (std::size_t v = 0; v < count; ++v)
      if (last[v] >= 0 && !stays[v])
        values_[static_cast<std::size_t>(next[static_cast<std::size_t>(last[v])]++)] = {static_cast<std::int32_t>(v)};
  }

  std::span<const ValueId> after(OpId op) const {
    const auto i = static_cast<std::size_t>(op.index);
    return std::span(values_).subspan(static_cast<std::size_t>(first_[i]),
                                      static_cast<std::size_t>(first_[i + 1] - first_[i]));
  }

 private:
  static std::size_t index(ValueId v) { return static_cast<std::size_t>(v.index); }
  /// Notes a use of `v` by op `user` in `block`: at the op of the value's own block that holds it.
  static void use(const Function& f, ValueId v, BlockId block, std::vector<std::int32_t>& last,
                  std::int32_t user = -1) {
    const BlockId home = f.home(v);
    while (block != home) {
      user = f.block(block).owner.index;
      block = f.op({user}).parent;
    }
    last[index(v)] = std::max(last[index(v)], user);
  }

  std::vector<std::int32_t> first_;
  std::vector<ValueId> values_;
};

class Interpreter {
 public:
  Interpreter(const Module& module, const Function& f, const InterpretOptions& options, int depth,
              std::vector<Array> values)
      : module_(module), f_(f), options_(options), depth_(depth), values_(std::move(values)) {}

  std::vector<Array> run_function(std::span<const Array> args) {
    const LastUses last_uses(f_);
    last_uses_ = &last_uses;
    for (int i = 0; i < f_.params().size(); ++i) at(f_.params()[i]) = args[static_cast<std::size_t>(i)];
    return run_block(Function::kBody);
  }

  std::vector<Array> run_op(OpId id) {
    if (options_.before_op) options_.before_op(f_, id, values_);
    std::vector<Array> results = results_of(id);
    if (options_.after_op) options_.after_op(f_, id, results);
    return results;
  }

 private:
  Array& at(ValueId v) { return values_[static_cast<std::size_t>(v.index)]; }

  std::vector<Array> gather(std::span<const ValueId> ids) {
    std::vector<Array> arrays;
    arrays.reserve(ids.size());
    for (const ValueId v : ids) arrays.push_back(at(v));
    return arrays;
  }

  std::vector<Array> run_block(BlockId id) {
    const Block& block = f_.block(id);
    for (const OpId op : block.ops) {
      std::vector<Array> results = run_op(op);
      const ValueRange ids = f_.results(op);
      for (int i = 0; i < ids.size(); ++i) at(ids[i]) = std::move(results[static_cast<std::size_t>(i)]);
      if (last_uses_ != nullptr)
        for (const ValueId v : last_uses_->after(op)) at(v) = {};
    }
    return gather(block.yields);
  }

  std::vector<Array> results_of(OpId id) {
    const Op& op = f_.op(id);
    const OpDef& d = f_.def(id);
    if (d.form() == Form::Control) return run_control(id, d.control().kind);
    const std::vector<Array> operands = gather(f_.operands(id));
    if (d.form() == Form::Effect) {
      execute_effect(d.effect(), op.attrs.get(), operands, op.loc, options_.print);
      return {};
    }
    Arrays results = execute(d, op.attrs.get(), operands, result_types(id, operands), op.loc);
    return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
  }

  /// The op's result types; sizes that were unknown until now are inferred from the operands.
  Types result_types(OpId id, std::span<const Array> operands) const {
    Types types;
    bool known = true;
    for (const ValueId v : f_.results(id)) {
      types.push_back(f_.type(v));
      known &= !is_dynamic(f_.type(v).shape);
    }
    return known ? types : f_.def(id).infer(f_.op(id).attrs.get(), types_of(operands));
  }

  std::vector<Array> run_control(OpId id, ControlKind kind) {
    const Op& op = f_.op(id);
    switch (kind) {
      case ControlKind::Branch: return run_block(op.blocks[at(f_.operand(id, 0)).item<bool>() ? 0 : 1]);
      case ControlKind::Loop: return run_loop(id);
      case ControlKind::Call: return run_call(id);
      case ControlKind::Group: return run_block(op.blocks[0]);
    }
    __builtin_unreachable();
  }

  std::vector<Array> run_loop(OpId id) {
    const auto [test, body] = f_.loop(id);
    std::vector<Array> state = gather(f_.operands(id));
    for (;;) {
      bind(test, state);
      if (!run_block(test).front().item<bool>()) return state;
      bind(body, std::move(state));
      state = run_block(body);
    }
  }

  void bind(BlockId block, std::vector<Array> values) {
    const ValueRange params = f_.params(block);
    for (int i = 0; i < params.size(); ++i) at(params[i]) = std::move(values[static_cast<std::size_t>(i)]);
  }

  std::vector<Array> run_call(OpId id) {
    const std::string& name = f_.attrs<Call>(id).callee.name;
    const Function* callee = module_.find(name);
    if (callee == nullptr) fail_at(f_.op(id).loc, "call: " + no_function_text(name));
    if (depth_ == kMostCallDepth) fail_at(f_.op(id).loc, "call: " + too_deep_text());
    Interpreter inner(module_, *callee, options_, depth_ + 1,
                      std::vector<Array>(static_cast<std::size_t>(callee->value_count())));
    return inner.run_function(gather(f_.operands(id)));
  }

  const Module& module_;
  const Function& f_;
  const InterpretOptions& options_;
  const int depth_;
  std::vector<Array> values_;
  const LastUses* last_uses_ = nullptr;
};

/// Runs `f()`; what was printed is visible before an error is raised.
template <class F>
std::vector<Array> flushing_on_error(F&& f) {
  try {
    return f();
  } catch (...) {
    std::fflush(stdout);
    throw;
  }
}

}  // namespace

std::vector<Array> interpret(const Module& module, const Function& function, std::span<const Array> args,
                             const InterpretOptions& options) {
  (void)bind_sizes(function.name, function.param_types(), types_of(args), function.loc);
  return flushing_on_error([&] {
    Interpreter interpreter(module, function, options, 0,
                            std::vector<Array>(static_cast<std::size_t>(function.value_count())));
    return interpreter.run_function(args);
  });
}

std::vector<Array> interpret_op(const Module& module, const Function& function, OpId op, std::span<const Array> values,
                                const InterpretOptions& options) {
  return flushing_on_error([&] {
    return Interpreter(module, function, options, 0, std::vector<Array>(values.begin(), values.end())).run_op(op);
  });
}

}  // namespace tjit
