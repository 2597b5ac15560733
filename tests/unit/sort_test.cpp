// Sorting against std::sort with places as the last word, and the ways in which compiled code runs routines with
// several results.
#include "ir/ops/sort.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <functional>
#include <numeric>

#include "ir/ops/element.h"
#include "run_op.h"
#include "runtime/element_keys.h"

namespace tjit {
namespace {

using namespace test;

/// Elements with many equal ones, both zeros and NaNs among them; few are on the edges of the type.
template <class T>
Array sortable(const Shape& shape, unsigned seed) {
  Array a = Array::empty({dtype_of<T>, shape});
  T* const to = static_cast<T*>(a.mutable_data());
  std::uint32_t state = seed * 2654435761U + 1;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    const std::uint32_t r = state >> 16;
    to[i] = static_cast<T>(static_cast<std::int32_t>(r % 300) - (kHasSign<T> ? 150 : 0));
    if (r % 7 == 0) to[i] = r % 2 == 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::lowest();
    if constexpr (Floating<T>) {
      if (r % 5 == 0) to[i] = static_cast<T>(r % 2 == 0 ? 0.0 : -0.0);
      if (r % 11 == 0) to[i] = r % 2 == 0 ? kNan<T> : r % 3 == 0 ? kInf<T> : -kInf<T>;
    }
  }
  return a;
}

/// Whether x stands before y.
template <class T>
bool comes_first(T x, T y, bool descending) {
  if (x != x || y != y) return x == x;
  return descending ? x > y : x < y;
}

/// The places of a line's elements in order.
template <class T>
std::vector<std::int64_t> sorted_places(const std::vector<T>& line, bool descending) {
  std::vector<std::int64_t> places(line.size());
  std::iota(places.begin(), places.end(), 0);
  std::ranges::sort(places, [&](std::int64_t a, std::int64_t b) {
    const T x = line[static_cast<std::size_t>(a)], y = line[static_cast<std::size_t>(b)];
    if (comes_first(x, y, descending)) return true;
    return !comes_first(y, x, descending) && a < b;
  });
  return places;
}

/// Compares `x`, whose elements in row-major order are `dense`, sorted along `axis`.
template <class T>
void check_sorted(const Array& x, const Array& dense, int axis, bool descending) {
  Sort sort;
  sort.axis = axis;
  sort.descending = descending;
  ArgSort argsort;
  argsort.axis = axis - x.rank();
  argsort.descending = descending;
  const Array sorted = run_op(sort, {x}), places = run_op(argsort, {x});
  for_each_line<T>(dense, axis, [&](const std::vector<T>& line, Dims at) {
    const std::vector<std::int64_t> want = sorted_places(line, descending);
    for (at[axis] = 0; at[axis] < x.shape()[axis]; ++at[axis]) {
      const std::int64_t place = want[static_cast<std::size_t>(at[axis])];
      REQUIRE(element<std::int64_t>(places, at) == place);
      REQUIRE(same(element<T>(sorted, at), line[static_cast<std::size_t>(place)]));
    }
  });
}

template <class T>
void check_top(const Array& x, const Array& dense, std::int64_t k) {
  const TopK top{.k = k};
  const OpDef& d = def(kOpcode<TopK>);
  const Type type = x.type();
  const Arrays both = execute(d, &top, {&x, 1}, d.infer(&top, {&type, 1}), {});
  REQUIRE(both.size() == 2);
  const std::int64_t n = x.shape().back();
  for (std::int64_t row = 0; k > 0 && row < both[0].size() / k; ++row) {
    const T* const from = dense.data<T>() + row * n;
    const std::vector<T> line(from, from + n);
    const std::vector<std::int64_t> want = sorted_places(line, true);
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t place = want[static_cast<std::size_t>(i)];
      REQUIRE(both[1].data<std::int32_t>()[row * k + i] == place);
      REQUIRE(same(both[0].data<T>()[row * k + i], line[static_cast<std::size_t>(place)]));
    }
  }
}

TEST_CASE("sort, argsort and top_k agree with the standard library") {
  for_each_type<Sort>([]<class T>(Tag<T>) {
    INFO(info(dtype_of<T>).ir_name);
    unsigned seed = 0;
    for (const Shape& shape : {Shape{1}, Shape{7}, Shape{16}, Shape{33}, Shape{96}, Shape{97}, Shape{1000}, Shape{0},
                               Shape{0, 3}, Shape{3, 0}, Shape{5, 60, 2}, Shape{70, 3}, Shape{3, 100, 17}}) {
      const Array dense = sortable<T>(shape, ++seed), turned = transposed(dense), copied = turned.contiguous();
      for (const bool descending : {false, true})
        for (int axis = 0; axis < dense.rank(); ++axis) {
          check_sorted<T>(dense, dense, axis, descending);
          check_sorted<T>(turned, copied, axis, descending);
        }
      for (const std::int64_t k :
           {std::int64_t{0}, std::int64_t{1}, std::int64_t{5}, dense.shape().back() / 2, dense.shape().back()}) {
        if (k <= dense.shape().back()) check_top<T>(dense, dense, k);
        if (k <= turned.shape().back()) check_top<T>(turned, copied, k);
      }
    }
  });
}

TEST_CASE("lines that are in order, in the opposite order, of one element or of NaNs sort, too") {
  for_each_type<Sort>([]<class T>(Tag<T>) {
    INFO(info(dtype_of<T>).ir_name);
    const std::vector<T (*)(int)> kinds = {[](int i) { return static_cast<T>(i / 10); },
                                           [](int i) { return static_cast<T>(100 - i / 10); },
                                           [](int) { return static_cast<T>(3); },
                                           [](int i) {
                                             if constexpr (Floating<T>) return i % 2 == 0 ? kNan<T> : -kNan<T>;
                                             return static_cast<T>(i % 2);
                                           },
                                           [](int i) {
                                             if constexpr (Floating<T>) return static_cast<T>(i % 3 == 0 ? 0.0 : -0.0);
                                             return static_cast<T>(i % 3);
                                           }};
    for (const auto& kind : kinds)
      for (const std::int64_t n : {20, 96, 97, 600}) {
        Array x = Array::empty({dtype_of<T>, {n}});
        for (int i = 0; i < n; ++i) static_cast<T*>(x.mutable_data())[i] = kind(i);
        for (const bool descending : {false, true}) check_sorted<T>(x, x, 0, descending);
        for (const std::int64_t k : {std::int64_t{1}, std::int64_t{40}, n})
          if (k <= n) check_top<T>(x, x, k);
      }
  });
}

TEST_CASE("long lines, of few and of many different elements, come out in order at every CPU level") {
  for_each_type<Sort>([]<class T>(Tag<T>) {
    INFO(info(dtype_of<T>).ir_name);
    const std::vector<std::function<T(std::uint64_t, std::int64_t)>> kinds = {
        [](std::uint64_t bits, std::int64_t) {
          if constexpr (std::is_same_v<T, bool>)
            return bits % 3 == 0;
          else
            return std::bit_cast<T>(static_cast<KeyOf<T>>(bits));
        },
        [](std::uint64_t bits, std::int64_t) { return static_cast<T>(bits % 2); },
        [](std::uint64_t, std::int64_t i) { return static_cast<T>(i % 100 < 50 ? i % 100 : 100 - i % 100); },
        [](std::uint64_t bits, std::int64_t i) { return static_cast<T>(bits % 100 == 0 ? 0 : i / 64); }};
    std::uint64_t state = 1;
    for (const auto& kind : kinds)
      for (const std::int64_t n : {65, 127, 128, 129, 255, 257, 384, 511, 513, 3000, 20'000}) {
        INFO("lines of ", n);
        Array x = Array::empty({dtype_of<T>, {n}});
        for (std::int64_t i = 0; i < n; ++i) {
          state = state * 6364136223846793005U + 1442695040888963407U;
          static_cast<T*>(x.mutable_data())[i] = kind(state ^ state >> 32, i);
        }
        const bool descending = n % 2 == 0;
        at_each_level([&] {
          check_sorted<T>(x, x, 0, descending);
          for (const std::int64_t k : {n / 65, n / 60, n / 2}) check_top<T>(x, x, k);
        });
      }
  });
}

TEST_CASE("many lines, which are sorted side by side, come out in order at every CPU level") {
  for_each_type<Sort>([]<class T>(Tag<T>) {
    INFO(info(dtype_of<T>).ir_name);
    unsigned seed = 0;
    for (const std::int64_t n : {2, 4, 7, 8, 9, 16, 17, 40, 64, 100, 130, 256, 700, 1024}) {
      INFO("lines of ", n);
      const Array rows = sortable<T>({70, n}, ++seed), columns = transposed(rows);
      for (const bool descending : {false, true}) {
        Sort along_rows, along_columns;
        along_rows.axis = 1, along_columns.axis = 0;
        along_rows.descending = along_columns.descending = descending;
        std::vector<T> want;
        for_each_line<T>(rows, 1, [&](const std::vector<T>& line, const Dims&) {
          for (const std::int64_t place : sorted_places(line, descending))
            want.push_back(line[static_cast<std::size_t>(place)]);
        });
        at_each_level([&] {
          for (const Array& sorted : {run_op(along_rows, {rows}), transposed(run_op(along_columns, {columns})),
                                      transposed(run_op(along_columns, {columns.contiguous()}))}) {
            const Array dense = sorted.contiguous();
            REQUIRE(std::ranges::equal(std::span(dense.data<T>(), want.size()), want, same<T>));
          }
        });
      }
    }
  });
}

}  // namespace
}  // namespace tjit
