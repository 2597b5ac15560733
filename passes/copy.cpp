// Copying functions with parts left out.
#include "passes/copy.h"

namespace tjit {

namespace {

std::vector<ValueId> kept(const auto& values, const std::vector<bool>& keep) {
  std::vector<ValueId> result;
  std::size_t i = 0;
  for (const ValueId v : values)
    if (keep[i++]) result.push_back(v);
  return result;
}

}  // namespace

Builder builder_for(const Function& from, Builder::Options options) {
  Builder b(from.name, std::move(options));
  b.function().loc = from.loc;
  b.reserve(from);
  return b;
}

Function copy_function(const Function& from, Builder::Options options) {
  const auto copy = [](Builder&, Copier& map, OpId id, const Copier::Each& visit) { map.copy(id, visit); };
  return rebuild(from, copy, std::move(options));
}

void copy_results(const Function& from, Builder& to, Copier& map, OpId id, const std::vector<bool>& keep,
                  const Copier::Each& each) {
  const Op& op = from.op(id);
  const bool loop = from.is_loop(id);
  std::vector<BlockId> blocks;
  for (const BlockId block : op.blocks) {
    const BlockInfo& info = from.info(block);
    const std::vector<ValueId> params = info.takes_variables ? kept(from.params(block), keep) : std::vector<ValueId>();
    const BlockId now = to.begin_block(from.types(params));
    for (std::size_t i = 0; i < params.size(); ++i) map.bind(params[i], to.function().params(now)[static_cast<int>(i)]);
    for (const OpId inner : from.block(block).ops) each(inner);
    const std::span<const ValueId> yields = from.block(block).yields;
    to.end_block(info.gives_results ? map(kept(yields, keep)) : map(yields));
    blocks.push_back(now);
  }
  const std::span<const ValueId> operands = from.operands(id);
  const std::vector<ValueId> now = loop ? map(kept(operands, keep)) : map(operands);
  const std::vector<ValueId> results = kept(from.results(id), keep);
  const ValueList made = to.append({op.code, op.attrs, now, std::move(blocks), op.loc}, from.types(results));
  for (std::size_t i = 0; i < results.size(); ++i) map.bind(results[i], made[i]);
}

}  // namespace tjit
