// Contraction, control flow, sources and effects.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

struct Dot : Contract {
  Dims lhs_contract, rhs_contract, lhs_batch, rhs_batch;
  static constexpr OpInfo info{
      .name = "dot",
      .arity = 2,
      .types = kNumbers,
      .ulp = {0.5, 0.5, 1},
      .doc =
          "Sums of products over the contracted dimensions. Result dimensions: batch, then "
          "lhs free, then rhs free. Integers wrap; floats use fma in the order of ir/order.h."};
  static constexpr auto fields =
      std::tuple{field<&Dot::lhs_contract>("lhs_contract"), field<&Dot::rhs_contract>("rhs_contract"),
                 optional_field<&Dot::lhs_batch>("lhs_batch"), optional_field<&Dot::rhs_batch>("rhs_batch")};
  static Type infer(const Dot& a, std::span<const Type> in);
  static std::int64_t depth(const Dot& a, std::span<const Type> in);
};

struct Cond : ControlOp {
  static constexpr OpInfo info{.name = "cond",
                               .arity = 1,
                               .types = kBool,
                               .doc = "Runs block `then` when the rank-0 bool is true, else `else`; gives its yield."};
  static constexpr BlockInfo blocks[] = {{.name = "then", .gives_results = true},
                                         {.name = "else", .gives_results = true}};
  static constexpr ControlFacts control{ControlKind::Branch, blocks};
};

struct While : ControlOp {
  static constexpr OpInfo info{.name = "while",
                               .arity = -1,
                               .types = kAll,
                               .doc = "Runs `body` on the loop variables as long as `test` of them yields true."};
  static constexpr BlockInfo blocks[] = {
      {.name = "test", .takes_variables = true, .repeats = true},
      {.name = "body", .takes_variables = true, .gives_results = true, .repeats = true}};
  static constexpr ControlFacts control{ControlKind::Loop, blocks};
};

struct Call : ControlOp {
  Callee callee;
  static constexpr OpInfo info{.name = "call", .arity = -1, .types = kAll, .doc = "Runs another function."};
  static constexpr auto fields = std::tuple{field<&Call::callee>("callee")};
  static constexpr ControlFacts control{ControlKind::Call, {}};
};

struct Fusion : ControlOp {
  std::string kind_name;
  /// No attribute of the text: whether a pass made the group, which then must become a kernel.
  bool by_pass = false;
  static constexpr OpInfo info{
      .name = "fusion", .arity = 0, .types = kAll, .doc = "Ops that become one kernel; made by the pass `fuse`."};
  static constexpr auto fields = std::tuple{field<&Fusion::kind_name>("kind")};
  static constexpr BlockInfo blocks[] = {{.name = "body", .gives_results = true}};
  static constexpr ControlFacts control{ControlKind::Group, blocks};
};

struct Constant : Source {
  Literal value;
  static constexpr OpInfo info{.name = "constant", .arity = 0, .types = kAll, .doc = "A value known before running."};
  static constexpr auto fields = std::tuple{field<&Constant::value>("value")};
  static Type infer(const Constant& a, std::span<const Type>) { return a.value.type(); }
  static const Literal& literal(const Constant& a) { return a.value; }
};

struct Print : Effect {
  std::string message;
  static constexpr OpInfo info{.name = "print",
                               .arity = -1,
                               .types = kAll,
                               .doc =
                                   "Writes the message, without a newline, to standard output with each `{}` "
                                   "replaced by the operand whose turn it is; `{{` and `}}` write `{` and `}`."};
  static constexpr auto fields = std::tuple{field<&Print::message>("message")};
  static constexpr EffectKind effect = EffectKind::Write;
  /// Calls `on_place()` for each `{}` of a message and `on_text(c)` for each character to write between them.
  static void read(std::string_view message, auto on_text, auto on_place) {
    while (!message.empty()) {
      const std::string_view two = message.substr(0, 2);
      if (two == "{}") {
        on_place();
      } else {
        on_text(two.front());
      }
      message.remove_prefix(two == "{}" || two == "{{" || two == "}}" ? 2 : 1);
    }
  }
  static int places(const Print& a) {
    int count = 0;
    read(a.message, [](char) {}, [&] { ++count; });
    return count;
  }
};

struct Assert : Effect {
  std::string message;
  static constexpr OpInfo info{
      .name = "assert", .types = kBool, .doc = "Raises with the message unless every element of the operand is true."};
  static constexpr std::string_view failure = "assertion failed";
  static constexpr auto fields = std::tuple{field<&Assert::message>("message")};
  static constexpr EffectKind effect = EffectKind::Check;
  static int places(const Assert& /*a*/) { return 1; }
};

}  // namespace tjit::inline ops
