// The parts of `execute`, one for each form of op. Internal to runtime/.
#pragma once

#include "runtime/execute.h"

namespace tjit {

Array execute_elementwise(const OpDef& def, std::span<const Array> operands, const Type& result, const Location& loc);
Array execute_reduce(const OpDef& def, const OpAttrs* attrs, const Array& x, const Type& result);
Array execute_search(const OpDef& def, const OpAttrs* attrs, const Array& x, const Type& result);
Array execute_lookup(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                     const Location& loc);
Array execute_placing(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands, const Type& result,
                      const Location& loc);
Array execute_count(const OpDef& def, const OpAttrs* attrs, const Type& result);
Arrays execute_routine(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands,
                       std::span<const Type> results, const Location& loc);

/// The elements in another type; `x` itself where that is its own.
Array cast_elements(const Array& x, DType t);
/// Throws Error of kind Runtime: `name: cause` at `loc`.
[[noreturn]] void raise(const OpDef& def, std::string_view cause, const Location& loc);
/// ` at index (1,2)` for element number `linear` of `shape`; empty for rank 0.
std::string index_text(const Shape& shape, std::int64_t linear);
/// Why index `value`, element number `linear` of indices of `shape`, is refused: it is not in [0, size).
std::string index_failure(const OpDef& def, std::int64_t value, std::int64_t size, const Shape& shape,
                          std::int64_t linear);
/// Where a window of `size` elements begins along dimension `d` of `outer` elements.
std::int64_t window_begin(const OpDef& def, bool clamp, const Array& index, std::int64_t size, std::int64_t outer,
                          int d, const Location& loc);

}  // namespace tjit
