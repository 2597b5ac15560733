// Where values live: plans of programs in tests/plan, each op a kernel of its own; segments, arena offsets and size.
#include <chrono>
#include <doctest/doctest.h>
#include <random>

#include "codegen/arena.h"
#include "codegen/fuse_each.h"
#include "codegen/liveness.h"
#include "codegen/lower.h"
#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/index.h"
#include "ir/ops/view.h"
#include "ir/text.h"
#include "passes/fuse.h"
#include "tests/text_runner.h"
#include "tests/unit/caught.h"

using namespace tjit;

TEST_CASE("plans of programs") {
  run_text_tests("plan", [](const std::string& input, const std::filesystem::path&) {
    const Lowered program = lower(fuse_each(parse_or_throw(input).entry()));
    return print(program.function) + print(program.function, program.plan);
  });
}

TEST_CASE("a loop that reads the old tensor after an update of it copies it once, before the loop") {
  const std::string text = R"(
func @rows(%x: f64[1000], %v: f64[1], %n: i64[]) -> (f64[1000], f64[1]) {
  %zero = constant {value = 0} : i64[]
  %i, %a, %s = while %zero, %x, %v : i64[], f64[1000], f64[1]
    test(%i0: i64[], %a0: f64[1000], %s0: f64[1]) {
      %c = less %i0, %n
      yield %c
    }
    body(%i1: i64[], %a1: f64[1000], %s1: f64[1]) {
      %one = constant {value = 1} : i64[]
      %i2 = add %i1, %one
      %b = dynamic_update_slice %a1, %v, %i1
      %o = dynamic_slice %a1, %i2 {sizes = [1]}
      %s2 = add %s1, %o
      yield %i2, %b, %s2
    }
  yield %a, %s
})";
  const Lowered program = lower(fuse(parse_or_throw(text).entry(), {}));
  const Plan& plan = program.plan;
  CHECK(plan.arena_bytes < 8000);
  for (const Moves& moves : plan.at_yield) {
    CHECK(moves.trades.empty());
    for (const Move& m : moves.copies) CHECK(plan[m.to].bytes < 8000);
  }
}

TEST_CASE("segments are joined and compared") {
  Segments s{{0, 2}, {6, 9}};
  join(s, {{2, 4}, {20, 21}});
  CHECK(s == Segments{{0, 4}, {6, 9}, {20, 21}});
  join(s, {{3, 7}});
  CHECK(s == Segments{{0, 9}, {20, 21}});
  std::vector<Segment> common;
  for_each_overlap(s, {{8, 10}, {12, 30}}, [&](Segment o) { return common.push_back(o), true; });
  CHECK(common == std::vector<Segment>{{8, 9}, {20, 21}});
}

TEST_CASE("an arena beyond all memory is refused") {
  const auto message = [](std::vector<ArenaRequest> requests) { return caught([&] { assign_offsets(requests); }); };
  constexpr std::int64_t kLarge = std::int64_t{1} << 51;
  const Error e = message(std::vector<ArenaRequest>(1 << 14, {0, 9, kLarge}));
  CHECK(e.kind() == Error::Kind::Runtime);
  CHECK(e.message().starts_with("out of memory: cannot allocate 115"));  // a little more than 2^60
  CHECK(message({{0, 1, INT64_MAX}}).message() == "out of memory: cannot allocate 9223372036854775807 bytes");
  // As many, one after the other.
  std::vector<ArenaRequest> turns;
  for (std::int32_t i = 0; i < 1 << 14; ++i) turns.push_back({i, i + 1, kLarge});
  CHECK(assign_offsets(turns) < 2 * kLarge);
}

TEST_CASE("requests that overlap in time do not overlap in the arena") {
  std::mt19937 random(1);
  const auto below = [&](int n) { return static_cast<std::int32_t>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 200; ++round) {
    std::vector<ArenaRequest> requests;
    for (int i = 0; i < 60; ++i) {
      const std::int32_t begin = below(100);
      requests.push_back({begin, begin + 1 + below(20), below(4) == 0 ? below(200000) : below(500)});
    }
    const std::int64_t total = assign_offsets(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const ArenaRequest& a = requests[i];
      CHECK(a.offset % kArenaAlignment == 0);
      CHECK(a.offset + a.bytes <= total);
      for (std::size_t j = 0; j < i; ++j) {
        const ArenaRequest& b = requests[j];
        const bool in_time = a.begin < b.end && b.begin < a.end;
        const bool in_bytes = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        CHECK_FALSE((in_time && in_bytes));
      }
    }
  }
}

namespace {

/// A chain of `count` updates of one tensor with a reader beside each.
Function chain(int count) {
  Builder b("chain");
  const ValueId x = b.param({DType::F32, {64, 8}}), row = b.param({DType::F32, {1, 8}});
  const ValueId zero = b.constant(Literal::splat(std::int32_t{0}));
  ValueId y = b.append(Negative{}, {x});
  for (int i = 0; i < count; ++i) {
    const ValueId old = b.append(Slice{.begin = {0, 0}, .end = {1, 8}, .strides = {1, 1}}, {y});
    const ValueId sum = b.append(Add{}, {old, row});
    y = b.append(DynamicUpdateSlice{}, {y, sum, zero, zero});
  }
  return b.finish(std::array{y});
}

}  // namespace

TEST_CASE("a long program is planned in linear time, in one buffer") {
  const Lowered program = lower(fuse_each(chain(33000)));
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = make_plan(program.function, program.kernels);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  MESSAGE("planning 99,000 ops took " << seconds.count() << " s");
  CHECK(seconds.count() < 2.0);
  CHECK(plan.at_yield[0].empty());
  CHECK(plan.arena_bytes <= 4096);
}
