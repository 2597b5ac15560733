// The functions written elsewhere that `custom_call` can name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ir/type.h"
#include "tjit/custom_call.h"

namespace tjit {

/// Makes a function known, for the life of the process. Throws Error when the description is not complete, or another
/// function has its name.
void add_custom_call(const TjitCustomCall& call);
/// The function of this name. Throws Error, naming those that are known, when there is none.
const TjitCustomCall& custom_call_named(std::string_view name);

/// A type as such functions see it; a size that is not known is -1.
TjitArray array_description(const Type& type);
/// The types of its results. Throws Error with what it says when operands are wrong, and when what it gives is no type.
Types custom_call_results(const TjitCustomCall& call, const std::string& config, std::span<const Type> in);

}  // namespace tjit
