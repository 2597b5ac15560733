// Convolutions: each result sums the products of the filter with the input where that lies, tap after tap, in the order
// of ir/order.h. An input with padding, or with places between its elements, is copied an image at a time.
#include <algorithm>
#include <cstring>

#include "ir/ops/window.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

/// Rows of the result whose part of the input stays in the caches while all columns are computed.
constexpr std::int64_t kRows = 112;

/// The input of a convolution in memory, with its spatial dimensions and the channels behind them. Strides in elements.
struct Image {
  bool in_place;
  Shape shape;   ///< padded
  Dims strides;  ///< the channels': 1
};

Image image_of(const View& input, const std::vector<WindowDim>& windows) {
  const int spatial = static_cast<int>(windows.size());
  const std::int64_t channels = input.shape.back();
  Image image{channels == 1 || input.strides.back() == 1, {}, {}};
  for (int d = 0; d < spatial; ++d) {
    const WindowDim& w = windows[static_cast<std::size_t>(d)];
    image.shape.push_back(w.padded(input.shape[d + 1]));
    image.strides.push_back(input.strides[d + 1]);
    image.in_place &= w.low == 0 && w.high == 0 && w.input_dilation == 1;
  }
  image.shape.push_back(channels);
  image.strides.push_back(1);
  if (!image.in_place) image.strides = row_major_strides(image.shape);
  return image;
}

class ConvRoutine final : public Routine {
 public:
  static constexpr bool accumulates = true;
  explicit ConvRoutine(const RoutineArgs& args) : ConvRoutine(args, attrs_as<Conv>(args.def.code, args.attrs)) {}

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    if (is_empty()) return;
    const std::byte* const filter = filter_.read(operands[1], scratch + copied_filter_);
    pack(filter, scratch + packed_);
    std::byte* const padded = scratch + padded_;
    fill_elements(padded, size_, {}, padded_count_);
    for (std::int64_t i = 0; i < images_; ++i) {
      const std::byte* image = static_cast<const std::byte*>(operands[0]) + i * image_stride_ * size_;
      if (copy_) {
        copy_->run(padded + padded_begin_, image);
        image = padded;
      }
      convolve(image, filter, scratch + packed_, static_cast<std::byte*>(results[0]) + i * rows_ * outputs_ * size_);
    }
  }

 private:
  ConvRoutine(const RoutineArgs& args, const Conv& op)
      : kernel_(*kernels().conv[static_cast<int>(args.results[0].dtype)]),
        size_(size_of(args.results[0].dtype)),
        filter_(dense(args.operands[1])),
        groups_(op.groups),
        images_(args.results[0].shape[0]),
        image_stride_(args.operands[0].window.strides[0]),
        outputs_(args.results[0].shape.back()) {
    const View &input = args.operands[0].window, &filter = args.operands[1].window;
    const std::vector<WindowDim> windows = op.windows(filter.shape);
    const Image image = image_of(input, windows);
    group_channels_ = filter.shape[-2];
    group_outputs_ = outputs_ / groups_;
    place_rows(image, windows, args.results[0].shape);
    if (is_empty()) return;
    place_taps(image, windows);
    if (!image.in_place) copy_image(image, windows, input);
    copied_filter_ = reserve(filter_.copied_bytes());
    plan_panels();
  }

  bool is_empty() const { return images_ * rows_ * outputs_ == 0; }

  /// Where elements under the filter lie, seen from the first one. Those of the last dimension are one tap if they lie
  /// without gaps.
  void place_taps(const Image& image, const std::vector<WindowDim>& windows) {
    Shape window;
    Dims strides;
    for (std::size_t d = 0; d < windows.size(); ++d) {
      window.push_back(windows[d].size);
      strides.push_back(window.back() > 1 ? windows[d].dilation * image.strides[static_cast<int>(d)] : 0);
    }
    depth_ = group_channels_;
    if (groups_ == 1 && strides.back() == depth_) {
      depth_ *= window.back();
      window[-1] = 1;
    }
    OffsetWalk walk(window, strides);
    for (std::int64_t t = element_count(window); t > 0; --t, walk.advance()) taps_.push_back(walk.offset());
  }

  void place_rows(const Image& image, const std::vector<WindowDim>& windows, const Shape& result) {
    Shape places;
    Dims strides;
    for (std::size_t d = 0; d < windows.size(); ++d) {
      places.push_back(result[static_cast<int>(d) + 1]);
      strides.push_back(places.back() > 1 ? windows[d].stride * image.strides[static_cast<int>(d)] : 0);
    }
    places_ = OffsetWalk(places, strides);
    rows_ = element_count(places);
  }

  void copy_image(const Image& image, const std::vector<WindowDim>& windows, const View& input) {
    Shape box;
    Dims to, from;
    std::int64_t begin = 0;
    for (int d = 0; d < image.shape.size(); ++d) {
      const bool is_spatial = d < static_cast<int>(windows.size());
      const WindowDim w = is_spatial ? windows[static_cast<std::size_t>(d)] : WindowDim{1, 1, 0, 0};
      box.push_back(input.shape[d + 1]);
      to.push_back(box.back() > 1 ? w.input_dilation * image.strides[d] : 0);
      from.push_back(input.strides[d + 1]);
      begin += w.low * image.strides[d];
    }
    copy_.emplace(box, size_, to, from);
    padded_count_ = element_count(image.shape);
    padded_ = reserve(padded_count_ * size_);
    padded_begin_ = begin * size_;
  }

  /// The columns of a group stand in panels as wide as a tile. Those that are not in the filter in this form are
  /// packed.
  void plan_panels() {
    const std::int64_t size = size_, width = kernel_.width, products = tap_count() * depth_;
    if (is_channelwise()) return;
    panels_ = (group_outputs_ + width - 1) / width;
    in_place_ = packs_right_side(images_ * rows_, group_outputs_, products, size) ? 0 : group_outputs_ / width;
    panel_bytes_ = products * width * size;
    packed_ = reserve(groups_ * (panels_ - in_place_) * panel_bytes_);
  }

  std::int64_t tap_count() const { return static_cast<std::int64_t>(taps_.size()); }
  /// Whether each output has a channel of its own: they stand side by side.
  bool is_channelwise() const { return groups_ > 1 && group_channels_ == 1 && group_outputs_ == 1; }
  std::int64_t columns(std::int64_t panel) const {
    return std::min<std::int64_t>(kernel_.width, group_outputs_ - panel * kernel_.width);
  }
  const std::byte* in_filter(const std::byte* filter, std::int64_t group, std::int64_t panel) const {
    return filter + (group * group_outputs_ + panel * kernel_.width) * size_;
  }
  /// Where a panel that is not in place stands.
  std::int64_t packed_at(std::int64_t group, std::int64_t panel) const {
    return (group * (panels_ - in_place_) + panel - in_place_) * panel_bytes_;
  }

  void pack(const std::byte* filter, std::byte* packed) const {
    for (std::int64_t g = 0; g < groups_; ++g)
      for (std::int64_t j = in_place_; j < panels_; ++j)
        pack_panel({in_filter(filter, g, j), outputs_, 1}, size_, tap_count() * depth_, columns(j), kernel_.width,
                   packed + packed_at(g, j));
  }

  void convolve(const std::byte* image, const std::byte* filter, const std::byte* packed, std::byte* to) const {
    std::int64_t offsets[kRows];
    OffsetWalk places = places_;
    for (std::int64_t begin = 0; begin < rows_; begin += kRows, to += kRows * outputs_ * size_) {
      const std::int64_t rows = std::min(kRows, rows_ - begin);
      for (std::int64_t i = 0; i < rows; ++i, places.advance()) offsets[i] = places.offset();
      ConvBlock block{.a = image,
                      .rows = offsets,
                      .taps = taps_.data(),
                      .tap_count = tap_count(),
                      .depth = depth_,
                      .b = filter,
                      .b_row = outputs_,
                      .c = to,
                      .c_row = outputs_};
      if (is_channelwise()) {
        run_channels(block, rows);
        continue;
      }
      for (std::int64_t g = 0; g < groups_; ++g)
        for (std::int64_t j = 0; j < panels_; ++j) {
          const bool in_place = j < in_place_;
          block.a = image + g * group_channels_ * size_;
          block.b = in_place ? in_filter(filter, g, j) : packed + packed_at(g, j);
          block.b_row = in_place ? outputs_ : kernel_.width;
          block.c = to + (g * group_outputs_ + j * kernel_.width) * size_;
          run_tiles(block, rows, columns(j));
        }
    }
  }

  void run_channels(ConvBlock block, std::int64_t rows) const {
    for (std::int64_t i = 0; i < rows; ++i) {
      kernel_.channels(block, outputs_);
      ++block.rows;
      block.c = static_cast<std::byte*>(block.c) + outputs_ * size_;
    }
  }

  /// `block` is all of a panel.
  void run_tiles(ConvBlock block, std::int64_t rows, std::int64_t columns) const {
    alignas(64) std::byte edge[16 * 64 * kTileVectors];
    auto* to = static_cast<std::byte*>(block.c);
    const std::int64_t to_row = outputs_ * size_, edge_row = kernel_.width * std::int64_t{size_};
    const bool is_whole = columns == kernel_.width;
    if (!is_whole) block.c_row = kernel_.width;
    for (std::int64_t done = 0; done < rows;) {
      const int t = tallest_tile(kernel_.height, rows - done);
      const std::int64_t height = kernel_.height[t];
      block.c = is_whole ? to : edge;
      kernel_.tile[t](block);
      for (std::int64_t i = 0; !is_whole && i < height; ++i)
        std::memcpy(to + i * to_row, edge + i * edge_row, static_cast<std::size_t>(columns * size_));
      block.rows += height;
      to += height * to_row;
      done += height;
    }
  }

  const ConvKernel& kernel_;
  int size_;  ///< bytes of an element
  PlacedOperand filter_;
  std::int64_t groups_, images_, image_stride_, outputs_;
  std::int64_t group_channels_ = 0, group_outputs_ = 0;
  std::vector<std::int64_t> taps_;
  std::int64_t depth_ = 0;       ///< products of a tap
  OffsetWalk places_;            ///< of the filter in an image
  std::int64_t rows_ = 0;        ///< of the result for each image: its places
  std::optional<BoxCopy> copy_;  ///< of an image to padded memory, if that is needed
  std::int64_t padded_count_ = 0, padded_begin_ = 0;
  std::int64_t panels_ = 0, in_place_ = 0, panel_bytes_ = 0;  ///< of a group, and how many of them are not packed
  std::size_t copied_filter_ = 0, packed_ = 0, padded_ = 0;
};

}  // namespace

template <>
const RoutineMaker& routine_of<Conv>() {
  return kMakerOf<ConvRoutine>;
}

}  // namespace tjit
