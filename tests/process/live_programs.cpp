// Any number of programs takes few of the process's mappings.
#include <fstream>
#include <memory>
#include <vector>

#include "check.h"

namespace {

using tf::Tensor;

long mappings() {
  std::ifstream in("/proc/self/maps");
  long count = 0;
  for (std::string line; std::getline(in, line);) ++count;
  return count;
}

auto plus(int i) {
  return tf::function([i](const Tensor& x) { return x + i; });
}
using Plus = decltype(plus(0));

void run(Plus& f, int i) {
  check(f(tf::constant({1, 2})).to_vector<int>() == std::vector{1 + i, 2 + i}, "result " + std::to_string(i));
}

}  // namespace

int main() {
  constexpr int kPrograms = 300;
  std::vector<std::unique_ptr<Plus>> live;
  const auto add = [&] {
    live.push_back(std::make_unique<Plus>(plus(static_cast<int>(live.size()))));
    run(*live.back(), static_cast<int>(live.size()) - 1);
  };
  for (int i = 0; i < 50; ++i) add();
  const long few = mappings();
  while (live.size() < kPrograms) add();
  check(mappings() <= few + 20,
        std::to_string(mappings()) + " mappings, " + std::to_string(few) + " with few programs");
  // Every second one dies; its pages serve others.
  for (int i = 0; i < kPrograms; i += 2) live[static_cast<std::size_t>(i)] = nullptr;
  for (int i = 0; i < kPrograms; i += 2) {
    live[static_cast<std::size_t>(i)] = std::make_unique<Plus>(plus(i));
    run(*live[static_cast<std::size_t>(i)], i);
  }
  for (int i = 0; i < kPrograms; ++i) run(*live[static_cast<std::size_t>(i)], i);
  check(mappings() <= few + 20, std::to_string(mappings()) + " mappings after others died");
  return 0;
}
