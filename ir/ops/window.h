// Windows that move over a tensor: convolution and pooling.
#pragma once

#include <vector>

#include "ir/ops/base.h"

namespace tjit::inline ops {

/// How a window moves over one dimension of a tensor.
struct WindowDim {
  std::int64_t size, stride, low, high, dilation = 1, input_dilation = 1;

  /// Whether it is each single element.
  bool passes() const { return size == 1 && stride == 1 && low == 0 && high == 0 && input_dilation == 1; }
  /// The size of a dimension of `extent` elements with what is put between and around them. Throws Error beyond 2^48.
  std::int64_t padded(std::int64_t extent) const;
  /// Places of the window in it: none when it is larger. Unknown sizes give unknown ones.
  std::int64_t places(std::int64_t extent) const;
};

struct Conv : Contract {
  Dims strides;
  Padding padding;
  Dims dilations, input_dilations;
  std::int64_t groups = 1;
  static constexpr OpInfo info{
      .name = "conv",
      .arity = 2,
      .types = kNumbers,
      .ulp = {0.5, 0.5, 1},
      .doc =
          "Convolution over 1 to 3 spatial dimensions: the input is [n, spatial..., c], the filter [spatial..., "
          "c / groups, o], the result [n, spatial..., o]. `padding` is [low, high] for each spatial dimension, "
          "`input_dilations` puts zeros between elements of the input, `dilations` skips elements under the filter. "
          "Each result sums its products, those with padding too, by fma in the order of the filter; integers wrap. "
          "A filter larger than the padded input has no place: size 0."};
  static constexpr auto fields = std::tuple{
      field<&Conv::strides>("strides"), field<&Conv::padding>("padding"), optional_field<&Conv::dilations>("dilations"),
      optional_field<&Conv::input_dilations>("input_dilations"), optional_field<&Conv::groups>("groups")};
  static Type infer(const Conv& a, std::span<const Type> in);
  static std::int64_t depth(const Conv& a, std::span<const Type> in);
  /// How the filter moves over each spatial dimension.
  std::vector<WindowDim> windows(const Shape& filter) const;
};

struct ReduceWindow : Contract {
  std::string reducer;
  Dims window, strides;
  Padding padding;
  Dims dilations;
  static constexpr OpInfo info{
      .name = "reduce_window",
      .types = kNumbers,
      .ulp = 0.5,
      .doc =
          "The elements under each place of a window, joined by `reducer` (\"sum\", \"max\" or \"min\") one after "
          "another in row-major order, from what reduce_* gives over nothing; NaN where max or min meets one. One "
          "entry "
          "a dimension: sizes of the window, `strides`, `padding` as [low, high], which joins nothing, and "
          "`dilations`. "
          "A window larger than the padded operand has no place: size 0."};
  static constexpr auto fields =
      std::tuple{field<&ReduceWindow::reducer>("reducer"), field<&ReduceWindow::window>("window"),
                 field<&ReduceWindow::strides>("strides"), field<&ReduceWindow::padding>("padding"),
                 optional_field<&ReduceWindow::dilations>("dilations")};
  static Type infer(const ReduceWindow& a, std::span<const Type> in);
  static std::int64_t depth(const ReduceWindow& a, std::span<const Type> in);
  /// How the window moves over each dimension.
  std::vector<WindowDim> windows() const;
  /// The reduction that joins. Throws Error for a `reducer` that is none.
  Opcode reduction() const;
};

}  // namespace tjit::inline ops
