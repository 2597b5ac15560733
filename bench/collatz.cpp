// The C that a scalar loop is measured against: total Collatz steps for all n below `limit`.
#include <cstdint>

std::int64_t collatz_steps(std::int64_t limit) {
  std::int64_t total = 0;
  for (std::int64_t n = 1; n < limit; ++n) {
    std::int64_t x = n;
    while (x != 1) {
      x = x % 2 == 0 ? x / 2 : 3 * x + 1;
      ++total;
    }
  }
  return total;
}
