// Programs from files.
#include "tjit/program.h"

#include "frontend/here.h"
#include "frontend/program_cache.h"
#include "frontend/read_program.h"
#include "frontend/trace.h"
#include "ir/calls.h"
#include "ir/text.h"
#include "runtime/float_state.h"
#include "runtime/io/file.h"
#include "runtime/io/npz.h"

namespace tjit {

namespace {

/// Programs beyond this size are refused.
constexpr std::uint64_t kMaxProgramBytes = std::uint64_t{1} << 30;

}  // namespace

Module read_program(const std::string& path) {
  const DefaultFloats floats;
  ParseOptions options;
  options.file = path == "-" ? "<stdin>" : path;
  const std::filesystem::path folder = path == "-" ? "." : std::filesystem::path(path).parent_path();
  options.load_literal = [folder](const std::string& file, const std::string& key, const Type& type) {
    return load_literal(folder, file, key, type);
  };
  return parse_or_throw(read_file(path == "-" ? "/dev/stdin" : path, kMaxProgramBytes), options);
}

const Function& find_function(const Module& module, const std::string& name) {
  if (name.empty()) return module.entry();
  if (name.starts_with('@')) return find_function(module, name.substr(1));
  if (const Function* f = module.find(name)) return *f;
  std::vector<std::string_view> known;
  for (const Function& f : module.functions) known.push_back(f.name);
  fail(no_function_text(name, known));
}

struct Program::State {
  State(Module m, std::string f, const std::string& path)
      : module(std::move(m)),
        function(std::move(f)),
        cache({"@" + entry().name + " of " + path, "specialization", "specialized"}) {}

  Module module;
  std::string function;
  ProgramCache cache;

  const Function& entry() const { return find_function(module, function); }

  ProgramCache::Program specialized(std::span<const TensorImpl* const> args) {
    return cache.made({.tensors = args}, [&] { return make(args); }, kPlace);
  }
  ProgramCache::Program compiled(std::span<const TensorImpl* const> args) {
    return cache.compiled({.tensors = args}, [&] { return make(args); }, kPlace);
  }

 private:
  CachedProgram make(std::span<const TensorImpl* const> args) const {
    return {specialize(module, entry(), types_of(args))};
  }

  static constexpr auto kPlace = [](std::size_t i, bool /*is_static*/) {
    return detail::ArgumentPlace{.argument = static_cast<int>(i)};
  };
};

namespace {

/// The tensors of a call, which must have elements.
std::vector<const TensorImpl*> concrete_all(const std::vector<Tensor>& tensors, const Location& at) {
  std::vector<const TensorImpl*> impls;
  impls.reserve(tensors.size());
  for (const Tensor& t : tensors) impls.push_back(concrete(t, at, kToRead));
  return impls;
}

std::vector<Tensor> to_tensors(std::span<Array> arrays) {
  std::vector<Tensor> tensors;
  tensors.reserve(arrays.size());
  for (Array& a : arrays) tensors.push_back(to_tensor(std::move(a)));
  return tensors;
}

}  // namespace

Program Program::load(const std::string& path, const std::string& function, const Location& at) {
  return in_call("Program::load", at, [&] {
    Module module = read_program(path);
    (void)find_function(module, function);
    return Program(new State(std::move(module), function, path));
  });
}

Program::~Program() { delete state_; }

Program::State& Program::state(const Location& at) const {
  if (state_ == nullptr) fail_at(at, "the program was moved to another object");
  return *state_;
}

std::vector<Tensor> Program::operator()(const std::vector<Tensor>& arguments, const Location& at) const {
  const std::vector<const TensorImpl*> args = concrete_all(arguments, at);
  const ProgramCache::Program program = state(at).compiled(args);
  std::vector<Array> results(program->executable->result_types().size());
  program->executable->run(args, results);
  return to_tensors(results);
}

std::vector<Tensor> Program::eager(const std::vector<Tensor>& arguments, const Location& at) const {
  const ProgramCache::Program program = state(at).specialized(concrete_all(arguments, at));
  std::vector<Array> results = interpret(program->module, program->entry(), to_arrays(arguments));
  return to_tensors(results);
}

double Program::compile(const std::vector<Tensor>& arguments, const Location& at) const {
  return state(at).compiled(concrete_all(arguments, at))->executable->times().total();
}

std::string Program::text() const {
  const DefaultFloats floats;
  return print(state().entry());
}

std::string Program::explain() const { return state().cache.explain(); }
CacheInfo Program::cache_info() const { return state().cache.info(); }

}  // namespace tjit
