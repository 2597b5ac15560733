// Caches of freed memory. Fresh memory costs far more than its use: the first touch of a page runs at a fraction of the
// memory's bandwidth, and small pages halve it.
#include "runtime/allocator.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <malloc.h>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <vector>

#include "runtime/free_ranges.h"
#include "runtime/memory_limit.h"

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
/// Large blocks that are kept however few lived at once.
constexpr std::size_t kSpareBytes = std::size_t{32} << 20;

constexpr std::uint32_t list_room(int size_class) {
  return std::max<std::uint32_t>(2 * kBatch, static_cast<std::uint32_t>(kListBytes) / kSmallSizes[size_class]);
}

// ---- large blocks: whole huge pages, below 1 MiB of classes, four to a power of two ----

/// No address space holds more; sizes up to here are far from overflow.
constexpr std::size_t kLargestBlock = std::size_t{1} << 62;

constexpr int large_class(std::size_t bytes) {
  const std::size_t n = std::max<std::size_t>(bytes, 4096) - 1;
  const int octave = static_cast<int>(std::bit_width(n)) - 1;
  return 4 * octave + static_cast<int>((n >> (octave - 2)) & 3);
}

constexpr std::size_t large_class_bytes(int size_class) {
  return (std::size_t{5} + static_cast<std::size_t>(size_class) % 4) << (size_class / 4 - 2);
}

constexpr int kLargeClasses = large_class(kHugeFrom) + 1;

constexpr std::size_t round_to_huge_pages(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

/// The size of the block for `bytes`.
std::size_t large_block_bytes(std::size_t bytes) {
  const std::size_t class_bytes = bytes < kHugeFrom ? large_class_bytes(large_class(bytes)) : bytes;
  return class_bytes < kHugeFrom ? class_bytes : round_to_huge_pages(class_bytes);
}

void* map_huge(std::size_t bytes) {
  // The kernel aligns mappings to small pages only: map more, and give the rest back. Mappings grow downwards: a block
  // at the end touches the one before, and both may become one.
  const std::size_t mapped = bytes + kHugePage;
  void* start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  std::byte* const end = static_cast<std::byte*>(start) + mapped;
  const std::size_t after = reinterpret_cast<std::uintptr_t>(end) % kHugePage;
  std::byte* const block = end - after - bytes;
  munmap(start, kHugePage - after);
  if (after > 0) munmap(end - after, after);
  madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

void* obtain(std::size_t block_bytes) {
  return block_bytes < kHugePage ? std::aligned_alloc(64, block_bytes) : map_huge(block_bytes);
}

void give_back(void* block, std::size_t block_bytes) {
  if (block_bytes < kHugePage) {
    std::free(block);
  } else {
    munmap(block, block_bytes);
  }
}

// ---- the cache that threads share; never destroyed, as tensors may live until the process ends ----

/// Freed large blocks. Huge pages join and are cut to any size; blocks below serve their class.
class LargeCache {
 public:
  std::size_t bytes() const { return huge_.bytes() + whole_bytes_; }

  /// A block of `block_bytes`, or null.
  void* take(std::size_t block_bytes) {
    if (block_bytes < kHugePage) {
      std::vector<void*>& blocks = classes_[large_class(block_bytes)];
      if (blocks.empty()) return nullptr;
      void* const block = blocks.back();
      blocks.pop_back();
      whole_bytes_ -= block_bytes;
      return block;
    }
    const auto same = std::find_if(latest_.rbegin(), latest_.rend(),
                                   [&](const MemoryRange& block) { return block.bytes == block_bytes; });
    if (same != latest_.rend()) {
      void* const block = same->start;
      latest_.erase(std::prev(same.base()));
      whole_bytes_ -= block_bytes;
      return block;
    }
    join(0);
    return huge_.take(block_bytes);
  }

  void add(void* block, std::size_t block_bytes) {
    whole_bytes_ += block_bytes;
    if (block_bytes < kHugePage) return classes_[large_class(block_bytes)].push_back(block);
    latest_.push_back({static_cast<std::byte*>(block), block_bytes});
    join(kMostLatest);
  }

  /// Gives back, the largest first, until at most `limit` bytes are left.
  void shrink(std::size_t limit) {
    if (bytes() > limit) join(0);
    while (bytes() > limit && huge_.bytes() > 0) {
      const MemoryRange range = huge_.take_from_largest(round_to_huge_pages(bytes() - limit));
      give_back(range.start, range.bytes);
    }
    for (int c = kLargeClasses - 1; c >= 0; --c)
      while (bytes() > limit && !classes_[c].empty()) give_back(take(large_class_bytes(c)), large_class_bytes(c));
  }

 private:
  static constexpr std::size_t kMostLatest = 8;

  /// Joins what was freed before the latest `count`.
  void join(std::size_t count) {
    while (latest_.size() > count) {
      whole_bytes_ -= latest_.front().bytes;
      huge_.add(latest_.front());
      latest_.erase(latest_.begin());
    }
  }

  FreeRanges huge_;
  /// Freed last, at the end, and not joined yet: the next block has often the same size, and finds this one in the
  /// processor's caches.
  std::vector<MemoryRange> latest_;
  std::vector<void*> classes_[kLargeClasses];
  std::size_t whole_bytes_ = 0;  ///< in the latest and the classes
};

struct Shared {
  std::mutex mutex;
  LargeCache large;
  std::size_t large_limit = memory_limit() / 4;
  std::size_t live_bytes = 0, most_live_bytes = 0;  ///< of large blocks
  FreeBlock* small[kSmallClasses] = {};
  std::size_t small_bytes[kSmallClasses] = {};

  /// Before `bytes` of new memory are taken: what lives and what is kept may be more than ever lived at once, but not
  /// much. Otherwise ever larger blocks, one after the other, would all be kept.
  void make_room(std::size_t bytes) {
    const std::size_t live = live_bytes + bytes, most = std::max(live, most_live_bytes);
    large.shrink(most + std::max(most / 2, kSpareBytes) - live);
  }
  void add_live(std::size_t bytes) {
    live_bytes += bytes;
    most_live_bytes = std::max(most_live_bytes, live_bytes);
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
  const std::size_t block_bytes = large_block_bytes(bytes);
  Shared& cache = shared();
  {
    const std::scoped_lock lock(cache.mutex);
    if (void* block = cache.large.take(block_bytes); block != nullptr) {
      cache.add_live(block_bytes);
      return block;
    }
    cache.make_room(block_bytes);
  }
  void* block = obtain(block_bytes);
  if (block == nullptr) {
    trim();
    block = obtain(block_bytes);
  }
  if (block == nullptr) throw OutOfMemory(bytes);
  const std::scoped_lock lock(cache.mutex);
  cache.add_live(block_bytes);
  return block;
}

void free_large(void* block, std::size_t bytes) {
  const std::size_t block_bytes = large_block_bytes(bytes);
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  cache.live_bytes -= block_bytes;
  if (!kKeep) return give_back(block, block_bytes);
  cache.large.add(block, block_bytes);
  cache.large.shrink(cache.large_limit);
}

std::size_t cached_bytes() {
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  return cache.large.bytes();
}

bool keeps_freed_blocks() { return kKeep; }

void trim() {
  for (int c = 0; c < kSmallClasses; ++c) hand_over(c, UINT32_MAX);
  Shared& cache = shared();
  const std::scoped_lock lock(cache.mutex);
  cache.large.shrink(0);
  cache.most_live_bytes = cache.live_bytes;
  for (int c = 0; c < kSmallClasses; ++c) {
    while (cache.small[c] != nullptr) {
      FreeBlock* block = cache.small[c];
      cache.small[c] = block->next;
      std::free(block);
    }
    cache.small_bytes[c] = 0;
  }
#if defined(__GLIBC__)
  malloc_trim(0);  // it keeps what is freed in small pieces
#endif
}

}  // namespace tjit
