// Best fit over a list of free stretches.
#include "codegen/arena.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "runtime/allocator.h"

namespace tjit {

namespace {

constexpr std::int64_t kPage = 4096;
constexpr std::int64_t kLarge = 8 * kPage;
constexpr std::int64_t kStagger = 9 * kArenaAlignment;
/// No machine has so much memory, and sums of a few such numbers do not overflow.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 60;

/// `a + b`, which must be a possible size of the arena.
std::int64_t sum(std::int64_t a, std::int64_t b) {
  if (b > kMostBytes - a) throw OutOfMemory(static_cast<std::size_t>(a) + static_cast<std::size_t>(b));
  return a + b;
}

/// Bytes that a buffer takes in the arena.
std::int64_t padded(std::int64_t bytes) {
  (void)sum(0, bytes);
  const std::int64_t lines = (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  if (lines < kLarge) return lines;
  return (lines + kPage - 1 - kStagger) / kPage * kPage + kStagger;
}

class FreeList {
 public:
  std::int64_t take(std::int64_t bytes) {
    const auto best = by_size_.lower_bound({bytes, 0});
    if (best == by_size_.end()) return grow(bytes);
    const auto [size, offset] = *best;
    erase(offset, size);
    if (size > bytes) insert(offset + bytes, size - bytes);
    return offset;
  }

  void give(std::int64_t offset, std::int64_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      const auto [o, b] = *next;
      bytes += b;
      erase(o, b);
      next = by_offset_.lower_bound(offset);
    }
    if (next != by_offset_.begin()) {
      const auto [o, b] = *std::prev(next);
      if (o + b == offset) {
        erase(o, b);
        offset = o;
        bytes += b;
      }
    }
    insert(offset, bytes);
  }

  std::int64_t peak() const { return top_; }

 private:
  /// Extends the last free stretch when it reaches the top.
  std::int64_t grow(std::int64_t bytes) {
    std::int64_t offset = top_;
    if (!by_offset_.empty()) {
      const auto [o, b] = *by_offset_.rbegin();
      if (o + b == top_) {
        offset = o;
        erase(o, b);
      }
    }
    top_ = sum(offset, bytes);
    return offset;
  }
  void insert(std::int64_t offset, std::int64_t bytes) {
    by_offset_[offset] = bytes;
    by_size_.insert({bytes, offset});
  }
  void erase(std::int64_t offset, std::int64_t bytes) {
    by_offset_.erase(offset);
    by_size_.erase({bytes, offset});
  }

  std::map<std::int64_t, std::int64_t> by_offset_;           ///< offset -> bytes
  std::set<std::pair<std::int64_t, std::int64_t>> by_size_;  ///< (bytes, offset)
  std::int64_t top_ = 0;
};

}  // namespace

std::int64_t assign_offsets(std::span<ArenaRequest> requests) {
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(requests[i].begin, i); });
  std::set<std::pair<std::int32_t, std::size_t>> active;  // by end
  FreeList free;
  for (const std::size_t i : order) {
    ArenaRequest& r = requests[i];
    if (r.bytes == 0) continue;
    while (!active.empty() && active.begin()->first <= r.begin) {
      const ArenaRequest& done = requests[active.begin()->second];
      free.give(done.offset, padded(done.bytes));
      active.erase(active.begin());
    }
    r.offset = free.take(padded(r.bytes));
    active.insert({r.end, i});
  }
  return free.peak();
}

}  // namespace tjit
