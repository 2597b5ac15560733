// Appending ops, and copying them from function to function.
#include "ir/builder.h"

#include <algorithm>

#include "ir/ops/structure.h"

namespace tjit {

namespace {

std::size_t mix(std::size_t hash, std::size_t value) { return (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29); }

std::size_t hash_bytes(const std::byte* data, std::int64_t size) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
}

std::size_t hash_value(const AttrValue& value) {
  return std::visit(
      [](const auto& v) -> std::size_t {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, Dims>) {
          std::size_t h = static_cast<std::size_t>(v.size());
          for (const std::int64_t d : v) h = mix(h, static_cast<std::size_t>(d));
          return h;
        } else if constexpr (std::is_same_v<V, Padding>) {
          return mix(hash_value(AttrValue(v.low)), hash_value(AttrValue(v.high)));
        } else if constexpr (std::is_same_v<V, Callee>) {
          return std::hash<std::string>{}(v.name);
        } else if constexpr (std::is_same_v<V, Literal>) {
          // Equal literals may be stored in two ways; the first element and the type are common to both.
          const std::size_t h = mix(static_cast<std::size_t>(v.type().dtype), hash_value(AttrValue(v.type().shape)));
          return v.stored_bytes() == 0 ? h : mix(h, hash_bytes(v.data(), size_of(v.type().dtype)));
        } else {
          return std::hash<V>{}(v);
        }
      },
      value);
}

std::size_t hash_op(const NewOp& op) {
  std::size_t h = mix(static_cast<std::size_t>(op.code), hash_attrs(def(op.code), op.attrs.get()));
  for (const ValueId v : op.operands) h = mix(h, static_cast<std::size_t>(v.index));
  return h;
}

/// The declared type stands where inference leaves sizes open; otherwise the two must agree.
Type merged(const Type& inferred, const Type& declared) {
  if (!compatible(inferred, declared))
    fail("the result is " + to_string(inferred) + ", but " + to_string(declared) + " is written");
  Type result = inferred;
  for (int d = 0; d < result.shape.size(); ++d)
    if (result.shape[d] == Dims::kUnknown) result.shape[d] = declared.shape[d];
  return result;
}

/// Throws when a block's yield does not have the types `expected`.
void require_yield(const std::vector<Type>& found, const std::vector<Type>& expected, std::string_view block) {
  const std::string where = "block `" + std::string(block) + "` yields ";
  if (found.size() != expected.size())
    fail(where + std::to_string(found.size()) + " values where " + std::to_string(expected.size()) + " are expected");
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!compatible(found[i], expected[i]))
      fail(where + to_string(found[i]) + " as value " + std::to_string(i) + " where " + to_string(expected[i]) +
           " is expected");
}

void require_params(const Function& f, BlockId block, const std::vector<Type>& expected, std::string_view name) {
  const std::vector<Type> found = f.types(f.params(block));
  const std::string text = "block `" + std::string(name) + "` takes ";
  if (found.size() != expected.size())
    fail(text + std::to_string(found.size()) + " parameters where " + std::to_string(expected.size()) +
         " are expected");
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] != expected[i])
      fail(text + to_string(found[i]) + " as parameter " + std::to_string(i) + " where " + to_string(expected[i]) +
           " is expected");
}

void require_blocks(const NewOp& op, std::size_t count) {
  if (op.blocks.size() != count)
    fail("owns " + std::to_string(count) + " block" + (count == 1 ? "" : "s") + ", found " +
         std::to_string(op.blocks.size()));
}

/// A group holds what a kernel computes element by element: no effects, control flow or products, and no ops that give
/// way to others first.
void require_group(const Function& f, BlockId block) {
  for (const OpId id : f.block(block).ops)
    if (!is_indexed(f.form(id)) && f.form(id) != Form::Constant)
      fail(std::string(f.def(id).info.name) + " cannot stand in a group");
}

void require_predicate(std::span<const Type> operands) {
  if (operands.size() != 1 || operands[0] != Type{DType::Bool, {}})
    fail("the predicate must be bool[]" + (operands.empty() ? "" : ", not " + to_string(operands[0])));
}

/// Result types of the ops that own blocks.
Types infer_control(const Function& f, const NewOp& op) {
  const ControlFacts& control = def(op.code).control();
  const std::vector<Type> operands = f.types(op.operands);
  require_blocks(op, control.blocks.size());
  if (control.kind == ControlKind::Branch) require_predicate(operands);
  if (control.kind == ControlKind::Group && !operands.empty()) fail("takes no operands");
  for (std::size_t i = 0; i < op.blocks.size(); ++i)
    require_params(f, op.blocks[i], control.blocks[i].takes_variables ? operands : std::vector<Type>(),
                   control.blocks[i].name);
  const std::vector<Type> results =
      control.kind == ControlKind::Loop ? operands : f.types(f.block(op.blocks.front()).yields);
  for (std::size_t i = 0; i < op.blocks.size(); ++i)
    require_yield(f.types(f.block(op.blocks[i]).yields),
                  control.blocks[i].gives_results ? results : std::vector<Type>{{DType::Bool, {}}},
                  control.blocks[i].name);
  if (control.kind == ControlKind::Group) require_group(f, op.blocks.front());
  Types types;
  for (const Type& t : results) types.push_back(t);
  return types;
}

}  // namespace

std::size_t hash_attrs(const OpDef& def, const OpAttrs* attrs) {
  std::size_t h = 0;
  for (const AttrField& field : def.attrs) h = mix(h, hash_value(field.get(*attrs)));
  return h;
}

bool equal_attrs(const OpDef& def, const OpAttrs* a, const OpAttrs* b) {
  return a == b ||
         std::ranges::all_of(def.attrs, [&](const AttrField& field) { return field.get(*a) == field.get(*b); });
}

Builder::Builder(std::string name, Options options) : f_(std::move(name)), options_(std::move(options)) {
  f_.blocks_.emplace_back();
  open_.push_back(Function::kBody);
}

ValueId Builder::new_value(const Type& type, OpId op, BlockId block, int index) {
  f_.values_.push_back({type, op, block, index});
  return {f_.value_count() - 1};
}

void Builder::reserve(const Function& like) {
  f_.values_.reserve(like.values_.size());
  f_.ops_.reserve(like.ops_.size());
  f_.operands_.reserve(like.operands_.size());
  f_.blocks_.reserve(like.blocks_.size());
}

ValueId Builder::param(const Type& type) {
  Block& body = f_.blocks_.front();
  TJIT_CHECK(body.ops.empty() && open_.size() == 1 && f_.value_count() == body.param_count);
  if (body.param_count == 0) body.first_param = {0};
  return new_value(type, {}, Function::kBody, body.param_count++);
}

Types infer_results(const Function& f, const NewOp& op) {
  const OpDef& d = def(op.code);
  return d.infer != nullptr ? d.infer(op.attrs.get(), f.types(op.operands)) : infer_control(f, op);
}

void refine_types(std::span<Type> inferred, std::span<const Type> declared) {
  if (declared.size() != inferred.size())
    fail("has " + std::to_string(inferred.size()) + (inferred.size() == 1 ? " result, but " : " results, but ") +
         std::to_string(declared.size()) + (declared.size() == 1 ? " type is written" : " types are written"));
  for (std::size_t i = 0; i < inferred.size(); ++i) inferred[i] = merged(inferred[i], declared[i]);
}

OpId Builder::find_equal(const NewOp& op, std::size_t hash) const {
  return seen_.find(hash, [&](OpId id) {
    const Op& other = f_.op(id);
    return other.code == op.code && std::ranges::equal(f_.operands(id), op.operands) &&
           equal_attrs(def(op.code), other.attrs.get(), op.attrs.get());
  });
}

bool Builder::fit(std::span<const ValueId> values, std::span<const Type> declared) const {
  return declared.empty() || std::ranges::equal(values, declared, {}, [&](ValueId v) { return f_.type(v); });
}

ValueList Builder::append(NewOp op, std::span<const Type> declared) {
  const OpDef& d = def(op.code);
  const bool plain = d.is_plain();
  if (plain && options_.simplify) {
    if (auto values = options_.simplify(*this, op); values && fit(*values, declared)) return std::move(*values);
  }
  const std::size_t hash = plain && options_.share ? hash_op(op) : 0;
  if (plain && options_.share) {
    if (const OpId equal = find_equal(op, hash); equal.valid()) {
      if (ValueList values = f_.results(equal).list(); fit(values, declared)) return values;
    }
  }
  Types types;
  try {
    if (d.is_control(ControlKind::Call)) {
      for (const Type& t : declared) types.push_back(t);
    } else {
      types = infer_results(f_, op);
      if (!declared.empty()) refine_types(types, declared);
    }
  } catch (Error& e) {
    e = e.in(d.info.name, op.loc);
    throw;  // with what is known of it beyond its text
  }
  const OpId id{f_.op_count()};
  Op& now = f_.ops_.emplace_back();
  now.code = op.code;
  now.parent = open_.back();
  now.first_operand = static_cast<std::int32_t>(f_.operands_.size());
  now.operand_count = static_cast<std::int32_t>(op.operands.size());
  f_.operands_.insert(f_.operands_.end(), op.operands.begin(), op.operands.end());
  now.attrs = std::move(op.attrs);
  now.loc = op.loc;
  now.first_result = {f_.value_count()};
  now.result_count = static_cast<std::int32_t>(types.size());
  for (const BlockId b : op.blocks) f_.blocks_[Function::index(b)].owner = id;
  now.blocks = std::move(op.blocks);
  for (std::size_t i = 0; i < types.size(); ++i) new_value(types[i], id, {}, static_cast<int>(i));
  f_.blocks_[Function::index(open_.back())].ops.push_back(id);
  if (plain && options_.share) seen_.insert(hash, id);
  return f_.results(id).list();
}

ValueId Builder::constant(Literal value, Location loc) {
  Constant c;
  c.value = std::move(value);
  return append(c, {}, loc);
}

bool Builder::visible(ValueId id) const { return std::ranges::find(open_, f_.home(id)) != open_.end(); }

BlockId Builder::begin_block(std::span<const Type> params) {
  const BlockId id{f_.block_count()};
  Block& block = f_.blocks_.emplace_back();
  block.first_param = {f_.value_count()};
  block.param_count = static_cast<std::int32_t>(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) new_value(params[i], {}, id, static_cast<int>(i));
  open_.push_back(id);
  seen_.open_scope();
  return id;
}

void Builder::end_block(std::span<const ValueId> yields) {
  TJIT_CHECK(open_.size() > 1);
  f_.blocks_[Function::index(open_.back())].yields.assign(yields.begin(), yields.end());
  open_.pop_back();
  seen_.close_scope();
}

Function Builder::finish(std::span<const ValueId> yields) {
  TJIT_CHECK(open_.size() == 1);
  f_.blocks_.front().yields.assign(yields.begin(), yields.end());
  return std::move(f_);
}

std::vector<ValueId> Copier::operator()(std::span<const ValueId> old) const {
  std::vector<ValueId> now;
  now.reserve(old.size());
  for (const ValueId v : old) now.push_back((*this)[v]);
  return now;
}

void Copier::copy_params() {
  for (const ValueId p : from_.params()) bind(p, to_.param(from_.type(p)));
}

ValueList Copier::copy(OpId id, const Each& each) {
  const Op& op = from_.op(id);
  std::vector<BlockId> blocks;
  blocks.reserve(op.blocks.size());
  for (const BlockId b : op.blocks) blocks.push_back(from_.is_group(id) ? copy_group(b) : copy_block(b, each));
  const std::vector<ValueId> operands = (*this)(from_.operands(id));
  const std::vector<Type> types = from_.types(from_.results(id));
  ValueList results = to_.append({op.code, op.attrs, operands, std::move(blocks), op.loc}, types);
  for (int i = 0; i < from_.results(id).size(); ++i) bind(from_.results(id)[i], results[static_cast<std::size_t>(i)]);
  return results;
}

BlockId Copier::copy_group(BlockId old) {
  const Builder::AsWritten scope(to_);
  return copy_block(old);
}

BlockId Copier::copy_block(BlockId old, const Each& each) {
  const BlockId now = to_.begin_block(from_.types(from_.params(old)));
  for (int i = 0; i < from_.params(old).size(); ++i) bind(from_.params(old)[i], to_.function().params(now)[i]);
  for (const OpId id : from_.block(old).ops) {
    if (each) {
      each(id);
    } else {
      copy(id);
    }
  }
  to_.end_block((*this)(from_.block(old).yields));
  return now;
}

}  // namespace tjit
