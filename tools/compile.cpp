// tjit compile: show a program at a stage.
#include <iostream>
#include <memory>

#include "runtime/io/file.h"
#include "tools/command.h"
#include "tools/dump_file.h"

namespace tjit {

namespace {

const StageInfo& stage_named(const std::string& name) {
  std::vector<std::string_view> known;
  for (const StageInfo& s : kStages) {
    if (s.name == name) return s;
    known.push_back(s.name);
  }
  fail_unknown("unknown stage '" + name + "'", name, known);
}

struct EmitOptions {
  ProgramOptions program;
  DumpOptions dump;
  std::vector<std::string> stages{"opt"};
  std::string output, dump_dir, cpu;
};

/// The function's name as part of a file's name.
std::string file_stem(std::string name) {
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  return name;
}

/// The file for a stage; empty: standard output.
std::filesystem::path target(const EmitOptions& o, const Function& entry, const StageInfo& stage) {
  if (!o.dump_dir.empty())
    return std::filesystem::path(o.dump_dir) / (file_stem(entry.name) + "." + std::string(stage.suffix));
  return o.output == "-" ? "" : o.output;
}

void emit_stage(const EmitOptions& o, const BoundProgram& program, const StageInfo& stage,
                const CompileOptions& options) {
  const std::filesystem::path path = target(o, program.entry(), stage);
  if (path.empty()) {
    std::cout << emit(program.module, program.entry(), stage.stage, options, {.header = true});
    return;
  }
  std::error_code error;
  if (!o.dump_dir.empty()) std::filesystem::create_directories(o.dump_dir, error);
  if (error) fail_io(o.dump_dir, "cannot make the folder: " + error.message());
  DumpFile file(path, o.program.file);
  file.write(emit(program.module, program.entry(), stage.stage, options, file.form()));
}

int run(const EmitOptions& o) {
  std::vector<StageInfo> stages;
  stages.reserve(o.stages.size());
  for (const std::string& name : o.stages) stages.push_back(stage_named(name));
  std::vector<PassTiming> timings;
  CompileOptions options = compile_options(o.dump, timings);
  options.cpu = o.cpu;
  const CompileOptions quiet{.cpu = o.cpu, .fast_math = o.dump.fast_math};
  const BoundProgram program = read_bound(o.program, Missing::Types);
  // Passes run again for each stage; they print once, in the first stage that has any.
  bool printed = false;
  for (const StageInfo& stage : stages) {
    emit_stage(o, program, stage, printed ? quiet : options);
    printed = printed || stage.stage != Stage::Ir;
  }
  if (o.dump.time_passes)
    print_timings(o.dump, timings, compile(program.module, program.entry(), printed ? quiet : options)->times());
  return kFine;
}

}  // namespace

Action add_compile(Arguments& arguments) {
  auto o = std::make_shared<EmitOptions>();
  add_program_options(arguments, o->program);
  add_dump_options(arguments, o->dump);
  arguments.comma_texts("--emit", o->stages, "Stages to show: ir, opt, kernel, llvm, asm, obj");
  arguments.text("--output,-o", o->output, "File to write instead of standard output");
  arguments.text("--dump-dir", o->dump_dir, "Folder to write one file a stage to");
  arguments.text("--mcpu", o->cpu, "CPU to generate code for; default: this machine");
  return [o] {
    if (!o->output.empty() && o->output != "-" && o->stages.size() > 1)
      throw UsageError("--output takes one stage; use --dump-dir for several");
    if (!o->output.empty() && !o->dump_dir.empty()) throw UsageError("give --output or --dump-dir, not both");
    return run(*o);
  };
}

}  // namespace tjit
