// tjit opt: run chosen passes and print the program.
#include <algorithm>
#include <iostream>
#include <memory>

#include "tools/command.h"
#include "tools/dump_file.h"

namespace tjit {

namespace {

struct OptOptions {
  std::string file, output;
  std::vector<std::string> passes, libraries;
  DumpOptions dump;
  bool list = false, locations = false;
};

void list_passes() {
  for (const Pass& p : all_passes())
    std::printf("%-12.*s %.*s\n", static_cast<int>(p.name.size()), p.name.data(), static_cast<int>(p.doc.size()),
                p.doc.data());
}

PipelineOptions pipeline_options(const OptOptions& o, std::vector<PassTiming>& timings) {
  const CompileOptions compile = compile_options(o.dump, timings);
  PipelineOptions options;
  for (const std::string& name : o.passes) options.passes.push_back(name);
  options.context.fast_math = compile.fast_math;
  options.verify_each = compile.verify_each;
  options.after_pass = compile.after_pass;
  options.timings = &timings;
  return options;
}

/// Grouping compares sizes.
void require_sizes(const Function& f, const PipelineOptions& options) {
  if (!options.passes.empty() && std::ranges::find(options.passes, "fuse") == options.passes.end()) return;
  for (int i = 0; i < f.value_count(); ++i)
    if (const Type& t = f.type({i}); is_dynamic(t.shape))
      fail_at(f.loc, "the pass fuse needs known sizes, but @" + f.name + " has " + to_string(t) +
                         ": choose other --passes, or use tjit compile with --input=SPEC");
}

void write(const OptOptions& o, const Module& module) {
  PrintOptions form{.locations = o.locations, .header = true};
  if (o.output.empty() || o.output == "-") {
    std::cout << print(module, form);
    return;
  }
  DumpFile file(o.output, o.file);
  form.save_literal = file.form().save_literal;
  file.write(print(module, form));
}

int run(const OptOptions& o) {
  if (o.list) {
    list_passes();
    return kFine;
  }
  if (o.file.empty()) throw UsageError("name the program to read; - is standard input");
  const bool none = o.passes == std::vector<std::string>{"none"};
  if (!none)
    for (const std::string& name : o.passes) require_pass(name);
  std::vector<PassTiming> timings;
  PipelineOptions options = pipeline_options(o, timings);
  load_libraries(o.libraries);
  Module module = read_program(o.file);
  const Module source = module;
  options.context.module = &source;
  if (!none) {
    for (const Function& f : module.functions) require_sizes(f, options);
    for (Function& f : module.functions) f = run_passes(f, options);
  }
  print_pass_times(o.dump, timings);
  write(o, module);
  return kFine;
}

}  // namespace

Action add_opt(Arguments& arguments) {
  auto o = std::make_shared<OptOptions>();
  arguments.text("file", o->file, "Program in tjit's text form (.tir); - is standard input");
  add_load_option(arguments, o->libraries);
  arguments.comma_texts("--passes,-p", o->passes, "Passes to run, in order, or none; default: the whole pipeline");
  arguments.flag("--list-passes", o->list, "List the passes");
  arguments.flag("--locations", o->locations, "Print where each op was written");
  arguments.text("--output,-o", o->output, "File to write instead of standard output");
  add_dump_options(arguments, o->dump);
  return [o] { return run(*o); };
}

}  // namespace tjit
