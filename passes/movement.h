// Ops that only move elements: views, and index ops whose indices are known.
#pragma once

#include <optional>

#include "ir/builder.h"

namespace tjit {

/// A value that equals the result of an op about to be appended, with less moved: the op is the identity, joins the
/// view below it, reads at constant indices, reduces nothing, or computes copies of the same elements.
std::optional<ValueId> simplify_movement(Builder& b, const NewOp& op);

}  // namespace tjit
