// Programs from files.
#include "tjit/program.h"

#include <memory>
#include <mutex>

#include "codegen/program.h"
#include "frontend/read_program.h"
#include "frontend/trace.h"
#include "ir/text.h"
#include "runtime/file.h"
#include "runtime/float_state.h"
#include "runtime/npz.h"

namespace tjit {

namespace {

/// Programs beyond this size are refused.
constexpr std::uint64_t kMaxProgramBytes = std::uint64_t{1} << 30;

struct Specialised {
  std::vector<Type> types;
  Module module;  ///< its first function is the entry
  std::unique_ptr<Executable> executable;
};

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
  const std::string_view near = nearest(name, known);
  fail("there is no function @" + name + (near.empty() ? "" : "; did you mean @" + std::string(near) + "?"));
}

struct Program::State {
  Module module;
  std::string function;
  std::mutex mutex;
  std::vector<std::unique_ptr<Specialised>> done;

  const Function& entry() const { return find_function(module, function); }

  /// The program for arguments of these types; others wait while it is made.
  Specialised& specialised(std::span<const Array> args) {
    std::vector<Type> types;
    for (const Array& a : args) types.push_back(a.type());
    for (const auto& s : done)
      if (s->types == types) return *s;
    auto s = std::make_unique<Specialised>();
    s->module = specialize(module, entry(), types);
    s->types = std::move(types);
    return *done.emplace_back(std::move(s));
  }

  const Executable& compiled(Specialised& s) {
    if (s.executable == nullptr) s.executable = tjit::compile(s.module, s.module.functions.front());
    return *s.executable;
  }
};

namespace {

std::vector<Array> to_arrays(const std::vector<Tensor>& tensors) {
  std::vector<Array> arrays;
  for (const Tensor& t : tensors) arrays.push_back(to_array(t));
  return arrays;
}

std::vector<Tensor> to_tensors(std::vector<Array> arrays) {
  std::vector<Tensor> tensors;
  for (Array& a : arrays) tensors.push_back(to_tensor(std::move(a)));
  return tensors;
}

}  // namespace

Program Program::load(const std::string& path, const std::string& function) {
  auto state = std::make_unique<State>();
  state->module = read_program(path);
  state->function = function;
  (void)state->entry();
  return Program(state.release());
}

Program::~Program() { delete state_; }

std::vector<Tensor> Program::operator()(const std::vector<Tensor>& arguments) const {
  const std::vector<Array> args = to_arrays(arguments);
  const Executable* executable = nullptr;
  {
    const std::scoped_lock lock(state_->mutex);
    executable = &state_->compiled(state_->specialised(args));
  }
  return to_tensors(executable->run(args));
}

std::vector<Tensor> Program::eager(const std::vector<Tensor>& arguments) const {
  const std::vector<Array> args = to_arrays(arguments);
  const Specialised* s = nullptr;
  {
    const std::scoped_lock lock(state_->mutex);
    s = &state_->specialised(args);
  }
  return to_tensors(interpret(s->module, s->module.functions.front(), args));
}

double Program::compile(const std::vector<Tensor>& arguments) const {
  const std::vector<Array> args = to_arrays(arguments);
  const std::scoped_lock lock(state_->mutex);
  return state_->compiled(state_->specialised(args)).times().total();
}

std::string Program::text() const {
  const DefaultFloats floats;
  return print(state_->entry());
}

}  // namespace tjit
