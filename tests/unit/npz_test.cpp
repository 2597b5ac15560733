// .npz files and the zip archives under them: NumPy's own files, round trips, hostile input; `file(...)` literals.
#include "runtime/io/npz.h"

#include <array>
#include <doctest/doctest.h>
#include <random>

#include "runtime/io/npy.h"
#include "tests/unit/golden_array.h"
#include "tests/unit/scratch.h"

namespace tjit {
namespace {

namespace fs = std::filesystem;

/// What tests/golden/make_npy_goldens.py puts into each archive.
std::vector<NamedArray> golden_arrays() {
  return {{"a", golden_array({DType::F32, {2, 3}})},
          {"b", golden_array({DType::I64, {4}})},
          {"empty", golden_array({DType::U8, {0, 3}})},
          {"half", golden_array({DType::F64, {3, 50}})},
          {"flag", golden_array({DType::Bool, {}})}};
}

bool same(const std::vector<NamedArray>& x, const std::vector<NamedArray>& y) {
  bool all = x.size() == y.size();
  for (std::size_t i = 0; all && i < x.size(); ++i)
    all = x[i].first == y[i].first && identical(x[i].second, y[i].second);
  return all;
}

TEST_CASE("npz: files that Python wrote") {
  for (const char* name : {"stored.npz", "deflated.npz", "streamed.npz", "mixed.npz"}) {
    CAPTURE(name);
    const fs::path path = tests_folder() / "golden/npy" / name;
    CHECK(npz_keys(path) == std::vector<std::string>{"a", "b", "empty", "half", "flag"});
    CHECK(same(load_npz(path), golden_arrays()));
    CHECK(identical(load_npz(path, "half"), golden_array({DType::F64, {3, 50}})));
    CHECK(message_of([&] { load_npz(path, "c"); }) ==
          path.string() + ": found no array \"c\", expected one of \"a\", \"b\", \"empty\", \"half\", \"flag\"");
  }
}

TEST_CASE("npz: round trips, stored and deflated") {
  const ScratchFolder folder;
  std::vector<NamedArray> arrays = golden_arrays();
  arrays.emplace_back("folder/name with ünïcode", golden_array({DType::I32, {100, 1000}}));
  for (const Compression compression : {Compression::None, Compression::Deflate}) {
    save_npz(folder / "a.npz", arrays, compression);
    CHECK(same(load_npz(folder / "a.npz"), arrays));
    const std::string bytes = read_all(folder / "a.npz");
    save_npz(folder / "a.npz", arrays, compression);
    CHECK(read_all(folder / "a.npz") == bytes);
    CHECK((bytes.size() < 100000) == (compression == Compression::Deflate));
  }
  save_npz(folder / "none.npz", {});
  CHECK(load_npz(folder / "none.npz").empty());
  CHECK(folder.file_count() == 2);
}

TEST_CASE("npz: bytes that do not pack survive packing") {
  const ScratchFolder folder;
  std::mt19937_64 random(7);
  std::vector<std::int64_t> noise(300000);
  for (auto& x : noise) x = static_cast<std::int64_t>(random());
  const std::vector<NamedArray> arrays{{"noise", Array::copy({DType::I64, {300000}}, noise.data())}};
  save_npz(folder / "a.npz", arrays, Compression::Deflate);
  CHECK(same(load_npz(folder / "a.npz"), arrays));
}

/// Writes members as bytes, whatever they are, in this order.
void write_members(const fs::path& path, std::initializer_list<std::pair<std::string, std::string>> members) {
  OutputFile file(path);
  ZipWriter writer(file);
  for (const auto& [name, bytes] : members)
    writer.add(name, std::array{std::as_bytes(std::span(bytes))}, Compression::Deflate);
  writer.finish();
  file.commit();
}

std::string npy_of(std::int32_t value) {
  std::string bytes = npy_header({DType::I32, {}});
  return bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

TEST_CASE("npz: a member that is no array is passed over unless asked for") {
  const ScratchFolder folder;
  const fs::path path = folder / "a.npz";
  write_members(path, {{"notes.txt", "read me"},
                       {"folder/", ""},
                       {"w.npy", npy_of(5)},
                       {"text.npy", "no array"},
                       {"empty.npy", ""},
                       {"bare", npy_of(7)}});
  CHECK(npz_keys(path) == std::vector<std::string>{"w"});
  CHECK(same(load_npz(path), {{"w", Array::scalar(5)}}));
  CHECK(identical(load_npz(path, "w.npy"), Array::scalar(5)));
  CHECK(identical(load_npz(path, "bare"), Array::scalar(7)));
  for (const char* key : {"text", "notes.txt"})
    CHECK(message_of([&] { load_npz(path, key); }).find("expected an .npy file") != std::string::npos);
  CHECK(message_of([&] { load_npz(path, "none"); }).ends_with("found no array \"none\", expected one of \"w\""));
}

TEST_CASE("npz: a member that cannot be unpacked is an error when it is asked for") {
  const fs::path files = tests_folder() / "hostile/files";
  for (const char* name : {"encrypted.npz", "method.npz"}) {
    CAPTURE(name);
    CHECK(npz_keys(files / name) == std::vector<std::string>{"a"});
    CHECK(message_of([&] { load_npz(files / name); }).starts_with((files / name).string() + ": a.npy: found "));
  }
}

TEST_CASE("npz: of members with one name the last is the array") {
  const ScratchFolder folder;
  const fs::path path = folder / "a.npz";
  write_members(path, {{"w.npy", npy_of(1)}, {"v.npy", npy_of(2)}, {"w.npy", npy_of(3)}});
  CHECK(identical(load_npz(path, "w"), Array::scalar(3)));
  CHECK(same(load_npz(path), {{"v", Array::scalar(2)}, {"w", Array::scalar(3)}}));
}

TEST_CASE("npz: bytes after a member's array are checked and not read") {
  const ScratchFolder folder;
  const fs::path path = folder / "a.npz";
  write_members(path, {{"w.npy", npy_of(1) + npy_of(2) + std::string(200000, 'x')}});
  CHECK(same(load_npz(path), {{"w", Array::scalar(1)}}));
}

TEST_CASE("npz: names must differ") {
  const ScratchFolder folder;
  const Array one = Array::scalar(1.0f);
  const std::vector<NamedArray> arrays{{"w", one}, {"w", one}};
  CHECK(message_of([&] {
          save_npz(folder / "a.npz", arrays);
        }).ends_with("cannot write two arrays under the name \"w\""));
  CHECK(folder.file_count() == 0);
}

TEST_CASE("zip: the large form of every record") {
  const ScratchFolder folder;
  const std::string one = "one", two(100000, '2');
  const std::span<const std::byte> parts[] = {std::as_bytes(std::span(one)), std::as_bytes(std::span(two))};
  OutputFile file(folder / "a.zip");
  ZipWriter writer(file, true);
  writer.add("stored", parts, Compression::None);
  writer.add("deflated", parts, Compression::Deflate);
  writer.finish();
  file.commit();
  const ZipReader reader(folder / "a.zip");
  REQUIRE(reader.members().size() == 2);
  for (const auto& member : reader.members()) {
    std::string text(member.size, '\0');
    const auto source = reader.open(member);
    source->read(text.data(), 1);
    source->read(text.data() + 1, text.size() - 1);
    CHECK(text == one + two);
  }
}

TEST_CASE("npz: every truncation is an error") {
  const ScratchFolder folder;
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string bytes = read_all(tests_folder() / "golden/npy" / name);
    REQUIRE(!bytes.empty());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      write_all(folder / "cut.npz", bytes.substr(0, size));
      CHECK(message_of([&] { load_npz(folder / "cut.npz"); }) != "no error");
    }
  }
}

TEST_CASE("npz: a flipped bit is an error or changes nothing") {
  const ScratchFolder folder;
  const fs::path path = folder / "flip.npz";
  const std::vector<NamedArray> arrays{{"w", golden_array({DType::F32, {2, 3}})},
                                       {"b", golden_array({DType::I32, {}})}};
  for (const Compression compression : {Compression::None, Compression::Deflate}) {
    save_npz(path, arrays, compression);
    const std::string bytes = read_all(path);
    int unnoticed = 0;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string changed = bytes;
      changed[bit / 8] ^= static_cast<char>(1 << bit % 8);
      write_all(path, changed);
      std::vector<NamedArray> back;
      if (message_of([&] { back = load_npz(path); }) != "no error") continue;
      ++unnoticed;
      CHECK_MESSAGE(same(back, arrays), "bit " << bit);
    }
    // Times, versions, attributes and most flags: 28 bytes per member.
    CHECK(unnoticed > 0);
    CHECK(unnoticed < 2 * 40 * 8);
  }
}

TEST_CASE("npz: many flipped bits") {
  const ScratchFolder folder;
  std::mt19937 random(2);
  for (const char* name : {"stored.npz", "deflated.npz", "streamed.npz", "mixed.npz"}) {
    const std::string bytes = read_all(tests_folder() / "golden/npy" / name);
    const std::size_t directory = bytes.find("PK\1\2");
    int failed = 0;
    for (int i = 0; i < 1000; ++i) {
      std::string changed = bytes;
      // Half of the changes go to the directory.
      const std::size_t from = i % 2 == 0 ? 0 : directory;
      for (int n = 0; n < 8; ++n)
        changed[from + random() % (bytes.size() - from)] ^= static_cast<char>(1 << random() % 8);
      write_all(folder / "flip.npz", changed);
      failed += message_of([&] { load_npz(folder / "flip.npz"); }) != "no error";
    }
    CHECK(failed > 800);
  }
}

TEST_CASE("npz: files that lie") {
  std::ifstream expected(tests_folder() / "hostile/expected.txt");
  std::string line;
  int count = 0;
  while (std::getline(expected, line)) {
    const std::string name = line.substr(0, line.find('\t')), text = line.substr(line.find('\t') + 1);
    if (!name.ends_with(".npz")) continue;
    const fs::path path = tests_folder() / "hostile/files" / name;
    const std::string message = message_of([&] { load_npz(path, "a"); });
    CHECK_MESSAGE(message.find(text) != message.npos, name << ": " << message << "\nexpected in it: " << text);
    CHECK(message.starts_with(path.string() + ": "));
    ++count;
  }
  CHECK(count > 30);
}

TEST_CASE("file(...) literals") {
  const fs::path folder = tests_folder() / "golden";
  const Literal a = load_literal(folder, "npy/stored.npz", "a", {DType::F32, {2, 3}});
  CHECK(a.type() == Type{DType::F32, {2, 3}});
  CHECK(a.file == "npy/stored.npz");
  CHECK(a.key == "a");
  CHECK_FALSE(a.is_splat());
  CHECK(a.as<float>()[5] == 37 * 5 % 101 + 0.25f);
  CHECK(load_literal(folder / "npy", "int32_big_f_2x3x4.npy", "", {DType::I32, {2, 3, 4}}).as<std::int32_t>()[1] == 37);
  const std::string path = (folder / "npy/stored.npz").string();
  CHECK(message_of([&] { load_literal(folder, "npy/stored.npz", "a", {DType::F32, {3, 2}}); }) ==
        path + ": found f32[2,3] under \"a\", expected f32[3,2]");
  CHECK(message_of([&] { load_literal(folder, "npy/stored.npz", "a", {DType::F64, {2, 3}}); }) ==
        path + ": found f32[2,3] under \"a\", expected f64[2,3]");
  CHECK(message_of([&] { load_literal(folder, "npy/none.npz", "a", {DType::F32, {}}); }) ==
        (folder / "npy/none.npz").string() + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace tjit
