// Free memory as ranges of addresses.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace tjit {

struct MemoryRange {
  std::byte* start = nullptr;
  std::size_t bytes = 0;
};

/// A set of bytes. What touches is one range, so that memory freed in pieces serves larger requests again.
class FreeRanges {
 public:
  /// `range` may not touch what is free already other than at its ends.
  void add(MemoryRange range);
  /// Takes `bytes` from the front of the smallest range that has them; null when none has.
  std::byte* take(std::size_t bytes);
  /// Takes up to `bytes` from the end of the largest range; nothing when all is taken.
  MemoryRange take_from_largest(std::size_t bytes);

  std::size_t bytes() const { return bytes_; }

 private:
  using Range = std::map<std::byte*, std::size_t>::iterator;
  void insert(MemoryRange range);
  MemoryRange remove(Range range);

  std::map<std::byte*, std::size_t> size_;  ///< of the range that starts there
  std::set<std::pair<std::size_t, std::byte*>> by_size_;
  std::size_t bytes_ = 0;
};

}  // namespace tjit
