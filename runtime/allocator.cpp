// Caches of freed memory. Fresh memory costs far more than its use: the first touch of a page runs at a fraction of the
// memory's bandwidth, and small pages halve it.
#include "runtime/allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "tjit/error.h"

namespace tjit {

OutOfMemory::OutOfMemory(std::size_t bytes)
    : Error(Kind::Runtime, "out of memory: cannot allocate " + std::to_string(bytes) + " bytes") {}

namespace detail {
constinit thread_local SmallLists small_lists [[gnu::tls_model("initial-exec")]] = {};
}

namespace {

using detail::FreeBlock;
using detail::small_lists;

#if __has_feature(address_sanitizer)
constexpr bool kKeep = false;
#else
constexpr bool kKeep = true;
#endif

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kHugeFrom = std::size_t{1} << 20;
/// Blocks that move between a thread's list and the shared one at a time.
constexpr std::uint32_t kBatch = 32;
/// Bytes of free blocks in each list of a thread, and in each shared list.
constexpr std::size_t kListBytes = std::size_t{256} << 10;
constexpr std::size_t kSharedListBytes = std::size_t{8} << 20;

constexpr std::uint32_t list_room(int size_class) {
  return std::max<std::uint32_t>(2 * kBatch, static_cast<std::uint32_t>(kListBytes) / kSmallSizes[size_class]);
}

// ---- classes of large blocks: four to a power of two ----

constexpr int kLargeClasses = 4 * 64;
/// No address space holds more; sizes of classes up to here are far from overflow.
constexpr std::size_t kLargestBlock = std::size_t{1} << 62;

int large_class(std::size_t bytes) {
  const std::size_t n = std::max<std::size_t>(bytes, 4096) - 1;
  const int octave = static_cast<int>(std::bit_width(n)) - 1;
  return 4 * octave + static_cast<int>((n >> (octave - 2)) & 3);
}

std::size_t large_class_bytes(int size_class) {
  const std::size_t bytes = (std::size_t{5} + size_class % 4) << (size_class / 4 - 2);
  return bytes < kHugeFrom ? bytes : (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

void* map_huge(std::size_t bytes) {
  // The kernel aligns mappings to small pages only: map more, and give the rest back.
  const std::size_t mapped = bytes + kHugePage;
  void* start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(start) % kHugePage;
  const std::size_t after = kHugePage - before;
  std::byte* block = static_cast<std::byte*>(start) + before;
  if (before > 0) munmap(start, before);
  munmap(block + bytes, after);
  madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

void* obtain(std::size_t class_bytes) {
  return class_bytes < kHugeFrom ? std::aligned_alloc(64, class_bytes) : map_huge(class_bytes);
}

void give_back(void* block, std::size_t class_bytes) {
  if (class_bytes < kHugeFrom) {
    std::free(block);
  } else {
    munmap(block, class_bytes);
  }
}

// ---- the cache that threads share; never destroyed, as tensors may live until the process ends ----

struct Shared {
  std::mutex mutex;
  std::vector<void*> large[kLargeClasses];
  std::size_t large_bytes = 0;
  FreeBlock* small[kSmallClasses] = {};
  std::size_t small_bytes[kSmallClasses] = {};
  std::size_t large_limit = 0;

  Shared() {
    const auto pages = static_cast<std::size_t>(std::max(1L, sysconf(_SC_PHYS_PAGES)));
    large_limit = pages / 4 * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

  /// Frees cached large blocks, the largest first, until at most `limit` bytes are left.
  void shrink(std::size_t limit) {
    for (int c = kLargeClasses - 1; c >= 0 && large_bytes > limit; --c) {
      while (!large[c].empty() && large_bytes > limit) {
        give_back(large[c].back(), large_class_bytes(c));
        large[c].pop_back();
        large_bytes -= large_class_bytes(c);
      }
    }
  }
};

Shared& shared() {
  static Shared& cache = *new Shared;
  return cache;
}

// ---- this thread's lists ----

/// Moves up to `count` blocks of this thread's list to the shared one, or frees them when that is full.
void hand_over(int c, std::uint32_t count) {
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  for (; count > 0 && small_lists.head[c] != nullptr; --count) {
    FreeBlock* block = small_lists.head[c];
    small_lists.head[c] = block->next;
    ++small_lists.room[c];
    if (cache.small_bytes[c] >= kSharedListBytes) {
      std::free(block);
      continue;
    }
    block->next = cache.small[c];
    cache.small[c] = block;
    cache.small_bytes[c] += static_cast<std::size_t>(kSmallSizes[c]);
  }
}

enum class ThreadState : std::uint8_t { New, Alive, Ending };
constinit thread_local ThreadState thread_state = ThreadState::New;

/// Empties the thread's lists when it ends. Tensors that die later go straight to the system.
struct AtThreadEnd {
  ~AtThreadEnd() {
    thread_state = ThreadState::Ending;
    for (int c = 0; c < kSmallClasses; ++c) {
      hand_over(c, UINT32_MAX);
      small_lists.room[c] = 0;
    }
  }
};

void open_lists() {
  thread_state = ThreadState::Alive;
  for (int c = 0; c < kSmallClasses; ++c) small_lists.room[c] = list_room(c);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wexit-time-destructors"  // it leaves the lists usable
  static thread_local AtThreadEnd at_end;
#pragma clang diagnostic pop
  (void)at_end;
}

}  // namespace

namespace detail {

void* refill_small(int c) {
  if (kKeep && thread_state == ThreadState::New) open_lists();
  if (kKeep && thread_state == ThreadState::Alive) {
    Shared& cache = shared();
    const std::scoped_lock lock(cache.mutex);
    for (std::uint32_t i = 0; i < kBatch && cache.small[c] != nullptr && small_lists.room[c] > 0; ++i) {
      FreeBlock* block = cache.small[c];
      cache.small[c] = block->next;
      cache.small_bytes[c] -= static_cast<std::size_t>(kSmallSizes[c]);
      block->next = small_lists.head[c];
      small_lists.head[c] = block;
      --small_lists.room[c];
    }
    if (FreeBlock* block = small_lists.head[c]; block != nullptr) {
      small_lists.head[c] = block->next;
      ++small_lists.room[c];
      return block;
    }
  }
  void* block = std::aligned_alloc(64, static_cast<std::size_t>(kSmallSizes[c]));
  if (block == nullptr) throw OutOfMemory(static_cast<std::size_t>(kSmallSizes[c]));
  return block;
}

void overflow_small(void* block, int c) {
  if (!kKeep || thread_state == ThreadState::Ending) return std::free(block);
  if (thread_state == ThreadState::New) {
    open_lists();
  } else {
    hand_over(c, list_room(c) / 2);
  }
  free_small(block, c);
}

}  // namespace detail

void* allocate_large(std::size_t bytes) {
  if (bytes > kLargestBlock) throw OutOfMemory(bytes);
  ++small_lists.handed_out;
  const int c = large_class(bytes);
  const std::size_t class_bytes = large_class_bytes(c);
  Shared& cache = shared();
  {
    const std::scoped_lock lock(cache.mutex);
    if (!cache.large[c].empty()) {
      void* block = cache.large[c].back();
      cache.large[c].pop_back();
      cache.large_bytes -= class_bytes;
      return block;
    }
  }
  void* block = obtain(class_bytes);
  if (block == nullptr) {
    trim();
    block = obtain(class_bytes);
  }
  if (block == nullptr) throw OutOfMemory(bytes);
  return block;
}

void free_large(void* block, std::size_t bytes) {
  const int c = large_class(bytes);
  const std::size_t class_bytes = large_class_bytes(c);
  Shared& cache = shared();
  if (!kKeep || class_bytes > cache.large_limit) return give_back(block, class_bytes);
  const std::scoped_lock lock(cache.mutex);
  if (cache.large_bytes + class_bytes > cache.large_limit) cache.shrink(cache.large_limit - class_bytes);
  cache.large[c].push_back(block);
  cache.large_bytes += class_bytes;
}

std::size_t cached_bytes() {
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  return cache.large_bytes;
}

bool keeps_freed_blocks() { return kKeep; }

void trim() {
  for (int c = 0; c < kSmallClasses; ++c) hand_over(c, UINT32_MAX);
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  cache.shrink(0);
  for (int c = 0; c < kSmallClasses; ++c) {
    while (cache.small[c] != nullptr) {
      FreeBlock* block = cache.small[c];
      cache.small[c] = block->next;
      std::free(block);
    }
    cache.small_bytes[c] = 0;
  }
}

}  // namespace tjit
