// Checks every invariant that code which reads functions may rely on:
//
// - Structure: block 0 is the body and has no owner. Every other block is listed by exactly one op, its owner; every op
//   by exactly one block, its parent. Ops own as many blocks as they have names for.
// - Values: results of an op, and parameters of a block, are consecutive and refer back to it; there are no others.
// - Visibility: operands and yields are defined before, in the same block or in one that encloses it.
// - Types: result types are what inference gives, or say more where it leaves sizes open. All types are within the
//   limits of `element_count`. A named size is a size of a parameter. Parameters and yields of blocks fit their op.
// - Attributes: an op has its struct exactly when it has attributes, with values that inference accepts. Constants have
//   data.
// - Effects have no results. A fusion owns only what a kernel computes element by element.
// - Modules: names of functions are unique; a callee exists and fits operands and results; calls have an end.
#include <algorithm>
#include <unordered_map>

#include "ir/builder.h"
#include "ir/calls.h"
#include "ir/ops/structure.h"
#include "ir/sizes.h"
#include "ir/text.h"

namespace tjit {

namespace {

using FunctionIndex = std::unordered_map<std::string_view, const Function*>;

FunctionIndex index_functions(const Module& module) {
  FunctionIndex index;
  for (const Function& f : module.functions) index.try_emplace(f.name, &f);
  return index;
}

template <class T>
std::string id_text(std::string_view what, IdOf<T> id) {
  return std::string(what) + " " + std::to_string(id.index);
}

/// Structure and values: what must hold before a function can even be printed.
class StructureVerifier {
 public:
  StructureVerifier(const Function& f, std::vector<std::string>& violations) : f_(f), violations_(violations) {}

  void run() {
    if (f_.block_count() == 0) return violate("there is no body");
    if (f_.body().owner.valid()) violate("the body has an owner");
    for (int b = 0; b < f_.block_count(); ++b) visit_block({b});
    for (int op = 0; op < f_.op_count(); ++op) visit_op({op});
    for (int b = 0; b < f_.block_count(); ++b) {
      const int times = listed_blocks_[static_cast<std::size_t>(b)];
      if (times != (b == 0 ? 0 : 1))
        violate(id_text("block", BlockId{b}) + " is listed by " + std::to_string(times) + " ops");
    }
    for (int op = 0; op < f_.op_count(); ++op) {
      const int times = listed_ops_[static_cast<std::size_t>(op)];
      if (times != 1) violate(id_text("op", OpId{op}) + " is listed by " + std::to_string(times) + " blocks");
    }
    if (defined_ != f_.value_count())
      violate(std::to_string(f_.value_count() - defined_) + " values are defined nowhere");
    if (violations_.empty() && reachable_ops() != f_.op_count()) violate("a block is its own ancestor");
  }

 private:
  void violate(const std::string& message) { violations_.push_back("@" + f_.name + ": " + message); }

  void visit_block(BlockId id) {
    const Block& block = f_.block(id);
    visit_values(block.first_param, block.param_count, {}, id);
    for (const OpId op : block.ops) {
      if (!op.valid() || op.index >= f_.op_count()) {
        violate(id_text("block", id) + " lists the unknown " + id_text("op", op));
        continue;
      }
      ++listed_ops_[static_cast<std::size_t>(op.index)];
      if (f_.op(op).parent != id) violate(id_text("op", op) + " does not refer to its parent, " + id_text("block", id));
    }
  }

  void visit_op(OpId id) {
    const Op& op = f_.op(id);
    visit_values(op.first_result, op.result_count, id, {});
    if (op.blocks.size() != def(op.code).blocks().size())
      violate(id_text("op", id) + " (" + std::string(def(op.code).info.name) + ") owns " +
              std::to_string(op.blocks.size()) + " blocks");
    for (const BlockId b : op.blocks) {
      if (!b.valid() || b.index >= f_.block_count()) {
        violate(id_text("op", id) + " owns the unknown " + id_text("block", b));
        continue;
      }
      ++listed_blocks_[static_cast<std::size_t>(b.index)];
      if (f_.block(b).owner != id) violate(id_text("block", b) + " does not refer to its owner, " + id_text("op", id));
    }
  }

  /// The values that `op` or `block`, whichever is valid, defines.
  void visit_values(ValueId first, int count, OpId op, BlockId block) {
    const auto definer = [&] { return op.valid() ? id_text("op", op) : id_text("block", block); };
    if (count == 0) return;
    if (!first.valid() || count < 0 || first.index + count > f_.value_count())
      return violate(definer() + " defines unknown values");
    defined_ += count;
    for (int i = 0; i < count; ++i) {
      const Value& v = f_.value({first.index + i});
      if (v.op != op || v.block != block || v.index != i)
        violate(definer() + " and " + id_text("value", ValueId{first.index + i}) + " do not refer to each other");
    }
  }

  int reachable_ops() const {
    int count = 0;
    std::vector<BlockId> todo{Function::kBody};
    while (!todo.empty()) {
      const Block& block = f_.block(todo.back());
      todo.pop_back();
      for (const OpId op : block.ops) {
        ++count;
        todo.insert(todo.end(), f_.op(op).blocks.begin(), f_.op(op).blocks.end());
      }
    }
    return count;
  }

  const Function& f_;
  std::vector<std::string>& violations_;
  std::vector<int> listed_ops_ = std::vector<int>(static_cast<std::size_t>(f_.op_count()));
  std::vector<int> listed_blocks_ = std::vector<int>(static_cast<std::size_t>(f_.block_count()));
  int defined_ = 0;
};

/// Everything else, in the order of the text.
class FunctionVerifier {
 public:
  FunctionVerifier(const Function& f, const FunctionIndex& callees, std::vector<std::string>& violations)
      : f_(f), callees_(callees), violations_(violations), visible_(static_cast<std::size_t>(f.value_count())) {}

  void run() {
    for (const Type& t : f_.param_types())
      for (const std::int64_t d : t.shape)
        if (is_symbolic(d)) known_sizes_.push_back(d);
    verify_block(Function::kBody, f_.name);
  }

 private:
  void violate(const std::string& where, const Location& loc, const std::string& message) {
    const std::string place = to_string(loc);
    violations_.push_back((place.empty() ? "" : place + ": ") + "@" + f_.name + ": " + where + ": " + message);
  }
  void violate(OpId op, const std::string& message) { violate(print_op(f_, op), f_.op(op).loc, message); }

  bool is_visible(ValueId v) const {
    return v.valid() && v.index < f_.value_count() && visible_[static_cast<std::size_t>(v.index)];
  }
  void show(ValueRange values, bool on) {
    for (const ValueId v : values) visible_[static_cast<std::size_t>(v.index)] = on ? 1 : 0;
  }

  void verify_block(BlockId id, const std::string& name) {
    const Block& block = f_.block(id);
    const Location& place = block.owner.valid() ? f_.op(block.owner).loc : f_.loc;
    show(f_.params(id), true);
    for (const ValueId p : f_.params(id)) verify_type(f_.type(p), "parameter of block " + name, place);
    for (const OpId op : block.ops) {
      verify_op(op);
      show(f_.results(op), true);
    }
    for (const ValueId v : block.yields)
      if (!is_visible(v)) violate("yield of block " + name, place, id_text("value", v) + " is not visible");
    for (const OpId op : block.ops) show(f_.results(op), false);
    show(f_.params(id), false);
  }

  void verify_type(const Type& type, const std::string& where, const Location& loc) {
    Shape known = type.shape;
    for (std::int64_t& d : known) {
      if (d < 0 && !is_symbolic(d)) return violate(where, loc, "a size of " + std::to_string(d));
      if (is_symbolic(d) && d != Dims::kUnknown && std::ranges::count(known_sizes_, d) == 0)
        violate(where, loc, "the size in " + to_string(type) + " is not a size of a parameter");
      if (is_symbolic(d)) d = 1;
    }
    try {
      (void)element_count(known);
    } catch (const Error& e) {
      violate(where, loc, e.message());
    }
  }

  void verify_op(OpId id) {
    const Op& op = f_.op(id);
    const OpDef& d = def(op.code);
    bool sound = true;
    const auto require = [&](bool holds, std::string_view message) {
      if (!holds) violate(id, std::string(message));
      sound &= holds;
    };
    for (const ValueId v : f_.operands(id))
      if (!is_visible(v)) require(false, "operand " + id_text("value", v) + " is not visible");
    require((op.attrs != nullptr) == !d.attrs.empty(), "attributes do not belong to the op");
    if (d.form() == Form::Effect) require(op.result_count == 0, "an effect has results");
    if (sound && d.form() == Form::Constant) require(d.value(op.attrs.get()).data() != nullptr, "there is no data");
    for (std::size_t i = 0; i < op.blocks.size(); ++i)
      verify_block(op.blocks[i], std::string(d.blocks()[i].name) + " of " + std::string(d.info.name));
    for (const ValueId v : f_.results(id)) verify_type(f_.type(v), "result", op.loc);
    if (sound) verify_result_types(id);
  }

  void verify_result_types(OpId id) {
    const std::vector<Type> types = f_.types(f_.results(id));
    try {
      std::vector<Type> inferred = f_.is_call(id) ? call_types(id) : inferred_types(id);
      refine_types(inferred, types);
      if (inferred != types) violate(id, "inference knows more of the result types");
    } catch (const Error& e) {
      violate(id, e.message());
    }
  }

  std::vector<Type> inferred_types(OpId id) const {
    const Op& op = f_.op(id);
    const Types types = infer_results(f_, {op.code, op.attrs, f_.operands(id), op.blocks, op.loc});
    return {types.begin(), types.end()};
  }

  std::vector<Type> call_types(OpId id) const {
    const std::string& callee = f_.attrs<Call>(id).callee.name;
    const auto it = callees_.find(callee);
    if (it == callees_.end()) fail(no_function_text(callee));
    const Function& f = *it->second;
    return bind_sizes(callee, f.param_types(), f_.operand_types(id)).substitute(f.result_types());
  }

  const Function& f_;
  const FunctionIndex& callees_;
  std::vector<std::string>& violations_;
  std::vector<char> visible_;
  std::vector<std::int64_t> known_sizes_;
};

void verify_function(const Function& f, const FunctionIndex& callees, std::vector<std::string>& violations) {
  std::vector<std::string> found;
  StructureVerifier(f, found).run();
  if (found.empty()) FunctionVerifier(f, callees, found).run();
  violations.insert(violations.end(), found.begin(), found.end());
}

void verify_calls(const Module& module, std::vector<std::string>& violations) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (const Function& f : module.functions) {
    if (!numbers.try_emplace(f.name, numbers.size()).second) violations.push_back("there are two functions @" + f.name);
  }
  if (numbers.size() != module.functions.size()) return;
  std::vector<std::vector<std::size_t>> callees;
  for (const Function& f : module.functions) {
    std::vector<std::size_t>& list = callees.emplace_back();
    for (int op = 0; op < f.op_count(); ++op) {
      if (!f.is_call({op}) || f.op({op}).attrs == nullptr) continue;
      const auto callee = numbers.find(f.attrs<Call>({op}).callee.name);
      if (callee != numbers.end()) list.push_back(callee->second);
    }
  }
  for (const WrongCall& w : find_wrong_calls(callees))
    violations.push_back(
        wrong_call_text(w, module.functions[w.caller].name, module.functions[callees[w.caller][w.site]].name));
}

}  // namespace

std::vector<std::string> verify(const Module& module, const Function& function) {
  std::vector<std::string> violations;
  verify_function(function, index_functions(module), violations);
  return violations;
}

std::vector<std::string> verify(const Module& module) {
  std::vector<std::string> violations;
  const FunctionIndex callees = index_functions(module);
  for (const Function& f : module.functions) verify_function(f, callees, violations);
  verify_calls(module, violations);
  return violations;
}

}  // namespace tjit
