// A program's text written to a file, so that it reads back from there.
#pragma once

#include <filesystem>
#include <map>

#include "ir/text.h"
#include "runtime/io/npz.h"

namespace tjit {

/// Large literals go to `<path>.npz` beside the text; data that the source takes from other files stays there, and the
/// text names it relative to its own folder. One object writes one file.
class DumpFile {
 public:
  /// `source`: the file that the program came from, `-` for standard input.
  DumpFile(std::filesystem::path path, const std::string& source);
  DumpFile(const DumpFile&) = delete;
  DumpFile& operator=(const DumpFile&) = delete;

  /// How to print the program for this file; refers to this object.
  PrintOptions form();
  /// Writes the data that printing met, then the text.
  void write(std::string_view text) const;

 private:
  std::pair<std::string, std::string> place(const Literal& literal);
  std::pair<std::string, std::string> saved(const Literal& literal);

  std::filesystem::path path_, data_;
  std::filesystem::path folder_, source_folder_;  ///< absolute
  std::vector<NamedArray> arrays_;
  std::map<const void*, std::vector<std::size_t>> known_;  ///< by the literal's memory: numbers of arrays
};

}  // namespace tjit
