// POSIX files behind runtime/file.h.
#include "runtime/io/file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tjit {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_errno(std::string_view name, std::string_view action) {
  fail_io(name, "cannot " + std::string(action) + ": " + std::generic_category().message(errno));
}

int open_to_read(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail_errno(path.string(), "open");
  return fd;
}

// Linux moves at most 2^31 - 4096 bytes in one call.
constexpr std::size_t kMaxTransfer = std::size_t{1} << 30;

void write_all(int fd, const void* data, std::size_t size, const std::string& name) {
  const char* p = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(fd, p, std::min(size, kMaxTransfer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(name, "write");
    p += n;
    size -= static_cast<std::size_t>(n);
  }
}

}  // namespace

void fail_io(std::string_view name, std::string_view message) {
  throw Error(Error::Kind::Io, std::string(name) + ": " + std::string(message));
}

std::string read_file(const fs::path& path, std::uint64_t max_bytes) {
  const FileHandle file(open_to_read(path));
  std::string contents;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(path.string(), "read");
    if (n == 0) return contents;
    if (static_cast<std::uint64_t>(n) > max_bytes - contents.size())
      fail_io(path.string(), "found more than " + std::to_string(max_bytes) + " bytes, expected at most that");
    contents.append(buffer, static_cast<std::size_t>(n));
  }
}

void write_file(const fs::path& path, std::string_view contents) {
  OutputFile out(path);
  out.write(contents.data(), contents.size());
  out.commit();
}

FileHandle::~FileHandle() { close(); }

bool FileHandle::close() {
  const int fd = std::exchange(fd_, -1);
  return fd < 0 || ::close(fd) == 0;
}

InputFile::InputFile(const fs::path& path) : name_(path.string()), file_(open_to_read(path)) {
  struct stat status;
  if (::fstat(file_.get(), &status) != 0) fail_errno(name_, "read");
  if (!S_ISREG(status.st_mode)) fail_io(name_, "found a folder, pipe or device, expected a regular file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read_at(std::uint64_t offset, void* to, std::size_t size) const {
  if (offset > size_ || size > size_ - offset) fail_io(name_, "found the end of the file, expected more bytes");
  char* p = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t n = ::pread(file_.get(), p, std::min(size, kMaxTransfer), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(name_, "read");
    if (n == 0) fail_io(name_, "the file became shorter while it was read");
    p += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

OutputFile::OutputFile(const fs::path& path) : name_(path.string()), target_(path), file_(open_temporary()) {}

int OutputFile::open_temporary() {
  std::error_code none;
  if (fs::is_symlink(target_, none))
    if (const fs::path real = fs::canonical(target_, none); !none) target_ = real;

  struct stat status;
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail_io(name_, "cannot write: it is a folder");
  if (exists && ::access(target_.c_str(), W_OK) != 0) fail_errno(name_, "write");
  replace_ = !exists || S_ISREG(status.st_mode);

  static std::atomic<unsigned> counter = 0;
  const fs::path folder = replace_ ? target_.parent_path() : fs::temp_directory_path();
  for (;;) {
    temporary_ = folder / (".tjit-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
    const int fd = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      if (exists && replace_) (void)!::fchmod(fd, status.st_mode & 07777);
      return fd;
    }
    if (errno != EEXIST) {
      temporary_.clear();
      fail_errno(name_, "write");
    }
  }
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(const void* data, std::size_t size) {
  write_all(file_.get(), data, size, name_);
  size_ += size;
}

void OutputFile::rewrite(std::uint64_t offset, const void* data, std::size_t size) {
  TJIT_CHECK(offset <= size_ && size <= size_ - offset);
  const char* p = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::pwrite(file_.get(), p, std::min(size, kMaxTransfer), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_errno(name_, "write");
    p += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

void OutputFile::copy_to_target() const {
  FileHandle to(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
  if (to.get() < 0) fail_errno(name_, "write");
  char buffer[1 << 16];
  for (std::uint64_t offset = 0; offset < size_;) {
    const ssize_t n = ::pread(file_.get(), buffer, sizeof buffer, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_errno(name_, "read back");
    write_all(to.get(), buffer, static_cast<std::size_t>(n), name_);
    offset += static_cast<std::uint64_t>(n);
  }
  if (!to.close()) fail_errno(name_, "write");
}

void OutputFile::commit() {
  if (!replace_) return copy_to_target();
  if (!file_.close()) fail_errno(name_, "write");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_errno(name_, "write");
  temporary_.clear();
}

}  // namespace tjit
