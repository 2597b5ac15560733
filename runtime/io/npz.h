// NumPy's .npz files: zip archives of .npy members, stored or deflated. Also what `file("weights.npz", "w1")` in the
// text of a program resolves to.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/type.h"
#include "runtime/array.h"
#include "runtime/io/zip.h"

namespace tjit {

using NamedArray = std::pair<std::string, Array>;

/// The names of the arrays, in the file's order. Members that are no arrays are passed over, by name or by contents.
std::vector<std::string> npz_keys(const std::filesystem::path& path);
/// The array of this name, with or without `.npy`; throws Error of kind Io, which lists the keys, when there is none.
Array load_npz(const std::filesystem::path& path, const std::string& key);
/// All arrays, in the file's order.
std::vector<NamedArray> load_npz(const std::filesystem::path& path);
/// Writes the arrays under their names, which must differ. The same arrays give the same bytes at all times.
void save_npz(const std::filesystem::path& path, std::span<const NamedArray> arrays,
              Compression compression = Compression::None);

/// The data that the text of a program refers to as `file("path", "key")`, or `file("path.npy")` when `key` is empty.
/// `path` is relative to `base_folder`, the folder of the text. Throws Error of kind Io when the array's type is not
/// `expected`.
Literal load_literal(const std::filesystem::path& base_folder, const std::string& path, const std::string& key,
                     const Type& expected);

}  // namespace tjit
