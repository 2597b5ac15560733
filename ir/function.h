// Programs: functions of ops in blocks, append-only. An id is a position in the function's tables.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/op.h"

namespace tjit {

/// Values in any order, such as what stands for an op's results.
using ValueList = ShortList<ValueId, 2>;

/// `count` consecutive ids, as a range.
class ValueRange {
 public:
  class Iterator {
   public:
    using value_type = ValueId;
    using difference_type = std::ptrdiff_t;
    constexpr explicit Iterator(std::int32_t i) : i_(i) {}
    constexpr ValueId operator*() const { return {i_}; }
    constexpr Iterator& operator++() { return ++i_, *this; }
    friend constexpr bool operator==(Iterator, Iterator) = default;

   private:
    std::int32_t i_;
  };

  constexpr ValueRange(ValueId first, int count) : first_(first.index), count_(count) {}
  constexpr int size() const { return count_; }
  constexpr bool empty() const { return count_ == 0; }
  constexpr ValueId operator[](int i) const { return {first_ + i}; }
  ValueList list() const;
  constexpr Iterator begin() const { return Iterator(first_); }
  constexpr Iterator end() const { return Iterator(first_ + count_); }

 private:
  std::int32_t first_, count_;
};

inline ValueList ValueRange::list() const {
  ValueList values(static_cast<std::size_t>(count_));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (*this)[static_cast<int>(i)];
  return values;
}

/// What defines a value: an op's result number `index`, or a block's parameter number `index`.
struct Value {
  Type type;
  OpId op;
  BlockId block;
  std::int32_t index = 0;
};

struct Op {
  Opcode code{};
  BlockId parent;  ///< the block it stands in
  std::int32_t first_operand = 0, operand_count = 0;
  ValueId first_result;
  std::int32_t result_count = 0;
  std::vector<BlockId> blocks;           ///< cond: then, else; while: test, body; fusion: body
  std::shared_ptr<const OpAttrs> attrs;  ///< the op's struct; null when it has no attributes
  Location loc;
};

struct Block {
  OpId owner;  ///< invalid for the function's body
  ValueId first_param;
  std::int32_t param_count = 0;
  std::vector<OpId> ops;
  std::vector<ValueId> yields;
};

/// One function. Read by everyone, written only by Builder.
class Function {
 public:
  explicit Function(std::string function_name = "main") : name(std::move(function_name)) {}

  std::string name;
  Location loc;
  /// What the text called the parameters, so that inputs can be given by name; empty when they have no names.
  std::vector<std::string> param_names;

  static constexpr BlockId kBody{0};
  const Block& body() const { return blocks_.front(); }
  const Block& block(BlockId id) const { return blocks_[index(id)]; }
  const Op& op(OpId id) const { return ops_[index(id)]; }
  const Value& value(ValueId id) const { return values_[index(id)]; }
  const Type& type(ValueId id) const { return values_[index(id)].type; }
  const OpDef& def(OpId id) const { return tjit::def(op(id).code); }

  ValueRange params() const { return params(kBody); }
  ValueRange params(BlockId id) const { return {block(id).first_param, block(id).param_count}; }
  ValueRange results(OpId id) const { return {op(id).first_result, op(id).result_count}; }
  std::span<const ValueId> operands(OpId id) const {
    return std::span(operands_).subspan(static_cast<std::size_t>(op(id).first_operand),
                                        static_cast<std::size_t>(op(id).operand_count));
  }
  ValueId operand(OpId id, int i) const { return operands(id)[static_cast<std::size_t>(i)]; }
  std::vector<Type> types(std::span<const ValueId> values) const;
  std::vector<Type> types(ValueRange values) const;
  std::vector<Type> operand_types(OpId id) const { return types(operands(id)); }
  std::vector<Type> param_types() const { return types(params()); }
  std::vector<Type> result_types() const { return types(body().yields); }

  /// The op's struct with its attributes: `function.attrs<Slice>(id).begin`. The op must be a `T`.
  template <class T>
  const T& attrs(OpId id) const {
    return attrs_as<T>(op(id).code, op(id).attrs.get());
  }

  // What ops state of themselves, with their attributes and operand types.
  Form form(OpId id) const { return def(id).form(); }
  std::vector<Coordinate> lookup(OpId id) const { return def(id).lookup(op(id).attrs.get(), operand_types(id)); }
  Placing placing(OpId id) const { return def(id).placing(op(id).attrs.get(), operand_types(id)); }
  /// Of a reduction: its reduced dimensions, ascending.
  Dims reduced_axes(OpId id) const {
    return def(id).reduction().axes(op(id).attrs.get(), type(operand(id, 0)).shape.size());
  }

  bool is_branch(OpId id) const { return def(id).is_control(ControlKind::Branch); }
  bool is_loop(OpId id) const { return def(id).is_control(ControlKind::Loop); }
  bool is_call(OpId id) const { return def(id).is_control(ControlKind::Call); }
  bool is_group(OpId id) const { return def(id).is_control(ControlKind::Group); }
  /// The blocks of a loop.
  struct Loop {
    BlockId test, body;
  };
  Loop loop(OpId id) const {
    TJIT_CHECK(is_loop(id));
    return {op(id).blocks[0], op(id).blocks[1]};
  }
  /// What the owner of a block says of it.
  const BlockInfo& info(BlockId id) const;
  /// The block whose op or parameter a value is.
  BlockId home(ValueId id) const { return value(id).op.valid() ? op(value(id).op).parent : value(id).block; }

  /// The literal that a value is, or null when a constant op does not define it.
  const Literal* constant(ValueId id) const;
  /// The same, and null too when its elements differ.
  const Literal* uniform_constant(ValueId id) const;
  /// Whether executing this op (not its blocks) may raise, from its attributes and operands. Index ops with constant
  /// indices inside the range cannot, nor can elementwise ops over nothing.
  bool may_fail(OpId id) const { return may_fail(op(id).code, op(id).attrs.get(), operands(id)); }
  /// The same of an op that is not there yet.
  bool may_fail(Opcode code, const OpAttrs* attrs, std::span<const ValueId> operands) const;
  /// Whether it must stay, in order: it may fail or is an effect, or owns a block with such an op, or calls.
  bool is_ordered(OpId id) const;

  int value_count() const { return static_cast<int>(values_.size()); }
  int op_count() const { return static_cast<int>(ops_.size()); }
  int block_count() const { return static_cast<int>(blocks_.size()); }

 private:
  friend class Builder;
  template <class T>
  static std::size_t index(IdOf<T> id) {
    return static_cast<std::size_t>(id.index);
  }

  std::vector<Value> values_;
  std::vector<Op> ops_;
  std::vector<Block> blocks_;
  std::vector<ValueId> operands_;
};

/// The functions of one file. Names are unique.
struct Module {
  std::vector<Function> functions;

  const Function* find(std::string_view name) const;
  /// `@main`, or the only function; throws Error when there is neither.
  const Function& entry() const;
};

/// Types that are the same after the call's sizes replace the names in `f`'s signature. Throws Error when `args` do not
/// match the parameters, naming the first that differs and what each size is bound to.
Module specialize(const Module& module, const Function& entry, std::span<const Type> args);

}  // namespace tjit
