// What an op is: the facts each op struct states, and the table entry that is derived from it.
//
// An op struct lists its attributes as members, names them in `fields`, and states its `info`. Parsing, printing,
// inference, verification, kernels, folding, generated code, `tjit ops` and the op's tests all derive from it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "ir/type.h"

namespace tjit {

class Builder;

enum class OpKind : std::uint8_t { Elementwise, Reduce, View, Index, Contract, Control, Source, Effect };
/// `elementwise`, ...
std::string_view kind_name(OpKind kind);

/// Position in the op list (`ir/ops/list.h`).
enum class Opcode : std::uint16_t {};

template <class T>
struct IdOf {
  std::int32_t index = -1;
  constexpr bool valid() const { return index >= 0; }
  friend constexpr auto operator<=>(const IdOf&, const IdOf&) = default;
};
using ValueId = IdOf<struct ValueTag>;
using OpId = IdOf<struct OpTag>;
using BlockId = IdOf<struct BlockTag>;

// ---- the element types an op takes: a set, one bit per DType ----

using DTypes = std::uint32_t;
constexpr DTypes only(DType t) { return DTypes{1} << static_cast<int>(t); }
constexpr bool contains(DTypes set, DType t) { return (set & only(t)) != 0; }
inline constexpr DTypes kBool = only(DType::Bool);
inline constexpr DTypes kInts = only(DType::U8) | only(DType::I32) | only(DType::I64);
inline constexpr DTypes kSigned = only(DType::I32) | only(DType::I64) | only(DType::F32) | only(DType::F64);
inline constexpr DTypes kFloats = only(DType::F32) | only(DType::F64);
inline constexpr DTypes kNumbers = kInts | kFloats;
inline constexpr DTypes kAll = kNumbers | kBool;
/// Types an index may have.
inline constexpr DTypes kIndices = only(DType::I32) | only(DType::I64);

// ---- attributes ----

/// Base of op structs that carry attributes; it gives them one address type.
struct OpAttrs {};

/// The name of a function, printed `@name`.
struct Callee {
  std::string name;
  friend bool operator==(const Callee&, const Callee&) = default;
};

using AttrValue = std::variant<std::int64_t, bool, DType, Dims, std::string, Callee, Literal>;

/// One attribute of an op, erased: its name, whether text may leave it out, and access to the member.
struct AttrField {
  std::string_view name;
  bool optional;
  AttrValue (*get)(const OpAttrs&);
  void (*set)(OpAttrs&, AttrValue);  ///< the variant must hold the member's type
};

// ---- facts ----

enum class Result : std::uint8_t { Same, Bool, Attribute };  ///< result dtype of an elementwise op

struct OpInfo {
  std::string_view name;
  int arity = 1;     ///< number of operands; -1: any
  DTypes types = 0;  ///< element types of the operands
  Result result = Result::Same;
  bool mask_first = false;  ///< operand 0 is bool whatever `types` says (`where`)
  double ulp = 0;           ///< largest error of a float result in units in the last place; 0.5: correctly rounded
  std::string_view doc;
};

/// A strided window on a buffer. `strides` and `offset` count elements. Also used as an affine function of an index:
/// the value at index i is offset + sum(strides[d] * i[d]).
struct View {
  Shape shape;
  Dims strides;
  std::int64_t offset = 0;
};

/// Operand `operand` of a placing op (concat, pad, dynamic_update_slice) stands in the result at `offset`, plus the
/// op's index operands when it has some.
struct Placement {
  int operand;
  Dims offset;
};

/// How a placing op makes its result: every element is operand `background` (broadcast when it is rank 0), or covered
/// by placements when it is -1; then each placement is written over it.
struct Placing {
  int background = -1;
  std::vector<Placement> pieces;
  int first_index = -1;  ///< first of rank(result) rank-0 index operands that move the pieces; -1: none
  bool clamp = false;    ///< pieces that would stick out are moved inside
};

/// One coordinate of the element that a lookup op (gather, dynamic_slice) reads from operand 0:
/// i[dim] (when dim >= 0) plus the element of operand `index` (when >= 0) at the result indices named by `index_dims`.
struct Coordinate {
  int dim = -1;
  int index = -1;
  Dims index_dims = {};
  bool clamp = false;  ///< what would lie outside is moved inside
};

struct OpDef {
  Opcode code{};
  OpInfo info;
  OpKind kind{};
  std::vector<AttrField> attrs;
  bool is_effect = false;  ///< keeps its order and is never dropped (print, assert)
  bool can_fail = false;   ///< some execution may raise: see `may_fail`
  std::string_view failure;

  std::shared_ptr<OpAttrs> (*make_attrs)() = nullptr;  ///< default attributes; null when the op has none
  /// Result type; throws Error on wrong operands or attributes. Null for ops that own blocks, and for call.
  Type (*infer)(const OpAttrs*, std::span<const Type>) = nullptr;
  /// Whether this op may raise, given its attributes, operand types, and the operands that are constants (others null).
  bool (*may_fail)(const OpAttrs*, std::span<const Type>, std::span<const Literal* const>) = nullptr;

  // Kind-specific facts; null where they do not apply.
  View (*view)(const OpAttrs*, const View&) = nullptr;  ///< view ops but reshape
  /// View ops: the attributes of the one op that does what `outer` does to the result of `inner`; the shape is that of
  /// `inner`'s operand. Both are this op; sizes are known.
  std::shared_ptr<const OpAttrs> (*compose)(const OpAttrs* outer, const OpAttrs* inner, const Shape&) = nullptr;
  Opcode combine{};                          ///< reductions: the elementwise op that joins two
  void (*identity)(DType, void*) = nullptr;  ///< reductions: writes the result over nothing
  Placing (*placing)(const OpAttrs*, std::span<const Type>) = nullptr;
  std::vector<Coordinate> (*lookup)(const OpAttrs*, std::span<const Type>) = nullptr;
  /// Ops defined by others in compiled code: builds the replacement for these operands and returns it.
  ValueId (*expand)(Builder&, const OpAttrs*, std::span<const ValueId>) = nullptr;
};

/// All ops, in list order.
std::span<const OpDef> op_table();
const OpDef& def(Opcode code);
/// Null when there is no such op.
const OpDef* find_op(std::string_view name);
/// The known name nearest to a misspelt one, or an empty string when none is near: for "did you mean".
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);
std::string_view nearest_op(std::string_view name);

inline constexpr Opcode kNoOp{0xffff};

}  // namespace tjit
