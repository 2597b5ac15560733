// Functions written elsewhere, as an op.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

struct CustomCall : Source {
  std::string target, config;
  static constexpr OpInfo info{.name = "custom_call",
                               .arity = -1,
                               .types = kAll,
                               .doc =
                                   "The results of the registered function `target` (tjit/custom_call.h) for the "
                                   "operands and the text `config`. It may say that it fails."};
  static constexpr std::string_view failure = "the function failed";
  static constexpr auto fields =
      std::tuple{field<&CustomCall::target>("target"), optional_field<&CustomCall::config>("config")};
  static Types infer(const CustomCall& a, std::span<const Type> in);
  /// What it does is not known: as much as to read its operands.
  static double steps(const CustomCall& a, std::span<const Type> in);
};

}  // namespace tjit::inline ops
