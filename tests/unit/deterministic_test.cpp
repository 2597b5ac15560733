// The same program becomes the same bytes, whatever was compiled before it, where it lies in memory, and which thread
// compiles it.
#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>
#include <random>
#include <thread>

#include "codegen/compile.h"
#include "ir/text.h"
#include "tests/fuzz/generator.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

/// Texts of programs: those of tests/run, and random ones.
std::vector<std::string> programs() {
  std::vector<std::string> texts;
  for (const std::filesystem::path& path : text_files("run")) texts.push_back(input_of(read_text(path)));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) texts.push_back(print(generate_program(seed).module));
  return texts;
}

/// What each program becomes, compiled in this order, with blocks of all sizes left in between.
std::vector<std::string> objects(const std::vector<std::string>& texts, std::span<const std::size_t> order) {
  std::mt19937 random(static_cast<unsigned>(order[0]));
  std::vector<std::vector<char>> kept;
  std::vector<std::string> found(texts.size());
  for (const std::size_t i : order) {
    for (int k = 0; k < 50; ++k) kept.emplace_back(random() % 1000);
    const Module module = parse_or_throw(texts[i]);
    found[i] = emit(module, module.entry(), Stage::Obj);
  }
  return found;
}

TEST_CASE("the same program gives the same object") {
  const std::vector<std::string> texts = programs();
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::vector<std::string> first = objects(texts, order);
  std::ranges::shuffle(order, std::mt19937(1));
  std::vector<std::string> second;
  std::thread([&] { second = objects(texts, order); }).join();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(first[i].size() > 500);
    CHECK_MESSAGE(first[i] == second[i], texts[i]);
  }
}

}  // namespace
}  // namespace tjit
