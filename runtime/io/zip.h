// Zip archives as far as .npz needs them: members stored or deflated, zip64, no encryption. zlib does deflate and CRC.
//
// Own container code instead of libzip, because libzip links OpenSSL (0.8 ms more at each process start, where an eager
// program may take 10 ms) and does not let a reader see whether members overlap; the container itself is small.
//
// Invariants that hold once a ZipReader is constructed, whatever the file says: member names are unique, since of two
// members of one name the later replaces the earlier; the members' bytes lie inside the file, before the directory, and
// do not overlap; the size of a member without a problem is one its packed bytes can have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/io/file.h"

namespace tjit {

enum class Compression : std::uint8_t { None, Deflate };

/// Deflated members may expand to this at most; stored ones are bounded by the file.
inline constexpr std::uint64_t kMaxInflatedBytes = std::uint64_t{1} << 34;

class ZipReader {
 public:
  struct Member {
    std::string name;
    Compression compression = Compression::None;
    std::uint32_t crc = 0;
    std::uint64_t size = 0, packed_size = 0;
    std::uint64_t header_offset = 0;  ///< of its local header
    std::uint64_t data_offset = 0;
    std::string problem;  ///< why it cannot be read, such as encryption; empty: it can
  };

  explicit ZipReader(const std::filesystem::path& path);

  const std::string& name() const { return file_.name(); }
  const std::vector<Member>& members() const { return members_; }
  /// The member's `size` bytes. Reading the last of them, or finishing, throws Error when the CRC differs or packed
  /// bytes are left. The source refers to this reader.
  std::unique_ptr<ByteSource> open(const Member& member) const;

 private:
  struct Directory {
    std::uint64_t offset = 0, size = 0, count = 0;
  };
  Directory find_directory() const;
  Directory find_directory64(std::uint64_t locator_offset) const;
  void read_directory(const Directory& directory);
  void locate_data(Member& member, std::uint64_t directory_offset) const;
  void check_layout() const;
  void drop_replaced();

  InputFile file_;
  std::vector<Member> members_;
};

/// Writes an archive into `file`; nothing in it depends on the time or the machine.
class ZipWriter {
 public:
  /// `always_zip64` writes the large form of all records, which otherwise appears where sizes need it.
  explicit ZipWriter(OutputFile& file, bool always_zip64 = false) : file_(file), always_zip64_(always_zip64) {}

  /// Adds a member with `parts` one after the other as its bytes.
  void add(const std::string& name, std::span<const std::span<const std::byte>> parts, Compression compression);
  /// Writes the directory; nothing may be added after that.
  void finish();

 private:
  struct Entry {
    std::string name;
    Compression compression;
    std::uint32_t crc = 0;
    std::uint64_t size = 0, packed_size = 0, offset = 0;
    bool is_zip64 = false;
  };
  std::string local_header(const Entry& entry) const;
  std::string directory_entry(const Entry& entry) const;
  bool is_large(std::uint64_t value) const;

  OutputFile& file_;
  bool always_zip64_;
  std::vector<Entry> entries_;
};

}  // namespace tjit
