// Tensors of more than 2^31 elements: what ops give, eagerly and compiled, against loops with 64-bit indices. Run by
// hand, as it takes 6 GB of memory and minutes:
//
//   tjit_large [NAME...]
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/process/check.h"

namespace {

using tf::Tensor;
using I8 = std::int8_t;

constexpr std::int64_t kRows = 65537, kColumns = 32771, kSize = kRows * kColumns;
/// A place that 32 bits do not count to.
constexpr std::int64_t kPast = (std::int64_t{1} << 31) + 7;
static_assert(kPast + 100 < kSize);

I8 wrap(std::int64_t n) { return static_cast<I8>(n); }
I8 row_part(std::int64_t row) { return wrap(row % 101); }
I8 column_part(std::int64_t column) { return wrap(column % 103); }
/// The element of the tensor that is tested.
I8 element(std::int64_t i) { return wrap(row_part(i / kColumns) + column_part(i % kColumns)); }

Tensor part(std::int64_t size, I8 (*f)(std::int64_t), const tf::Shape& shape) {
  std::vector<I8> elements(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) elements[static_cast<std::size_t>(i)] = f(i);
  return tf::constant(elements, shape);
}

Tensor index(std::int64_t i) { return tf::constant(i); }
Tensor flat(const Tensor& x) { return tf::reshape(x, {kSize}); }

/// Checks that there are `size` elements and that element i is f(i).
template <class T, class F>
void check_elements(const Tensor& t, std::int64_t size, const F& f) {
  check(t.size() == size, "found " + std::to_string(t.size()) + " elements, expected " + std::to_string(size));
  const T* data = t.data<T>();
  for (std::int64_t i = 0; i < size; ++i)
    if (const T expected = f(i); data[i] != expected)
      check_equal(std::to_string(i) + ": " + std::to_string(data[i]),
                  std::to_string(i) + ": " + std::to_string(expected));
}

class Suite {
 public:
  explicit Suite(std::vector<std::string_view> wanted)
      : wanted_(std::move(wanted)),
        rows_(part(kRows, row_part, {kRows, 1})),
        columns_(part(kColumns, column_part, {1, kColumns})),
        x_(rows_ + columns_) {}

  void run() {
    elementwise();
    reductions();
    views();
    index_ops();
    routines();
    std::printf("%d cases are right, eagerly and compiled\n", cases_);
  }

 private:
  bool wanted(std::string_view name) const {
    if (!wanted_.empty() && std::ranges::find(wanted_, name) == wanted_.end()) return false;
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    std::fflush(stdout);
    return true;
  }
  /// `f` of the tensor, eagerly and compiled; one result at a time is in memory.
  template <class F, class Right>
  void both(std::string_view name, const F& f, const Right& is_right) {
    if (!wanted(name)) return;
    is_right(f(x_));
    is_right(tf::function(f)(x_));
    ++cases_;
  }
  template <class T, class F, class Element>
  void elements(std::string_view name, const F& f, std::int64_t size, const Element& element_at) {
    both(name, f, [&](const Tensor& t) { check_elements<T>(t, size, element_at); });
  }
  /// Its error is the same eagerly and compiled.
  template <class F>
  void fails(std::string_view name, const F& f, const std::string& message) {
    if (!wanted(name)) return;
    for (const std::string& found : {text_of([&] { (void)f(x_); }), text_of([&] { (void)tf::function(f)(x_); })})
      check(found.ends_with(message), "`" + found + "` ends with `" + message + "`");
    ++cases_;
  }

  void elementwise() {
    const Tensor columns = columns_;
    elements<I8>(
        "add", [columns](const Tensor& x) { return x + columns; }, kSize,
        [](std::int64_t i) { return wrap(element(i) + column_part(i % kColumns)); });
    elements<bool>(
        "cast", [](const Tensor& x) { return tf::cast(x, tf::bool_); }, kSize,
        [](std::int64_t i) { return element(i) != 0; });
    elements<I8>("iota", [](const Tensor&) { return tf::iota({kSize}, 0, tf::int8); }, kSize, wrap);
  }

  void reductions() {
    std::vector<I8> by_row(kRows), by_column(kColumns);
    I8 all = 0;
    for (std::int64_t i = 0; i < kSize; ++i) {
      I8 &r = by_row[static_cast<std::size_t>(i / kColumns)], &c = by_column[static_cast<std::size_t>(i % kColumns)];
      r = wrap(r + element(i)), c = wrap(c + element(i)), all = wrap(all + element(i));
    }
    const auto of = [](const std::vector<I8>& v) {
      return [&v](std::int64_t i) { return v[static_cast<std::size_t>(i)]; };
    };
    elements<I8>("reduce_sum 0", [](const Tensor& x) { return tf::reduce_sum(x, 0); }, kColumns, of(by_column));
    elements<I8>("reduce_sum 1", [](const Tensor& x) { return tf::reduce_sum(x, 1); }, kRows, of(by_row));
    elements<I8>(
        "reduce_sum", [](const Tensor& x) { return tf::reduce_sum(flat(x)); }, 1, [&](std::int64_t) { return all; });
    const Tensor one = tf::constant({1}, tf::int8), zero = tf::constant({0}, tf::int8);
    const auto one_past = [one, zero](const Tensor&) {
      return tf::concat({tf::broadcast_to(zero, {kPast}), one, tf::broadcast_to(zero, {3}), one}, 0);
    };
    elements<I8>("concat", one_past, kPast + 5, [](std::int64_t i) { return wrap(i == kPast || i == kPast + 4); });
    elements<std::int64_t>(
        "argmax", [one_past](const Tensor& x) { return tf::argmax(one_past(x), 0); }, 1,
        [](std::int64_t) { return kPast; });
    elements<I8>(
        "reduce_window", [](const Tensor& x) { return tf::reduce_window(flat(x), "max", {3}); }, kSize - 2,
        [](std::int64_t i) { return std::max({element(i), element(i + 1), element(i + 2)}); });
    // Sums of products along either side of the matrix.
    std::vector<I8> products(kRows);
    for (std::int64_t i = 0; i < kSize; ++i) {
      I8& p = products[static_cast<std::size_t>(i / kColumns)];
      p = wrap(p + element(i) * column_part(i % kColumns));
    }
    const Tensor column = tf::reshape(columns_, {kColumns, 1}), ones = tf::ones({1, kRows}, tf::int8);
    elements<I8>("matmul", [column](const Tensor& x) { return tf::matmul(x, column); }, kRows, of(products));
    elements<I8>(
        "matmul from the left", [ones](const Tensor& x) { return tf::matmul(ones, x); }, kColumns, of(by_column));
  }

  void views() {
    elements<I8>(
        "transpose", [](const Tensor& x) { return -tf::transpose(x); }, kSize,
        [](std::int64_t i) { return wrap(-element(i % kRows * kColumns + i / kRows)); });
    elements<I8>(
        "reverse", [](const Tensor& x) { return -tf::reverse(flat(x), {0}); }, kSize,
        [](std::int64_t i) { return wrap(-element(kSize - 1 - i)); });
    elements<I8>(
        "slice", [](const Tensor& x) { return -tf::slice(flat(x), {kPast}, {kPast + 9}); }, 9,
        [](std::int64_t i) { return wrap(-element(kPast + i)); });
    constexpr std::int64_t kStride = (std::int64_t{1} << 30) + 1;
    elements<I8>(
        "slice by strides", [](const Tensor& x) { return -tf::slice(flat(x), {1}, {kSize}, {kStride}); }, 3,
        [](std::int64_t i) { return wrap(-element(1 + i * kStride)); });
    elements<I8>(
        "pad", [](const Tensor& x) { return tf::pad(flat(x), {3}, {2}, 77); }, kSize + 5,
        [](std::int64_t i) { return i < 3 || i >= kSize + 3 ? I8{77} : element(i - 3); });
  }

  void index_ops() {
    const std::vector<std::int64_t> places{0, kPast, kPast - 8, kSize - 1, kPast - 7};
    const Tensor indices = tf::constant(places);
    elements<I8>(
        "gather", [indices](const Tensor& x) { return tf::gather(flat(x), indices); }, std::ssize(places),
        [&](std::int64_t i) { return element(places[static_cast<std::size_t>(i)]); });
    elements<I8>(
        "gather rows", [](const Tensor& x) { return tf::gather(x, tf::constant({kRows - 1, std::int64_t{3}})); },
        2 * kColumns, [](std::int64_t i) { return element((i < kColumns ? kRows - 1 : 3) * kColumns + i % kColumns); });
    elements<I8>(
        "dynamic_slice", [](const Tensor& x) { return tf::dynamic_slice(flat(x), {index(kPast)}, {9}); }, 9,
        [](std::int64_t i) { return element(kPast + i); });
    fails(
        "gather outside", [](const Tensor& x) { return tf::gather(flat(x), index(kSize)); },
        "index " + std::to_string(kSize) + " is out of range for dimension 0 of size " + std::to_string(kSize));
    const Tensor update = tf::constant({1, 2, 3}, tf::int8);
    elements<I8>(
        "dynamic_update_slice",
        [update](const Tensor& x) { return tf::dynamic_update_slice(flat(x), update, {index(kPast)}); }, kSize,
        [](std::int64_t i) { return i >= kPast && i < kPast + 3 ? wrap(i - kPast + 1) : element(i); });
    const Tensor at = tf::constant(std::vector{kPast, kPast, std::int64_t{1}}, {3, 1});
    elements<I8>(
        "scatter", [at, update](const Tensor& x) { return tf::scatter(flat(x), at, update, "add"); }, kSize,
        [](std::int64_t i) {
          return wrap(element(i) + (i == kPast ? 3 : i == 1 ? 3 : 0));
        });
  }

  void routines() {
    fails(
        "sort of one line", [](const Tensor& x) { return tf::sort(flat(x)); },
        "takes lines of at most 2147483647 elements, not " + std::to_string(kSize));
    I8 sum = 0;
    elements<I8>(
        "cumsum", [](const Tensor& x) { return tf::cumsum(flat(x)); }, kSize,
        [&](std::int64_t i) {
          if (i == 0) sum = 0;
          return sum = wrap(sum + element(i));
        });
    // Of each row, how often each number is in it: what is left of it counts down as the row is read.
    std::array<std::int64_t, 256> left{};
    int least = -128;
    elements<I8>(
        "sort", [](const Tensor& x) { return tf::sort(x, 1); }, kSize,
        [&](std::int64_t i) {
          if (i % kColumns == 0) {
            left.fill(0), least = -128;
            for (std::int64_t c = 0; c < kColumns; ++c) ++left[static_cast<std::size_t>(element(i + c) + 128)];
          }
          while (left[static_cast<std::size_t>(least + 128)] == 0) ++least;
          --left[static_cast<std::size_t>(least + 128)];
          return wrap(least);
        });
  }

  std::vector<std::string_view> wanted_;
  Tensor rows_, columns_, x_;
  int cases_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Suite({argv + 1, argv + argc}).run();
  return 0;
}
