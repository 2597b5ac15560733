// Eager execution: every operation runs at once, and plain C++ decides what comes next.
#include <iostream>
#include <tjit/tjit.h>
namespace tf = tjit;

int main() {
  const tf::Tensor a = tf::constant(3), b = tf::constant(2);
  std::cout << a + b << "\n";
  const tf::Tensor m = tf::constant({{1.0f, 2.0f}, {3.0f, 4.0f}});
  std::cout << tf::matmul(m, m) << "\n";
  if (b < a) std::cout << tf::reduce_sum(m, 0) << "\n";
}
