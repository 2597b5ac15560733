// How routines are made, for the files in routines/. Internal to runtime/.
#pragma once

#include "ir/ops/list.h"
#include "runtime/routine.h"

namespace tjit {

struct RoutineMaker {
  std::unique_ptr<const Routine> (*make)(const RoutineArgs&);
  /// Prepares and runs once, without memory for the routine itself.
  void (*run_once)(const RoutineArgs&, const Location&, std::span<const void* const> operands,
                   std::span<void* const> results);
};

template <class R>
inline constexpr RoutineMaker kMakerOf{
    .make = [](const RoutineArgs& args) -> std::unique_ptr<const Routine> { return std::make_unique<R>(args); },
    .run_once = [](const RoutineArgs& args, const Location& loc, std::span<const void* const> operands,
                   std::span<void* const> results) { run_routine(R(args), args.def, loc, operands, results); }};

/// The maker of an op's routine; each stands in routines/, in the file of its op.
template <class Op>
const RoutineMaker& routine_of() = delete;
template <>
const RoutineMaker& routine_of<Dot>();
template <>
const RoutineMaker& routine_of<Sort>();
template <>
const RoutineMaker& routine_of<ArgSort>();
template <>
const RoutineMaker& routine_of<TopK>();

}  // namespace tjit
