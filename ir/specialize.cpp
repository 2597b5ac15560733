// Fixes the named sizes of functions for one call: types and attributes are substituted and everything is inferred
// anew.
#include <algorithm>
#include <unordered_map>

#include "ir/builder.h"
#include "ir/calls.h"
#include "ir/ops/structure.h"
#include "ir/sizes.h"

namespace tjit {

namespace {

/// Copies of functions that one call may need; argument types multiply along chains of calls.
constexpr std::size_t kMostCopies = 10'000;

class Specializer {
 public:
  explicit Specializer(const Module& from) {
    for (const Function& f : from.functions) originals_.try_emplace(f.name, &f);
  }

  /// The number, in the result, of the copy of `f` for these argument types.
  std::size_t copy_for(const Function& f, std::span<const Type> args);
  const Function* original(const std::string& name) const {
    const auto it = originals_.find(name);
    return it == originals_.end() ? nullptr : it->second;
  }

  Module to;

 private:
  std::string free_name(const std::string& name);

  std::unordered_map<std::string, const Function*> originals_;
  std::unordered_map<std::string, std::size_t> copies_;  ///< by name and argument types
  std::unordered_map<std::string, int> taken_;           ///< names in `to`, with the last number tried
  int depth_ = 0;
};

/// Rebuilds one function with other parameter types.
class Rebuilder {
 public:
  Rebuilder(Specializer& all, const Function& from, std::string name, std::span<const Type> args)
      : all_(all),
        from_(from),
        builder_(std::move(name)),
        copier_(from, builder_),
        sizes_(bind_sizes(from.name, from.param_types(), args)) {
    builder_.function().loc = from.loc;
    for (std::size_t i = 0; i < args.size(); ++i)
      copier_.bind(from.params()[static_cast<int>(i)], builder_.param(args[i]));
  }

  Function run() {
    for (const OpId op : from_.body().ops) copy(op);
    return builder_.finish(copier_(from_.body().yields));
  }

 private:
  void copy(OpId id) {
    const Op& op = from_.op(id);
    const std::vector<ValueId> operands = copier_(from_.operands(id));
    NewOp now{op.code, attrs(op), operands, {}, op.loc};
    now.blocks.reserve(op.blocks.size());
    for (const BlockId b : op.blocks) now.blocks.push_back(copy_block(b, operands));
    std::vector<Type> declared = sizes_.substitute(from_.types(from_.results(id)));
    if (from_.is_call(id)) call(now, declared);
    const ValueList results = builder_.append(std::move(now), declared);
    for (std::size_t i = 0; i < results.size(); ++i) copier_.bind(from_.results(id)[static_cast<int>(i)], results[i]);
  }

  /// Parameters of a block, where it has any, are what its op's operands are.
  BlockId copy_block(BlockId old, std::span<const ValueId> operands) {
    const ValueRange params = from_.params(old);
    const std::vector<Type> types = builder_.function().types(operands.first(static_cast<std::size_t>(params.size())));
    const BlockId now = builder_.begin_block(types);
    for (int i = 0; i < params.size(); ++i) copier_.bind(params[i], builder_.function().params(now)[i]);
    for (const OpId op : from_.block(old).ops) copy(op);
    builder_.end_block(copier_(from_.block(old).yields));
    return now;
  }

  std::shared_ptr<const OpAttrs> attrs(const Op& op) const {
    const auto has_sizes = [&](const AttrField& field) {
      const AttrValue value = field.get(*op.attrs);
      const Dims* dims = std::get_if<Dims>(&value);
      return dims != nullptr && is_dynamic(*dims);
    };
    const OpDef& d = def(op.code);
    if (std::ranges::none_of(d.attrs, has_sizes)) return op.attrs;
    const std::shared_ptr<OpAttrs> now = d.make_attrs();
    for (const AttrField& field : d.attrs) {
      AttrValue value = field.get(*op.attrs);
      if (Dims* dims = std::get_if<Dims>(&value)) *dims = sizes_.substitute(*dims);
      field.set(*now, std::move(value));
    }
    return now;
  }

  void call(NewOp& op, std::vector<Type>& types) {
    const std::string& name = attrs_as<Call>(op.code, op.attrs.get()).callee.name;
    const Function* callee = all_.original(name);
    if (callee == nullptr) fail_at(op.loc, "call: " + no_function_text(name));
    const std::vector<Type> args = builder_.function().types(op.operands);
    try {
      const Function& copy = all_.to.functions[all_.copy_for(*callee, args)];
      std::vector<Type> results = copy.result_types();
      refine_types(results, types);
      types = std::move(results);
      auto attrs = std::make_shared<Call>();
      attrs->callee.name = copy.name;
      op.attrs = std::move(attrs);
    } catch (const Error& e) {
      throw e.in("call", op.loc);
    }
  }

  Specializer& all_;
  const Function& from_;
  Builder builder_;
  Copier copier_;
  Sizes sizes_;
};

std::string Specializer::free_name(const std::string& name) {
  // Originals keep their names: a copy is called after one only when that is this function's own.
  if (taken_.try_emplace(name, 0).second) return name;
  for (;;) {
    std::string next = name + "_" + std::to_string(++taken_[name]);
    if (!originals_.contains(next) && taken_.try_emplace(next, 0).second) return next;
  }
}

std::size_t Specializer::copy_for(const Function& f, std::span<const Type> args) {
  std::string key = f.name;
  for (const Type& t : args) key += " " + to_string(t);
  if (const auto known = copies_.find(key); known != copies_.end()) return known->second;
  (void)bind_sizes(f.name, f.param_types(), args);
  if (++depth_ > kMostCallDepth) fail(too_deep_text());
  if (to.functions.size() == kMostCopies)
    fail("the sizes of this call need more than " + std::to_string(kMostCopies) + " copies of functions");
  const std::size_t number = to.functions.size();
  to.functions.emplace_back(free_name(f.name));
  copies_.emplace(std::move(key), number);
  Function now = Rebuilder(*this, f, to.functions[number].name, args).run();
  to.functions[number] = std::move(now);
  --depth_;
  return number;
}

}  // namespace

Module specialize(const Module& module, const Function& entry, std::span<const Type> args) {
  for (const Type& t : args)
    if (is_dynamic(t.shape)) fail("@" + entry.name + " is called with " + to_string(t) + ", whose sizes are not known");
  Specializer all(module);
  (void)all.copy_for(entry, args);
  return std::move(all.to);
}

}  // namespace tjit
