// Plans of random programs, run without arithmetic: memory holds tags in place of elements, and whoever reads a tensor
// must find the tag of its value where the plan says, whatever branches are taken and however often loops run.
#include <array>
#include <doctest/doctest.h>

#include "codegen/compare.h"
#include "codegen/fuse_each.h"
#include "codegen/liveness.h"
#include "codegen/lower.h"
#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/index.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/text.h"
#include "tests/fuzz/random.h"

using namespace tjit;

namespace {

const Type kSquare{DType::F32, {8, 8}}, kRow{DType::F32, {1, 8}}, kSmall{DType::F32, {4}};

/// Programs that are all about where tensors lie: many loop variables and branch results, few kinds of ops.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), b_("random") {}

  Function run() {
    flag_ = b_.param({DType::Bool, {}});
    for (int i = 0; i < 2; ++i) visible_.push_back(b_.param(kSquare));
    for (int i = 0; i < 2; ++i) small_.push_back(b_.param(kSmall));
    zero_ = b_.constant(Literal::splat(std::int32_t{0}));
    visible_.push_back(b_.constant(Literal::splat(1.5f, kSquare.shape)));
    ops(3 + random_.below(6), 0);
    std::vector<ValueId> results{flag_};
    for (int i = 1 + random_.below(4); i > 0; --i) results.push_back(any());
    return b_.finish(results);
  }

 private:
  ValueId pick(const std::vector<ValueId>& from) {
    // Mostly recent ones, so that values die.
    const int n = static_cast<int>(from.size());
    return from[static_cast<std::size_t>(n - 1 - random_.below(random_.chance(70) ? std::min(n, 3) : n))];
  }
  ValueId any() { return random_.chance(25) ? pick(small_) : pick(visible_); }

  void ops(int count, int depth) {
    for (; count > 0; --count) {
      const int kind = random_.below(depth < 3 ? 14 : 10);
      if (kind < 2) visible_.push_back(b_.append(Negative{}, {pick(visible_)}));
      if (kind == 2) visible_.push_back(b_.append(Add{}, {pick(visible_), pick(visible_)}));
      if (kind == 3) visible_.push_back(b_.append(Transpose{.perm = {1, 0}}, {pick(visible_)}));
      if (kind == 4) visible_.push_back(b_.append(product(), {pick(visible_), pick(visible_)}));
      if (kind == 5) small_.push_back(b_.append(Add{}, {pick(small_), pick(small_)}));
      if (kind == 6) reshaped();
      if (kind > 6 && kind < 10) update();
      if (kind == 10 || kind == 11) branch(depth);
      if (kind > 11) loop(depth);
    }
  }

  static Dot product() {
    Dot dot;
    dot.lhs_contract = {1};
    dot.rhs_contract = {0};
    return dot;
  }

  void reshaped() {
    const ValueId flat = b_.append(Reshape{.shape = {64}}, {pick(visible_)});
    const ValueId next = random_.chance(50) ? flat : b_.append(Negative{}, {flat});
    visible_.push_back(b_.append(Reshape{.shape = {8, 8}}, {next}));
  }

  void update() {
    const ValueId x = pick(visible_), from = random_.chance(50) ? x : pick(visible_);
    const ValueId row = b_.append(Slice{.begin = {1, 0}, .end = {2, 8}, .strides = {1, 1}}, {from});
    const ValueId start = random_.chance(50) ? b_.append(Negative{}, {row}) : row;
    visible_.push_back(b_.append(DynamicUpdateSlice{}, {x, start, zero_, zero_}));
  }

  /// A block of random ops that yields values of `types`; for a loop `counter` yields one more, from the last
  /// parameter.
  BlockId block(std::span<const Type> params, std::span<const Type> yields, int depth, Opcode counter = kNoOp) {
    const std::vector<ValueId> visible = visible_, small = small_;
    const BlockId id = b_.begin_block(params);
    const ValueRange inner = b_.function().params(id);
    bind(inner);
    ops(random_.below(yields.empty() ? 2 : 4), depth + 1);
    std::vector<ValueId> values;
    for (const Type& t : yields) values.push_back(pick(t == kSmall ? small_ : visible_));
    if (counter != kNoOp) {
      const ValueId limit = b_.constant(Literal::splat(std::int32_t{counter == kOpcode<Add> ? 1 : 3}));
      values.push_back(b_.append({counter, nullptr, std::array{inner[inner.size() - 1], limit}, {}, {}})[0]);
    }
    b_.end_block(values);
    visible_ = visible;
    small_ = small;
    return id;
  }

  void bind(const auto& results) {
    for (const ValueId r : results)
      if (!b_.type(r).is_scalar()) (b_.type(r) == kSmall ? small_ : visible_).push_back(r);
  }

  std::vector<Type> some_types() {
    std::vector<Type> types;
    for (int i = 1 + random_.below(3); i > 0; --i) types.push_back(random_.chance(25) ? kSmall : kSquare);
    return types;
  }

  void branch(int depth) {
    const std::vector<Type> types = some_types();
    const BlockId then_block = block({}, types, depth), else_block = block({}, types, depth);
    bind(b_.append({kOpcode<Cond>, nullptr, std::array{flag_}, {then_block, else_block}, {}}));
  }

  void loop(int depth) {
    const std::vector<Type> types = some_types();
    std::vector<Type> params = types;
    params.push_back(b_.type(zero_));
    std::vector<ValueId> init;
    for (const Type& t : types) init.push_back(pick(t == kSmall ? small_ : visible_));
    init.push_back(zero_);
    const BlockId test = block(params, {}, depth, kOpcode<Less>), body = block(params, types, depth, kOpcode<Add>);
    bind(b_.append({kOpcode<While>, nullptr, init, {test, body}, {}}));
  }

  Random random_;
  Builder b_;
  ValueId flag_, zero_;
  std::vector<ValueId> visible_, small_;
};

/// Memory of a call, with a tag for each tensor in it.
class Memory {
 public:
  struct Place {
    Home home;
    std::int64_t at;  ///< slot, or offset in the arena
  };

  explicit Memory(const Plan& plan) : plan_(plan) {
    for (const PlannedBuffer& b : plan.buffers) places_.push_back({b.home, b.home == Home::Arena ? b.offset : b.slot});
  }

  int read(BufferId b) const {
    const Place p = place(b);
    for (const Held& h : held_)
      if (h.place.home == p.home && h.place.at == p.at) return h.tag;
    return -1;
  }
  void write(BufferId b, int tag) {
    const Place p = place(b);
    CHECK_FALSE(((p.home == Home::Input || p.home == Home::Constant) && started_));
    std::erase_if(held_, [&](const Held& h) { return overlap(h.place, h.bytes, p, plan_[b].bytes); });
    held_.push_back({p, plan_[b].bytes, tag});
  }
  bool overlap(BufferId a, BufferId b) const { return overlap(place(a), plan_[a].bytes, place(b), plan_[b].bytes); }
  void start() { started_ = true; }

  void move(const Moves& moves) {
    const std::vector<Place> old = places_;
    std::vector<std::int32_t> froms, tos;
    for (const Move& m : moves.trades) {
      places_[static_cast<std::size_t>(m.to.index)] = old[static_cast<std::size_t>(m.from.index)];
      froms.push_back(m.from.index);
      tos.push_back(m.to.index);
      CHECK(plan_[m.from].trades);
      CHECK(plan_[m.from].bytes == plan_[m.to].bytes);
    }
    std::ranges::sort(froms);
    std::ranges::sort(tos);
    CHECK(froms == tos);
    for (const Move& m : moves.copies) {
      CHECK_FALSE(overlap(m.from, m.to));
      write(m.to, read(m.from));
    }
  }

 private:
  struct Held {
    Place place;
    std::int64_t bytes;
    int tag;
  };
  Place place(BufferId b) const { return places_[static_cast<std::size_t>(b.index)]; }
  static bool overlap(Place a, std::int64_t a_bytes, Place b, std::int64_t b_bytes) {
    if (a.home != b.home) return false;
    if (a.home != Home::Arena) return a.at == b.at;
    return a.at < b.at + b_bytes && b.at < a.at + a_bytes;
  }

  const Plan& plan_;
  std::vector<Place> places_;
  std::vector<Held> held_;
  bool started_ = false;
};

/// One run of a program, with branches and numbers of steps from `random`.
class Run {
 public:
  Run(const Lowered& program, Random& random)
      : p_(program),
        f_(program.function),
        plan_(program.plan),
        random_(random),
        memory_(plan_),
        same_(same_elements(f_)),
        tags_(static_cast<std::size_t>(f_.value_count()), -1) {}

  void run() {
    for (const ValueId v : f_.params()) tag(v) = next_++;
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i)
      if (plan_.buffers[i].home == Home::Input)
        memory_.write({static_cast<std::int32_t>(i)}, tag(f_.params()[plan_.buffers[i].slot]));
    for (const ValueId c : plan_.constants) memory_.write(plan_.buffer(c), tag(c) = next_++);
    memory_.start();
    block(Function::kBody);
    memory_.move(plan_.at_yield[0]);
    for (std::size_t i = 0; i < plan_.outputs.size(); ++i) {
      if (!plan_.outputs[i].valid()) continue;
      CHECK(plan_[plan_.outputs[i]].home == Home::Output);
      CHECK(memory_.read(plan_.outputs[i]) == tag(f_.body().yields[i]));
    }
  }

 private:
  int& tag(ValueId v) { return tags_[static_cast<std::size_t>(v.index)]; }
  bool in_memory(ValueId v) const { return !f_.type(v).is_scalar(); }

  void check_read(ValueId v) {
    if (in_memory(v)) CHECK(memory_.read(plan_.buffer(v)) == tag(v));
  }

  void block(BlockId b) {
    for (const OpId op : f_.block(b).ops) execute(op);
  }

  void execute(OpId id) {
    const Op& op = f_.op(id);
    if (op.code == kOpcode<Cond>) return branch(id);
    if (op.code == kOpcode<While>) return loop(id);
    if (op.code == kOpcode<Reshape>) {
      if (plan_.buffer(f_.operand(id, 0)).valid()) check_read(f_.operand(id, 0));
      tag(op.first_result) = tag(f_.operand(id, 0));
      return;
    }
    if (op.code == kOpcode<Fusion>) return kernel(id);
    for (const ValueId v : f_.operands(id)) check_read(v);
    if (op.code == kOpcode<Dot>) {
      for (const ValueId v : f_.operands(id))
        CHECK_FALSE(memory_.overlap(plan_.buffer(v), plan_.buffer(op.first_result)));
      memory_.write(plan_.buffer(op.first_result), tag(op.first_result) = next_++);
    } else if (op.code == kOpcode<Constant> && tag(op.first_result) < 0) {
      tag(op.first_result) = next_++;
    }
  }

  void kernel(OpId id) {
    const Kernel& k = p_.kernel(id);
    for (const ValueId v : fusion_inputs(f_, id))
      if (plan_.buffer(v).valid()) check_read(v);
    for (const KernelBuffer& b : k.buffers) CHECK(plan_.buffer(b.value).valid());
    for (int out = 0; out < static_cast<int>(k.buffers.size()); ++out) {
      const KernelBuffer& o = k.buffers[static_cast<std::size_t>(out)];
      if (!o.output) continue;
      for (int in = 0; in < static_cast<int>(k.buffers.size()); ++in) {
        const KernelBuffer& i = k.buffers[static_cast<std::size_t>(in)];
        if (in == out || !memory_.overlap(plan_.buffer(i.value), plan_.buffer(o.value))) continue;
        CHECK_FALSE(i.output);
        CHECK(plan_.buffer(i.value) == plan_.buffer(o.value));
        CHECK(can_share(k, in, out));
      }
      memory_.write(plan_.buffer(o.value), tag(o.value) = next_++);
    }
  }

  void bind(ValueRange to, const std::vector<int>& tags) {
    for (int i = 0; i < to.size(); ++i) {
      tag(to[i]) = tags[static_cast<std::size_t>(i)];
      // What stands for another value is there only as long as somebody uses it.
      if (same_[static_cast<std::size_t>(to[i].index)] == to[i]) check_read(to[i]);
    }
  }

  std::vector<int> yielded(BlockId b) {
    std::vector<int> tags;
    for (const ValueId v : f_.block(b).yields) {
      check_read(v);
      tags.push_back(tag(v));
    }
    memory_.move(plan_.at_yield[static_cast<std::size_t>(b.index)]);
    return tags;
  }

  void branch(OpId id) {
    const BlockId b = f_.op(id).blocks[static_cast<std::size_t>(random_.below(2))];
    block(b);
    bind(f_.results(id), yielded(b));
  }

  void loop(OpId id) {
    const BlockId test = f_.op(id).blocks[0], body = f_.op(id).blocks[1];
    std::vector<int> state;
    for (const ValueId v : f_.operands(id)) state.push_back(tag(v));
    memory_.move(plan_.before[static_cast<std::size_t>(id.index)]);
    for (int steps = random_.below(4);; --steps) {
      bind(f_.params(test), state);
      block(test);
      if (steps == 0) break;
      bind(f_.params(body), state);
      block(body);
      state = yielded(body);
    }
    bind(f_.results(id), state);
  }

  const Lowered& p_;
  const Function& f_;
  const Plan& plan_;
  Random& random_;
  Memory memory_;
  const std::vector<ValueId> same_;
  std::vector<int> tags_;
  int next_ = 0;
};

}  // namespace

TEST_CASE("whoever reads a tensor finds it where the plan says") {
  int trades = 0, copies = 0, shared = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Lowered program = lower(fuse_each(Generator(seed).run()));
    INFO("seed " << seed << "\n" << print(program.function) << print(program.function, program.plan));
    Random random(seed);
    for (int i = 0; i < 6; ++i) Run(program, random).run();
    for (const Moves& m : program.plan.at_yield) trades += !m.trades.empty(), copies += !m.copies.empty();
    for (const Kernel& k : program.kernels)
      for (const KernelBuffer& b : k.buffers)
        shared += b.output && b.value != k.buffers[0].value &&
                  program.plan.buffer(b.value) == program.plan.buffer(k.buffers[0].value);
  }
  MESSAGE(trades << " yields trade, " << copies << " copy; " << shared << " kernels work in place");
  CHECK(trades > 500);
  CHECK(shared > 5000);
}

TEST_CASE("programs about memory give what the interpreter gives") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Function f = Generator(seed).run();
    INFO("seed " << seed << "\n" << print(f));
    std::vector<Array> inputs{Array::scalar(seed % 2 == 0)};
    for (const Type& t : f.param_types()) {
      if (t.is_scalar()) continue;
      Array& x = inputs.emplace_back(Array::empty(t));
      auto* data = static_cast<float*>(x.mutable_data());
      for (std::int64_t i = 0; i < x.size(); ++i) data[i] = static_cast<float>(i % 7) * 0.25f - 0.5f;
    }
    CHECK(compare({}, f, inputs).difference == "");
  }
}
