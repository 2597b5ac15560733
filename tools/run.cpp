// tjit run: run a program on given inputs.
#include <iostream>
#include <memory>

#include "runtime/execute_forms.h"
#include "runtime/format.h"
#include "tools/command.h"
#include "tools/spec.h"

namespace tjit {

namespace {

struct RunOptions {
  ProgramOptions program;
  DumpOptions dump;
  std::vector<std::string> outputs, expected;
  bool eager = false;
};

/// Throws Error at the first result that is not what --expect says.
void check_expected(std::span<const Array> results, const std::vector<std::string>& specs) {
  if (specs.empty()) return;
  if (specs.size() != results.size())
    fail(std::to_string(results.size()) + " results need as many --expect=SPEC; found " + std::to_string(specs.size()));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Array expected = parse_spec(specs[i], results[i].type());
    std::int64_t where = 0;
    if (identical(results[i], expected, &where)) continue;
    std::string text = "result " + std::to_string(i) + " is not what --expect says";
    if (results[i].type() == expected.type()) text += ": they differ" + index_text(expected.shape(), where);
    throw Error(Error::Kind::Runtime,
                text + "\nfound    " + tensor_text(results[i]) + "\nexpected " + tensor_text(expected));
  }
}

int run(const RunOptions& o) {
  if (o.eager) require_no_dumps(o.dump, "--eager does not compile");
  std::vector<PassTiming> timings;
  const CompileOptions options = compile_options(o.dump, timings);
  const BoundProgram program = read_bound(o.program, o.program.seed ? Missing::Random : Missing::Fail);
  std::vector<Array> results;
  if (o.eager) {
    results = interpret(program.module, program.entry(), program.inputs);
  } else {
    const auto executable = compile(program.module, program.entry(), options);
    print_timings(o.dump, timings, executable->times());
    results = executable->run(program.inputs);
  }
  check_expected(results, o.expected);
  write_results(results, o.outputs);
  return kFine;
}

}  // namespace

Action add_run(Arguments& arguments) {
  auto o = std::make_shared<RunOptions>();
  add_program_options(arguments, o->program);
  add_dump_options(arguments, o->dump);
  arguments.texts("--output,-o", o->outputs, "Write results: @o.npy once for each, or one @o.npz");
  arguments.texts("--expect", o->expected, "Fail unless results are exactly these SPECs, in order");
  add_seed_option(arguments, o->program);
  add_check_nan_option(arguments, o->program);
  arguments.flag("--eager", o->eager, "Run op by op, without compiling");
  return [o] { return run(*o); };
}

}  // namespace tjit
