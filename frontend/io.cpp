// Tensors in NumPy's files.
#include "tjit/io.h"

#include "frontend/trace.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"

namespace tjit {

using std::filesystem::path;

Tensor load_npy(const std::string& file) { return to_tensor(load_npy(path(file))); }
void save_npy(const std::string& file, const Tensor& tensor) { save_npy(path(file), to_array(tensor)); }

void detail::for_each_npz(const std::string& file, Callable<void(const std::string& key, Tensor tensor)> take) {
  for (auto& [key, array] : load_npz(path(file))) take(key, to_tensor(std::move(array)));
}

Tensor load_npz(const std::string& file, const std::string& key) { return to_tensor(load_npz(path(file), key)); }

void save_npz(const std::string& file, const std::vector<std::pair<std::string, Tensor>>& tensors) {
  std::vector<NamedArray> arrays;
  for (const auto& [key, tensor] : tensors) arrays.emplace_back(key, to_array(tensor));
  save_npz(path(file), arrays);
}

}  // namespace tjit
