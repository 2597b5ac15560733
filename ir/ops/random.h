// Random bits, from which all random numbers are made.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

struct RandomBits : Source {
  Dims shape;
  DType dtype = DType::U32;
  static constexpr OpInfo info{
      .name = "random_bits",
      .types = only(DType::U32),
      .doc =
          "Elements of `dtype`, u32 or u64, whose bits are random: a function of their row-major index and of the "
          "operand, a key u32[2]. Element i is Threefry-2x32 with 20 rounds of the counter i (low word, high word): "
          "for u32 its first word, for u64 both, the first one low."};
  static constexpr auto fields = std::tuple{field<&RandomBits::shape>("shape"), field<&RandomBits::dtype>("dtype")};
  static Type infer(const RandomBits& a, std::span<const Type> in);
  /// Twenty rounds of about five operations each.
  static double steps(const RandomBits& a, std::span<const Type> /*in*/) {
    return 100 * static_cast<double>(element_count(a.shape));
  }
};

}  // namespace tjit::inline ops
