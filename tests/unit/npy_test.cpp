// .npy files: NumPy's own files, round trips, hostile input, and writing that replaces a file wholly or not at all.
#include "runtime/io/npy.h"

#include <cstring>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <random>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "tests/unit/golden_array.h"
#include "tests/unit/scratch.h"

namespace tjit {
namespace {

namespace fs = std::filesystem;

const Shape kShapes[] = {{}, {1}, {5}, {0}, {0, 3}, {3, 0, 2}, {3, 2}, {2, 3, 4}, {1, 2, 1, 2, 1, 2, 1, 2}};

/// Loads it; an Error must be of kind Io and name the file. Whether it loaded.
bool loads(const fs::path& path) {
  try {
    const Array array = load_npy(path);
    return array.size() >= 0;
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::Io);
    CHECK(error.message().starts_with(path.string()));
    return false;
  }
}

TEST_CASE("npy: files that NumPy wrote") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(tests_folder() / "golden/npy")) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".npy" || stem.starts_with("version")) continue;
    CAPTURE(stem);
    ++count;
    const std::string_view dtype = std::string_view(stem).substr(0, stem.find('_'));
    const std::string_view shape = std::string_view(stem).substr(stem.rfind('_') + 1);
    const Array array = load_npy(entry.path());
    CHECK(array.is_contiguous());
    CHECK(identical(array, golden_array({dtype_named(dtype), shape_named(shape)})));
  }
  CHECK(count == 112);
  for (const char* name : {"version_2.npy", "version_3.npy"})
    CHECK(identical(load_npy(tests_folder() / "golden/npy" / name), golden_array({DType::F32, {2, 3}})));
}

TEST_CASE("npy: writes the bytes that NumPy writes") {
  const ScratchFolder folder;
  for (const DTypeInfo& t : kDTypes) {
    for (const char* shape : {"scalar", "5", "0x3", "3x2", "2x3x4"}) {
      const std::string name = std::string(t.name) + "_little_c_" + shape + ".npy";
      CAPTURE(name);
      save_npy(folder / name, golden_array({t.dtype, shape_named(shape)}));
      CHECK(read_all(folder / name) == read_all(tests_folder() / "golden/npy" / name));
    }
  }
}

TEST_CASE("npy: round trips of every element type and shape") {
  const ScratchFolder folder;
  for (const DTypeInfo& t : kDTypes) {
    for (const Shape& shape : kShapes) {
      CAPTURE(to_string(Type{t.dtype, shape}));
      const Array array = golden_array({t.dtype, shape});
      save_npy(folder / "a.npy", array);
      const Array back = load_npy(folder / "a.npy");
      CHECK(back.type() == array.type());
      CHECK(identical(back, array));
    }
  }
  CHECK(folder.file_count() == 1);
}

TEST_CASE("npy: a view is written in its own order") {
  const ScratchFolder folder;
  const Array array = golden_array({DType::I32, {2, 3}});
  save_npy(folder / "t.npy", array.view(View{{3, 2}, {1, 3}, 0}));
  const Array back = load_npy(folder / "t.npy");
  CHECK(back.shape() == Shape{3, 2});
  for (int i = 0; i < 6; ++i) CHECK(back.data<std::int32_t>()[i] == array.data<std::int32_t>()[i % 2 * 3 + i / 2]);
}

TEST_CASE("npy: a bool that is neither 0 nor 1 is true") {
  const ScratchFolder folder;
  std::string bytes = npy_header({DType::Bool, {3}});
  write_all(folder / "b.npy", bytes + std::string("\0\2\xff", 3));
  const Array array = load_npy(folder / "b.npy");
  const auto* p = static_cast<const unsigned char*>(array.data());
  CHECK(std::vector<int>(p, p + 3) == std::vector<int>{0, 1, 1});
}

TEST_CASE("npy: headers that NumPy reads, and does not write") {
  const ScratchFolder folder;
  const auto read = [&](const std::string& header, const std::string& elements) {
    std::string bytes("\x93NUMPY\1\0", 8);
    bytes += {static_cast<char>(header.size()), '\0'};
    write_all(folder / "a.npy", bytes + header + elements);
    return load_npy(folder / "a.npy");
  };
  const auto header = [](const std::string& descr, const std::string& shape) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "}";
  };
  CHECK(read(header("<i4", "(2L, 3L)"), std::string(24, '\1')).type() == Type{DType::I32, {2, 3}});
  CHECK(read(header("<i4", "(1L,)"), std::string(4, '\1')).type() == Type{DType::I32, {1}});
  const auto dtype = [&](const std::string& descr) {
    return read(header(descr, "(1,)"), std::string(8, '\1')).dtype();
  };
  for (const char* descr : {"|?", "?", "bool", "|b1", "b1"}) CHECK(dtype(descr) == DType::Bool);
  for (const char* descr : {"|B", "uint8", "u1"}) CHECK(dtype(descr) == DType::U8);
  for (const char* descr : {"<i", "int32", "=i4"}) CHECK(dtype(descr) == DType::I32);
  for (const char* descr : {"<q", ">q", "int64", "i8"}) CHECK(dtype(descr) == DType::I64);
  for (const char* descr : {"f", "float32", "=f4"}) CHECK(dtype(descr) == DType::F32);
  for (const char* descr : {"<d", "float64", "f8"}) CHECK(dtype(descr) == DType::F64);
  CHECK(read(header(">i", "(1,)"), std::string("\0\0\0\1", 4)).data<std::int32_t>()[0] == 1);
}

TEST_CASE("npy: every truncation is an error") {
  const ScratchFolder folder;
  for (const char* name :
       {"float32_big_f_2x3x4.npy", "bool_little_c_scalar.npy", "version_3.npy", "int64_little_c_0x3.npy"}) {
    const std::string bytes = read_all(tests_folder() / "golden/npy" / name);
    REQUIRE(!bytes.empty());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      write_all(folder / "cut.npy", bytes.substr(0, size));
      CHECK_FALSE(loads(folder / "cut.npy"));
    }
    // Several arrays saved into one file: NumPy reads the first.
    write_all(folder / "two.npy", bytes + bytes);
    CHECK(identical(load_npy(folder / "two.npy"), load_npy(tests_folder() / "golden/npy" / name)));
  }
}

TEST_CASE("npy: flipped bits are an error or other elements, never a crash") {
  const ScratchFolder folder;
  std::mt19937 random(1);
  int loaded = 0;
  for (const char* name : {"float64_big_f_2x3x4.npy", "bool_little_c_5.npy", "version_2.npy"}) {
    const std::string bytes = read_all(tests_folder() / "golden/npy" / name);
    REQUIRE(bytes.size() > 80);
    for (int i = 0; i < 1500; ++i) {
      std::string changed = bytes;
      // Half of the changes go where they hurt: magic, length and the first characters of the header.
      const std::size_t range = i % 2 == 0 ? bytes.size() : 80;
      for (int n = 0; n <= i % 4; ++n) changed[random() % range] ^= static_cast<char>(1 << random() % 8);
      write_all(folder / "flip.npy", changed);
      loaded += loads(folder / "flip.npy");
    }
  }
  CHECK(loaded > 0);
  CHECK(loaded < 3000);
}

TEST_CASE("npy and npz: files that lie") {
  std::ifstream expected(tests_folder() / "hostile/expected.txt");
  std::string line;
  int count = 0;
  while (std::getline(expected, line)) {
    const std::string name = line.substr(0, line.find('\t')), text = line.substr(line.find('\t') + 1);
    if (!name.ends_with(".npy")) continue;
    const fs::path path = tests_folder() / "hostile/files" / name;
    const std::string message = message_of([&] { load_npy(path); });
    CHECK_MESSAGE(message.find(text) != message.npos, name << ": " << message << "\nexpected in it: " << text);
    CHECK(message.starts_with(path.string() + ": "));
    ++count;
  }
  CHECK(count > 50);
}

TEST_CASE("files that cannot be read") {
  const ScratchFolder folder;
  CHECK(message_of([&] { load_npy(folder / "none.npy"); }) ==
        (folder / "none.npy").string() + ": cannot open: No such file or directory");
  CHECK(message_of([&] { load_npy(folder.path()); }).ends_with("expected a regular file"));
  write_all(folder / "long", std::string(100000, 'x'));
  CHECK(read_file(folder / "long", 100000).size() == 100000);
  CHECK(message_of([&] {
          read_file(folder / "long", 99999);
        }).ends_with("found more than 99999 bytes, expected at most that"));
}

TEST_CASE("a write that fails leaves the old file and nothing else") {
  const ScratchFolder folder;
  write_file(folder / "a.npy", "old");
  const Array large = Array::empty({DType::U8, {100000}});
  struct rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit{5000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const std::string message = message_of([&] { save_npy(folder / "a.npy", large); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  CHECK(message == (folder / "a.npy").string() + ": cannot write: File too large");
  CHECK(read_all(folder / "a.npy") == "old");
  CHECK(folder.file_count() == 1);
  CHECK(
      message_of([&] { save_npy(folder / "none/a.npy", large); }).ends_with("cannot write: No such file or directory"));
  CHECK(message_of([&] { save_npy(folder.path(), large); }).ends_with("cannot write: it is a folder"));
}

TEST_CASE("writing keeps what is not the file's contents") {
  const ScratchFolder folder;
  write_file(folder / "real", "old");
  ::chmod((folder / "real").c_str(), 0640);
  fs::create_symlink("real", folder / "link");
  write_file(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_all(folder / "real") == "new");
  CHECK(fs::status(folder / "real").permissions() == fs::perms(0640));

  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const FileHandle reader(::open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK));
  write_file(folder / "pipe", "through");
  CHECK(fs::is_fifo(folder / "pipe"));
  char text[16] = {};
  CHECK(::read(reader.get(), text, sizeof text) == 7);
  CHECK(std::string(text) == "through");
  CHECK(folder.file_count() == 3);
}

}  // namespace
}  // namespace tjit
