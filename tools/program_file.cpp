// Programs, inputs and results of the commands.
#include "tools/program_file.h"

#include <algorithm>
#include <iostream>

#include "ir/sizes.h"
#include "runtime/format.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"
#include "tools/arguments.h"
#include "tools/spec.h"

namespace tjit {

namespace {

std::size_t param_number(const Function& f, const std::string& name) {
  for (std::size_t i = 0; i < f.param_names.size(); ++i)
    if (f.param_names[i] == name) return i;
  if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos && name.size() < 6) {
    const auto n = static_cast<std::size_t>(std::stoi(name));
    if (n < static_cast<std::size_t>(f.params().size())) return n;
  }
  std::vector<std::string_view> known(f.param_names.begin(), f.param_names.end());
  const std::string_view near = nearest(name, known);
  std::string text = "@" + f.name + " has no parameter '" + name + "'";
  if (!near.empty()) throw UsageError(text + "; did you mean '" + std::string(near) + "'?");
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; it has " : ", ") + f.param_names[i];
  throw UsageError(text);
}

/// `input x: f32[2] of @main`.
std::string param_text(const Function& f, std::size_t i) {
  const std::string name = i < f.param_names.size() ? f.param_names[i] : std::to_string(i);
  return "input " + name + ": " + to_string(f.type(f.params()[static_cast<int>(i)])) + " of @" + f.name;
}

/// The array of a SPEC for parameter `i`.
Array read_input(const std::string& spec, const Function& f, std::size_t i) {
  try {
    return parse_spec(spec, f.type(f.params()[static_cast<int>(i)]));
  } catch (const UsageError& e) {
    throw UsageError(param_text(f, i) + ": " + e.message());
  }
}

/// Splits `name=SPEC`; the name is empty when the SPEC has none. A parameter's own name is one, whatever it looks like.
std::pair<std::string, std::string> split_name(const std::string& spec, const Function& f) {
  const std::size_t equals = spec.find('=');
  const std::string name = spec.substr(0, equals);
  if (equals == std::string::npos) return {"", spec};
  if (std::ranges::find(f.param_names, name) == f.param_names.end() && !is_name(name)) return {"", spec};
  return {name, spec.substr(equals + 1)};
}

/// Throws UsageError at the first input that its parameter does not take, given the inputs before it.
void require_types(const Function& f, std::span<const Type> types) {
  Sizes sizes;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (sizes.bind(f.type(f.params()[static_cast<int>(i)]), types[i])) continue;
    const std::string bound = sizes.text();
    throw UsageError(param_text(f, i) + ": found " + to_string(types[i]) + (bound.empty() ? "" : ", where " + bound));
  }
}

}  // namespace

BoundProgram bind_program(const Module& module, const Function& function, const std::vector<std::string>& specs,
                          Missing missing, std::uint64_t seed) {
  std::vector<Type> types = function.param_types();
  BoundProgram bound;
  bound.inputs.resize(types.size());
  std::vector<std::string> in_order;
  for (const std::string& spec : specs) {
    const auto [name, value] = split_name(spec, function);
    if (name.empty()) {
      in_order.push_back(value);
      continue;
    }
    const std::size_t at = param_number(function, name);
    if (bound.inputs[at]) throw UsageError("--input=" + spec + " gives " + param_text(function, at) + " a second time");
    bound.inputs[at] = read_input(value, function, at);
  }
  std::size_t at = 0;
  for (const std::string& spec : in_order) {
    while (at < types.size() && bound.inputs[at]) ++at;  // given by name
    if (at == types.size())
      throw UsageError("@" + function.name + " takes " + std::to_string(types.size()) +
                       (types.size() == 1 ? " input" : " inputs") + "; --input=" + spec + " is one too many");
    bound.inputs[at] = read_input(spec, function, at);
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!bound.inputs[i] && missing == Missing::Fail)
      throw UsageError(param_text(function, i) + " is not given: use --input=SPEC");
    if (!bound.inputs[i] && is_dynamic(types[i].shape))
      throw UsageError(param_text(function, i) + " needs sizes: use --input=SPEC");
    if (!bound.inputs[i] && missing == Missing::Random) bound.inputs[i] = random_array(types[i], seed + i);
    if (bound.inputs[i]) types[i] = bound.inputs[i].type();
  }
  require_types(function, types);
  bound.module = specialize(module, function, types);
  return bound;
}

void write_results(std::span<const Array> results, const std::vector<std::string>& outputs) {
  if (outputs.empty()) {
    for (const Array& r : results) std::cout << tensor_text(r) << "\n";
    return;
  }
  const auto path = [](const std::string& text) {
    return std::filesystem::path(text.starts_with('@') ? text.substr(1) : text);
  };
  for (const std::string& o : outputs)
    if (path(o).extension() != ".npy" && (path(o).extension() != ".npz" || outputs.size() > 1))
      throw UsageError("--output=" + o + ": expected @o.npy for each result, or one @o.npz");
  if (outputs.size() == 1 && path(outputs[0]).extension() == ".npz") {
    std::vector<NamedArray> arrays;
    arrays.reserve(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) arrays.emplace_back(std::to_string(i), results[i]);
    return save_npz(path(outputs[0]), arrays);
  }
  if (outputs.size() != results.size())
    throw UsageError(std::to_string(results.size()) +
                     " results need as many --output=@o.npy, or one --output=@o.npz; found " +
                     std::to_string(outputs.size()));
  for (std::size_t i = 0; i < results.size(); ++i) save_npy(path(outputs[i]), results[i].contiguous());
}

}  // namespace tjit
