// Appends ops to a function, inferring types; by hooks it also folds, simplifies and shares equal ops.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <utility>

#include "ir/function.h"
#include "ir/seen_ops.h"

namespace tjit {

/// An op about to be appended.
struct NewOp {
  Opcode code{};
  std::shared_ptr<const OpAttrs> attrs;
  std::span<const ValueId> operands;
  std::vector<BlockId> blocks;
  Location loc;
};

class Builder {
 public:
  /// Asked before an op without blocks is appended: values that already are its results, or nothing. Folding and
  /// rewrite rules come in here, so that ir/ knows neither kernels nor rules.
  using Hook = std::function<std::optional<ValueList>(Builder&, const NewOp&)>;

  struct Options {
    Hook simplify;       ///< null: ops are kept as written
    bool share = false;  ///< reuse an equal op that dominates; one that may raise too: the first has raised before
  };

  explicit Builder(std::string name) : Builder(std::move(name), Options{}) {}
  Builder(std::string name, Options options);

  Function& function() { return f_; }
  const Function& function() const { return f_; }
  const Type& type(ValueId id) const { return f_.type(id); }

  /// Makes room for as much as `like` holds.
  void reserve(const Function& like);

  /// A parameter of the function.
  ValueId param(const Type& type);

  /// Appends an op; its operands must be visible here. Throws Error, placed at `op.loc`, when inference refuses it.
  /// `declared` are the result types when the text states them: checked against inference (sizes that inference leaves
  /// unknown are taken from them), and needed for `call`.
  ValueList append(NewOp op, std::span<const Type> declared = {});

  /// The same for an op struct with one result: `b.append(Slice{.begin = ..., .end = ...}, {x})`.
  template <class T>
    requires std::is_base_of_v<OpAttrs, T>
  ValueId append(const T& attrs, std::initializer_list<ValueId> operands, Location loc = {}) {
    return append(attrs, std::span(operands.begin(), operands.size()), loc);
  }
  template <class T>
    requires std::is_base_of_v<OpAttrs, T>
  ValueId append(const T& attrs, std::span<const ValueId> operands, Location loc = {}) {
    return append({kOpcode<T>, share_attrs(attrs), operands, {}, loc ? loc : loc_})[0];
  }
  ValueId constant(Literal value, Location loc = {});

  /// Opens a block inside the current one; ops go there until `end_block`. Its owner is appended afterwards.
  BlockId begin_block(std::span<const Type> params);
  void end_block(std::span<const ValueId> yields);
  BlockId current_block() const { return open_.back(); }
  /// Whether an op appended now may use `value`: its block is open.
  bool visible(ValueId value) const;

  /// While it lives, ops are appended as they are written: hooks and sharing rest.
  class AsWritten {
   public:
    explicit AsWritten(Builder& b) : b_(b), options_(std::exchange(b.options_, {})) {}
    AsWritten(const AsWritten&) = delete;
    AsWritten& operator=(const AsWritten&) = delete;
    ~AsWritten() { b_.options_ = std::move(options_); }

   private:
    Builder& b_;
    Options options_;
  };

  /// Ends the function.
  Function finish(std::span<const ValueId> yields);

  /// Ops appended without a place of their own get this one.
  void set_location(const Location& loc) { loc_ = loc; }

 private:
  template <class T>
  static std::shared_ptr<const OpAttrs> share_attrs(const T& attrs) {
    if constexpr (requires { T::fields; }) return std::make_shared<const T>(attrs);
    return nullptr;
  }
  OpId find_equal(const NewOp& op, std::size_t hash) const;
  /// Whether values can stand for results that are declared with these types.
  bool fit(std::span<const ValueId> values, std::span<const Type> declared) const;
  ValueId new_value(const Type& type, OpId op, BlockId block, int index);

  Function f_;
  Options options_;
  Location loc_;
  std::vector<BlockId> open_;
  SeenOps seen_;  ///< for `share`
};

/// The result types of an op (not call, whose callee says them) whose operands and blocks are in `f`. Throws Error when
/// the op's operands, attributes or blocks are wrong.
Types infer_results(const Function& f, const NewOp& op);
/// Takes sizes that inferred types leave unknown from the declared ones; throws Error when the two differ.
void refine_types(std::span<Type> inferred, std::span<const Type> declared);

/// Hash and equality of an op's attributes, by value.
std::size_t hash_attrs(const OpDef& def, const OpAttrs* attrs);
bool equal_attrs(const OpDef& def, const OpAttrs* a, const OpAttrs* b);

/// Copies ops from one function to another, mapping values. Passes are loops over this.
class Copier {
 public:
  Copier(const Function& from, Builder& to)
      : from_(from), to_(to), map_(static_cast<std::size_t>(from.value_count())) {}

  ValueId operator[](ValueId old) const { return map_[static_cast<std::size_t>(old.index)]; }
  void bind(ValueId old, ValueId now) { map_[static_cast<std::size_t>(old.index)] = now; }
  std::vector<ValueId> operator()(std::span<const ValueId> old) const;

  /// Copies parameters of the function body.
  void copy_params();
  /// Copies an op with its blocks; `each` is called for every op inside them instead of a plain copy, when given.
  /// Groups are copied as they are: what a rewritten one holds need not be a kernel.
  using Each = std::function<void(OpId)>;
  ValueList copy(OpId op, const Each& each = {});
  /// Copies a block's parameters, ops and yield as a new block.
  BlockId copy_block(BlockId block, const Each& each = {});

 private:
  BlockId copy_group(BlockId block);

  const Function& from_;
  Builder& to_;
  std::vector<ValueId> map_;
};

}  // namespace tjit
