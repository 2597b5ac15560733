// The table of routines: every op of form Product or Routine has one, or this does not compile.
#include "runtime/routines.h"

#include <array>

#include "ir/ops/form.h"
#include "runtime/execute_forms.h"
#include "runtime/scratch.h"

namespace tjit {

namespace {

template <class Op>
const RoutineMaker* entry() {
  if constexpr (has_routine(form_of<Op>())) {
    static_assert(requires { routine_of<Op>(); }, "the op needs a routine: a file in runtime/routines/");
    return &routine_of<Op>();
  } else {
    return nullptr;
  }
}

template <class... Op>
std::array<const RoutineMaker*, sizeof...(Op)> entries(TypeList<Op...>) {
  return {entry<Op>()...};
}

const RoutineMaker& maker(const OpDef& def) {
  static const auto table = entries(AllOps{});
  const RoutineMaker* const maker = table[static_cast<std::size_t>(def.code)];
  TJIT_CHECK(maker != nullptr);
  return *maker;
}

}  // namespace

std::unique_ptr<const Routine> make_routine(const RoutineArgs& args) { return maker(args.def).make(args); }

void run_routine(const Routine& routine, const OpDef& def, const Location& loc, std::span<const void* const> operands,
                 std::span<void* const> results) {
  try {
    Scratch scratch(routine.scratch_bytes());
    routine.run(operands, results, scratch.data());
  } catch (const Error& e) {
    throw e.in(def.info.name, loc);
  }
}

Arrays execute_routine(const OpDef& def, const OpAttrs* attrs, std::span<const Array> operands,
                       std::span<const Type> results, const Location& loc) {
  ShortList<OperandWindow, 2> windows;
  ShortList<const void*, 2> from;
  for (const Array& x : operands) {
    windows.push_back({x.dtype(), x.view()});
    from.push_back(x.data());
  }
  Arrays arrays;
  ShortList<void*, 2> to;
  for (const Type& t : results) {
    arrays.push_back(Array::empty(t));
    to.push_back(arrays[arrays.size() - 1].mutable_data());
  }
  maker(def).run_once({def, attrs, windows, results}, loc, from, to);
  return arrays;
}

}  // namespace tjit
