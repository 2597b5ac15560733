// Single ops on concrete arrays: the choice by form, views, constants and effects.
#include "runtime/execute.h"

#include <algorithm>
#include <cstdio>

#include "ir/ops/structure.h"
#include "runtime/allocator.h"
#include "runtime/execute_forms.h"
#include "runtime/float_state.h"
#include "runtime/format.h"
#include "runtime/strided.h"

namespace tjit {

void raise(const OpDef& def, std::string_view cause, const Location& loc) {
  throw Error(Error::Kind::Runtime, std::string(cause)).in(def.info.name, loc);
}

std::string index_text(const Shape& shape, std::int64_t linear) {
  if (shape.empty()) return {};
  Dims index = shape;
  for (int d = shape.size() - 1; d >= 0; linear /= shape[d], --d) index[d] = linear % shape[d];
  return " at index " + shape_text(index);
}

std::string index_failure(const OpDef& def, std::int64_t value, std::int64_t size, const Shape& shape,
                          std::int64_t linear) {
  return std::string(def.failure) + ": " + std::to_string(value) + " is not in [0, " + std::to_string(size) + ")" +
         index_text(shape, linear);
}

namespace {

Array execute_view(const OpDef& def, const OpAttrs* attrs, const Array& x) { return x.view(def.view(attrs, x.view())); }

Array execute_reshape(const Array& x, const Type& result) {
  View reshaped{result.shape, {}, 0};
  if (reshape_strides(x.shape(), x.strides(), result.shape, &reshaped.strides)) return x.view(reshaped);
  return x.contiguous().view({result.shape, row_major_strides(result.shape), 0});
}

void check_assertion(const std::string& message, const Array& x, const Location& loc) {
  const Array all = x.contiguous();
  const bool* values = all.data<bool>();
  const bool* wrong = std::find(values, values + all.size(), false);
  if (wrong == values + all.size()) return;
  throw Error(Error::Kind::Runtime, "assertion failed: " + message + index_text(x.shape(), wrong - values), loc);
}

Arrays execute_by_form(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands,
                       std::span<const Type> results, const Location& loc) {
  switch (def.form()) {
    case Form::Map: return {execute_elementwise(def, operands, results[0], loc)};
    case Form::View: return {execute_view(def, attrs, operands[0])};
    case Form::Reshape: return {execute_reshape(operands[0], results[0])};
    case Form::Lookup: return {execute_lookup(def, attrs, operands, results[0], loc)};
    case Form::Placing: return {execute_placing(def, attrs, operands, results[0], loc)};
    case Form::Count: return {execute_count(def, attrs, results[0])};
    case Form::Reduction: return {execute_reduce(def, attrs, operands[0], results[0])};
    case Form::Search: return {execute_search(def, attrs, operands[0], results[0])};
    case Form::Product:
    case Form::Routine: return execute_routine(def, attrs, operands, results, loc);
    case Form::Constant: return {Array::of(def.value(attrs))};
    case Form::Effect: execute_effect(def.effect(), attrs, operands, loc, {}); return {};
    case Form::Control: break;
  }
  TJIT_CHECK(false);
}

}  // namespace

void execute_effect(const EffectFacts& effect, const OpAttrs* attrs, std::span<const Array> operands,
                    const Location& loc, const PrintSink& sink) {
  switch (effect.kind) {
    case EffectKind::Write: return write_print(print_text(effect.message(attrs), operands), sink);
    case EffectKind::Check: return check_assertion(effect.message(attrs), operands[0], loc);
  }
}

Arrays execute(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, std::span<const Type> results,
               const Location& loc) {
  const DefaultFloats floats;
  try {
    return execute_by_form(def, attrs, operands, results, loc);
  } catch (const OutOfMemory& e) {
    throw e.in(def.info.name, loc);
  }
}

std::string print_text(std::string_view message, std::span<const Array> operands) {
  std::string text;
  auto operand = operands.begin();
  Print::read(message, [&](char c) { text += c; }, [&] { text += numpy_text(*operand++); });
  return text;
}

void write_print(std::string_view text, const PrintSink& sink) {
  if (sink) return sink(text);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace tjit
