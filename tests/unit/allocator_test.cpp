// Freed memory: how much is kept, whom it serves, and how much there is.
#include "runtime/allocator.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <vector>

#include "runtime/array.h"
#include "runtime/free_ranges.h"
#include "runtime/memory_limit.h"
#include "tests/unit/scratch.h"
#include "tjit/memory.h"

namespace tjit {

namespace {

constexpr std::size_t kMb = std::size_t{1} << 20;

/// An array that takes `mb` megabytes.
Array megabytes(std::size_t mb) { return Array::empty({DType::U8, {static_cast<std::int64_t>(mb * kMb)}}); }

}  // namespace

TEST_CASE("ranges that touch are one, and what is taken is cut from the smallest that fits") {
  std::vector<std::byte> memory(1000);
  std::byte* const start = memory.data();
  FreeRanges ranges;
  CHECK(ranges.take(1) == nullptr);
  CHECK(ranges.take_from_largest(1).bytes == 0);
  ranges.add({start, 100});
  ranges.add({start + 300, 50});
  ranges.add({start + 200, 100});
  CHECK(ranges.bytes() == 250);
  CHECK(ranges.take(200) == nullptr);
  CHECK(ranges.take(80) == start);
  CHECK(ranges.take(80) == start + 200);
  CHECK(ranges.take(20) == start + 80);
  ranges.add({start + 100, 100});
  const MemoryRange end = ranges.take_from_largest(30);
  CHECK(end.start == start + 170);
  CHECK(end.bytes == 30);
  CHECK(ranges.take_from_largest(1000).start == start + 280);
  CHECK(ranges.take_from_largest(1000).bytes == 70);
  CHECK(ranges.bytes() == 0);
}

TEST_CASE("ranges know what is free after any number of requests") {
  constexpr std::size_t kBytes = 512;
  std::vector<std::byte> memory(kBytes);
  std::vector<bool> taken(kBytes, false);
  std::vector<MemoryRange> held;
  FreeRanges ranges;
  ranges.add({memory.data(), kBytes});
  std::mt19937 random(1);
  const auto longest_free = [&] {
    std::size_t longest = 0, run = 0;
    for (const bool t : taken) longest = std::max(longest, run = t ? 0 : run + 1);
    return longest;
  };
  const auto mark = [&](MemoryRange range, bool value) {
    const auto first = taken.begin() + (range.start - memory.data());
    CHECK(std::count(first, first + static_cast<std::ptrdiff_t>(range.bytes), value) == 0);
    std::fill_n(first, range.bytes, value);
  };
  for (int step = 0; step < 5000; ++step) {
    if (random() % 2 == 0 && !held.empty()) {
      std::swap(held[random() % held.size()], held.back());
      mark(held.back(), false);
      ranges.add(held.back());
      held.pop_back();
    } else {
      const std::size_t bytes = 1 + random() % 60;
      std::byte* const start = ranges.take(bytes);
      CHECK((start != nullptr) == (longest_free() >= bytes));
      if (start == nullptr) continue;
      held.push_back({start, bytes});
      mark(held.back(), true);
    }
    CHECK(ranges.bytes() == static_cast<std::size_t>(std::ranges::count(taken, false)));
  }
}

TEST_CASE("kept memory serves smaller blocks, and is joined for larger ones") {
  if (!keeps_freed_blocks()) return;
  trim_memory();
  const void* place = nullptr;
  {
    const Array a = megabytes(64);
    place = a.data();
  }
  CHECK(cached_bytes() == 64 * kMb);
  {
    std::vector<Array> parts;
    for (const std::size_t mb : {2, 6, 10, 14, 32}) parts.push_back(megabytes(mb));
    CHECK(cached_bytes() == 0);
    for (const Array& a : parts)
      CHECK((a.data() >= place &&
             static_cast<const std::byte*>(a.data()) < static_cast<const std::byte*>(place) + 64 * kMb));
  }
  CHECK(megabytes(64).data() == place);
  trim_memory();
  CHECK(cached_bytes() == 0);
}

TEST_CASE("blocks that grow one after the other are not all kept") {
  if (!keeps_freed_blocks()) return;
  trim_memory();
  for (std::size_t mb = 2; mb <= 100; mb += 2) (void)megabytes(mb);  // 2,550 MB in all
  CHECK(cached_bytes() >= 100 * kMb);
  CHECK(cached_bytes() <= 150 * kMb);
  trim_memory();
}

TEST_CASE("the limits of control groups hold, of those around them too") {
  const ScratchFolder folder;
  const std::string root = folder.path().string();
  const auto write = [&](const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root + file).parent_path());
    write_all(root + file, text + '\n');
  };
  const std::size_t machine = memory_limit(root);
  CHECK(machine >= (std::size_t{1} << 26));
  CHECK(memory_limit() <= machine);

  write("/proc/self/cgroup", "0::/a/b");
  CHECK(memory_limit(root) == machine);
  write("/sys/fs/cgroup/a/b/memory.max", "max");
  CHECK(memory_limit(root) == machine);
  write("/sys/fs/cgroup/a/memory.max", "50000000");
  CHECK(memory_limit(root) == 50000000);
  write("/sys/fs/cgroup/a/b/memory.max", "40000000");
  CHECK(memory_limit(root) == 40000000);
  write("/sys/fs/cgroup/a/b/memory.max", "60000000");
  CHECK(memory_limit(root) == 50000000);
  write("/sys/fs/cgroup/memory.max", "30000000");
  CHECK(memory_limit(root) == 30000000);

  write("/proc/self/cgroup", "3:cpu:/c\n2:cpuset,memory:/c/d\n1:name=systemd:/");
  CHECK(memory_limit(root) == machine);
  write("/sys/fs/cgroup/memory/c/d/memory.limit_in_bytes", "9223372036854771712");
  CHECK(memory_limit(root) == machine);
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "20000000");  // all that a container sees
  CHECK(memory_limit(root) == 20000000);
}

}  // namespace tjit
