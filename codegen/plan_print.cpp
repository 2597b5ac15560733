// The text of a plan.
#include "codegen/plan.h"
#include "ir/ops/list.h"
#include "ir/text.h"

namespace tjit {

namespace {

std::string name(BufferId b) { return "b" + std::to_string(b.index); }

std::string home_text(const PlannedBuffer& b) {
  switch (b.home) {
    case Home::Input: return "input " + std::to_string(b.slot);
    case Home::Constant: return "constant " + std::to_string(b.slot);
    case Home::Output: return "output " + std::to_string(b.slot);
    case Home::Arena: return (b.trades ? "arena, first at " : "arena at ") + std::to_string(b.offset);
  }
  __builtin_unreachable();
}

void append_moves(std::string& out, const std::string& place, const Moves& moves) {
  const auto append = [&](const char* verb, const std::vector<Move>& list) {
    for (const Move& m : list) out += "  " + place + ": " + verb + " " + name(m.from) + " to " + name(m.to) + "\n";
  };
  append("trade", moves.trades);
  append("copy", moves.copies);
}

void append_block(std::string& out, const Function& f, const Plan& plan, const std::vector<int>& numbers,
                  BlockId block) {
  for (const OpId id : f.block(block).ops) {
    const Op& op = f.op(id);
    if (f.is_group(id) || op.blocks.empty() || op.result_count == 0) continue;
    const std::string op_text = "%" + std::to_string(numbers[static_cast<std::size_t>(op.first_result.index)]) + " = " +
                                std::string(def(op.code).info.name);
    append_moves(out, "before " + op_text, plan.before[static_cast<std::size_t>(id.index)]);
    for (std::size_t i = 0; i < op.blocks.size(); ++i) {
      append_block(out, f, plan, numbers, op.blocks[i]);
      append_moves(out, "end of `" + std::string(f.info(op.blocks[i]).name) + "` of " + op_text,
                   plan.at_yield[static_cast<std::size_t>(op.blocks[i].index)]);
    }
  }
}

}  // namespace

std::string print(const Function& function, const Plan& plan) {
  const std::vector<int> numbers = value_numbers(function);
  std::vector<ValueId> in_text_order(numbers.size());
  for (std::int32_t i = 0; i < function.value_count(); ++i)
    if (const int n = numbers[static_cast<std::size_t>(i)]; n >= 0) in_text_order[static_cast<std::size_t>(n)] = {i};
  std::vector<std::string> values(plan.buffers.size());
  for (const ValueId v : in_text_order)
    if (v.valid() && plan.buffer(v).valid())
      values[static_cast<std::size_t>(plan.buffer(v).index)] +=
          " %" + std::to_string(numbers[static_cast<std::size_t>(v.index)]);
  std::string out = "plan: arena of " + std::to_string(plan.arena_bytes) + " bytes\n";
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const PlannedBuffer& b = plan.buffers[i];
    out += "  " + name({static_cast<std::int32_t>(i)}) + ": " + home_text(b) + ", " + std::to_string(b.bytes) +
           " bytes:" + values[i] + "\n";
  }
  append_block(out, function, plan, numbers, Function::kBody);
  append_moves(out, "end", plan.at_yield[0]);
  return out;
}

}  // namespace tjit
