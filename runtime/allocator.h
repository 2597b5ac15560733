// Memory for tensors: small blocks from lists of this thread, larger ones from a shared cache that keeps what is freed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tjit/error.h"

namespace tjit {

/// There is no memory: of kind Runtime, without a place. Whoever runs an op adds its name and line (`Error::in`).
struct OutOfMemory : Error {
  explicit OutOfMemory(std::size_t bytes);
};

/// Sizes in bytes of small blocks, aligned to 64: a tensor's header and, up to 4 KB, its elements.
inline constexpr int kSmallSizes[] = {256, 320, 384, 512, 768, 1024, 1536, 2048, 3072, 4352};
inline constexpr int kSmallClasses = sizeof(kSmallSizes) / sizeof(kSmallSizes[0]);
inline constexpr int kSmallLimit = kSmallSizes[kSmallClasses - 1];

namespace detail {

struct SmallClassOf {
  std::uint8_t entry[kSmallLimit / 64 + 1] = {};
  constexpr SmallClassOf() {
    for (int lines = 0; lines <= kSmallLimit / 64; ++lines)
      while (kSmallSizes[entry[lines]] < lines * 64) ++entry[lines];
  }
};
inline constexpr SmallClassOf kSmallClassOf;

struct FreeBlock {
  FreeBlock* next;
};

/// This thread's free blocks. Trivial, so that access costs no check for its construction.
struct SmallLists {
  FreeBlock* head[kSmallClasses];
  std::uint32_t room[kSmallClasses];  ///< how many more blocks the list may take
  std::int64_t handed_out;
};
extern constinit thread_local SmallLists small_lists [[gnu::tls_model("initial-exec")]];

void* refill_small(int size_class);
void overflow_small(void* block, int size_class);

}  // namespace detail

/// The class of the smallest small block that holds `bytes` <= kSmallLimit.
inline int small_class(std::size_t bytes) { return detail::kSmallClassOf.entry[(bytes + 63) / 64]; }

/// A block of kSmallSizes[size_class] bytes.
inline void* allocate_small(int size_class) {
  detail::SmallLists& lists = detail::small_lists;
  ++lists.handed_out;
  detail::FreeBlock* block = lists.head[size_class];
  if (block == nullptr) [[unlikely]]
    return detail::refill_small(size_class);
  lists.head[size_class] = block->next;
  ++lists.room[size_class];
  return block;
}

inline void free_small(void* block, int size_class) {
  detail::SmallLists& lists = detail::small_lists;
  if (lists.room[size_class] == 0) [[unlikely]]
    return detail::overflow_small(block, size_class);
  --lists.room[size_class];
  auto* free = static_cast<detail::FreeBlock*>(block);
  free->next = lists.head[size_class];
  lists.head[size_class] = free;
}

/// A block of at least `bytes`, aligned to 64 bytes; from 1 MiB on to 2 MiB, in huge pages. Throws OutOfMemory.
/// `free_large` takes the same `bytes`.
void* allocate_large(std::size_t bytes);
void free_large(void* block, std::size_t bytes);

/// Blocks of either kind handed out to this thread so far: tests count allocations with it.
inline std::int64_t allocation_count() { return detail::small_lists.handed_out; }

/// Bytes of freed large blocks kept for reuse, by blocks of any size from 1 MiB on. At most a quarter of the memory
/// that there is for this process; new memory is taken only while no more is kept than what lived at once suggests.
std::size_t cached_bytes();

/// Whether freed blocks are kept for reuse. Not under the address sanitizer, which then sees every use after free.
bool keeps_freed_blocks();

/// Returns what this thread's lists and the shared cache keep to the operating system.
void trim();

}  // namespace tjit
