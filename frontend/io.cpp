// Tensors in NumPy's files.
#include "tjit/io.h"

#include "frontend/here.h"
#include "frontend/trace.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"

namespace tjit {

using std::filesystem::path;

Tensor load_npy(const std::string& file, const Location& at) {
  return in_call("load_npy", at, [&] { return to_tensor(load_npy(path(file))); });
}

void save_npy(const std::string& file, const Tensor& tensor, const Location& at) {
  in_call("save_npy", at, [&] { save_npy(path(file), to_array(tensor, at)); });
}

void detail::for_each_npz(const std::string& file, Callable<void(const std::string& key, Tensor tensor)> take,
                          const Location& at) {
  in_call("load_npz", at, [&] {
    for (auto& [key, array] : load_npz(path(file))) take(key, to_tensor(std::move(array)));
  });
}

Tensor load_npz(const std::string& file, const std::string& key, const Location& at) {
  return in_call("load_npz", at, [&] { return to_tensor(load_npz(path(file), key)); });
}

void save_npz(const std::string& file, const std::vector<std::pair<std::string, Tensor>>& tensors, const Location& at) {
  in_call("save_npz", at, [&] {
    std::vector<NamedArray> arrays;
    for (const auto& [key, tensor] : tensors) arrays.emplace_back(key, to_array(tensor, at));
    save_npz(path(file), arrays);
  });
}

}  // namespace tjit
