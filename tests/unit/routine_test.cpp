// Cumulative ops and scatter against plain loops.
#include <doctest/doctest.h>

#include "ir/ops/element.h"
#include "ir/ops/index.h"
#include "ir/ops/reduce.h"
#include "ir/order.h"
#include "run_op.h"

namespace tjit {
namespace {

using namespace test;

/// Two elements joined as C++ does it.
template <class T>
T joined(std::string_view mode, T x, T y) {
  using C = typename Element<T>::Compute;
  if (mode == "set") return y;
  if constexpr (!std::is_same_v<T, bool>) {
    if (mode == "add") return static_cast<T>(static_cast<C>(x) + static_cast<C>(y));
    if (mode == "multiply") return static_cast<T>(static_cast<C>(x) * static_cast<C>(y));
  }
  if constexpr (contains(kOrdered, dtype_of<T>)) {
    if (x != x || y != y) return static_cast<T>(std::numeric_limits<C>::quiet_NaN());
    if (x == y) return std::signbit(static_cast<double>(x)) == (mode == "min") ? x : y;
    return (x < y) == (mode == "min") ? x : y;
  }
  FAIL("no such mode");
  return x;
}

/// What a line joins to up to each element, piece after piece, in the accumulator type; the first joins `nothing`.
template <class T>
std::vector<T> running(std::string_view mode, typename Element<T>::Accumulator nothing, const std::vector<T>& line,
                       bool exclusive) {
  using A = typename Element<T>::Accumulator;
  std::vector<T> results;
  A carry = nothing, so_far = nothing;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i != 0 && i % kSequentialChunk == 0) carry = joined<A>(mode, carry, so_far), so_far = nothing;
    const A before = so_far;
    so_far = joined<A>(mode, so_far, static_cast<A>(line[i]));
    results.push_back(static_cast<T>(joined<A>(mode, carry, exclusive ? before : so_far)));
  }
  return results;
}

template <class Op, class T>
void check_cumulative(std::string_view mode, typename Element<T>::Accumulator nothing, const Array& x,
                      const Array& dense, int axis, bool exclusive, bool reverse) {
  Op op;
  op.axis = axis - (exclusive ? x.rank() : 0);
  op.exclusive = exclusive;
  op.reverse = reverse;
  const Array got = run_op(op, {x});
  for_each_line<T>(dense, axis, [&](std::vector<T> line, Dims at) {
    if (reverse) std::reverse(line.begin(), line.end());
    std::vector<T> want = running<T>(mode, nothing, line, exclusive);
    if (reverse) std::reverse(want.begin(), want.end());
    for (at[axis] = 0; at[axis] < x.shape()[axis]; ++at[axis])
      REQUIRE(same<T>(element<T>(got, at), want[static_cast<std::size_t>(at[axis])]));
  });
}

template <class Op, class T>
void check_cumulative(std::string_view mode, typename Element<T>::Accumulator nothing) {
  INFO(Op::info.name, " ", info(dtype_of<T>).ir_name);
  unsigned seed = 0;
  for (const Shape& shape : {Shape{1}, Shape{100}, Shape{2 * kSequentialChunk + 5}, Shape{0}, Shape{0, 3}, Shape{3, 0},
                             Shape{5, 60, 3}, Shape{2, 1030}, Shape{kSequentialChunk + 1, 70}}) {
    const Array dense =
        ++seed % 2 == 0 ? telling_array({dtype_of<T>, shape}, seed) : tame_array({dtype_of<T>, shape}, seed);
    const Array turned = transposed(dense), copied = turned.contiguous();
    for (int axis = 0; axis < dense.rank(); ++axis)
      for (const bool exclusive : {false, true})
        for (const bool reverse : {false, true}) {
          check_cumulative<Op, T>(mode, nothing, dense, dense, axis, exclusive, reverse);
          check_cumulative<Op, T>(mode, nothing, turned, copied, axis, exclusive, reverse);
        }
  }
}

TEST_CASE("cumulative ops join in the documented order, in every layout") {
  for_each_type<CumSum>([]<class T>(Tag<T>) {
    using A = typename Element<T>::Accumulator;
    check_cumulative<CumSum, T>("add", A(0));
    check_cumulative<CumProd, T>("multiply", A(1));
  });
  for_each_type<CumMax>([]<class T>(Tag<T>) {
    using Limits = std::numeric_limits<typename Element<T>::Accumulator>;
    check_cumulative<CumMax, T>("max", Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
    check_cumulative<CumMin, T>("min", Limits::has_infinity ? Limits::infinity() : Limits::max());
  });
}

template <class T, class I>
void check_scatter(std::string_view mode, const Shape& shape, const Shape& places, int depth, unsigned seed) {
  Shape index_shape = places, update_shape = places;
  index_shape.push_back(depth);
  for (int d = depth; d < shape.size(); ++d) update_shape.push_back(shape[d]);
  const Array x = telling_array({dtype_of<T>, shape}, seed);
  const Array updates = telling_array({dtype_of<T>, update_shape}, seed + 1);
  const Array indices = Array::empty({dtype_of<I>, index_shape});
  I* const index = static_cast<I*>(const_cast<void*>(indices.data()));
  std::mt19937_64 random(seed);
  for (std::int64_t i = 0; i < indices.size(); ++i)
    index[i] = static_cast<I>(random() % static_cast<std::uint64_t>(shape[static_cast<int>(i % depth)]));

  const Array wanted = Array::empty(x.type());
  T* const want = static_cast<T*>(const_cast<void*>(wanted.data()));
  std::copy_n(x.data<T>(), x.size(), want);
  std::int64_t row = 1;
  for (int d = depth; d < shape.size(); ++d) row *= shape[d];
  for (std::int64_t n = 0; n < element_count(places); ++n) {
    std::int64_t at = 0;
    for (int d = 0; d < depth; ++d) at = at * shape[d] + index[n * depth + d];
    for (std::int64_t j = 0; j < row; ++j) {
      T& place = want[at * row + j];
      place = joined<T>(mode, place, updates.data<T>()[n * row + j]);
    }
  }
  const Scatter op{.mode = std::string(mode)};
  // The same elements, dense and as views that run through memory in another order.
  const auto strided = [](const Array& a) { return transposed(transposed(a).contiguous()); };
  for (const Array& got :
       {run_op(op, {x, indices, updates}), run_op(op, {strided(x), strided(indices), strided(updates)})})
    for (std::int64_t i = 0; i < x.size(); ++i) REQUIRE(same(got.data<T>()[i], want[i]));
}

TEST_CASE("scatter joins its updates in their order") {
  for_each_type<Scatter>([]<class T>(Tag<T>) {
    for (const std::string mode : {"set", "add", "min", "max", "multiply"}) {
      const Opcode join = Scatter{.mode = mode}.join();
      if (join != kNoOp && !contains(def(join).info.types, dtype_of<T>)) continue;
      INFO(info(dtype_of<T>).ir_name, " ", mode);
      check_scatter<T, std::int32_t>(mode, {5}, {20}, 1, 1);
      check_scatter<T, std::int64_t>(mode, {4, 3, 7}, {2, 9}, 2, 2);
      check_scatter<T, std::int32_t>(mode, {3, 40}, {11}, 1, 3);
      check_scatter<T, std::int64_t>(mode, {3, 4}, {}, 2, 4);
      check_scatter<T, std::int32_t>(mode, {3, 4}, {2, 3}, 0, 5);
      check_scatter<T, std::int32_t>(mode, {3, 4}, {0}, 1, 6);
      check_scatter<T, std::int64_t>(mode, {3, 0}, {2}, 1, 7);
    }
  });
}

}  // namespace
}  // namespace tjit
