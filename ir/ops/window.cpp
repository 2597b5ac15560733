// Inference of ops whose windows move over a tensor.
#include "ir/ops/window.h"

#include <algorithm>

namespace tjit::inline ops {

namespace {

void require_entries(std::string_view name, int found, const std::string& text, int wanted, std::string_view each) {
  if (found != wanted)
    fail("`" + std::string(name) + "` needs one entry per " + std::string(each) + " (" + std::to_string(wanted) +
         "), found " + text);
}

void require_positive(std::string_view name, const Dims& list, int wanted, std::string_view each) {
  require_entries(name, list.size(), to_string(list), wanted, each);
  for (const std::int64_t d : list)
    if (d < 1 || d > kMaxElements)
      fail("`" + std::string(name) + "` must lie between 1 and 2^48, found " + to_string(list));
}

/// `list` may be left out.
void require_dilations(std::string_view name, const Dims& list, int wanted, std::string_view each) {
  if (!list.empty()) require_positive(name, list, wanted, each);
}

void require_padding(const Padding& padding, int wanted, std::string_view each) {
  require_entries("padding", padding.size(), to_string(padding), wanted, each);
  for (int d = 0; d < padding.size(); ++d)
    if (std::min(padding.low[d], padding.high[d]) < 0 || std::max(padding.low[d], padding.high[d]) > kMaxElements)
      fail("`padding` must lie between 0 and 2^48, found " + to_string(padding));
}

/// The size that `size` elements take with dilation - 1 places between neighbours; 2^48 + 1 stands for all beyond.
std::int64_t dilated_size(std::int64_t size, std::int64_t dilation) {
  if (size < 2) return size;
  return dilation > kMaxElements / (size - 1) ? kMaxElements + 1 : (size - 1) * dilation + 1;
}

std::int64_t entry(const Dims& list, int d) { return list.empty() ? 1 : list[d]; }

/// Throws Error when the padded tensor passes the limits of a tensor.
void require_padded(Shape shape, const std::vector<WindowDim>& windows, int first) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    std::int64_t& size = shape[first + static_cast<int>(i)];
    if (!is_symbolic(size)) size = windows[i].padded(size);
  }
  if (!is_dynamic(shape)) (void)element_count(shape);
}

bool divides(std::int64_t groups, std::int64_t size) { return is_symbolic(size) || size % groups == 0; }

/// Throws Error unless the channels of input and filter fit each other.
void require_channels(std::int64_t groups, const Type& input, const Type& filter) {
  const std::int64_t c = input.shape.back(), taken = filter.shape[-2], o = filter.shape.back();
  const std::string text = "`groups` (" + std::to_string(groups) + ")";
  if (groups < 1) fail(text + " must be positive");
  if (!divides(groups, c))
    fail(text + " must divide the " + size_text(c) + " channels of the input " + to_string(input));
  if (!divides(groups, o))
    fail(text + " must divide the " + size_text(o) + " outputs of the filter " + to_string(filter));
  if (!is_symbolic(c) && !rules::may_equal(taken, c / groups) && !is_symbolic(taken))
    fail("the filter " + to_string(filter) + " takes " + size_text(taken) + " channels, but the input " +
         to_string(input) + " has " + std::to_string(c / groups) + (groups == 1 ? "" : " in each group"));
}

}  // namespace

std::int64_t WindowDim::padded(std::int64_t extent) const {
  const std::int64_t sum = dilated_size(extent, input_dilation) + low + high;
  if (sum > kMaxElements) fail("a size of " + size_text(extent) + " becomes more than 2^48 by padding and dilation");
  return sum;
}

std::int64_t WindowDim::places(std::int64_t extent) const {
  if (is_symbolic(extent)) return passes() ? extent : Dims::kUnknown;
  const std::int64_t whole = padded(extent);
  if (is_symbolic(size)) return Dims::kUnknown;
  const std::int64_t covered = dilated_size(size, dilation);
  return whole < covered ? 0 : (whole - covered) / stride + 1;
}

std::vector<WindowDim> Conv::windows(const Shape& filter) const {
  std::vector<WindowDim> dims;
  for (int d = 0; d < filter.size() - 2; ++d)
    dims.push_back(
        {filter[d], strides[d], padding.low[d], padding.high[d], entry(dilations, d), entry(input_dilations, d)});
  return dims;
}

Type Conv::infer(const Conv& a, std::span<const Type> in) {
  const Type &input = in[0], &filter = in[1];
  rules::require_one_dtype(input, filter);
  const int rank = input.shape.size();
  if (rank < 3 || rank > 5)
    fail("the input must be [n, spatial..., c] with 1 to 3 spatial dimensions, found " + to_string(input));
  if (filter.shape.size() != rank)
    fail("the filter must have rank " + std::to_string(rank) + " as the input, [spatial..., c / groups, o], found " +
         to_string(filter));
  constexpr std::string_view kEach = "spatial dimension";
  require_positive("strides", a.strides, rank - 2, kEach);
  require_padding(a.padding, rank - 2, kEach);
  require_dilations("dilations", a.dilations, rank - 2, kEach);
  require_dilations("input_dilations", a.input_dilations, rank - 2, kEach);
  require_channels(a.groups, input, filter);
  const std::vector<WindowDim> windows = a.windows(filter.shape);
  require_padded(input.shape, windows, 1);
  Type out{input.dtype, {input.shape[0]}};
  for (int d = 0; d < rank - 2; ++d) {
    if (filter.shape[d] == 0) fail("the filter " + to_string(filter) + " has a window of size 0");
    out.shape.push_back(windows[static_cast<std::size_t>(d)].places(input.shape[d + 1]));
  }
  out.shape.push_back(filter.shape.back());
  return out;
}

std::int64_t Conv::depth(const Conv&, std::span<const Type> in) {
  const Shape& filter = in[1].shape;
  return element_count(Shape(std::span(filter.begin(), static_cast<std::size_t>(filter.size() - 1))));
}

std::vector<WindowDim> ReduceWindow::windows() const {
  std::vector<WindowDim> dims;
  for (int d = 0; d < window.size(); ++d)
    dims.push_back({window[d], strides[d], padding.low[d], padding.high[d], entry(dilations, d)});
  return dims;
}

Opcode ReduceWindow::reduction() const {
  struct Reducer {
    std::string_view name;
    Opcode op;
  };
  static constexpr Reducer reducers[] = {
      {"sum", kOpcode<ReduceSum>}, {"max", kOpcode<ReduceMax>}, {"min", kOpcode<ReduceMin>}};
  const auto* const found = std::ranges::find(reducers, reducer, &Reducer::name);
  if (found == std::end(reducers)) fail("`reducer` must be \"sum\", \"max\" or \"min\", found \"" + reducer + "\"");
  return found->op;
}

Type ReduceWindow::infer(const ReduceWindow& a, std::span<const Type> in) {
  if (!contains(def(a.reduction()).info.types, in[0].dtype))
    fail("with `reducer` \"" + a.reducer + "\" does not take " + std::string(tjit::info(in[0].dtype).ir_name));
  const int rank = in[0].shape.size();
  constexpr std::string_view kEach = "dimension";
  require_positive("window", a.window, rank, kEach);
  require_positive("strides", a.strides, rank, kEach);
  require_padding(a.padding, rank, kEach);
  require_dilations("dilations", a.dilations, rank, kEach);
  const std::vector<WindowDim> windows = a.windows();
  require_padded(in[0].shape, windows, 0);
  (void)element_count(a.window);
  Type out = in[0];
  for (int d = 0; d < rank; ++d) out.shape[d] = windows[static_cast<std::size_t>(d)].places(in[0].shape[d]);
  return out;
}

std::int64_t ReduceWindow::depth(const ReduceWindow& a, std::span<const Type>) { return element_count(a.window); }

}  // namespace tjit::inline ops
