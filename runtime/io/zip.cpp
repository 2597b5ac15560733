// Reading and writing zip archives. Record layouts: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.
#include "runtime/io/zip.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <set>
#include <zlib.h>

namespace tjit {

namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalHeaderSize = 30, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint64_t kMax16 = 0xffff, kMax32 = 0xffffffff;
constexpr std::uint16_t kEncryptionFlags = 1 << 0 | 1 << 6 | 1 << 13, kSizesFollowFlag = 1 << 3, kUtf8Flag = 1 << 11;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{1} << 26;
/// No deflate stream expands by more: 258 bytes for two bits.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::size_t kChunk = 1 << 16;
constexpr std::size_t kMaxStep = std::size_t{1} << 30;  ///< zlib counts in 32 bits

/// Takes little-endian numbers of at most 8 bytes from the front of a record; `ok` is whether it was long enough.
struct Fields {
  std::string_view bytes;
  bool ok = true;

  std::uint64_t take(std::size_t size) {
    const std::string_view text = take_text(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
    return value;
  }
  std::string_view take_text(std::size_t size) {
    ok &= size <= bytes.size();
    if (!ok) return {};
    const std::string_view text = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return text;
  }
  void skip(std::size_t size) { take_text(size); }
  std::uint16_t take16() { return static_cast<std::uint16_t>(take(2)); }
  std::uint32_t take32() { return static_cast<std::uint32_t>(take(4)); }
};

std::string read_text(const InputFile& file, std::uint64_t offset, std::uint64_t size) {
  std::string text(size, '\0');
  file.read_at(offset, text.data(), text.size());
  return text;
}

/// Replaces the values that the record could not hold by those of its zip64 field; they stand in this order.
void apply_zip64(std::string_view extra, std::span<std::uint64_t* const> values, const std::string& where) {
  for (Fields fields{extra}; !fields.bytes.empty();) {
    const std::uint16_t id = fields.take16();
    Fields data{fields.take_text(fields.take16())};
    if (!fields.ok) return;  // trailing bytes that are no field: some writers pad
    if (id != kZip64Extra) continue;
    for (std::uint64_t* value : values)
      if (*value == kMax32) *value = data.take(8);
    if (!data.ok) fail_io(where, "found a short zip64 field, expected the sizes in it");
    return;
  }
}

/// A member's bytes, unpacked and checked as they are read.
class MemberSource : public ByteSource {
 public:
  MemberSource(const InputFile& file, const ZipReader::Member& member)
      : file_(file), member_(member), offset_(member.data_offset), end_(offset_ + member.packed_size) {
    if (member.compression == Compression::Deflate && inflateInit2(&stream_, -MAX_WBITS) != Z_OK)
      fail("has not enough memory to unpack");
  }
  MemberSource(const MemberSource&) = delete;
  MemberSource& operator=(const MemberSource&) = delete;
  ~MemberSource() override { inflateEnd(&stream_); }

  void read(void* to, std::size_t size) override {
    if (size > member_.size - position_) fail("found the end of the member, expected more bytes");
    if (member_.compression == Compression::None) {
      file_.read_at(offset_, to, size);
      offset_ += size;
    } else {
      unpack(static_cast<unsigned char*>(to), size);
    }
    crc_ = crc32_z(crc_, static_cast<const unsigned char*>(to), size);
    position_ += size;
    if (position_ == member_.size) check_end();
  }

  void finish() override {
    std::array<std::byte, kChunk> rest;
    while (position_ < member_.size)
      read(rest.data(), static_cast<std::size_t>(std::min<std::uint64_t>(member_.size - position_, rest.size())));
  }

 private:
  [[noreturn]] void fail(std::string_view message) const { fail_io(file_.name() + ": " + member_.name, message); }

  /// One call of inflate, after more input when there was none.
  int step() {
    if (stream_.avail_in == 0) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(end_ - offset_, kChunk));
      file_.read_at(offset_, input_.data(), size);
      offset_ += size;
      stream_.next_in = input_.data();
      stream_.avail_in = static_cast<uInt>(size);
    }
    return inflate(&stream_, Z_NO_FLUSH);
  }

  void unpack(unsigned char* to, std::size_t size) {
    stream_.next_out = to;
    while (size > 0) {
      const std::size_t part = std::min(size, kMaxStep);
      stream_.avail_out = static_cast<uInt>(part);
      while (stream_.avail_out > 0) {
        if (ended_) fail("unpacks to fewer bytes than the directory says");
        const int status = step();
        ended_ = status == Z_STREAM_END;
        if (status != Z_OK && !ended_) fail("found damaged packed bytes, expected a deflate stream");
      }
      size -= part;
    }
  }

  void check_end() {
    if (member_.compression == Compression::Deflate && !ended_) {
      unsigned char more;
      stream_.next_out = &more;
      stream_.avail_out = 1;
      int status = Z_OK;
      while (status == Z_OK && stream_.avail_out == 1) status = step();
      if (stream_.avail_out == 0) fail("unpacks to more bytes than the directory says");
      ended_ = status == Z_STREAM_END;
      if (!ended_) fail("found damaged packed bytes, expected a deflate stream");
    }
    if (offset_ != end_ || stream_.avail_in != 0) fail("found bytes after the packed ones, expected none");
    if (crc_ != member_.crc) fail("found other bytes than were written: the CRC differs");
  }

  const InputFile& file_;
  const ZipReader::Member& member_;
  std::uint64_t offset_, end_;  ///< packed bytes that have not been read
  std::uint64_t position_ = 0;  ///< unpacked bytes that have been given
  uLong crc_ = 0;
  bool ended_ = false;
  z_stream stream_{};
  std::array<unsigned char, kChunk> input_;
};

/// A record as it is built from little-endian numbers.
struct Record {
  std::string bytes;

  Record& put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
};

constexpr std::uint64_t kVersion = 20, kVersion64 = 45;  ///< needed to read deflate, zip64
constexpr std::uint64_t kMadeBy = 3 << 8;                ///< Unix, which gives the attributes their meaning
constexpr std::uint64_t kFileAttributes = std::uint64_t{0100644} << 16;
constexpr std::uint64_t kDosTime = 0x00210000;  ///< 1980-01-01 00:00, the earliest there is

std::uint16_t method(Compression compression) { return compression == Compression::None ? kStored : kDeflated; }

std::uint16_t flags(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; }) ? kUtf8Flag : 0;
}

void deflate_into(OutputFile& file, std::span<const std::span<const std::byte>> parts) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    fail_io(file.name(), "has not enough memory to pack");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  std::array<unsigned char, kChunk> output;
  const auto pack = [&](int flush) {
    do {
      stream.next_out = output.data();
      stream.avail_out = kChunk;
      deflate(&stream, flush);
      file.write(output.data(), kChunk - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  for (const auto part : parts) {
    for (std::size_t at = 0; at < part.size(); at += kMaxStep) {
      // zlib does not write to its input; its interface is older than const.
      stream.next_in = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data() + at));
      stream.avail_in = static_cast<uInt>(std::min(kMaxStep, part.size() - at));
      pack(Z_NO_FLUSH);
    }
  }
  pack(Z_FINISH);
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : file_(path) {
  const Directory directory = find_directory();
  read_directory(directory);
  for (Member& member : members_) locate_data(member, directory.offset);
  check_layout();
  drop_replaced();
}

ZipReader::Directory ZipReader::find_directory() const {
  const std::uint64_t tail_size = std::min<std::uint64_t>(file_.size(), kEndSize + kMax16);
  const std::uint64_t tail_offset = file_.size() - tail_size;
  const std::string tail = read_text(file_, tail_offset, tail_size);
  for (std::size_t at = tail.size() < kEndSize ? 0 : tail.size() - kEndSize + 1; at-- > 0;) {
    Fields end{std::string_view(tail).substr(at)};
    if (end.take32() != kEnd) continue;
    const std::uint64_t disk = end.take(2), directory_disk = end.take(2), count_here = end.take(2);
    Directory directory;
    directory.count = end.take(2);
    directory.size = end.take(4);
    directory.offset = end.take(4);
    if (end.take(2) != end.bytes.size()) continue;  // not the end record, but such bytes in the comment
    const std::uint64_t end_offset = tail_offset + at;
    const bool is_zip64 =
        end_offset >= kLocatorSize && Fields{read_text(file_, end_offset - kLocatorSize, 4)}.take32() == kEnd64Locator;
    if (is_zip64) return find_directory64(end_offset - kLocatorSize);
    if (disk != 0 || directory_disk != 0 || count_here != directory.count)
      fail_io(name(), "found a part of an archive in several files, expected a whole one");
    if (directory.offset + directory.size != end_offset)
      fail_io(name(), "found a zip directory that is not where its end record says");
    return directory;
  }
  fail_io(name(), "found no zip directory at the end, expected an .npz file");
}

ZipReader::Directory ZipReader::find_directory64(std::uint64_t locator_offset) const {
  const std::string locator_text = read_text(file_, locator_offset, kLocatorSize);
  Fields locator{locator_text};
  locator.skip(4);
  const std::uint64_t disk = locator.take(4), end_offset = locator.take(8), disks = locator.take(4);
  if (disk != 0 || disks > 1) fail_io(name(), "found a part of an archive in several files, expected a whole one");
  if (locator_offset < kEnd64Size || end_offset > locator_offset - kEnd64Size)
    fail_io(name(), "found a zip64 end record outside the file");
  const std::string end_text = read_text(file_, end_offset, kEnd64Size);
  Fields end{end_text};
  const bool is_end = end.take32() == kEnd64;
  const std::uint64_t rest = end.take(8);
  end.skip(12);  // versions and disks
  const std::uint64_t count_here = end.take(8);
  Directory directory;
  directory.count = end.take(8);
  directory.size = end.take(8);
  directory.offset = end.take(8);
  if (!is_end || rest != locator_offset - end_offset - 12 || count_here != directory.count)
    fail_io(name(), "found a damaged zip64 end record");
  if (directory.size > end_offset || directory.offset != end_offset - directory.size)
    fail_io(name(), "found a zip directory that is not where its end record says");
  return directory;
}

void ZipReader::read_directory(const Directory& directory) {
  if (directory.size > kMaxDirectoryBytes)
    fail_io(name(), "found a zip directory of " + std::to_string(directory.size) + " bytes, expected at most " +
                        std::to_string(kMaxDirectoryBytes));
  const std::string text = read_text(file_, directory.offset, directory.size);
  Fields fields{text};
  while (!fields.bytes.empty()) {
    const bool is_entry = fields.take32() == kDirectoryEntry;
    fields.skip(4);  // versions
    const std::uint16_t flags = fields.take16(), method = fields.take16();
    fields.skip(4);  // time
    Member member;
    member.crc = fields.take32();
    member.packed_size = fields.take(4);
    member.size = fields.take(4);
    const std::uint16_t name_size = fields.take16(), extra_size = fields.take16(), comment_size = fields.take16();
    fields.skip(8);  // disk and file attributes
    member.header_offset = fields.take(4);
    member.name = fields.take_text(name_size);
    const std::string_view extra = fields.take_text(extra_size);
    fields.skip(comment_size);
    if (!is_entry || !fields.ok) fail_io(name(), "found a damaged zip directory");
    const std::string where = name() + ": " + member.name;
    if ((flags & kEncryptionFlags) != 0) {
      member.problem = "found an encrypted member, expected a plain one";
    } else if (method != kStored && method != kDeflated) {
      member.problem = "found compression method " + std::to_string(method) + ", expected stored (0) or deflated (8)";
    }
    member.compression = method == kStored ? Compression::None : Compression::Deflate;
    apply_zip64(extra, std::array{&member.size, &member.packed_size, &member.header_offset}, where);
    members_.push_back(std::move(member));
  }
  if (members_.size() != directory.count)
    fail_io(name(), "found " + std::to_string(members_.size()) + " members in the zip directory, expected " +
                        std::to_string(directory.count));
}

void ZipReader::locate_data(Member& member, std::uint64_t directory_offset) const {
  const std::string where = name() + ": " + member.name;
  if (member.header_offset > directory_offset || directory_offset - member.header_offset < kLocalHeaderSize)
    fail_io(where, "found a zip directory that points outside the file");
  const std::string text = read_text(file_, member.header_offset, kLocalHeaderSize);
  Fields header{text};
  const bool is_header = header.take32() == kLocalHeader;
  header.skip(2);  // version
  const std::uint16_t flags = header.take16(), method = header.take16();
  header.skip(4);  // time
  const std::uint32_t crc = header.take32();
  const std::uint64_t packed_size = header.take(4), size = header.take(4);
  const std::uint64_t name_size = header.take(2), extra_size = header.take(2);
  member.data_offset = member.header_offset + kLocalHeaderSize + name_size + extra_size;
  if (!is_header || member.data_offset > directory_offset || member.packed_size > directory_offset - member.data_offset)
    fail_io(where, "found a zip directory that points to something else than this member");
  const bool same_sizes = (packed_size == member.packed_size || packed_size == kMax32) &&
                          (size == member.size || size == kMax32) && crc == member.crc;
  if (read_text(file_, member.header_offset + kLocalHeaderSize, name_size) != member.name ||
      (method == kStored) != (member.compression == Compression::None) ||
      ((flags & kSizesFollowFlag) == 0 && !same_sizes))
    fail_io(where, "found a zip directory that contradicts the member's own header");
  if (!member.problem.empty()) return;
  if (member.compression == Compression::None && member.size != member.packed_size)
    fail_io(where, "found different sizes of a stored member, expected equal ones");
  if (member.compression == Compression::Deflate &&
      (member.size > kMaxInflatedBytes || member.size / kMaxDeflateRatio > member.packed_size))
    fail_io(where, "found a declared size of " + std::to_string(member.size) + " bytes for " +
                       std::to_string(member.packed_size) + " packed ones, expected at most " +
                       std::to_string(kMaxDeflateRatio) + " times as many, and at most " +
                       std::to_string(kMaxInflatedBytes));
}

void ZipReader::check_layout() const {
  std::vector<const Member*> in_order;
  in_order.reserve(members_.size());
  for (const Member& member : members_) in_order.push_back(&member);
  std::sort(in_order.begin(), in_order.end(), [](auto* a, auto* b) { return a->header_offset < b->header_offset; });
  for (std::size_t i = 1; i < in_order.size(); ++i)
    if (in_order[i]->header_offset < in_order[i - 1]->data_offset + in_order[i - 1]->packed_size)
      fail_io(name(), "found " + in_order[i - 1]->name + " and " + in_order[i]->name + " on the same bytes");
}

// Appending to an archive is how Python replaces a member, and its readers take the last of a name.
void ZipReader::drop_replaced() {
  std::set<std::string> later;
  std::vector<Member> kept;
  for (; !members_.empty(); members_.pop_back())
    if (later.insert(members_.back().name).second) kept.push_back(std::move(members_.back()));
  members_.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

std::unique_ptr<ByteSource> ZipReader::open(const Member& member) const {
  if (!member.problem.empty()) fail_io(name() + ": " + member.name, member.problem);
  return std::make_unique<MemberSource>(file_, member);
}

void ZipWriter::add(const std::string& name, std::span<const std::span<const std::byte>> parts,
                    Compression compression) {
  TJIT_CHECK(name.size() <= kMax16);
  Entry entry{name, compression};
  uLong crc = 0;
  for (const auto part : parts) {
    crc = crc32_z(crc, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    entry.size += part.size();
  }
  entry.crc = static_cast<std::uint32_t>(crc);
  entry.packed_size = entry.size;
  entry.offset = file_.size();
  // A header's size may not change when it is patched; deflate adds less than this to what it cannot pack.
  constexpr std::uint64_t margin = std::uint64_t{1} << 24;
  entry.is_zip64 = is_large(entry.size + margin);

  const std::string header = local_header(entry);
  file_.write(header.data(), header.size());
  if (compression == Compression::None) {
    for (const auto part : parts) file_.write(part.data(), part.size());
  } else {
    const std::uint64_t begin = file_.size();
    deflate_into(file_, parts);
    entry.packed_size = file_.size() - begin;
    const std::string patched = local_header(entry);
    file_.rewrite(entry.offset, patched.data(), patched.size());
  }
  entries_.push_back(std::move(entry));
}

void ZipWriter::finish() {
  const std::uint64_t offset = file_.size();
  for (const Entry& entry : entries_) {
    const std::string text = directory_entry(entry);
    file_.write(text.data(), text.size());
  }
  const std::uint64_t end = file_.size(), size = end - offset, count = entries_.size();
  Record record;
  const bool is_zip64 = count >= kMax16 || is_large(size) || is_large(offset);
  if (is_zip64) {
    record.put(kEnd64, 4).put(kEnd64Size - 12, 8).put(kMadeBy | kVersion64, 2).put(kVersion64, 2).put(0, 4).put(0, 4);
    record.put(count, 8).put(count, 8).put(size, 8).put(offset, 8);
    record.put(kEnd64Locator, 4).put(0, 4).put(end, 8).put(1, 4);
  }
  const std::uint64_t short_count = is_zip64 ? kMax16 : count;
  record.put(kEnd, 4).put(0, 2).put(0, 2).put(short_count, 2).put(short_count, 2);
  record.put(is_zip64 ? kMax32 : size, 4).put(is_zip64 ? kMax32 : offset, 4).put(0, 2);
  file_.write(record.bytes.data(), record.bytes.size());
}

bool ZipWriter::is_large(std::uint64_t value) const { return always_zip64_ || value >= kMax32; }

std::string ZipWriter::local_header(const Entry& entry) const {
  Record record;
  record.put(kLocalHeader, 4).put(entry.is_zip64 ? kVersion64 : kVersion, 2).put(flags(entry.name), 2);
  record.put(method(entry.compression), 2).put(kDosTime, 4).put(entry.crc, 4);
  record.put(entry.is_zip64 ? kMax32 : entry.packed_size, 4).put(entry.is_zip64 ? kMax32 : entry.size, 4);
  record.put(entry.name.size(), 2).put(entry.is_zip64 ? 20 : 0, 2);
  record.bytes += entry.name;
  if (entry.is_zip64) record.put(kZip64Extra, 2).put(16, 2).put(entry.size, 8).put(entry.packed_size, 8);
  return record.bytes;
}

std::string ZipWriter::directory_entry(const Entry& entry) const {
  const bool is_zip64 = entry.is_zip64 || is_large(entry.offset);
  const std::uint64_t version = is_zip64 ? kVersion64 : kVersion;
  Record record;
  record.put(kDirectoryEntry, 4).put(kMadeBy | version, 2).put(version, 2).put(flags(entry.name), 2);
  record.put(method(entry.compression), 2).put(kDosTime, 4).put(entry.crc, 4);
  record.put(is_zip64 ? kMax32 : entry.packed_size, 4).put(is_zip64 ? kMax32 : entry.size, 4);
  record.put(entry.name.size(), 2).put(is_zip64 ? 28 : 0, 2).put(0, 2);  // sizes of name, extra, comment
  record.put(0, 2).put(0, 2).put(kFileAttributes, 4).put(is_zip64 ? kMax32 : entry.offset, 4);
  record.bytes += entry.name;
  if (is_zip64) record.put(kZip64Extra, 2).put(24, 2).put(entry.size, 8).put(entry.packed_size, 8).put(entry.offset, 8);
  return record.bytes;
}

}  // namespace tjit
