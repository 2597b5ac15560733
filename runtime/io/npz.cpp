// .npz on top of zip and .npy.
#include "runtime/io/npz.h"

#include <set>
#include <string_view>

#include "runtime/io/npy.h"

namespace tjit {

namespace {

constexpr std::string_view kSuffix = ".npy";

/// Whether the member is meant as an array: what cannot be read may be one, and says so when it is.
bool is_array(const ZipReader& archive, const ZipReader::Member& member) {
  if (!std::string_view(member.name).ends_with(kSuffix)) return false;
  if (!member.problem.empty()) return true;
  const auto source = archive.open(member);
  if (starts_like_npy(*source, member.size)) return true;
  source->finish();  // a damaged array is not passed over
  return false;
}

std::string key_of(const ZipReader::Member& member) {
  return member.name.substr(0, member.name.size() - kSuffix.size());
}

std::vector<std::string> keys_of(const ZipReader& archive) {
  std::vector<std::string> keys;
  for (const auto& member : archive.members())
    if (is_array(archive, member)) keys.push_back(key_of(member));
  return keys;
}

Array read_member(const ZipReader& archive, const ZipReader::Member& member) {
  const auto source = archive.open(member);
  Array array = read_npy(*source, member.size, archive.name() + ": " + member.name);
  source->finish();
  return array;
}

/// The member of this name, or null.
const ZipReader::Member* find(const ZipReader& archive, const std::string& name) {
  for (const auto& member : archive.members())
    if (member.name == name) return &member;
  return nullptr;
}

}  // namespace

std::vector<std::string> npz_keys(const std::filesystem::path& path) { return keys_of(ZipReader(path)); }

Array load_npz(const std::filesystem::path& path, const std::string& key) {
  const ZipReader archive(path);
  for (const std::string& name : {key + std::string(kSuffix), key})
    if (const ZipReader::Member* member = find(archive, name)) return read_member(archive, *member);
  std::string known;
  for (const std::string& k : keys_of(archive)) known += (known.empty() ? "\"" : ", \"") + k + "\"";
  fail_io(archive.name(), "found no array \"" + key + "\", expected one of " + (known.empty() ? "none" : known));
}

std::vector<NamedArray> load_npz(const std::filesystem::path& path) {
  const ZipReader archive(path);
  std::vector<NamedArray> arrays;
  for (const auto& member : archive.members())
    if (is_array(archive, member)) arrays.emplace_back(key_of(member), read_member(archive, member));
  return arrays;
}

void save_npz(const std::filesystem::path& path, std::span<const NamedArray> arrays, Compression compression) {
  constexpr std::size_t max_key = 60000;  // a zip name has at most 65535 bytes
  std::set<std::string_view> keys;
  for (const auto& [key, array] : arrays) {
    if (!keys.insert(key).second) fail_io(path.string(), "cannot write two arrays under the name \"" + key + "\"");
    if (key.size() > max_key) fail_io(path.string(), "cannot write a name of " + std::to_string(key.size()) + " bytes");
  }
  OutputFile file(path);
  ZipWriter archive(file);
  for (const auto& [key, array] : arrays) {
    const Array elements = array.contiguous();
    const std::string header = npy_header(array.type());
    const std::span<const std::byte> parts[] = {
        std::as_bytes(std::span(header)),
        {static_cast<const std::byte*>(elements.data()), static_cast<std::size_t>(byte_count(array.type()))}};
    archive.add(key + std::string(kSuffix), parts, compression);
  }
  archive.finish();
  file.commit();
}

Literal load_literal(const std::filesystem::path& base_folder, const std::string& path, const std::string& key,
                     const Type& expected) {
  const std::filesystem::path full = base_folder / path;
  const Array array = key.empty() ? load_npy(full) : load_npz(full, key);
  if (array.type() != expected)
    fail_io(full.string(), "found " + to_string(array.type()) + (key.empty() ? "" : " under \"" + key + "\"") +
                               ", expected " + to_string(expected));
  Literal literal = array.literal();
  literal.file = path;
  literal.key = key;
  return literal;
}

}  // namespace tjit
