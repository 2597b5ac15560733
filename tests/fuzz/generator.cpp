#include "tests/fuzz/generator.h"

#include "ir/ops/arithmetic.h"
#include "ir/ops/logic.h"
#include "tests/fuzz/op_draws.h"

namespace tjit {

namespace {

constexpr int kMaxDepth = 3;

class Generator : OpDraws {
 public:
  using OpDraws::OpDraws;

  GeneratedProgram run() {
    GeneratedProgram program;
    limit_ = r_.chance(4) ? kLarge : kSmall;
    for (int i = 0, n = 1 + r_.below(4); i < n; ++i) {
      const Type type{r_.pick(kDTypes).dtype, random_shape()};
      program.inputs.push_back(edge_array(r_, type));
      add(b_.param(type));
    }
    const int count = 6 + r_.below(20), before = r_.below(count);
    ops(before);
    std::vector<ValueId> yields;
    if (r_.chance(4)) yields.push_back(fail_and_go_on());
    ops(count - before);
    for (int i = 0, n = 1 + r_.below(8); i < n; ++i) yields.push_back(r_.chance(50) ? latest() : any());
    program.module.functions.push_back(b_.finish(yields));
    return program;
  }

 private:
  void ops(int count) {
    for (int i = 0; i < count; ++i) op();
  }

  void op() {
    const int depth = static_cast<int>(scopes_.size());
    const int roll = r_.below(100);
    if (roll < 37) return elementwise();
    if (roll < 43) return routine();
    if (roll < 52) return reduce();
    if (roll < 68) return view();
    if (roll < 82) return move();
    if (roll < 87) return product();
    if (roll < 89) return effect();
    if (depth > kMaxDepth) return elementwise();
    if (roll < 94) return cond();
    loop();
  }

  /// An op that fails, something that must come after it, and a use of what it would have given.
  ValueId fail_and_go_on() {
    const Type t{r_.chance(50) ? DType::I32 : DType::I64, {r_.between(1, 40)}};
    const ValueId quotient = b_.append(FloorDiv{}, {make(t), number(t.dtype, 0, t.shape)});
    if (r_.chance(50)) {
      effect();
    } else {
      keep(b_.append(Mod{}, {make(t), number(t.dtype, 0, t.shape)}));
    }
    return keep(b_.append(Add{}, {quotient, make(t)}));
  }

  template <class F>
  BlockId block(std::span<const Type> params, F&& yields) {
    const BlockId id = b_.begin_block(params);
    scopes_.emplace_back();
    for (const ValueId p : b_.function().params(id)) add(p);
    const std::vector<ValueId> values = yields(id);
    scopes_.pop_back();
    b_.end_block(values);
    return id;
  }

  void cond() {
    const std::array predicate{make({DType::Bool, {}})};
    std::vector<Type> results;
    for (int i = 1 + r_.below(3); i > 0; --i) results.push_back(type(any()));
    const auto branch = [&] {
      return block({}, [&](BlockId) {
        ops(r_.below(5));
        std::vector<ValueId> values;
        for (const Type& t : results) values.push_back(fresh(t));
        return values;
      });
    };
    const BlockId then_block = branch(), else_block = branch();
    for (const ValueId v : b_.append({kOpcode<Cond>, nullptr, predicate, {then_block, else_block}, {}})) add(v);
  }

  /// A value of this type that the current block computes, if possible.
  ValueId fresh(const Type& wanted) {
    const ValueId v = make(wanted);
    if (r_.chance(15)) return v;
    if (!wanted.shape.empty() && r_.chance(35)) return update(v);
    if (contains(kNumbers, wanted.dtype)) return b_.append(Add{}, {v, make(wanted)});
    return b_.append(LogicalXor{}, {v, make(wanted)});
  }

  /// A loop with a counter, its bound (a constant or computed), and up to three more variables.
  void loop() {
    const bool never = r_.chance(10);  // then the body may hold what fails
    const ValueId bound = never           ? number(DType::I32, 0)
                          : r_.chance(60) ? number(DType::I32, r_.between(0, 6))
                                          : b_.append(Mod{}, {make({DType::I32, {}}), number(DType::I32, 6)});
    std::vector<ValueId> initial{number(DType::I32, 0)};
    for (int i = r_.below(4); i > 0; --i) initial.push_back(any());
    std::vector<Type> types;
    for (const ValueId v : initial) types.push_back(type(v));
    const BlockId test = block(types, [&](BlockId id) {
      ValueId go_on = b_.append(Less{}, {b_.function().params(id)[0], bound});
      if (r_.chance(25)) {
        ops(1);
        go_on = b_.append(LogicalAnd{}, {go_on, make({DType::Bool, {}})});
      }
      return std::vector{go_on};
    });
    const BlockId body = block(types, [&](BlockId id) {
      const ValueId counter = b_.function().params(id)[0];
      ops(1 + r_.below(4));
      if (never) keep(b_.append(FloorDiv{}, {number(DType::I32, 1, {3}), number(DType::I32, 0, {3})}));
      std::vector<ValueId> next{b_.append(Add{}, {counter, number(DType::I32, 1)})};
      for (std::size_t i = 1; i < types.size(); ++i) next.push_back(fresh(types[i]));
      return next;
    });
    for (const ValueId v : b_.append({kOpcode<While>, nullptr, initial, {test, body}, {}})) add(v);
  }
};

}  // namespace

// A program is one function, and groups are what `fuse` makes of it.
bool is_drawn(const OpDef& op) { return op.code != kOpcode<Call> && op.code != kOpcode<Fusion>; }

GeneratedProgram generate_program(std::uint64_t seed, std::optional<OpOnType> wish) {
  return Generator(seed, wish).run();
}

}  // namespace tjit
