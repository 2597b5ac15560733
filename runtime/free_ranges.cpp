// Ranges are kept twice, by address to be joined and by size to be found: all is done in logarithmic time.
#include "runtime/free_ranges.h"

#include <algorithm>
#include <iterator>

#include "tjit/error.h"

namespace tjit {

void FreeRanges::insert(MemoryRange range) {
  if (range.bytes == 0) return;
  size_.emplace(range.start, range.bytes);
  by_size_.emplace(range.bytes, range.start);
  bytes_ += range.bytes;
}

MemoryRange FreeRanges::remove(Range range) {
  const auto [start, bytes] = *range;
  by_size_.erase({bytes, start});
  size_.erase(range);
  bytes_ -= bytes;
  return {start, bytes};
}

void FreeRanges::add(MemoryRange range) {
  auto after = size_.lower_bound(range.start);
  TJIT_CHECK(after == size_.end() || range.start + range.bytes <= after->first);
  if (after != size_.end() && range.start + range.bytes == after->first) range.bytes += remove(after++).bytes;
  if (after != size_.begin()) {
    const auto before = std::prev(after);
    TJIT_CHECK(before->first + before->second <= range.start);
    if (before->first + before->second == range.start) {
      const MemoryRange left = remove(before);
      range = {left.start, left.bytes + range.bytes};
    }
  }
  insert(range);
}

std::byte* FreeRanges::take(std::size_t bytes) {
  const auto fit = by_size_.lower_bound({bytes, nullptr});
  if (fit == by_size_.end()) return nullptr;
  const MemoryRange range = remove(size_.find(fit->second));
  insert({range.start + bytes, range.bytes - bytes});
  return range.start;
}

MemoryRange FreeRanges::take_from_largest(std::size_t bytes) {
  if (by_size_.empty()) return {};
  const MemoryRange range = remove(size_.find(by_size_.rbegin()->second));
  const std::size_t left = range.bytes - std::min(bytes, range.bytes);
  insert({range.start, left});
  return {range.start + left, range.bytes - left};
}

}  // namespace tjit
