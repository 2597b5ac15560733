#include <iostream>
#include <tjit/tjit.h>
namespace tf = tjit;

int main() {
  auto root = tf::function([](tf::Tensor a) {  // Newton's method, as many steps as the numbers need
    auto wrong = [&](tf::Tensor x) { return tf::reduce_any(tf::abs(x * x - a) > 1e-6f * a); };
    return tf::while_loop(wrong, [&](tf::Tensor x) { return (x + a / x) * 0.5f; }, tf::ones(a.shape()));
  });
  std::cout << root(tf::constant({2.0f, 9.0f, 1e4f})) << "\n";
}
