// Programs, inputs and results of the commands.
#include "tools/program_file.h"

#include <charconv>
#include <cmath>
#include <iostream>
#include <optional>

#include "ir/literal_text.h"
#include "runtime/format.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"
#include "tools/arguments.h"

namespace tjit {

namespace {

/// `2x3xf32`, or nullopt when the text is not a type.
std::optional<Type> parse_type(std::string_view text) {
  Type type;
  while (true) {
    const std::size_t x = text.find('x');
    const std::string_view part = text.substr(0, x);
    if (x == std::string_view::npos) {
      for (const DTypeInfo& t : kDTypes)
        if (t.ir_name == part) return type.dtype = t.dtype, type;
      return std::nullopt;
    }
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), size);
    if (error != std::errc() || end != part.data() + part.size() || size < 0) return std::nullopt;
    type.shape.push_back(size);
    text.remove_prefix(x + 1);
  }
}

/// An element as programs write it.
template <class T>
T parse_number(std::string_view text) {
  T value{};
  const std::string wrong = parse_element(text, dtype_of<T>, reinterpret_cast<std::byte*>(&value));
  if (!wrong.empty()) throw UsageError(wrong);
  return value;
}

/// `1,2,3`: one element for each of `type`, or one for all.
Array parse_elements(std::string_view list, const Type& type) {
  Array array = Array::empty(type);
  const std::int64_t count = element_count(type);
  dispatch(type.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = static_cast<T*>(array.mutable_data());
    std::int64_t n = 0;
    for (std::string_view rest = list; count > 0 || !list.empty();) {
      const std::size_t comma = rest.find(',');
      const T value = parse_number<T>(rest.substr(0, comma));
      if (n < count) out[n] = value;
      ++n;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    if (n == 1 && count > 1) std::fill(out, out + count, *out);
    if (n != count && n != 1)
      throw UsageError(std::to_string(n) + " elements are given for " + to_string(type) + ", which has " +
                       std::to_string(count));
  });
  return array;
}

/// The next number of the SplitMix64 sequence (Steele, Lea, Flood 2014).
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// `random:42`, or elements.
Array make_array(const std::string& value, const Type& type) {
  constexpr std::string_view kRandom = "random:";
  if (!value.starts_with(kRandom)) return parse_elements(value, type);
  return random_array(type, static_cast<std::uint64_t>(parse_number<std::int64_t>(value.substr(kRandom.size()))));
}

Array load_array(const std::string& path) {
  if (path.empty()) throw UsageError("'@' names no file");
  const std::size_t colon = path.rfind(':');
  if (colon != std::string::npos && path.substr(0, colon).ends_with(".npz"))
    return load_npz(std::filesystem::path(path.substr(0, colon)), path.substr(colon + 1));
  if (path.ends_with(".npz")) throw Error(Error::Kind::Io, path + ": name the array to read: @" + path + ":key");
  return load_npy(std::filesystem::path(path));
}

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
  const Type type = f.type(f.params()[static_cast<int>(i)]);
  try {
    return parse_spec(spec, &type);
  } catch (const UsageError& e) {
    throw UsageError(param_text(f, i) + ": " + e.message());
  }
}

/// Splits `name=SPEC`; the name is empty when the part before `=` is a type.
std::pair<std::string, std::string> split_name(const std::string& spec) {
  const std::size_t equals = spec.find('=');
  if (equals == std::string::npos || spec.starts_with('@') || parse_type(spec.substr(0, equals))) return {"", spec};
  const std::string name = spec.substr(0, equals);
  const std::size_t digit = name.starts_with('-') ? 1 : 0;
  if (name.find('x') != std::string::npos && std::isdigit(static_cast<unsigned char>(name[digit])) != 0)
    throw UsageError("'" + name + "' is not a type; expected one like 2x3xf32");
  return {name, spec.substr(equals + 1)};
}

}  // namespace

Array random_array(const Type& type, std::uint64_t seed) {
  Array array = Array::empty(type);
  std::uint64_t state = seed;
  dispatch(type.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = static_cast<T*>(array.mutable_data());
    for (std::int64_t i = 0; i < array.size(); ++i) {
      const std::uint64_t bits = next_random(state);
      if constexpr (std::is_same_v<T, bool>) {
        out[i] = (bits & 1) != 0;
      } else if constexpr (std::is_floating_point_v<T>) {
        out[i] = static_cast<T>(static_cast<std::int32_t>(bits >> 40) - (1 << 23)) / static_cast<T>(1 << 23);
      } else {
        out[i] = static_cast<T>(bits % 10);
      }
    }
  });
  return array;
}

Array parse_spec(const std::string& spec, const Type* param) {
  if (spec.starts_with('@')) return load_array(spec.substr(1));
  const std::size_t equals = spec.find('=');
  if (equals == std::string::npos) {
    if (param == nullptr) throw UsageError("'" + spec + "' needs a type, as in f32=1.5 or 2x3xf32=1,2,3,4,5,6");
    if (is_dynamic(param->shape)) throw UsageError("'" + spec + "' needs sizes for " + to_string(*param));
    return make_array(spec, *param);
  }
  const std::optional<Type> type = parse_type(spec.substr(0, equals));
  if (!type) throw UsageError("'" + spec.substr(0, equals) + "' is not a type; expected one like 2x3xf32");
  (void)byte_count(*type);
  return make_array(spec.substr(equals + 1), *type);
}

BoundProgram bind_program(const Module& module, const Function& function, const std::vector<std::string>& specs,
                          Missing missing, std::uint64_t seed) {
  std::vector<Type> types = function.param_types();
  BoundProgram bound;
  bound.inputs.resize(types.size());
  std::vector<std::string> in_order;
  for (const std::string& spec : specs) {
    const auto [name, value] = split_name(spec);
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
