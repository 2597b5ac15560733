// What several passes ask of functions.
#pragma once

#include <optional>
#include <vector>

#include "ir/builder.h"

namespace tjit {

/// `Function::is_ordered` for every op, in one walk; and whether it might not end: such a loop stays like an effect, as
/// what comes after it may never run.
std::vector<bool> ordered_ops(const Function& f);

/// Whether there is such an op and it only shows its operand's elements in another arrangement.
bool is_view(const Function& f, OpId op);

/// Whether it is an elementwise op whose results are exact, or rounded once: a few instructions.
bool rounds_once(const Function& f, OpId op);

/// `Function::uniform_constant`, also behind views.
const Literal* uniform_behind_views(const Function& f, ValueId v);

/// The value of a rank-0 bool constant.
std::optional<bool> known_bool(const Function& f, ValueId v);

}  // namespace tjit
