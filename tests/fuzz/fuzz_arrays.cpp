// libFuzzer target: bytes as a .npy and as a .npz file. Either is read or refused with an Error.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/io/npy.h"
#include "runtime/io/npz.h"

namespace {

template <class Read>
void read_or_refuse(const Read& read) {
  try {
    (void)read();
  } catch (const tjit::Error& e) {
    if (e.kind() != tjit::Error::Kind::Io) throw;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int fd = memfd_create("input", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  read_or_refuse([&] { return tjit::load_npy(path); });
  read_or_refuse([&] { return tjit::load_npz(path); });
  close(fd);
  return 0;
}
