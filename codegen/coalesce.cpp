// Union-find over values with their segments.
#include "codegen/coalesce.h"

#include <tuple>
#include <utility>

namespace tjit {

Member Coalescer::find(Member n) const {
  Member root = n;
  while (parent_[index(root)] >= 0) root = parent_[index(root)];
  while (n != root) n = std::exchange(parent_[index(n)], root);
  return root;
}

bool Coalescer::live_at(Member n, std::int32_t moment) const {
  const Segments& s = segments(n);
  const auto it = std::partition_point(s.begin(), s.end(), [&](Segment m) { return m.end <= moment; });
  return it != s.end() && it->begin <= moment;
}

void Coalescer::allow(std::vector<TakeOver> take_overs) {
  allowed_ = std::move(take_overs);
  std::ranges::sort(allowed_, {}, [](const TakeOver& t) { return std::tuple(t.tick, t.from, t.to); });
}

bool Coalescer::allowed_between(Member a, Member b, std::int32_t tick) const {
  const auto at_tick = std::ranges::equal_range(allowed_, tick, {}, &TakeOver::tick);
  return std::ranges::any_of(at_tick, [&](const TakeOver& t) {
    const Member from = find(t.from), to = find(t.to);
    return (from == a && to == b) || (from == b && to == a);
  });
}

bool Coalescer::compatible(Member a, Member b) const {
  const int both = flags_[index(a)] | flags_[index(b)];
  if ((both & kPinned) != 0 || both == (kOutput | kTrades)) return false;
  // A source and its target overlap for the first moment of their tick only. Any two other values that met there would
  // overlap before it (two sources) or after it (two targets) as well.
  return for_each_overlap(segments_[index(a)], segments_[index(b)], [&](Segment s) {
    return s.end == s.begin + 1 && s.begin % 2 == 0 && allowed_between(a, b, s.begin / 2);
  });
}

void Coalescer::unite(Member a, Member b) {
  a = find(a);
  b = find(b);
  if (a == b) return;
  if (segments_[index(a)].size() < segments_[index(b)].size()) std::swap(a, b);
  join(segments_[index(a)], segments_[index(b)]);
  Segments().swap(segments_[index(b)]);
  flags_[index(a)] |= flags_[index(b)];
  parent_[index(b)] = a;
}

bool Coalescer::accept(const TakeOver& t) {
  const Member a = find(t.from), b = find(t.to);
  if (a == b) return true;
  if (!compatible(a, b)) return false;
  unite(a, b);
  return true;
}

}  // namespace tjit
