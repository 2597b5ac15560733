// tjit compare: eager against compiled, bit for bit.
#include "codegen/compare.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "runtime/format.h"
#include "tools/command.h"

namespace tjit {

Action add_compare(CLI::App& app) {
  auto program_options = std::make_shared<ProgramOptions>();
  auto quiet = std::make_shared<bool>(false);
  add_program_options(app, *program_options);
  app.add_option("--seed", program_options->seed, "Seed of inputs that are not given");
  app.add_flag("--quiet,-q", *quiet, "Print differences only");
  return [=] {
    const Module module = read_program(program_options->file);
    const BoundProgram program = bind_program(module, find_function(module, program_options->function),
                                              program_options->inputs, true, program_options->seed);
    const Comparison c = compare(program.module, program.entry(), program.inputs);
    if (!c.difference.empty()) {
      std::cerr << c.difference;
      return kFailed;
    }
    if (!*quiet) std::cout << "eager, compiled and compiled without optimisation agree: " << c.outcome << "\n";
    return kFine;
  };
}

}  // namespace tjit
