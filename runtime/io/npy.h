// NumPy's .npy files, versions 1.0 to 3.0: any supported element type, both byte orders, C and Fortran order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runtime/array.h"
#include "runtime/io/file.h"

namespace tjit {

/// Reads a file whose length must be what its header says. Nothing is allocated before sizes are checked. Throws Error
/// of kind Io: `data.npy: found ..., expected ...`.
Array load_npy(const std::filesystem::path& path);
/// Writes the bytes that NumPy would; the file is replaced wholly or not at all.
void save_npy(const std::filesystem::path& path, const Array& array);

/// The same from `size` bytes of `source`, which is read to its end; `name` is for messages.
Array read_npy(ByteSource& source, std::uint64_t size, const std::string& name);
/// What stands before the row-major elements of an array of this type.
std::string npy_header(const Type& type);

}  // namespace tjit
