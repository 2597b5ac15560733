// Which values share a buffer: classes of values whose needs never overlap, but where one is allowed to take over from
// another.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/liveness.h"

namespace tjit {

/// Numbers of the things that need a place: values by id, then whatever else the caller adds.
using Member = std::int32_t;

/// At `tick`, `to` may be written over `from` while `from` is being read.
struct TakeOver {
  Member from, to;
  std::int32_t tick;
  bool saves;          ///< a copy disappears; otherwise only memory is saved
  std::int32_t depth;  ///< loops around it
  std::int64_t bytes;
};

class Coalescer {
 public:
  enum Flags : std::uint8_t {
    kPinned = 1,  ///< an input or constant: never written, so nothing takes its place
    kOutput = 2,  ///< a buffer of the caller, which is not changed for another one
    kTrades = 4   ///< may be changed for another buffer
  };

  explicit Coalescer(std::size_t members) : parent_(members, -1), segments_(members), flags_(members) {}

  /// Says when a member is needed.
  void define(Member n, Segments segments) { segments_[index(n)] = std::move(segments); }
  void set(Member n, Flags flag) { flags_[index(find(n))] |= flag; }

  /// All take-overs that are ever to be allowed; `accept` may be asked for them afterwards.
  void allow(std::vector<TakeOver> take_overs);
  const std::vector<TakeOver>& allowed() const { return allowed_; }

  Member find(Member n) const;
  const Segments& segments(Member n) const { return segments_[index(find(n))]; }
  bool has(Member n, Flags flag) const { return (flags_[index(find(n))] & flag) != 0; }
  /// Whether the class is needed at a moment.
  bool live_at(Member n, std::int32_t moment) const;

  /// Joins two classes whatever their segments.
  void unite(Member a, Member b);
  /// Joins the classes of a take-over when nothing in them conflicts; returns whether they are one class now.
  bool accept(const TakeOver& t);

 private:
  static std::size_t index(Member n) { return static_cast<std::size_t>(n); }
  bool compatible(Member a, Member b) const;
  bool allowed_between(Member a, Member b, std::int32_t tick) const;

  mutable std::vector<Member> parent_;  ///< -1: root
  std::vector<Segments> segments_;      ///< by root
  std::vector<std::uint8_t> flags_;     ///< by root
  std::vector<TakeOver> allowed_;       ///< by tick
};

}  // namespace tjit
