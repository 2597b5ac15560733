// Arrays and the allocator: sharing, views, reuse of memory.
#include <doctest/doctest.h>

#include "arrays.h"
#include "runtime/tensor_impl.h"

namespace tjit {
namespace {

using namespace test;

Array counting(const Shape& shape) {
  Array a = Array::empty({DType::I32, shape});
  for (std::int64_t i = 0; i < a.size(); ++i) static_cast<std::int32_t*>(a.mutable_data())[i] = static_cast<int>(i);
  return a;
}

TEST_CASE("a new array is contiguous, aligned and unique") {
  for (const std::int64_t n : {0, 1, 15, 1024, 1025, 5000, 300000, 600000}) {
    Array a = Array::empty({DType::F32, {n}});
    CHECK(a.is_contiguous());
    CHECK(a.unique());
    CHECK(a.size() == n);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
    std::memset(a.mutable_data(), 0, static_cast<std::size_t>(n) * 4);
  }
  CHECK(Array::scalar(2.5).item<double>() == 2.5);
  CHECK(Array::scalar(2.5).rank() == 0);
  CHECK_FALSE(Array());
}

TEST_CASE("copies share elements, and the last one frees them") {
  Array a = counting({4});
  CHECK(a.unique());
  Array b = a;
  CHECK_FALSE(a.unique());
  CHECK(a.data() == b.data());
  a = {};
  CHECK(b.unique());
  Array c = std::move(b);
  CHECK(c.unique());
  CHECK_FALSE(b);
  CHECK(values_of<std::int32_t>(c) == std::vector<std::int32_t>{0, 1, 2, 3});
}

TEST_CASE("a view shares elements and keeps its base alive") {
  Array view;
  {
    const Array base = counting({3, 4});
    view = base.view({{2, 2}, {4, 2}, 5});
    CHECK_FALSE(base.unique());
  }
  CHECK(view.unique());
  CHECK_FALSE(view.is_contiguous());
  CHECK(values_of<std::int32_t>(view) == std::vector<std::int32_t>{5, 7, 9, 11});
  const Array inner = view.view({{2}, {-4}, 4 + 2});
  view = {};
  CHECK(values_of<std::int32_t>(inner) == std::vector<std::int32_t>{11, 7});
}

TEST_CASE("contiguous windows are recognised") {
  const Array a = counting({2, 3, 4});
  CHECK(a.view({{6, 4}, {4, 1}, 0}).is_contiguous());
  CHECK(a.view({{1, 3, 4}, {99, 4, 1}, 12}).is_contiguous());
  CHECK(a.view({{0, 3}, {7, 5}, 0}).is_contiguous());
  CHECK_FALSE(a.view({{2, 3}, {12, 1}, 0}).is_contiguous());
  CHECK_FALSE(a.view({{2, 3}, {0, 1}, 0}).is_contiguous());
  CHECK_FALSE(a.view({{4}, {-1}, 3}).is_contiguous());
  const Array same = a.contiguous();
  CHECK(same.data() == a.data());
}

TEST_CASE("every layout holds the same elements") {
  for (const DType t : {DType::U8, DType::I32, DType::F64}) {
    for (const Shape& shape :
         {Shape{}, Shape{5}, Shape{1, 7}, Shape{3, 40}, Shape{70, 35}, Shape{2, 3, 4, 5}, Shape{3, 0, 2}}) {
      const Array a = telling_array({t, shape}, 1);
      for (const Layout layout : kLayouts) {
        const Array b = laid_out(a, layout);
        CHECK(identical(a, b));
        CHECK(identical(a, b.contiguous()));
        CHECK(b.contiguous().is_contiguous());
      }
    }
  }
}

TEST_CASE("reshaping shares elements exactly where strides allow") {
  Dims strides;
  CHECK(reshape_strides({4, 6}, {6, 1}, {2, 2, 3, 2}, &strides));
  CHECK(strides == Dims{12, 6, 2, 1});
  CHECK(reshape_strides({4, 6}, {12, 2}, {24}, &strides));
  CHECK(strides == Dims{2});
  CHECK(reshape_strides({4, 6}, {1, 4}, {2, 2, 1, 6}, &strides));
  CHECK((strides[0] == 2 && strides[1] == 1 && strides[3] == 4));
  CHECK_FALSE(reshape_strides({4, 6}, {1, 4}, {24}, &strides));
  CHECK_FALSE(reshape_strides({4, 6}, {1, 4}, {8, 3}, &strides));
  CHECK(reshape_strides({4, 6}, {0, 0}, {8, 3}, &strides));
  CHECK(strides == Dims{0, 0});
  CHECK(reshape_strides({1, 1}, {5, 9}, {}, &strides));
}

TEST_CASE("only unique, contiguous elements of our own are writable") {
  Array a = counting({2, 2});
  CHECK(a.mutable_data() == a.data());
  const Array keep = a;
  CHECK_THROWS_AS(a.mutable_data(), Error);
  Array column = counting({2, 2}).view({{2}, {2}, 0});
  CHECK(column.unique());
  CHECK_THROWS_AS(column.mutable_data(), Error);
  Array wrapped = Array::of(Literal::splat(1.0f, {3}));
  CHECK_FALSE(wrapped.unique());
}

TEST_CASE("a literal is shared both ways") {
  const std::int32_t data[] = {1, 2, 3, 4, 5, 6};
  const Literal literal = Literal::copy({DType::I32, {2, 3}}, data, false);
  const Array a = Array::of(literal);
  CHECK(a.data() == literal.data());
  CHECK(a.literal().data() == literal.data());
  CHECK(a.literal() == literal);
  const Array transposed = a.view({{3, 2}, {1, 3}, 0});
  CHECK(values_of<std::int32_t>(transposed) == std::vector<std::int32_t>{1, 4, 2, 5, 3, 6});
  CHECK(transposed.literal().as<std::int32_t>()[1] == 4);

  const Array splat = Array::of(Literal::splat(7.0, {1000, 1000}));
  CHECK(splat.strides() == Dims{0, 0});
  CHECK(splat.size() == 1000000);
  CHECK(splat.literal().is_splat());
  CHECK(Array::scalar(2.5f).literal().is_splat());
  CHECK(splat.view({{1000}, {0}, 0}).literal().is_splat());
}

TEST_CASE("a literal of an array keeps its elements alive") {
  Literal literal;
  {
    const Array a = counting({2000});
    literal = a.view({{1000}, {1}, 1000}).literal();
    CHECK_FALSE(a.unique());
  }
  CHECK(literal.as<std::int32_t>()[999] == 1999);
}

TEST_CASE("foreign elements live as long as an array needs them") {
  auto owner = std::make_shared<std::vector<float>>(5, 1.5f);
  const std::weak_ptr<std::vector<float>> alive = owner;
  Array a = Array::wrap({DType::F32, {5}},
                        std::shared_ptr<const std::byte>(owner, reinterpret_cast<const std::byte*>(owner->data())));
  owner.reset();
  Array view = a.view({{2}, {1}, 3});
  a = {};
  CHECK_FALSE(alive.expired());
  CHECK(view.data<float>()[1] == 1.5f);
  view = {};
  CHECK(alive.expired());
}

TEST_CASE("identical compares types, bits and the first difference") {
  const Array a = array_of<float>({4}, {1, 0.0f, kNan<float>, 3});
  std::int64_t where = -1;
  CHECK(identical(a, array_of<float>({4}, {1, 0.0f, -kNan<float>, 3}), &where));
  CHECK_FALSE(identical(a, array_of<float>({4}, {1, -0.0f, kNan<float>, 4}), &where));
  CHECK(where == 1);
  CHECK_FALSE(identical(a, array_of<float>({2, 2}, {1, 0.0f, kNan<float>, 3})));
  CHECK_FALSE(identical(a, array_of<double>({4}, {1, 0.0, kNan<double>, 3})));
}

TEST_CASE("freed memory is used again") {
  if (!keeps_freed_blocks()) return;
  for (const std::int64_t n : {4, 700, 2000, 100000, 1 << 20}) {
    Array a = Array::empty({DType::F32, {n}});
    const void* data = a.data();
    a = {};
    CHECK(Array::empty({DType::F32, {n}}).data() == data);
  }
}

TEST_CASE("large blocks lie on huge pages, and trim returns them") {
  if (!keeps_freed_blocks()) return;
  {
    const Array a = Array::empty({DType::F32, {1 << 20}});
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % (2 << 20) == 0);
  }
  CHECK(cached_bytes() >= (std::size_t{4} << 20));
  trim();
  CHECK(cached_bytes() == 0);
}

TEST_CASE("allocations are counted") {
  const std::int64_t before = allocation_count();
  const Array a = Array::empty({DType::F32, {16}});
  CHECK(allocation_count() == before + 1);
  const Array b = a;
  CHECK(allocation_count() == before + 1);
  const Array large = Array::empty({DType::F32, {1 << 16}});
  CHECK(allocation_count() == before + 3);
}

TEST_CASE("an impossible size is an error, not a crash") {
  CHECK_THROWS_WITH_AS(Array::empty({DType::F64, {std::int64_t{1} << 47}}),
                       "error: out of memory: cannot allocate 1125899906842624 bytes", Error);
  CHECK_THROWS_AS(Array::empty({DType::F64, {std::int64_t{1} << 40, std::int64_t{1} << 40}}), Error);
  for (int shift = 48; shift < 64; ++shift)
    CHECK_THROWS_AS(allocate_large((std::size_t{1} << shift) + (std::size_t{7} << (shift - 3))), Error);
  CHECK_THROWS_WITH_AS(allocate_large(SIZE_MAX), "error: out of memory: cannot allocate 18446744073709551615 bytes",
                       Error);
}

}  // namespace
}  // namespace tjit
