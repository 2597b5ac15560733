// tjit compile: show a program at a stage.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "runtime/file.h"
#include "tools/command.h"

namespace tjit {

namespace {

struct StageName {
  std::string_view name, extension;
  Stage stage;
};
constexpr StageName kStages[] = {
    {"ir", "tir", Stage::Ir},    {"opt", "opt.tir", Stage::Opt}, {"kernel", "kernel", Stage::Kernel},
    {"llvm", "ll", Stage::Llvm}, {"asm", "s", Stage::Asm},       {"obj", "o", Stage::Obj}};

const StageName& stage_named(const std::string& name) {
  std::vector<std::string_view> known;
  for (const StageName& s : kStages) {
    if (s.name == name) return s;
    known.push_back(s.name);
  }
  const std::string_view near = nearest(name, known);
  fail("unknown stage '" + name + "'" +
       (near.empty() ? "; known are ir, opt, kernel, llvm, asm, obj" : "; did you mean '" + std::string(near) + "'?"));
}

struct EmitOptions {
  ProgramOptions program;
  DumpOptions dump;
  std::vector<std::string> stages{"opt"};
  std::string output, dump_dir, cpu;
};

int run(const EmitOptions& o) {
  const Module module = read_program(o.program.file);
  const BoundProgram program =
      bind_program(module, find_function(module, o.program.function), o.program.inputs, true, o.program.seed);
  std::vector<PassTiming> timings;
  CompileOptions options = compile_options(o.dump, timings);
  options.cpu = o.cpu;
  const CompileOptions quiet{.cpu = o.cpu, .fast_math = o.dump.fast_math};
  bool first = true;
  for (const std::string& name : o.stages) {
    const StageName& stage = stage_named(name);
    // Passes run again for each stage; they print once.
    const std::string text = emit(program.module, program.entry(), stage.stage, first ? options : quiet);
    first = false;
    if (!o.dump_dir.empty()) {
      std::filesystem::create_directories(o.dump_dir);
      write_file(std::filesystem::path(o.dump_dir) / (program.entry().name + "." + std::string(stage.extension)), text);
    } else if (!o.output.empty() && o.output != "-") {
      write_file(o.output, text);
    } else {
      std::cout << text;
    }
  }
  if (o.dump.time_passes) print_timings(o.dump, timings, compile(program.module, program.entry(), quiet)->times());
  return kFine;
}

}  // namespace

Action add_compile(CLI::App& app) {
  auto o = std::make_shared<EmitOptions>();
  add_program_options(app, o->program);
  add_dump_options(app, o->dump);
  app.add_option("--emit", o->stages, "Stages to show: ir, opt, kernel, llvm, asm, obj")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--output,-o", o->output, "File to write instead of standard output");
  app.add_option("--dump-dir", o->dump_dir, "Folder to write one file a stage to");
  app.add_option("--mcpu", o->cpu, "CPU to generate code for; default: this machine");
  return [o] {
    if (!o->output.empty() && o->stages.size() > 1) fail("--output takes one stage; use --dump-dir for several");
    return run(*o);
  };
}

}  // namespace tjit
