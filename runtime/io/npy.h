// NumPy's .npy files, versions 1.0 to 3.0: any supported element type, both byte orders, C and Fortran order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runtime/array.h"
#include "runtime/io/file.h"

namespace tjit {

/// Reads a file. What follows the elements is not looked at: several arrays may be saved into one file, and the first
/// is read. Nothing is allocated before sizes are checked. Throws Error of kind Io: `data.npy: found ..., expected
/// ...`.
Array load_npy(const std::filesystem::path& path);
/// Writes the bytes that NumPy would; the file is replaced wholly or not at all.
void save_npy(const std::filesystem::path& path, const Array& array);

/// The same from a source of `size` bytes; `name` is for messages.
Array read_npy(ByteSource& source, std::uint64_t size, const std::string& name);
/// Whether the `size` bytes of a source begin as an array's do.
bool starts_like_npy(ByteSource& source, std::uint64_t size);
/// What stands before the row-major elements of an array of this type.
std::string npy_header(const Type& type);

}  // namespace tjit
