// Fusion: ops become groups, each of which is one kernel. After `fuse`, outside of `fusion` ops stand only constants,
// rank-0 elementwise ops, `reshape` of a tensor in memory (another name for it; to rank 0: its element), dot, control
// flow and effects. Groups run in the place of their last op, in every block, and ops that must keep their order do.
#pragma once

#include "passes/pass.h"

namespace tjit {

/// What goes together:
///  - pointwise: elementwise ops, views, lookups and iota, evaluated at every index of the last op's shape;
///  - reduce: reductions over the same axes of the same shape, what they are computed from, and elementwise ops on
///    what they give;
///  - place: one concat, pad or dynamic_update_slice, which is last and the only result, and what its operands are
///    computed from.
/// An op joins the groups that use it when it is computed once for each of its elements there, or again but cheaply. It
/// may be one of several results of a group.
Function fuse(const Function& function, const PassContext& context);

}  // namespace tjit
