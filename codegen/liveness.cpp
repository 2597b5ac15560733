// Ticks, values with the same elements, and liveness on the structured IR.
#include "codegen/liveness.h"

#include <algorithm>
#include <unordered_set>

namespace tjit {

namespace {

std::size_t at(ValueId v) { return static_cast<std::size_t>(v.index); }

}  // namespace

Ticks::Ticks(const Function& f)
    : op_begin_(static_cast<std::size_t>(f.op_count()), -1),
      op_end_(op_begin_),
      block_start_(static_cast<std::size_t>(f.block_count()), -1),
      block_yield_(block_start_) {
  number(f, Function::kBody);
}

void Ticks::number(const Function& f, BlockId block) {
  block_start_[static_cast<std::size_t>(block.index)] = next_++;
  for (const OpId op : f.block(block).ops) {
    const auto i = static_cast<std::size_t>(op.index);
    op_begin_[i] = op_end_[i] = next_++;
    if (f.op(op).blocks.empty() || f.is_group(op)) continue;
    for (const BlockId b : f.op(op).blocks) number(f, b);
    op_end_[i] = next_++;
  }
  block_yield_[static_cast<std::size_t>(block.index)] = next_++;
}

std::vector<ValueId> fusion_inputs(const Function& f, OpId fusion) {
  std::vector<ValueId> inputs;
  std::unordered_set<std::int32_t> seen;
  const BlockId body = f.op(fusion).blocks[0];
  const auto add = [&](ValueId v) {
    if (f.home(v) != body && seen.insert(v.index).second) inputs.push_back(v);
  };
  for (const OpId op : f.block(body).ops) std::ranges::for_each(f.operands(op), add);
  std::ranges::for_each(f.block(body).yields, add);
  return inputs;
}

std::vector<ValueId> same_elements(const Function& f) {
  std::vector<ValueId> same(static_cast<std::size_t>(f.value_count()));
  for (std::int32_t i = 0; i < f.value_count(); ++i) same[static_cast<std::size_t>(i)] = {i};
  const auto bind = [&](ValueId v, ValueId to) {
    if (!f.type(v).is_scalar() && !f.type(to).is_scalar()) same[at(v)] = same[at(to)];
  };
  // A loop is visited before its body: what its variables stand for must be known inside.
  const auto visit = [&](auto&& self, BlockId block) -> void {
    for (const OpId id : f.block(block).ops) {
      const Op& op = f.op(id);
      if (f.form(id) == Form::Reshape) bind(f.results(id)[0], f.operand(id, 0));
      if (f.is_loop(id)) {
        const auto [test, body] = f.loop(id);
        for (int i = 0; i < op.result_count; ++i) {
          const ValueId param = f.params(body)[i];
          if (f.block(body).yields[static_cast<std::size_t>(i)] != param) continue;
          for (const ValueId v : {f.params(test)[i], param, f.results(id)[i]}) bind(v, f.operand(id, i));
        }
      }
      if (!f.is_group(id))
        for (const BlockId b : op.blocks) self(self, b);
      if (f.is_branch(id)) {
        for (int i = 0; i < op.result_count; ++i) {
          const ValueId a = f.block(op.blocks[0]).yields[static_cast<std::size_t>(i)];
          const ValueId b = f.block(op.blocks[1]).yields[static_cast<std::size_t>(i)];
          if (same[at(a)] == same[at(b)]) bind(f.results(id)[i], a);
        }
      }
    }
  };
  visit(visit, Function::kBody);
  return same;
}

Liveness::Liveness(const Function& f, const Ticks& ticks, const std::vector<ValueId>& same)
    : f_(f), ticks_(ticks), same_(same), last_(static_cast<std::size_t>(f.value_count()), -1) {
  scan(Function::kBody);
}

void Liveness::scan(BlockId block) {
  for (const OpId op : f_.block(block).ops) {
    if (f_.is_group(op)) {
      for (const ValueId v : fusion_inputs(f_, op)) use(v, block, ticks_.begin(op));
      continue;
    }
    for (const ValueId v : f_.operands(op)) use(v, block, ticks_.begin(op));
    for (const BlockId b : f_.op(op).blocks) scan(b);
  }
  for (const ValueId v : f_.block(block).yields) use(v, block, ticks_.yield(block));
}

void Liveness::use(ValueId v, BlockId block, std::int32_t tick) {
  if (f_.type(v).is_scalar()) return;
  v = same_[at(v)];
  const BlockId defined = f_.home(v);
  while (block != defined) {
    const std::uint64_t key = (static_cast<std::uint64_t>(v.index) << 32) | static_cast<std::uint32_t>(block.index);
    std::vector<Nested>& blocks = nested_[v.index];
    const auto [it, fresh] = place_.try_emplace(key, blocks.size());
    if (!fresh) {  // the blocks around it know of it already
      blocks[it->second].last = std::max(blocks[it->second].last, tick);
      return;
    }
    blocks.push_back({block, tick});
    const OpId owner = f_.block(block).owner;
    tick = f_.is_loop(owner) ? ticks_.end(owner) : ticks_.begin(owner);
    block = f_.op(owner).parent;
  }
  last_[at(v)] = std::max(last_[at(v)], tick);
}

Segments Liveness::segments(ValueId v) const {
  const Value& value = f_.value(v);
  Segments s;
  // A value that nobody uses still occupies its place while it is written, and longer than an operand that dies there.
  const auto add = [&](std::int32_t begin) { s.push_back({begin, std::max(begin + 2, moment(last_[at(v)]) + 1)}); };
  if (!value.op.valid()) {
    const OpId owner = f_.block(value.block).owner;
    add(moment(ticks_.start(value.block)));
    if (owner.valid() && f_.is_loop(owner)) {
      const bool test = f_.loop(owner).test == value.block;
      if (test) s.back() = {moment(ticks_.begin(owner)), moment(ticks_.yield(value.block)) + 2};
      if (!test) s.push_back({moment(ticks_.yield(value.block)), moment(ticks_.yield(value.block)) + 1});
    }
  } else {
    add(moment(ticks_.end(value.op)));
    if (f_.is_branch(value.op))
      for (const BlockId b : f_.op(value.op).blocks)
        s.push_back({moment(ticks_.yield(b)), moment(ticks_.yield(b)) + 1});
  }
  if (const auto it = nested_.find(v.index); it != nested_.end())
    for (const Nested& n : it->second) s.push_back({moment(ticks_.start(n.block)), moment(n.last) + 1});
  normalize(s);
  return s;
}

void normalize(Segments& segments) {
  if (segments.size() < 2) return;
  std::ranges::sort(segments, {}, &Segment::begin);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].begin <= segments[kept].end) {
      segments[kept].end = std::max(segments[kept].end, segments[i].end);
    } else {
      segments[++kept] = segments[i];
    }
  }
  segments.resize(kept + 1);
}

void join(Segments& to, const Segments& from) {
  for (Segment s : from) {
    const auto first = std::partition_point(to.begin(), to.end(), [&](Segment m) { return m.end < s.begin; });
    auto last = first;
    for (; last != to.end() && last->begin <= s.end; ++last) {
      s.begin = std::min(s.begin, last->begin);
      s.end = std::max(s.end, last->end);
    }
    if (first == last) {
      to.insert(first, s);
    } else {
      *first = s;
      to.erase(first + 1, last);
    }
  }
}

}  // namespace tjit
