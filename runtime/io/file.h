// Files: reading with limits, and writing that leaves either the whole new file or the old one. All failures are
// Errors of kind Io that start with the file's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "tjit/error.h"

namespace tjit {

/// Throws Error of kind Io: `name: message`.
[[noreturn]] void fail_io(std::string_view name, std::string_view message);

/// The contents of a file or pipe; throws Error when it holds more than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
/// Replaces the file's contents, wholly or not at all.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Bytes that are read in order.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `to` with the next `size` bytes; throws Error when there are fewer.
  virtual void read(void* to, std::size_t size) = 0;
  /// Says that the rest will not be read; throws Error when what the source knows of all its bytes is not true.
  virtual void finish() {}
};

/// An open file descriptor.
class FileHandle {
 public:
  explicit FileHandle(int fd = -1) : fd_(fd) {}
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle();
  int get() const { return fd_; }
  /// Closes it; false when the system reports that written data was lost.
  bool close();

 private:
  int fd_;
};

/// A regular file whose bytes can be read at any place.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  /// The path as given, for messages.
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// Throws Error when the range passes the file's end.
  void read_at(std::uint64_t offset, void* to, std::size_t size) const;

 private:
  std::string name_;
  FileHandle file_;
  std::uint64_t size_ = 0;
};

/// A file being written under a temporary name in the folder of `path`. `commit` gives it its name; without that, the
/// destructor removes it and whatever stood at `path` is as before. A symbolic link is followed. What is not a regular
/// file (a pipe, /dev/stdout) gets all bytes at `commit`.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();

  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  void write(const void* data, std::size_t size);
  /// Overwrites bytes that have been written before.
  void rewrite(std::uint64_t offset, const void* data, std::size_t size);
  void commit();

 private:
  int open_temporary();
  void copy_to_target() const;

  std::string name_;
  std::filesystem::path target_;
  bool replace_ = true;              ///< rename over the target, rather than copy the bytes into it
  std::filesystem::path temporary_;  ///< empty when there is nothing to remove
  FileHandle file_;
  std::uint64_t size_ = 0;
};

}  // namespace tjit
