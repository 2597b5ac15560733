// Tensors in NumPy's files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tjit/tensor.h"

namespace tjit {

/// Reads an .npy file (C or Fortran order, either byte order). Throws Error(Io) saying what was found.
Tensor load_npy(const std::string& path);
/// Writes an .npy file: to a temporary name first, then renamed.
void save_npy(const std::string& path, const Tensor& tensor);
/// Reads all arrays of an .npz file, or one.
std::vector<std::pair<std::string, Tensor>> load_npz(const std::string& path);
Tensor load_npz(const std::string& path, const std::string& key);
void save_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors);

}  // namespace tjit
