// Where a dump's data goes.
#include "tools/dump_file.h"

#include "runtime/io/file.h"

namespace tjit {

namespace {

std::filesystem::path absolute_folder(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file).parent_path());
}

}  // namespace

DumpFile::DumpFile(std::filesystem::path path, const std::string& source)
    : path_(std::move(path)),
      data_(path_.string() + ".npz"),
      folder_(absolute_folder(path_)),
      source_folder_(source == "-" ? std::filesystem::current_path() : absolute_folder(source)) {}

PrintOptions DumpFile::form() {
  return {.header = true, .save_literal = [this](const Literal& literal) { return place(literal); }};
}

std::pair<std::string, std::string> DumpFile::place(const Literal& literal) {
  if (literal.file.empty()) return saved(literal);
  const std::filesystem::path file(literal.file);
  const std::filesystem::path from = std::filesystem::weakly_canonical(source_folder_ / file);
  // A dump may replace its source: what is read from its data file is written there again.
  if (from == folder_ / data_.filename()) return saved(literal);
  return {file.is_absolute() ? literal.file : from.lexically_relative(folder_).generic_string(), literal.key};
}

std::pair<std::string, std::string> DumpFile::saved(const Literal& literal) {
  std::vector<std::size_t>& same_memory = known_[literal.data()];
  for (const std::size_t i : same_memory)
    if (arrays_[i].second.type() == literal.type()) return {data_.filename().string(), arrays_[i].first};
  same_memory.push_back(arrays_.size());
  const std::string key = "c" + std::to_string(arrays_.size());
  arrays_.emplace_back(key, Array::of(literal));
  return {data_.filename().string(), key};
}

void DumpFile::write(std::string_view text) const {
  if (!arrays_.empty()) save_npz(data_, arrays_);
  write_file(path_, text);
}

}  // namespace tjit
