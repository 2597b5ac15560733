#include <iostream>
#include <tjit/tjit.h>
#include <tuple>
namespace tf = tjit;

int main() {
  const tf::Tensor a = tf::constant(3), b = tf::constant(2);
  std::cout << a + b << "\n";
  auto step = tf::function([](tf::Tensor w, tf::Tensor x) { return std::tuple(tf::reduce_sum(w * x), w + x); });
  auto [loss, next] = step(tf::constant({1.0f, 2.0f}), tf::constant({3.0f, 4.0f}));
  std::cout << loss << "\n" << next << "\n";
}
