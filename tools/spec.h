// SPECs: how the command line spells a tensor.
//
//   SPEC:   [TYPE=]VALUE, @x.npy or @x.npz:key
//   TYPE:   2x3xf32 or f32[2,3]; by default the parameter's
//   VALUE:  7 (for every element); 1,2,3; [[1, 2], [3, 4]] or as NumPy prints it, [[1. 2.] [3. 4.]]; random:42;
//           - (a VALUE on standard input); or a whole Tensor([1 2], shape=(2,), dtype=int32), as tjit prints results
//
// Elements are spelled as programs, NumPy and Python do: true True 1, nan NaN, inf -Infinity, +5.
#pragma once

#include <string>

#include "runtime/array.h"

namespace tjit {

/// The array of a SPEC for a parameter of type `param`; throws UsageError. It need not fit the parameter when the SPEC
/// has a type of its own or names a file.
Array parse_spec(const std::string& spec, const Type& param);
/// Whether what stands before the first `=` of an input is a parameter's name: not when it is a type or begins a SPEC.
/// Throws UsageError for what is meant as a type and is none.
bool is_name(const std::string& text);
/// Values in [-1, 1) for floats, [0, 10) for integers, both truths for bool; the same on every machine.
Array random_array(const Type& type, std::uint64_t seed);

}  // namespace tjit
