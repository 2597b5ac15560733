// Tensors in NumPy's files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tjit/callable.h"
#include "tjit/tensor.h"

namespace tjit {

/// Reads an .npy file (C or Fortran order, either byte order). Throws Error(Io) saying what was found.
Tensor load_npy(const std::string& path, const Location& at = std::source_location::current());
/// Writes an .npy file: to a temporary name first, then renamed.
void save_npy(const std::string& path, const Tensor& tensor, const Location& at = std::source_location::current());
namespace detail {
/// Calls `take` with each array of an .npz file.
void for_each_npz(const std::string& path, Callable<void(const std::string& key, Tensor tensor)> take,
                  const Location& at);
}  // namespace detail
/// Reads all arrays of an .npz file, or one.
inline std::vector<std::pair<std::string, Tensor>> load_npz(const std::string& path,
                                                            const Location& at = std::source_location::current()) {
  // The vector is made here: a result's type is no part of a name, so that under _GLIBCXX_DEBUG one of another layout
  // would link.
  std::vector<std::pair<std::string, Tensor>> tensors;
  const auto take = [&](const std::string& key, Tensor t) { tensors.emplace_back(key, std::move(t)); };
  detail::for_each_npz(path, take, at);
  return tensors;
}
Tensor load_npz(const std::string& path, const std::string& key, const Location& at = std::source_location::current());
void save_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
              const Location& at = std::source_location::current());

}  // namespace tjit
