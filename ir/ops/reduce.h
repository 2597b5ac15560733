// Reductions. The order in which elements join is a function of shape and axes alone (ir/order.h).
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/element.h"

namespace tjit::inline ops {

/// The attributes that reduce_* share.
struct ReduceAxes : Reduce {
  Dims axes;
  bool keepdims = false;
  static constexpr auto fields =
      std::tuple{field<&ReduceAxes::axes>("axes"), optional_field<&ReduceAxes::keepdims>("keepdims")};
  static Type infer(const ReduceAxes& a, std::span<const Type> in);
  static Dims reduced(const ReduceAxes& a, int rank) { return rules::axes(a.axes, rank); }
};

struct ReduceSum : ReduceAxes {
  static constexpr OpInfo info{
      .name = "reduce_sum", .types = kNumbers, .ulp = 0.5, .doc = "Sum over `axes`; 0 over nothing."};
  using Combine = Add;
  template <class T>
  static constexpr T identity = T(0);
};

struct ReduceProd : ReduceAxes {
  static constexpr OpInfo info{
      .name = "reduce_prod", .types = kNumbers, .ulp = {0.5, 0.5, 2.5}, .doc = "Product over `axes`; 1 over nothing."};
  using Combine = Multiply;
  template <class T>
  static constexpr T identity = T(1);
  /// inf * (1 + 0i) has a NaN.
  template <class T>
  static constexpr bool joins_identity_unseen = !is_complex(dtype_of<T>);
};

struct ReduceMax : ReduceAxes {
  static constexpr OpInfo info{.name = "reduce_max",
                               .types = kOrdered,
                               .doc = "Largest over `axes`; NaN if any is; the lowest value over nothing."};
  using Combine = Maximum;
  template <class T>
  static constexpr T identity = Element<T>::lowest;
};

struct ReduceMin : ReduceAxes {
  static constexpr OpInfo info{.name = "reduce_min",
                               .types = kOrdered,
                               .doc = "Smallest over `axes`; NaN if any is; the highest value over nothing."};
  using Combine = Minimum;
  template <class T>
  static constexpr T identity = Element<T>::highest;
};

struct ReduceAny : ReduceAxes {
  static constexpr OpInfo info{.name = "reduce_any", .types = kBool, .doc = "Whether any is true; false over nothing."};
  using Combine = LogicalOr;
  template <class T>
  static constexpr T identity = false;
};

struct ReduceAll : ReduceAxes {
  static constexpr OpInfo info{.name = "reduce_all", .types = kBool, .doc = "Whether all are true; true over nothing."};
  using Combine = LogicalAnd;
  template <class T>
  static constexpr T identity = true;
};

/// The attributes of cumulative ops. Their `Running` is the reduction whose results so far they give.
struct Cumulative : Reduce {
  std::int64_t axis = 0;
  bool exclusive = false, reverse = false;
  static constexpr auto fields =
      std::tuple{field<&Cumulative::axis>("axis"), optional_field<&Cumulative::exclusive>("exclusive"),
                 optional_field<&Cumulative::reverse>("reverse")};
  static Type infer(const Cumulative& a, std::span<const Type> in);
  static double steps(const Cumulative&, std::span<const Type> in) {
    return 2 * static_cast<double>(element_count(in[0].shape));
  }
};

struct CumSum : Cumulative {
  static constexpr OpInfo info{.name = "cumsum",
                               .types = kNumbers,
                               .ulp = 0.5,
                               .doc =
                                   "Sums along `axis` up to each element, without it when `exclusive`; from the end "
                                   "when `reverse`."};
  using Running = ReduceSum;
};

struct CumProd : Cumulative {
  static constexpr OpInfo info{.name = "cumprod",
                               .types = kNumbers,
                               .ulp = {0.5, 0.5, 2.5},
                               .doc =
                                   "Products along `axis` up to each element, without it when `exclusive`; from the "
                                   "end when `reverse`."};
  using Running = ReduceProd;
};

struct CumMax : Cumulative {
  static constexpr OpInfo info{.name = "cummax",
                               .types = kOrdered,
                               .doc =
                                   "Largest along `axis` up to each element (NaN from the first NaN on), without it "
                                   "when `exclusive`: then the first is the lowest value; from the end when "
                                   "`reverse`."};
  using Running = ReduceMax;
};

struct CumMin : Cumulative {
  static constexpr OpInfo info{.name = "cummin",
                               .types = kOrdered,
                               .doc =
                                   "Smallest along `axis` up to each element (NaN from the first NaN on), without it "
                                   "when `exclusive`: then the first is the highest value; from the end when "
                                   "`reverse`."};
  using Running = ReduceMin;
};

/// The attribute that argmax and argmin share. Their `Extreme` is the reduction that gives the element itself.
struct ArgAxis : Reduce {
  std::int64_t axis = 0;
  static constexpr auto fields = std::tuple{field<&ArgAxis::axis>("axis")};
  static Type infer(const ArgAxis& a, std::span<const Type> in);
  static int searched(const ArgAxis& a, int rank) { return rules::axis(a.axis, rank); }

 protected:
  template <class Extreme>
  static ValueId first_extreme(Builder& b, const ArgAxis& a, ValueId x);
};

struct ArgMax : ArgAxis {
  static constexpr OpInfo info{.name = "argmax",
                               .types = kOrdered,
                               .doc =
                                   "Index (i64) of the first NaN, else of the first largest, along `axis`, which is "
                                   "dropped. Over nothing it is an error if the result has elements."};
  using Extreme = ReduceMax;
  static ValueId expand(Builder& b, const ArgMax& a, ValueId x);
};

struct ArgMin : ArgAxis {
  static constexpr OpInfo info{.name = "argmin",
                               .types = kOrdered,
                               .doc =
                                   "Index (i64) of the first NaN, else of the first smallest, along `axis`, which is "
                                   "dropped. Over nothing it is an error if the result has elements."};
  using Extreme = ReduceMin;
  static ValueId expand(Builder& b, const ArgMin& a, ValueId x);
};

}  // namespace tjit::inline ops
