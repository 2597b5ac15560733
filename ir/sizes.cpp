// Binding and replacing named sizes.
#include "ir/sizes.h"

#include <algorithm>

namespace tjit {

const std::int64_t* Sizes::find(std::int64_t name) const {
  for (const Bound& b : bound_)
    if (b.name == name) return &b.size;
  return nullptr;
}

bool Sizes::bind(const Type& param, const Type& arg) {
  if (param.dtype != arg.dtype || param.shape.size() != arg.shape.size()) return false;
  for (int d = 0; d < param.shape.size(); ++d) {
    const std::int64_t name = param.shape[d], size = arg.shape[d];
    const auto agree = [&](std::int64_t known) {
      return known == size || known == Dims::kUnknown || size == Dims::kUnknown;
    };
    const auto it = std::ranges::find(bound_, name, &Bound::name);
    if (it != bound_.end()) {
      if (!agree(it->size)) return false;
      if (it->size == Dims::kUnknown) it->size = size;
    } else if (is_symbolic(name) && name != Dims::kUnknown) {
      bound_.push_back({name, size});
    } else if (!agree(name)) {
      return false;
    }
  }
  return true;
}

Dims Sizes::substitute(const Dims& dims) const {
  Dims now = dims;
  for (std::int64_t& d : now)
    if (const std::int64_t* size = find(d)) d = *size;
  return now;
}

std::vector<Type> Sizes::substitute(std::span<const Type> types) const {
  std::vector<Type> now;
  now.reserve(types.size());
  for (const Type& t : types) now.push_back(substitute(t));
  return now;
}

std::string Sizes::text() const {
  std::string text;
  for (const auto& [name, size] : bound_) {
    if (!text.empty()) text += ", ";
    text += size_text(name) + " = " + size_text(size);
  }
  return text;
}

Sizes bind_sizes(std::string_view function, std::span<const Type> params, std::span<const Type> args,
                 const Location& at) {
  const std::string name = "@" + std::string(function);
  if (params.size() != args.size())
    fail_at(at, name + " takes " + std::to_string(params.size()) + (params.size() == 1 ? " argument" : " arguments") +
                    ", found " + std::to_string(args.size()));
  Sizes sizes;
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (sizes.bind(params[i], args[i])) continue;
    const std::string bound = sizes.text();
    fail_at(at, "parameter %" + std::to_string(i) + " of " + name + " is " + to_string(params[i]) + ", found " +
                    to_string(args[i]) + (bound.empty() ? "" : ", where " + bound));
  }
  return sizes;
}

}  // namespace tjit
