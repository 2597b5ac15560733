// The cache of programs: what it keeps, what it finds, and what it tells.
#include "frontend/program_cache.h"

#include <doctest/doctest.h>

#include "ir/builder.h"
#include "tests/unit/caught.h"
#include "tjit/constant.h"

namespace tf = tjit;
using tf::contains, tf::ProgramCache, tf::Scalar, tf::Tensor;

namespace {

/// A cache of programs for signatures of one number or one tensor.
class Cache {
 public:
  explicit Cache(const ProgramCache::Limits& limits, std::int64_t elements = 1)
      : cache_({"function 'f'", "capture", "captured"}, {}, limits), elements_(elements) {}

  ProgramCache::Program get(Scalar number) { return get({.statics = std::span(&number, 1)}); }
  ProgramCache::Program get(const Tensor& tensor) {
    const tf::TensorImpl* impl = tensor.impl();
    return get({.tensors = std::span(&impl, 1)});
  }
  ProgramCache* operator->() { return &cache_; }

 private:
  ProgramCache::Program get(const tf::Signature& signature) {
    const auto make = [&] {
      const std::vector<float> data(static_cast<std::size_t>(elements_));
      tf::Builder b("f");
      const tf::ValueId value = b.constant(tf::Literal::copy({tf::float32, {elements_}}, data.data(), false));
      tf::CachedProgram program;
      program.module.functions.push_back(b.finish(std::span(&value, 1)));
      return program;
    };
    return cache_.made(signature, make, [](std::size_t, bool) { return tf::detail::ArgumentPlace{}; });
  }

  ProgramCache cache_;
  std::int64_t elements_;  ///< of the constant that each program holds
};

}  // namespace

TEST_CASE("each of many signatures finds its own program") {
  Cache cache({});
  std::vector<ProgramCache::Program> programs;
  for (int i = 0; i < 3000; ++i) programs.push_back(cache.get(i));
  for (int i = 0; i < 100; ++i) programs.push_back(cache.get(tf::zeros({i, 7})));
  for (int i = 2999; i >= 0; --i) CHECK(cache.get(i) == programs[static_cast<std::size_t>(i)]);
  for (int i = 0; i < 100; ++i) CHECK(cache.get(tf::ones({i, 7})) == programs[static_cast<std::size_t>(3000 + i)]);
  CHECK(cache->info().hits == 3100);
  CHECK(cache->info().misses == 3100);
  // Alike in bits, but not in kind.
  CHECK(cache.get(true) != cache.get(1));
  CHECK(cache.get(std::int64_t{1}) != cache.get(1));
  CHECK(cache.get(tf::zeros({7, 1})) != cache.get(tf::zeros({1, 7})));
  cache->clear();
  CHECK(cache->info().size == 0);
  CHECK(cache.get(5) != programs[5]);
}

TEST_CASE("the program unused for longest leaves a full cache, which tells when it has to come back") {
  Cache cache({.programs = 3});
  for (const int i : {1, 2, 3}) (void)cache.get(i);
  CHECK_FALSE(contains(cache->explain(), "left the cache"));
  const auto first = cache.get(1);
  (void)cache.get(4);  // 2 leaves
  CHECK(cache->info().size == 3);
  CHECK(cache.get(1) == first);
  CHECK(cache->info().misses == 4);
  CHECK(
      contains(cache->explain(), "  1 program left the cache, which keeps 3 programs and 256 MiB: call it with fewer"));
  (void)cache.get(2);
  (void)cache.get(3);
  CHECK(cache->info().misses == 6);
  CHECK(contains(
      cache->explain(),
      "  3 programs left the cache, which keeps 3 programs and 256 MiB; 2 captures made one of them again: call "
      "it with fewer shapes and numbers\n"));
}

TEST_CASE("constants count towards what a cache keeps") {
  const ProgramCache::Limits limits{.bytes = std::int64_t{2} << 20};
  Cache small(limits), large(limits, 100'000);
  for (int i = 0; i < 20; ++i) {
    (void)small.get(i);
    (void)large.get(i);
  }
  CHECK(small->info().size == 20);
  CHECK(large->info().size == 5);
  CHECK(contains(large->explain(), "which keeps 4096 programs and 2 MiB"));
  // One that is too large by itself is kept while it is the latest.
  Cache huge(limits, 1'000'000);
  const auto first = huge.get(1);
  CHECK(huge.get(1) == first);
  (void)huge.get(2);
  CHECK(huge->info().size == 1);
}
