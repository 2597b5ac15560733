// Runs single ops and whole functions on concrete arrays: the reference that compiled code must equal.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ir/function.h"
#include "runtime/array.h"

namespace tjit {

/// What an op gives.
using Arrays = ShortList<Array, 2>;

/// Runs an op that owns no blocks (not call). Result types must be what inference gives; operands may be any views.
/// Elementwise operands have the result's shape. Throws Error of kind Runtime, placed at `loc`, when the op fails or
/// there is no memory; the text names the op, the cause and, for elementwise and gather, the lowest failing index.
/// Computes in the default floating-point state, as do all below.
Arrays execute(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, std::span<const Type> results,
               const Location& loc = {});

/// Where `print` ops write; standard output when null. Used by tests and by compiled code alike.
using PrintSink = std::function<void(std::string_view)>;

/// Runs an effect: writes to `sink`, or raises Error of kind Runtime at `loc`.
void execute_effect(const EffectFacts& effect, const OpAttrs* attrs, std::span<const Array> operands,
                    const Location& loc, const PrintSink& sink);

struct InterpretOptions {
  PrintSink print;
  /// Called before each op with all values so far, by ValueId; those that nothing reads any more are empty.
  std::function<void(const Function&, OpId, std::span<const Array>)> before_op = {};
  /// Called after each op with its results; may throw.
  std::function<void(const Function&, OpId, std::span<const Array>)> after_op = {};
};

/// Runs `function` op by op. `module` resolves calls. Arguments must match the parameter types.
std::vector<Array> interpret(const Module& module, const Function& function, std::span<const Array> args,
                             const InterpretOptions& options = {});

/// Runs one op of a function, blocks included, with the values of everything it uses given by `values` (indexed by
/// ValueId; entries it does not use may be empty). Compiled code calls it to raise a failing group's error.
std::vector<Array> interpret_op(const Module& module, const Function& function, OpId op, std::span<const Array> values,
                                const InterpretOptions& options = {});

/// The text of a `print` op with as many operands as places: its message with each `{}` replaced by the value's text.
std::string print_text(std::string_view message, std::span<const Array> operands);

/// Writes the text of a `print` op: to `sink`, or to standard output when it is null.
void write_print(std::string_view text, const PrintSink& sink);

/// The constant folder: the op's results for literal operands, or nullopt when it would fail.
std::optional<std::vector<Literal>> fold(const OpDef& def, const OpAttrs* attrs,
                                         std::span<const Literal* const> operands, std::span<const Type> results);

}  // namespace tjit
