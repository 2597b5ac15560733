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

#include "ir/dtypes.h"
#include "ir/ops/list.h"
#include "ir/type.h"

namespace tjit {

class Builder;

/// Where an op is documented; decides nothing.
enum class Family : std::uint8_t { Elementwise, Reduce, View, Index, Contract, Control, Source, Effect };
/// `elementwise`, ...
std::string_view family_name(Family family);

/// How every layer treats an op: one exclusive fact, derived from what the op's struct states (ir/ops/form.h).
enum class Form : std::uint8_t {
  Map,        ///< each element of the result from those of the operands at its index
  View,       ///< another window on the operand's elements
  Reshape,    ///< the operand's elements in the same order under another shape
  Lookup,     ///< elements of operand 0 at indices
  Placing,    ///< operands written into a larger result
  Count,      ///< indices along a dimension
  Reduction,  ///< elements joined by one associative op
  Search,     ///< the place of an extreme element; compiled code writes it with other ops
  Product,    ///< sums of products
  Routine,    ///< what the runtime computes as a whole; several results are ordinary
  Control,    ///< owns blocks, or calls a function
  Constant,   ///< a literal
  Effect,     ///< keeps its order and is never dropped; no results
};

/// Whether the runtime computes the op as a whole, by its routine.
constexpr bool has_routine(Form form) { return form == Form::Product || form == Form::Routine; }

template <class T>
struct IdOf {
  std::int32_t index = -1;
  constexpr bool valid() const { return index >= 0; }
  friend constexpr auto operator<=>(const IdOf&, const IdOf&) = default;
};
using ValueId = IdOf<struct ValueTag>;
using OpId = IdOf<struct OpTag>;
using BlockId = IdOf<struct BlockTag>;

// ---- attributes ----

/// Base of op structs that carry attributes; it gives them one address type.
struct OpAttrs {};

/// The one way from attributes to an op's struct: the op must be a `T`.
template <class T>
const T& attrs_as(Opcode code, const OpAttrs* attrs) {
  TJIT_CHECK(code == kOpcode<T> && attrs != nullptr);
  return static_cast<const T&>(*attrs);
}

/// The name of a function, printed `@name`.
struct Callee {
  std::string name;
  friend bool operator==(const Callee&, const Callee&) = default;
};

using AttrValue = std::variant<std::int64_t, bool, DType, Dims, Padding, std::string, Callee, Literal>;

/// One attribute of an op, erased: its name, whether text may leave it out, and access to the member.
struct AttrField {
  std::string_view name;
  bool optional;
  AttrValue (*get)(const OpAttrs&);
  void (*set)(OpAttrs&, AttrValue);  ///< the variant must hold the member's type
};

// ---- facts ----

/// The result dtype of an elementwise op: its operands', bool, that of a complex number's parts, the complex one of
/// such parts, or what its attribute `dtype` says.
enum class Result : std::uint8_t { Same, Bool, Part, Complex, Attribute };
/// Whether the operands' dtype decides it.
constexpr bool follows_operands(Result r) { return r != Result::Bool && r != Result::Attribute; }

/// The largest error of a result, in units in the last place: what was found, rounded up to a half. 0: exact; 0.5:
/// rounded correctly. Ops that join many elements state that of each step. f16 and bf16 follow (`ulp_of`). Of complex
/// results it is the larger part's error, in units in the last place of the larger part, where the op's `doc` does not
/// say more.
struct Ulp {
  double f32, f64, complex;
  constexpr Ulp(double of_all = 0) : Ulp(of_all, of_all) {}
  constexpr Ulp(double of_f32, double of_f64) : Ulp(of_f32, of_f64, of_f32 > of_f64 ? of_f32 : of_f64) {}
  constexpr Ulp(double of_f32, double of_f64, double of_complex) : f32(of_f32), f64(of_f64), complex(of_complex) {}
  /// Whether results are exact, or rounded once.
  constexpr bool rounds_once(bool is_complex) const { return is_complex ? complex <= 0.5 : f32 <= 0.5 && f64 <= 0.5; }
};

struct OpInfo {
  std::string_view name;
  int arity = 1;     ///< number of operands; -1: any
  DTypes types = 0;  ///< element types of the operands
  Result result = Result::Same;
  bool as_stored = false;   ///< elementwise: takes elements as they are stored, and moves or converts them
  bool mask_first = false;  ///< operand 0 is bool whatever `types` says (`where`)
  Ulp ulp = 0;
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

/// Whether a kernel computes ops of this form element by element.
bool is_indexed(Form form);
/// Whether the op only shows its operand's elements in another arrangement.
constexpr bool is_view(Form form) { return form == Form::View || form == Form::Reshape; }

/// A block that a control op owns.
struct BlockInfo {
  std::string_view name;
  bool takes_variables = false;  ///< its parameters are the op's operands, or what a turn of the loop made of them
  bool gives_results = false;    ///< its yield becomes the results, or the variables of the next turn; else one bool[]
  bool repeats = false;          ///< may run any number of times
};
enum class ControlKind : std::uint8_t {
  Branch,  ///< one of its blocks runs, chosen by a rank-0 bool
  Loop,    ///< `test`, then `body` as long as the test yields true; operand, parameters and result i are variable i
  Call,    ///< runs another function
  Group    ///< its block becomes one kernel
};
struct ControlFacts {
  ControlKind kind;
  std::span<const BlockInfo> blocks;
};

/// What an effect does.
enum class EffectKind : std::uint8_t {
  Write,  ///< writes its message, with operands for its places
  Check   ///< raises with its message unless every element of its operand is true
};

// ---- what ops of each form state, in the order of Form ----

struct MapFacts {};
struct ViewFacts {
  View (*view)(const OpAttrs*, const View&);
};
struct ReshapeFacts {};
struct LookupFacts {
  std::vector<Coordinate> (*lookup)(const OpAttrs*, std::span<const Type>);
};
struct PlacingFacts {
  Placing (*placing)(const OpAttrs*, std::span<const Type>);
  /// Appends an op that raises what this one would for the operands, and does no more; gives the attributes of this op
  /// without its check. Null where that cannot be taken apart.
  std::shared_ptr<const OpAttrs> (*take_check)(Builder&, const OpAttrs*, std::span<const ValueId>) = nullptr;
};
struct CountFacts {
  int (*counted)(const OpAttrs*, const Shape& result);
};
struct ReductionFacts {
  Opcode combine;                          ///< the elementwise op that joins two
  ElementBits (*identity)(DType);          ///< the result over nothing
  Dims (*axes)(const OpAttrs*, int rank);  ///< reduced dimensions, ascending
};
struct SearchFacts {
  int (*axis)(const OpAttrs*, int rank);
  ValueId (*expand)(Builder&, const OpAttrs*, std::span<const ValueId>);
};
struct ProductFacts {
  std::int64_t (*depth)(const OpAttrs*, std::span<const Type>);  ///< products that one result sums
};
struct RoutineFacts {
  double (*steps)(const OpAttrs*, std::span<const Type>);  ///< comparisons, additions, ... that it takes
};
struct ConstantFacts {
  const Literal& (*value)(const OpAttrs*);
};
struct EffectFacts {
  EffectKind kind;
  const std::string& (*message)(const OpAttrs*);
  int (*places)(const OpAttrs*);  ///< operands that the message has places for
};

class OpDef {
 public:
  Opcode code{};
  OpInfo info;
  Family family{};
  std::vector<AttrField> attrs;
  bool can_fail = false;  ///< some execution may raise: see `may_fail`
  std::string_view failure;

  std::shared_ptr<OpAttrs> (*make_attrs)() = nullptr;  ///< default attributes; null when the op has none
  /// Result types; throws Error on wrong operands or attributes. Null for control ops (`infer_results`).
  Types (*infer)(const OpAttrs*, std::span<const Type>) = nullptr;
  /// Whether this op may raise, given its attributes, operand types, and the operands that are constants (others null).
  bool (*may_fail)(const OpAttrs*, std::span<const Type>, std::span<const Literal* const>) = nullptr;
  /// Views and reshape: the attributes of the one op that does what `outer` does to the result of `inner`; the shape is
  /// that of `inner`'s operand. Both are this op; sizes are known.
  std::shared_ptr<const OpAttrs> (*compose)(const OpAttrs* outer, const OpAttrs* inner, const Shape&) = nullptr;

  Form form() const { return static_cast<Form>(facts.index()); }
  /// The blocks that it owns, with their names.
  std::span<const BlockInfo> blocks() const {
    return form() == Form::Control ? control().blocks : std::span<const BlockInfo>();
  }
  bool is_control(ControlKind kind) const { return form() == Form::Control && control().kind == kind; }
  /// Whether it gives results from operands and attributes and does nothing else.
  bool is_plain() const { return form() != Form::Control && form() != Form::Effect; }

  // What the op's form states of it; asking for another form's facts is an internal error.
  View view(const OpAttrs* a, const View& v) const { return get<ViewFacts>().view(a, v); }
  std::vector<Coordinate> lookup(const OpAttrs* a, std::span<const Type> in) const {
    return get<LookupFacts>().lookup(a, in);
  }
  Placing placing(const OpAttrs* a, std::span<const Type> in) const { return get<PlacingFacts>().placing(a, in); }
  auto take_check() const { return get<PlacingFacts>().take_check; }
  int counted(const OpAttrs* a, const Shape& result) const { return get<CountFacts>().counted(a, result); }
  const ReductionFacts& reduction() const { return get<ReductionFacts>(); }
  const SearchFacts& search() const { return get<SearchFacts>(); }
  /// How many products or comparisons, say, an op takes that has a routine.
  double steps(const OpAttrs* a, std::span<const Type> in, std::span<const Type> results) const {
    if (form() == Form::Routine) return get<RoutineFacts>().steps(a, in);
    return static_cast<double>(get<ProductFacts>().depth(a, in)) * static_cast<double>(element_count(results[0]));
  }
  const ControlFacts& control() const { return get<ControlFacts>(); }
  const Literal& value(const OpAttrs* a) const { return get<ConstantFacts>().value(a); }
  const EffectFacts& effect() const { return get<EffectFacts>(); }

  std::variant<MapFacts, ViewFacts, ReshapeFacts, LookupFacts, PlacingFacts, CountFacts, ReductionFacts, SearchFacts,
               ProductFacts, RoutineFacts, ControlFacts, ConstantFacts, EffectFacts>
      facts;

 private:
  template <class F>
  const F& get() const {
    const F* f = std::get_if<F>(&facts);
    TJIT_CHECK(f != nullptr);
    return *f;
  }
};
static_assert(std::variant_size_v<decltype(OpDef::facts)> == static_cast<std::size_t>(Form::Effect) + 1);

/// All ops, in list order.
std::span<const OpDef> op_table();
const OpDef& def(Opcode code);
/// Null when there is no such op.
const OpDef* find_op(std::string_view name);
/// The known name nearest to a misspelt one, or an empty string when none is near: for "did you mean".
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

inline constexpr Opcode kNoOp{0xffff};

}  // namespace tjit
