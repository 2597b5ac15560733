// Places for values: candidates, classes, moves, arena.
#include "codegen/plan.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "codegen/arena.h"
#include "codegen/coalesce.h"
#include "codegen/liveness.h"
#include "ir/text.h"

namespace tjit {

namespace {

/// Smaller buffers are copied rather than traded: that costs no more than a pointer that is not known beforehand.
constexpr std::int64_t kSmallestTrade = 256;

class Planner {
 public:
  Planner(const Function& f, std::span<const Kernel> kernels)
      : f_(f),
        ticks_(f),
        same_(same_elements(f)),
        kernel_of_(static_cast<std::size_t>(f.op_count())),
        classes_(static_cast<std::size_t>(f.value_count()) + f.body().yields.size()) {
    for (const Kernel& k : kernels) kernel_of_[static_cast<std::size_t>(k.op.index)] = &k;
    plan_.buffer_of.resize(static_cast<std::size_t>(f.value_count()));
    plan_.at_yield.resize(static_cast<std::size_t>(f.block_count()));
    plan_.before.resize(static_cast<std::size_t>(f.op_count()));
  }

  Plan run() {
    define_members();
    collect(Function::kBody, 0);
    classes_.allow(std::move(candidates_));
    coalesce();
    number_buffers(Function::kBody);
    place_constants();
    for_each_end(Function::kBody, [&](BlockId b) { plan_.at_yield[at(b)] = moves_at(b); });
    plan_moves_in(Function::kBody);
    assign_arena();
    return std::move(plan_);
  }

 private:
  template <class T>
  static std::size_t at(IdOf<T> id) {
    return static_cast<std::size_t>(id.index);
  }
  bool in_memory(ValueId v) const { return !f_.type(v).is_scalar(); }
  Member member(ValueId v) const { return same_[at(v)].index; }
  Member output(std::size_t i) const { return f_.value_count() + static_cast<Member>(i); }
  Member root(ValueId v) const { return classes_.find(member(v)); }
  std::span<const ValueId> yields(BlockId b) const { return f_.block(b).yields; }
  std::int64_t bytes(ValueId v) const { return byte_count(f_.type(v)); }

  // ---- members ----

  void define_members() {
    const Liveness liveness(f_, ticks_, same_);
    for (const ValueId v : f_.params()) classes_.set(v.index, Coalescer::kPinned);
    define(Function::kBody, liveness);
    const std::int32_t end = moment(ticks_.yield(Function::kBody));
    for (std::size_t i = 0; i < f_.body().yields.size(); ++i) {
      classes_.define(output(i), {{end, end + 2}});
      classes_.set(output(i), Coalescer::kOutput);
    }
  }

  void define(BlockId block, const Liveness& liveness) {
    const auto add = [&](ValueId v) {
      if (in_memory(v) && same_[at(v)] == v) classes_.define(v.index, liveness.segments(v));
    };
    for (const ValueId v : f_.params(block)) add(v);
    for (const OpId id : f_.block(block).ops) {
      const Op& op = f_.op(id);
      for (const ValueId v : f_.results(id)) add(v);
      if (f_.form(id) == Form::Constant) classes_.set(op.first_result.index, Coalescer::kPinned);
      if (f_.is_group(id)) continue;
      for (const BlockId b : op.blocks) define(b, liveness);
      if (!f_.is_loop(id)) continue;
      for (int i = 0; i < op.result_count; ++i) {
        const ValueId r = f_.results(id)[i];
        if (!in_memory(r) || same_[at(r)] != r) continue;
        for (const BlockId b : op.blocks) classes_.unite(r.index, f_.params(b)[i].index);
      }
    }
  }

  // ---- candidates ----

  void candidate(Member from, Member to, std::int32_t tick, bool saves, std::int32_t depth, std::int64_t size) {
    if (!classes_.has(from, Coalescer::kPinned) && !classes_.has(to, Coalescer::kPinned))
      candidates_.push_back({from, to, tick, saves, depth, size});
  }

  void collect(BlockId block, std::int32_t depth) {
    for (const OpId id : f_.block(block).ops) {
      const Op& op = f_.op(id);
      if (f_.is_group(id)) {
        collect_kernel(id, depth);
        continue;
      }
      const bool loop = f_.is_loop(id);
      for (int i = 0; loop && i < op.result_count; ++i)
        if (in_memory(f_.results(id)[i]))
          candidate(member(f_.operand(id, i)), member(f_.results(id)[i]), ticks_.begin(id), true, depth,
                    bytes(f_.results(id)[i]));
      for (const BlockId b : op.blocks) {
        collect(b, loop ? depth + 1 : depth);
        if (!f_.info(b).gives_results) continue;
        for (std::size_t i = 0; i < yields(b).size(); ++i) {
          const ValueId v = yields(b)[i];
          if (in_memory(v))
            candidate(member(v), member(f_.results(id)[static_cast<int>(i)]), ticks_.yield(b), true,
                      loop ? depth + 1 : depth, bytes(v));
        }
      }
    }
    if (block != Function::kBody) return;
    for (std::size_t i = 0; i < yields(block).size(); ++i)
      if (in_memory(yields(block)[i]))
        candidate(member(yields(block)[i]), output(i), ticks_.yield(block), true, 0, bytes(yields(block)[i]));
  }

  /// Inputs that die here and whose place an output may take.
  void collect_kernel(OpId id, std::int32_t depth) {
    const Kernel& k = *kernel_of_[at(id)];
    const int count = static_cast<int>(k.buffers.size());
    const auto buffer = [&](int i) -> const KernelBuffer& { return k.buffers[static_cast<std::size_t>(i)]; };
    // Where the same elements come in under two shapes, the kernel must not write over them.
    std::unordered_map<Member, int> shapes;
    for (const KernelBuffer& b : k.buffers)
      if (!b.output && in_memory(b.value)) ++shapes[member(b.value)];
    for (int in = 0; in < count; ++in) {
      const KernelBuffer& source = buffer(in);
      if (source.output || !in_memory(source.value)) continue;
      const Member from = member(source.value);
      if (shapes[from] != 1 || classes_.has(from, Coalescer::kPinned) ||
          classes_.live_at(from, moment(ticks_.begin(id)) + 1))
        continue;
      for (int out = 0; out < count; ++out) {
        if (!buffer(out).output || !in_memory(buffer(out).value) || !can_share(k, in, out)) continue;
        const bool saves = std::ranges::any_of(k.nests, [&](const Nest& n) {
          return n.copies >= 0 && n.stores[0].buffer == out && member(buffer(n.copies).value) == from;
        });
        candidate(from, member(buffer(out).value), ticks_.begin(id), saves, depth, bytes(buffer(out).value));
      }
    }
  }

  // ---- classes ----

  void coalesce() {
    std::vector<const TakeOver*> order;
    for (const TakeOver& t : classes_.allowed()) order.push_back(&t);
    std::ranges::sort(order, {}, [](const TakeOver* t) { return std::tuple(-t->depth, -t->bytes, t); });
    const auto is_output = [&](const TakeOver& t) { return t.to >= f_.value_count(); };
    for (const TakeOver* t : order)
      if (t->saves && !is_output(*t)) classes_.accept(*t);
    // A buffer that trades places cannot be the caller's.
    for_each_end(Function::kBody, [&](BlockId b) {
      for (const auto& [from, to] : traded(b)) {
        classes_.set(from, Coalescer::kTrades);
        classes_.set(to, Coalescer::kTrades);
      }
    });
    for (const TakeOver* t : order)
      if (is_output(*t)) classes_.accept(*t);
    for (const TakeOver* t : order)
      if (!t->saves) classes_.accept(*t);
  }

  // ---- moves ----

  /// Calls `f` for each block whose yield moves values to its owner's: branches and loop bodies.
  template <class F>
  void for_each_end(BlockId block, F&& f) {
    for (const OpId id : f_.block(block).ops) {
      const Op& op = f_.op(id);
      if (f_.is_group(id)) continue;
      for (const BlockId b : op.blocks) {
        for_each_end(b, f);
        if (f_.info(b).gives_results) f(b);
      }
    }
  }

  struct ClassMove {
    Member from, to;
  };

  /// From yielded values to the owner's results, as classes; those of one class included.
  std::vector<ClassMove> yield_moves(BlockId block) const {
    std::vector<ClassMove> moves;
    const OpId owner = f_.block(block).owner;
    for (std::size_t i = 0; i < yields(block).size(); ++i) {
      const ValueId result = f_.results(owner)[static_cast<int>(i)];
      if (in_memory(result) && same_[at(result)] == result) moves.push_back({root(yields(block)[i]), root(result)});
    }
    return moves;
  }

  /// The moves of a yield by which two buffers trade places: the target takes the source's bytes, and the source is
  /// either another target, whose new elements come from elsewhere, or not needed afterwards. One move for each source.
  std::vector<ClassMove> traded(BlockId block) const {
    const std::vector<ClassMove> moves = yield_moves(block);
    const OpId owner = f_.block(block).owner;
    const bool loop = f_.is_loop(owner);
    const std::int32_t next = moment(loop ? ticks_.start(f_.loop(owner).test) : ticks_.end(owner));
    const auto is_target = [&](Member c) {
      return std::ranges::any_of(moves, [&](const ClassMove& m) { return m.to == c; });
    };
    const auto stays = [&](Member c) {
      return std::ranges::any_of(moves, [&](const ClassMove& m) { return m.from == c && m.to == c; });
    };
    std::vector<ClassMove> result;
    for (const ClassMove& m : moves) {
      if (classes_.has(m.from, Coalescer::kPinned) || classes_.has(m.from, Coalescer::kOutput) ||
          classes_.has(m.to, Coalescer::kOutput) || stays(m.from))
        continue;
      if (std::ranges::any_of(result, [&](const ClassMove& r) { return r.from == m.from; })) continue;
      const bool dies = !classes_.live_at(m.from, next) && bytes({m.to}) >= kSmallestTrade;
      if (dies || is_target(m.from)) result.push_back(m);
    }
    return result;
  }

  /// `traded` moves as a permutation: what is left at the end of a chain goes to its start. Then copies of the others.
  Moves moves_at(BlockId block) {
    const std::vector<ClassMove> trades = traded(block);
    const auto target_of = [&](Member c) {
      const auto it = std::ranges::find(trades, c, &ClassMove::from);
      return it == trades.end() ? c : it->to;
    };
    Moves moves;
    for (const ClassMove& t : trades) {
      moves.trades.push_back({buffer(t.from), buffer(t.to)});
      if (std::ranges::any_of(trades, [&](const ClassMove& o) { return o.to == t.from; })) continue;
      Member last = t.from;
      while (target_of(last) != last) last = target_of(last);
      moves.trades.push_back({buffer(last), buffer(t.from)});
    }
    for (const ClassMove& m : yield_moves(block)) {
      const bool traded_here =
          std::ranges::any_of(trades, [&](const ClassMove& t) { return t.from == m.from && t.to == m.to; });
      if (m.from != m.to && !traded_here) moves.copies.push_back({buffer(target_of(m.from)), buffer(m.to)});
    }
    for (const Move& t : moves.trades) {
      plan_.buffers[at(t.from)].trades = true;
      trades_.push_back(t);
    }
    return moves;
  }

  void plan_moves_in(BlockId block) {
    for (const OpId id : f_.block(block).ops) {
      const Op& op = f_.op(id);
      if (f_.is_group(id)) continue;
      for (const BlockId b : op.blocks) plan_moves_in(b);
      if (!f_.is_loop(id)) continue;
      for (int i = 0; i < op.result_count; ++i) {
        const ValueId r = f_.results(id)[i], init = f_.operand(id, i);
        if (in_memory(r) && same_[at(r)] == r && root(r) != root(init))
          plan_.before[at(id)].copies.push_back({buffer(root(init)), buffer(root(r))});
      }
    }
    if (block != Function::kBody) return;
    for (std::size_t i = 0; i < yields(block).size(); ++i) {
      const ValueId v = yields(block)[i];
      plan_.outputs.push_back(in_memory(v) ? buffer(classes_.find(output(i))) : BufferId{});
      if (in_memory(v) && root(v) != classes_.find(output(i)))
        plan_.at_yield[at(block)].copies.push_back({buffer(root(v)), plan_.outputs.back()});
    }
  }

  // ---- buffers ----

  BufferId buffer(Member c) const { return buffer_of_class_.at(c); }

  void add_buffer(Member c, Home home, std::int64_t size, std::int32_t slot = -1) {
    if (!buffer_of_class_.try_emplace(c, BufferId{static_cast<std::int32_t>(plan_.buffers.size())}).second) return;
    plan_.buffers.push_back({.home = home, .slot = slot, .bytes = size});
    class_of_buffer_.push_back(c);
  }

  void number_buffers(BlockId block) {
    if (block == Function::kBody) {
      for (const ValueId p : f_.params())
        if (in_memory(p)) add_buffer(p.index, Home::Input, bytes(p), f_.value(p).index);
      for (std::size_t i = 0; i < yields(block).size(); ++i)
        if (in_memory(yields(block)[i]))
          add_buffer(classes_.find(output(i)), Home::Output, bytes(yields(block)[i]), static_cast<std::int32_t>(i));
    }
    const auto add = [&](ValueId v) {
      if (!in_memory(v) || f_.constant(same_[at(v)]) != nullptr) return;
      add_buffer(root(v), Home::Arena, bytes(v));
      plan_.buffer_of[at(v)] = buffer(root(v));
    };
    for (const ValueId v : f_.params(block)) add(v);
    for (const OpId id : f_.block(block).ops) {
      for (const ValueId v : f_.results(id)) add(v);
      if (f_.is_group(id)) continue;
      for (const BlockId b : f_.op(id).blocks) number_buffers(b);
    }
  }

  /// Constants whose elements somebody reads from memory. Kernels hold splats and the like themselves.
  void place_constants() {
    std::vector<bool> needed(static_cast<std::size_t>(f_.value_count()));
    const auto need = [&](ValueId v) {
      if (in_memory(v) && f_.constant(same_[at(v)]) != nullptr) needed[at(same_[at(v)])] = true;
    };
    const auto scan = [&](auto&& self, BlockId block) -> void {
      for (const OpId id : f_.block(block).ops) {
        const Op& op = f_.op(id);
        if (f_.is_group(id)) {
          for (const KernelBuffer& b : kernel_of_[at(id)]->buffers) need(b.value);
          // What a failing kernel leaves for the runtime; constants themselves are at hand there.
          if (kernel_of_[at(id)]->may_fail)
            for (const ValueId v : fusion_inputs(f_, id))
              if (f_.constant(v) == nullptr) need(v);
          continue;
        }
        if (f_.form(id) != Form::Reshape || !in_memory(f_.operand(id, 0)) || !in_memory(f_.results(id)[0]))
          std::ranges::for_each(f_.operands(id), need);
        for (const BlockId b : op.blocks) self(self, b);
      }
      std::ranges::for_each(yields(block), need);
    };
    scan(scan, Function::kBody);
    for (std::int32_t i = 0; i < f_.value_count(); ++i) {
      const ValueId v{i}, c = same_[at(v)];
      if (!needed[at(c)]) continue;
      if (v == c) {
        add_buffer(i, Home::Constant, bytes(v), static_cast<std::int32_t>(plan_.constants.size()));
        plan_.constants.push_back(v);
      }
      plan_.buffer_of[at(v)] = buffer(c.index);
    }
  }

  /// Buffers that trade places are needed as long as any of them is.
  void assign_arena() {
    std::vector<ArenaRequest> requests;
    std::vector<std::size_t> buffers;
    std::vector<std::size_t> group(plan_.buffers.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
    const auto find = [&](std::size_t i) {
      while (group[i] != i) i = group[i] = group[group[i]];
      return i;
    };
    for (const Move& t : trades_) group[find(at(t.from))] = find(at(t.to));
    std::map<std::size_t, std::pair<std::int32_t, std::int32_t>> spans;
    const auto span_of = [&](std::size_t i) {
      const Segments& s = classes_.segments(class_of_buffer_[i]);
      return std::pair(s.front().begin, s.back().end);
    };
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      if (!plan_.buffers[i].trades) continue;
      auto& span = spans.try_emplace(find(i), span_of(i)).first->second;
      span = {std::min(span.first, span_of(i).first), std::max(span.second, span_of(i).second)};
    }
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      if (plan_.buffers[i].home != Home::Arena) continue;
      const auto [begin, end] = plan_.buffers[i].trades ? spans[find(i)] : span_of(i);
      requests.push_back({begin, end, plan_.buffers[i].bytes});
      buffers.push_back(i);
    }
    plan_.arena_bytes = assign_offsets(requests);
    for (std::size_t i = 0; i < buffers.size(); ++i) plan_.buffers[buffers[i]].offset = requests[i].offset;
  }

  const Function& f_;
  const Ticks ticks_;
  const std::vector<ValueId> same_;
  std::vector<const Kernel*> kernel_of_;  ///< by op
  Coalescer classes_;
  std::vector<TakeOver> candidates_;
  std::map<Member, BufferId> buffer_of_class_;
  std::vector<Member> class_of_buffer_;
  std::vector<Move> trades_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Function& function, std::span<const Kernel> kernels) { return Planner(function, kernels).run(); }

}  // namespace tjit
