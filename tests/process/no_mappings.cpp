// A process that has no mappings left: an error of the compiler says what is missing, and all is well once there are
// some.
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "check.h"

namespace {

using tf::Tensor;

const auto kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
/// More than systems allow; where one does, its mappings do not run out.
constexpr std::size_t kMostMappings = 2'000'000;

/// Takes all mappings that are left: neighbours differ in what may be done to them, or they were one.
std::vector<void*> take_mappings() {
  std::vector<void*> taken;
  while (taken.size() < kMostMappings) {
    void* p = mmap(nullptr, kPage, taken.size() % 2 == 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) break;
    taken.push_back(p);
  }
  return taken;
}

}  // namespace

int main() {
  // LLVM ends the process when malloc fails: that one has what it needs, from one mapping.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  auto plus = tf::function([](const Tensor& x) { return x + 1; });
  check_equal(plus(tf::constant(1)).numpy_text(), "2");
  const std::vector<void*> taken = take_mappings();
  const std::string error = text_of([&] { (void)plus(tf::constant({1, 2})); });
  for (void* p : taken) munmap(p, kPage);
  if (taken.size() < kMostMappings) {
    const std::string expected = "out of memory for machine code: cannot map";
    check(error.find(expected) != std::string::npos, "`" + error + "` holds `" + expected + "`");
  }
  check_equal(plus(tf::constant({1, 2})).numpy_text(), "[2 3]");
  return 0;
}
