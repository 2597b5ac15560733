// The ops that a builder may share, by hash: a table with scopes, as ops are visible until their block ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ir/op.h"

namespace tjit {

class SeenOps {
 public:
  SeenOps() : scopes_{0} {}

  void open_scope() { scopes_.push_back(entered_.size()); }
  /// Forgets what was inserted since the scope was opened.
  void close_scope() {
    for (; entered_.size() > scopes_.back(); entered_.pop_back()) slots_[slot_of(entered_.back())].op = {};
    scopes_.pop_back();
  }

  void insert(std::size_t hash, OpId op) {
    entered_.push_back({shortened(hash), op});
    if (2 * entered_.size() > slots_.size()) {
      grow();
    } else {
      slots_[slot_of({shortened(hash), {}})] = entered_.back();
    }
  }

  /// The first op with this hash for which `is_equal` holds, or an invalid id.
  template <class F>
  OpId find(std::size_t hash, F&& is_equal) const {
    if (slots_.empty()) return {};
    const std::uint32_t short_hash = shortened(hash);
    for (std::size_t i = first(short_hash); slots_[i].op.valid(); i = next(i))
      if (slots_[i].hash == short_hash && is_equal(slots_[i].op)) return slots_[i].op;
    return {};
  }

 private:
  struct Entry {
    std::uint32_t hash = 0;
    OpId op;
  };

  static std::uint32_t shortened(std::size_t hash) { return static_cast<std::uint32_t>(hash ^ (hash >> 32)); }
  std::size_t first(std::uint32_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  /// Where an entry stands, or would (an invalid op): entries lie in the first free slot from that of their hash on. As
  /// the last one to enter is the first to leave, slots can become free without breaking the way to others.
  std::size_t slot_of(const Entry& entry) const {
    std::size_t i = first(entry.hash);
    while (slots_[i].op != entry.op) i = next(i);
    return i;
  }

  void grow() {
    slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), {});
    for (const Entry& e : entered_) slots_[slot_of({e.hash, {}})] = e;
  }

  std::vector<Entry> slots_;    ///< a power of two, at least half free
  std::vector<Entry> entered_;  ///< in order
  std::vector<std::size_t> scopes_;
};

}  // namespace tjit
