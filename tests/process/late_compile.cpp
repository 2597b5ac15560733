// Signatures first met while the process ends, after the compiler was used: in the destructor of a global, and on a
// thread that runs on. The code generator's own globals are gone by then, so their programs are interpreted.
#include <atomic>
#include <chrono>
#include <thread>

#include "check.h"

namespace {

auto& twice = *new auto(tf::function([](const tf::Tensor& x) { return x * 2.0f; }));
std::atomic<bool> ends = false;
std::atomic<int> calls_at_end = 0;

void call(int size) {
  const tf::Tensor y = twice(tf::full({size}, 3.0f));
  check(y.shape() == tf::Shape{size} && y.to_vector<float>().back() == 6.0f, "a result");
  if (ends) ++calls_at_end;
}

struct AtEnd {
  ~AtEnd() {
    ends = true;
    call(3);
    check(text_of([] { (void)twice.assembly(); }) == "error: the process is ending: no more code is generated",
          "an error of what cannot be interpreted");
    // The thread compiles until the end and goes on.
    while (calls_at_end < 20) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
} at_end;

}  // namespace

int main() {
  call(1);
  std::thread([] {
    for (int size = 10;; ++size) call(size);
  }).detach();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return 0;
}
