// The verifier finds each way in which a function can break its invariants. Functions are broken from behind Builder's
// back.
#include <algorithm>
#include <doctest/doctest.h>

#include "ir/builder.h"
#include "ir/ops/reduce.h"
#include "ir/ops/structure.h"
#include "ir/text.h"

namespace tjit {
namespace {

Op& mutable_op(const Function& f, int op) { return const_cast<Op&>(f.op({op})); }
Block& mutable_block(const Function& f, int block) { return const_cast<Block&>(f.block({block})); }
Value& mutable_value(const Function& f, int value) { return const_cast<Value&>(f.value({value})); }

// Ops: 0 constant, 1 add in then, 2 cond, 3 print. Blocks: 1 then, 2 else. Values: 0 x, 1 p, 2 constant, 3 add, 4 cond.
Module sample() {
  return parse_or_throw(R"(func @main(%x: f32[2], %p: bool[]) -> (f32[2]) {
  %c = constant {value = [1, 2]} : f32[2]
  %r = cond %p
    then() {
      %a = add %x, %c
      yield %a
    }
    else() {
      yield %x
    }
  print %p {message = "m{}"}
  yield %r
}
)",
                        {.file = "s.tir"});
}

void check_violation(const Module& m, const std::string& text) {
  const std::vector<std::string> found = verify(m);
  const bool has = std::ranges::any_of(found, [&](const std::string& v) { return v.find(text) != v.npos; });
  std::string all;
  for (const std::string& v : found) all += v + "\n";
  CHECK_MESSAGE(has, "expected: " << text << "\nfound:\n" << all);
}

TEST_CASE("a sound function has no violations") { CHECK(verify(sample()).empty()); }

TEST_CASE("structure") {
  Module m = sample();
  mutable_op(m.functions[0], 1).parent = {0};
  check_violation(m, "op 1 does not refer to its parent, block 1");
  m = sample();
  mutable_block(m.functions[0], 1).ops.clear();
  check_violation(m, "op 1 is listed by 0 blocks");
  m = sample();
  mutable_block(m.functions[0], 0).ops.push_back({1});
  check_violation(m, "op 1 is listed by 2 blocks");
  m = sample();
  mutable_block(m.functions[0], 0).ops.push_back({9});
  check_violation(m, "lists the unknown op 9");
  m = sample();
  mutable_op(m.functions[0], 2).blocks.pop_back();
  check_violation(m, "op 2 (cond) owns 1 blocks");
  check_violation(m, "block 2 is listed by 0 ops");
  m = sample();
  mutable_op(m.functions[0], 2).blocks[1] = {1};
  check_violation(m, "block 1 is listed by 2 ops");
  m = sample();
  mutable_block(m.functions[0], 0).owner = {2};
  check_violation(m, "the body has an owner");
  m = sample();
  mutable_block(m.functions[0], 2).owner = {0};
  check_violation(m, "block 2 does not refer to its owner, op 2");
}

TEST_CASE("a block that is its own ancestor") {
  Module m = sample();
  const Function& f = m.functions[0];
  std::erase(mutable_block(f, 0).ops, OpId{2});
  mutable_block(f, 1).ops.push_back({2});
  mutable_op(f, 2).parent = {1};
  check_violation(m, "a block is its own ancestor");
}

TEST_CASE("values") {
  Module m = sample();
  mutable_op(m.functions[0], 1).result_count = 0;
  check_violation(m, "1 values are defined nowhere");
  m = sample();
  mutable_op(m.functions[0], 1).first_result = {2};
  check_violation(m, "op 1 and value 2 do not refer to each other");
  m = sample();
  mutable_op(m.functions[0], 1).first_result = {99};
  check_violation(m, "op 1 defines unknown values");
}

TEST_CASE("visibility") {
  Module m = sample();
  mutable_block(m.functions[0], 0).yields[0] = {3};
  check_violation(m, "yield of block main: value 3 is not visible");
  m = sample();
  mutable_block(m.functions[0], 2).yields[0] = {3};
  check_violation(m, "yield of block else of cond: value 3 is not visible");
  m = sample();
  std::ranges::swap(mutable_block(m.functions[0], 0).ops[0], mutable_block(m.functions[0], 0).ops[1]);
  check_violation(m, "operand value 2 is not visible");
  check_violation(m, "s.tir:5:12: @main");
}

TEST_CASE("types") {
  Module m = sample();
  mutable_value(m.functions[0], 3).type = {DType::F32, {3}};
  check_violation(m, "%4 = add %0, %2 : f32[3]: the result is f32[2], but f32[3] is written");
  m = sample();
  mutable_value(m.functions[0], 3).type = {DType::F32, {Dims::kUnknown}};
  check_violation(m, "inference knows more");
  m = sample();
  mutable_value(m.functions[0], 0).type.shape = {-7};
  check_violation(m, "a size of -7");
  m = sample();
  mutable_value(m.functions[0], 0).type.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  check_violation(m, "more than 2^48 elements");
  m = sample();
  mutable_value(m.functions[0], 1).type.dtype = DType::I32;
  check_violation(m, "the predicate must be bool[]");
}

TEST_CASE("sizes without a parameter") {
  Module m = parse_or_throw("func @main(%x: f32[?]) -> () {\n  %y = negative %x\n  yield\n}\n");
  mutable_value(m.functions[0], 1).type.shape = {symbol("nowhere")};
  check_violation(m, "the size in f32[?nowhere] is not a size of a parameter");
}

TEST_CASE("attributes") {
  Module m = sample();
  mutable_op(m.functions[0], 3).attrs = nullptr;
  check_violation(m, "attributes do not belong");
  m = sample();
  mutable_op(m.functions[0], 1).attrs = mutable_op(m.functions[0], 3).attrs;
  check_violation(m, "attributes do not belong");
  m = sample();
  auto empty = std::make_shared<Constant>();
  mutable_op(m.functions[0], 0).attrs = empty;
  check_violation(m, "there is no data");
  m = parse_or_throw("func @main(%x: f32[2]) -> () {\n  %y = reduce_sum %x {axes = [0]}\n  yield\n}\n");
  auto axes = std::make_shared<ReduceSum>();
  axes->axes = {4};
  mutable_op(m.functions[0], 0).attrs = axes;
  check_violation(m, "%1 = reduce_sum %0 {axes = [4]} : f32[]");
}

TEST_CASE("effects") {
  Builder b("main");
  const ValueId p = b.param({DType::Bool, {}});
  const BlockId block = b.begin_block({});
  const ValueId operands[] = {p};
  auto message = std::make_shared<Print>();
  message->message = "{}";
  b.append({kOpcode<Print>, message, operands, {}, {}});
  b.end_block({});
  try {
    b.append({kOpcode<Fusion>, std::make_shared<Fusion>(), {}, {block}, {}});
    FAIL("a group with an effect was made");
  } catch (const Error& e) {
    CHECK(e.message() == "fusion: print cannot stand in a group");
  }
}

TEST_CASE("modules") {
  Module m = parse_or_throw(R"(
func @main(%x: f32[2]) -> (f32[2]) {
  %y = call %x {callee = @f}
  yield %y
}
func @f(%x: f32[?n]) -> (f32[?n]) {
  yield %x
}
)");
  CHECK(verify(m).empty());
  Module broken = m;
  broken.functions[1].name = "main";
  check_violation(broken, "there are two functions @main");
  check_violation(broken, "there is no function @f");
  broken = m;
  mutable_value(broken.functions[1], 0).type.dtype = DType::I32;
  check_violation(broken, "parameter %0 of @f is i32[?n], found f32[2]");
  broken = m;
  mutable_value(broken.functions[0], 1).type.shape = {3};
  check_violation(broken, "the result is f32[2], but f32[3] is written");
  broken = m;
  auto callee = std::make_shared<Call>();
  callee->callee.name = "main";
  mutable_op(broken.functions[0], 0).attrs = callee;
  check_violation(broken, "@main calls itself");
}

}  // namespace
}  // namespace tjit
