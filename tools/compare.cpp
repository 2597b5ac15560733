// tjit compare: eager against compiled, bit for bit.
#include "codegen/compare.h"

#include <iostream>
#include <memory>
#include <optional>

#include "runtime/format.h"
#include "tools/command.h"

namespace tjit {

Action add_compare(Arguments& arguments) {
  auto program_options = std::make_shared<ProgramOptions>();
  auto dump = std::make_shared<DumpOptions>();
  auto quiet = std::make_shared<bool>(false);
  add_program_options(arguments, *program_options);
  add_seed_option(arguments, *program_options);
  add_check_nan_option(arguments, *program_options);
  add_dump_options(arguments, *dump);
  arguments.flag("--quiet,-q", *quiet, "Print differences only");
  return [=] {
    std::vector<PassTiming> timings;
    const CompileOptions options = compile_options(*dump, timings);
    const BoundProgram program = read_bound(*program_options, Missing::Random);
    const Comparison c = compare(program.module, program.entry(), program.inputs, options);
    print_pass_times(*dump, timings);
    if (!c.difference.empty()) {
      std::cerr << c.difference;
      return kFailed;
    }
    if (!*quiet) std::cout << "eager, compiled and compiled without optimisation agree: " << c.outcome << "\n";
    return kFine;
  };
}

}  // namespace tjit
