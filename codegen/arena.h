// Offsets in one arena for buffers that are needed at known times.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tjit {

inline constexpr std::int64_t kArenaAlignment = 64;

struct ArenaRequest {
  std::int32_t begin, end;  ///< moments; half-open
  std::int64_t bytes;
  std::int64_t offset = 0;  ///< set by `assign_offsets`
};

/// Gives every request an offset so that requests which overlap in time do not overlap in bytes. Best fit in order of
/// time. Returns the size of the arena. Large buffers get odd numbers of cache lines between them, so that the same
/// index of several of them does not fall on one cache set. Throws Error when no address space holds them.
std::int64_t assign_offsets(std::span<ArenaRequest> requests);

}  // namespace tjit
