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
  auto sum = tf::function([](std::vector<tf::Tensor> all) {
    tf::Tensor first =
        tf::cond(all[0] > 0, [&] { return std::vector{all[0]}; }, [&] { return std::vector{all[1]}; })[0];
    return tf::while_loop([](tf::Tensor i) { return i < 100; }, [&](tf::Tensor i) { return i + first; }, 0);
  });
  std::cout << sum(std::vector<tf::Tensor>(20, a)) << " " << a.shape() << tf::zeros(std::vector{2, 3}).shape() << "\n";
  tf::save_npy("a.npy", a);
  std::cout << tf::load_npy("a.npy") << "\n";
}
