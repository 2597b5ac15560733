// Random bits against the published vectors of Threefry, and against the algorithm written down a second time.
#include "ir/ops/random.h"

#include <doctest/doctest.h>

#include "ir/ops/element.h"
#include "run_op.h"
#include "tests/unit/both_ways.h"
#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tjit {
namespace {

using namespace test;

struct Block {
  std::uint32_t words[2];
  std::uint64_t as_u64() const { return words[0] | std::uint64_t{words[1]} << 32; }
};

/// Threefry-2x32 with 20 rounds as the paper states it: a key schedule of three words, two of which join after every
/// fourth round, with the number of the group.
Block threefry(const Block& key, const Block& counter) {
  const std::uint32_t schedule[] = {key.words[0], key.words[1], 0x1bd11bda ^ key.words[0] ^ key.words[1]};
  const int rotation[] = {13, 15, 26, 6, 17, 29, 16, 24};
  Block x{{counter.words[0] + schedule[0], counter.words[1] + schedule[1]}};
  for (std::uint32_t group = 1; group <= 5; ++group) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      x.words[0] += x.words[1];
      x.words[1] = std::rotl(x.words[1], rotation[((group - 1) * 4 + i) % 8]) ^ x.words[0];
    }
    x.words[0] += schedule[group % 3];
    x.words[1] += schedule[(group + 1) % 3] + group;
  }
  return x;
}

/// Random123's kat_vectors for threefry2x32, 20 rounds.
struct Vector {
  Block counter, key, result;
};
constexpr Vector kPublished[] = {
    {{{0x00000000, 0x00000000}}, {{0x00000000, 0x00000000}}, {{0x6b200159, 0x99ba4efe}}},
    {{{0xffffffff, 0xffffffff}}, {{0xffffffff, 0xffffffff}}, {{0x1cb996fc, 0xbb002be7}}},
    {{{0x243f6a88, 0x85a308d3}}, {{0x13198a2e, 0x03707344}}, {{0xc4923a9c, 0x483df7a0}}},
};

template <class T>
T expected(const Block& key, std::uint64_t index) {
  const Block block = threefry(key, {{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)}});
  return sizeof(T) == 4 ? static_cast<T>(block.words[0]) : static_cast<T>(block.as_u64());
}

template <class T>
void check_random_bits() {
  const RandomKernel& kernel = kernels().random_bits[static_cast<int>(dtype_of<T>)];
  for (const Vector& v : kPublished) {
    T found;
    kernel(&found, v.key.words, v.counter.as_u64(), 1);
    CHECK(found == (sizeof(T) == 4 ? static_cast<T>(v.result.words[0]) : static_cast<T>(v.result.as_u64())));
  }
  // Counters whose high word changes on the way.
  const Block key{{0x01234567, 0x89abcdef}};
  std::vector<T> found(300);
  const std::uint64_t first = (std::uint64_t{7} << 32) - 100;
  kernel(found.data(), key.words, first, static_cast<std::int64_t>(found.size()));
  for (std::size_t i = 0; i < found.size(); ++i) REQUIRE(found[i] == expected<T>(key, first + i));
}

TEST_CASE("random bits are the published ones of Threefry") {
  for (const Vector& v : kPublished) CHECK(threefry(v.key, v.counter).as_u64() == v.result.as_u64());
  at_each_level([] {
    check_random_bits<std::uint32_t>();
    check_random_bits<std::uint64_t>();
  });
}

template <class T>
void check_op(const Array& key, const Block& words, const Shape& shape) {
  const Array found = run_op(RandomBits{.shape = shape, .dtype = dtype_of<T>}, {key});
  REQUIRE(found.shape() == shape);
  for (std::int64_t i = 0; i < found.size(); ++i)
    REQUIRE(found.data<T>()[i] == expected<T>(words, static_cast<std::uint64_t>(i)));
}

TEST_CASE("random_bits takes its key in every layout, and counts elements in row-major order") {
  for_each_type<RandomBits>([]<class T>(Tag<T>) {
    const Array dense = array_of<T>({2}, {T(5), T(1) << 31});
    for (const Layout layout : kLayouts)
      for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{7}, Shape{3, 100}}) {
        check_op<std::uint32_t>(laid_out(dense, layout), {{5, 1u << 31}}, shape);
        check_op<std::uint64_t>(laid_out(dense, layout), {{5, 1u << 31}}, shape);
      }
  });
}

TEST_CASE("random_bits of the API, eager and compiled") {
  auto f = function([](Tensor key) { return random_bits(key, {2, 3}); });
  const std::uint32_t words[] = {1, 2};
  CHECK(both_ways(f, constant(std::vector<std::uint32_t>(words, words + 2))).shape() == Shape{2, 3});
  CHECK(error_here([] { (void)random_bits(constant({1, 2}), {3}); }).starts_with("random_bits: does not take int32"));
  CHECK(error_here([] { (void)random_bits(constant({1, 2, 3}, uint32), {3}); }) ==
        "random_bits: the key must be uint32[2], not uint32[3]");
  CHECK(error_here([] { (void)random_bits(constant({1, 2}, uint32), {3}, float32); }) ==
        "random_bits: `dtype` must be uint32 or uint64, found float32");
  CHECK(error_here([] { (void)random_bits(constant({1, 2}, uint32), {-1}); }) ==
        "random_bits: negative size in shape [-1]");
}

}  // namespace
}  // namespace tjit
