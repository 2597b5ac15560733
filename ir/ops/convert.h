// Elementwise conversions between element types.
#pragma once

#include "ir/ops/base.h"
#include "ir/ops/math.h"

namespace tjit::inline ops {

struct Cast : Elementwise {
  DType dtype = DType::F32;
  static constexpr OpInfo info{.name = "cast",
                               .types = kAll,
                               .result = Result::Attribute,
                               .as_stored = true,
                               .ulp = 0.5,
                               .doc =
                                   "To another element type. Float to integer truncates towards 0, saturates, and "
                                   "gives 0 for NaN; integers wrap; to bool is x != 0; wider to narrower floats round. "
                                   "Complex to real raises: `real`, `imag` or `abs` say what is meant."};
  static constexpr auto fields = std::tuple{field<&Cast::dtype>("dtype")};
  static void check_result(const Type& operand, const Type& result) {
    if (is_complex(operand.dtype) && contains(kReals, result.dtype))
      fail("cannot make a real number of " + to_string(operand) + "; take its `real`, `imag` or `abs`");
  }
  template <class To>
  static auto eval(auto x)
    requires(!kIsComplex<typename decltype(x)::Scalar> || !contains(kReals, dtype_of<To>))
  {
    return math::cast<To>(x);
  }
};

struct Bitcast : Elementwise {
  DType dtype = DType::F32;
  static constexpr OpInfo info{.name = "bitcast",
                               .types = kReals,
                               .result = Result::Attribute,
                               .as_stored = true,
                               .doc =
                                   "The same bits read as another element type of the same size; those of a NaN are "
                                   "the quiet NaN's, whatever its sign and payload."};
  static constexpr auto fields = std::tuple{field<&Bitcast::dtype>("dtype")};
  static void check_result(const Type& operand, const Type& result) {
    if (size_of(result.dtype) != size_of(operand.dtype) || !contains(kReals, result.dtype))
      fail("cannot keep the bits of " + to_string(operand) + " as " + std::string(tjit::info(result.dtype).ir_name));
  }
  /// Sign and payload of a NaN depend on how it was computed. Nothing else lets them out.
  template <class To>
    requires(contains(kReals, dtype_of<To>))
  static auto eval(auto x)
    requires(sizeof(typename decltype(x)::Scalar) == sizeof(To))
  {
    using From = typename decltype(x)::Scalar;
    if constexpr (is_float(dtype_of<From>) && !std::is_same_v<From, To>) {
      using Bits = SignedOfSize<sizeof(From)>;
      constexpr Bits kNan = std::bit_cast<Bits>(std::numeric_limits<From>::quiet_NaN());
      return bit_cast<To>(select(math::is_nan(x), decltype(bit_cast<Bits>(x))(kNan), bit_cast<Bits>(x)));
    } else {
      return bit_cast<To>(x);
    }
  }
};

}  // namespace tjit::inline ops
