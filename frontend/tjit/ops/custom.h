// Functions written elsewhere, as ops.
#pragma once

#include "tjit/custom_call.h"
#include "tjit/short_list.h"
#include "tjit/tensor.h"

namespace tjit {

/// Makes a function known to `custom_call`, here and in programs in text, for the life of the process.
void register_custom_call(const TjitCustomCall& call);
/// Does so with all functions of a shared library (`tjit_custom_calls` in tjit/custom_call.h), which stays loaded.
/// Throws Error of kind Io when it cannot be opened, or has none.
void load_custom_calls(const std::string& path);

inline namespace ops {

/// The results of the registered function `target` for the operands and the text `config`. `auto r = custom_call("f",
/// {x, y}); r[0]`.
ShortList<Tensor, 2> custom_call(std::string_view target, const std::vector<Tensor>& operands,
                                 std::string_view config = {}, const Location& at = std::source_location::current());

}  // namespace ops

}  // namespace tjit
