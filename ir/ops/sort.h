// Ops that sort: which elements stand where depends on all of a line.
#pragma once

#include "ir/ops/base.h"

namespace tjit::inline ops {

/// The attributes of sort and argsort, and the dimension along which they work.
struct SortAxis : IndexOp {
  std::int64_t axis = 0;
  bool descending = false;
  static double steps(const SortAxis& a, std::span<const Type> in);
};

struct Sort : SortAxis {
  static constexpr OpInfo info{
      .name = "sort",
      .types = kOrdered,
      .doc =
          "Elements in order along `axis`, smallest first, or largest first when `descending`. Equal ones (-0 and 0 "
          "are) keep their order; NaNs come last either way."};
  static constexpr auto fields =
      std::tuple{field<&Sort::axis>("axis"), optional_field<&Sort::descending>("descending")};
  static Type infer(const Sort& a, std::span<const Type> in);
};

struct ArgSort : SortAxis {
  static constexpr OpInfo info{.name = "argsort",
                               .types = kOrdered,
                               .doc = "Where the elements that `sort` gives stand along `axis`: i64 indices."};
  static constexpr auto fields =
      std::tuple{field<&ArgSort::axis>("axis"), optional_field<&ArgSort::descending>("descending")};
  static Type infer(const ArgSort& a, std::span<const Type> in);
};

struct TopK : IndexOp {
  std::int64_t k = 1;
  static constexpr OpInfo info{
      .name = "top_k",
      .types = kOrdered,
      .doc =
          "The `k` largest elements along the last dimension, largest first, and their i32 indices there. Of equal "
          "ones the first comes first; NaNs come last."};
  static constexpr auto fields = std::tuple{field<&TopK::k>("k")};
  static Types infer(const TopK& a, std::span<const Type> in);
  static double steps(const TopK& a, std::span<const Type> in);
};

}  // namespace tjit::inline ops
