// reduce_window: rows of results that lie side by side join whole rows of the operand, tap after tap. Where there is
// padding, or the window moves by more than one along the rows, the operand is copied first, so that neighbouring
// places begin at neighbouring elements.
#include <algorithm>

#include "ir/ops/window.h"
#include "runtime/routines.h"

namespace tjit {

namespace {

/// A view and its results, and the dimensions `first` to `last` along which the window is not each single element.
struct Moved {
  View x;
  Shape results;
  std::vector<WindowDim> windows;
  int first = 0, last;

  Moved(const View& view, const Shape& result_shape, const ReduceWindow& op)
      : x(view), results(result_shape), windows(op.windows()) {
    if (windows.empty()) {
      x.shape = results = {1};
      x.strides = {1};
      windows.push_back({1, 1, 0, 0});
    }
    last = x.shape.size() - 1;
    while (last > 0 && at(last).passes()) --last;
    while (first < last && at(first).passes()) ++first;
  }

  const WindowDim& at(int d) const { return windows[static_cast<std::size_t>(d)]; }
  /// How far places lie from each other.
  std::int64_t stride(int d) const { return results[d] > 1 ? at(d).stride : 1; }
  /// How far elements under the window lie from each other.
  std::int64_t dilation(int d) const { return at(d).size > 1 ? at(d).dilation : 1; }
  std::int64_t padded(int d) const { return at(d).padded(x.shape[d]); }
  /// Elements for each index of dimension `last`.
  std::int64_t inner() const {
    std::int64_t count = 1;
    for (int d = last + 1; d < x.shape.size(); ++d) count *= x.shape[d];
    return count;
  }
  bool has_padding() const {
    return std::ranges::any_of(windows, [](const WindowDim& w) { return w.low + w.high != 0; });
  }
  /// Whether rows of results join rows of elements where these lie.
  bool in_place() const {
    bool fits = stride(last) == 1 && !has_padding();
    std::int64_t dense = 1;
    for (int d = x.shape.size() - 1; d >= last; --d) {
      fits &= x.shape[d] == 1 || x.strides[d] == dense;
      dense *= x.shape[d];
    }
    return fits;
  }
};

class ReduceWindowRoutine final : public Routine {
 public:
  static constexpr bool accumulates = true;
  explicit ReduceWindowRoutine(const RoutineArgs& args)
      : ReduceWindowRoutine(args, attrs_as<ReduceWindow>(args.def.code, args.attrs)) {}

  void run(std::span<const void* const> operands, std::span<void* const> results, std::byte* scratch) const override {
    if (count_ == 0) return;
    auto* to = static_cast<std::byte*>(results[0]);
    std::byte* const padded = scratch + padded_;
    if (has_padding_) fill_elements(padded, size_, identity_, padded_count_);
    OffsetWalk pieces = pieces_;
    for (std::int64_t i = 0; i < piece_count_; ++i, pieces.advance()) {
      const std::byte* from = static_cast<const std::byte*>(operands[0]) + pieces.offset() * size_;
      for (const Phase& phase : phases_) phase.copy.run(padded + phase.to * size_, from + phase.from * size_);
      if (padded_count_ != 0) from = padded;
      OffsetWalk rows = rows_;
      for (std::int64_t r = 0; r < row_count_; ++r, rows.advance(), to += columns_ * size_)
        join_row(to, from + rows.offset() * size_);
    }
  }

 private:
  /// Copies the elements whose place in the padded dimension `last` leaves one remainder, divided by the stride.
  struct Phase {
    BoxCopy copy;
    std::int64_t to, from;
  };
  /// Elements under the window along dimension `last`, `count` of them `stride` apart.
  struct Run {
    std::int64_t offset, count, stride;
  };

  ReduceWindowRoutine(const RoutineArgs& args, const ReduceWindow& op)
      : kernel_(kernels().reduce_kernel(op.reduction(), args.results[0].dtype)),
        identity_(def(op.reduction()).reduction().identity(args.results[0].dtype)),
        size_(size_of(args.results[0].dtype)),
        count_(element_count(args.results[0])) {
    TJIT_CHECK(kernel_.columns != nullptr);
    if (count_ != 0) prepare(Moved(args.operands[0].window, args.results[0].shape, op));
  }

  void prepare(const Moved& m) {
    const Dims strides = m.in_place() ? m.x.strides : copied(m);
    Shape pieces, rows, taps;
    Dims piece_strides, row_strides, tap_strides;
    for (int d = 0; d < m.last; ++d) {
      if (d < m.first) {
        pieces.push_back(m.x.shape[d]);
        piece_strides.push_back(m.x.strides[d]);
      } else {
        rows.push_back(m.results[d]);
        row_strides.push_back(m.stride(d) * strides[d]);
        taps.push_back(m.at(d).size);
        tap_strides.push_back(m.dilation(d) * strides[d]);
      }
    }
    pieces_ = OffsetWalk(pieces, piece_strides), piece_count_ = element_count(pieces);
    rows_ = OffsetWalk(rows, row_strides), row_count_ = element_count(rows);
    taps_ = OffsetWalk(taps, tap_strides), tap_count_ = element_count(taps);
    columns_ = m.results[m.last] * m.inner();
    const std::int64_t stride = m.stride(m.last), size = m.at(m.last).size, dilation = m.dilation(m.last);
    if (stride == 1) {
      runs_.push_back({0, size, dilation * m.inner()});
    } else {
      const std::int64_t phase = rules::strided_count(m.padded(m.last), stride);
      for (std::int64_t k = 0, at = 0; k < size; ++k, at += dilation)
        runs_.push_back({(at % stride * phase + at / stride) * m.inner(), 1, 0});
    }
  }

  /// Makes copies to padded memory, whose dimension `last` is stored by phases; gives its strides.
  Dims copied(const Moved& m) {
    const int rank = m.x.shape.size();
    const std::int64_t inner = m.inner(), stride = m.stride(m.last), size = m.x.shape[m.last], low = m.at(m.last).low,
                       phase = rules::strided_count(m.padded(m.last), stride);
    Dims to = row_major_strides(m.x.shape), from = m.x.strides;
    padded_count_ = stride * phase * inner;
    std::int64_t begin = 0;
    for (int d = m.last - 1; d >= m.first; --d) {
      to[d] = padded_count_;
      begin += m.at(d).low * to[d];
      padded_count_ *= m.padded(d);
    }
    padded_ = reserve(padded_count_ * size_);
    has_padding_ = m.has_padding();
    from[m.last] *= stride;
    const auto moved = [&](const Dims& all) {
      return Dims(std::span(all.begin() + m.first, static_cast<std::size_t>(rank - m.first)));
    };
    for (std::int64_t r = 0; r < stride; ++r) {
      const std::int64_t first = ((r - low) % stride + stride) % stride;
      if (first >= size) continue;
      Shape box = m.x.shape;
      box[m.last] = rules::strided_count(size - first, stride);
      phases_.push_back({BoxCopy(moved(box), size_, moved(to), moved(from)),
                         begin + (r * phase + (first + low) / stride) * inner, first * m.x.strides[m.last]});
    }
    return to;
  }

  void join_row(std::byte* to, const std::byte* from) const {
    fill_elements(to, size_, identity_, columns_);
    OffsetWalk taps = taps_;
    for (std::int64_t t = 0; t < tap_count_; ++t, taps.advance())
      for (const Run& run : runs_)
        kernel_.columns(to, from + (taps.offset() + run.offset) * size_, columns_, run.count, run.stride);
  }

  const ReduceKernel& kernel_;
  ElementBits identity_;
  int size_;                               ///< bytes of an element
  std::int64_t count_, padded_count_ = 0;  ///< elements of the result, and of padded memory; 0: read in place
  std::size_t padded_ = 0;
  bool has_padding_ = false;
  std::vector<Phase> phases_;
  OffsetWalk pieces_, rows_, taps_;  ///< what is padded at a time; rows of results; rows under the window
  std::int64_t piece_count_ = 0, row_count_ = 0, tap_count_ = 0, columns_ = 0;
  std::vector<Run> runs_;
};

}  // namespace

template <>
const RoutineMaker& routine_of<ReduceWindow>() {
  return kMakerOf<ReduceWindowRoutine>;
}

}  // namespace tjit
