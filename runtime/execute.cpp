// Single ops on concrete arrays: the choice by kind, views, constants and effects.
#include "runtime/execute.h"

#include <algorithm>
#include <cstdio>

#include "ir/ops/list.h"
#include "runtime/execute_kinds.h"
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

namespace {

Array execute_view(const OpDef& def, const OpAttrs* attrs, const Array& x, const Type& result) {
  if (def.view != nullptr) return x.view(def.view(attrs, x.view()));
  View reshaped{result.shape, {}, 0};
  if (reshape_strides(x.shape(), x.strides(), result.shape, &reshaped.strides)) return x.view(reshaped);
  return x.contiguous().view({result.shape, row_major_strides(result.shape), 0});
}

void check_assertion(const OpAttrs* attrs, const Array& x, const Location& loc) {
  const Array all = x.contiguous();
  const bool* values = all.data<bool>();
  const bool* wrong = std::find(values, values + all.size(), false);
  if (wrong == values + all.size()) return;
  throw Error(Error::Kind::Runtime,
              "assertion failed: " + static_cast<const Assert&>(*attrs).message + index_text(x.shape(), wrong - values),
              loc);
}

}  // namespace

Array execute(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
              const Location& loc) {
  const DefaultFloats floats;
  switch (def.kind) {
    case OpKind::Elementwise: return execute_elementwise(def, operands, result, loc);
    case OpKind::Reduce:
      return def.identity != nullptr ? execute_reduce(def, attrs, operands[0], result)
                                     : execute_extreme(def, attrs, operands[0], result, loc);
    case OpKind::View: return execute_view(def, attrs, operands[0], result);
    case OpKind::Index: return execute_index(def, attrs, operands, result, loc);
    case OpKind::Contract: return execute_dot(attrs, operands[0], operands[1], result);
    case OpKind::Source: return Array::of(static_cast<const Constant&>(*attrs).value);
    case OpKind::Effect:
      if (def.code == kOpcode<Assert>) {
        check_assertion(attrs, operands[0], loc);
      } else {
        write_print(print_text(static_cast<const Print&>(*attrs).message, operands), {});
      }
      return {};
    case OpKind::Control: break;
  }
  TJIT_CHECK(false);
}

std::string print_text(std::string_view message, std::span<const Array> operands) {
  std::string text;
  std::size_t next = 0;
  while (!message.empty()) {
    if (message.starts_with("{}") && next < operands.size()) {
      text += numpy_text(operands[next++]);
      message.remove_prefix(2);
    } else {
      text += message.front();
      message.remove_prefix(1);
    }
  }
  return text;
}

void write_print(std::string_view text, const PrintSink& sink) {
  if (sink) return sink(text);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace tjit
