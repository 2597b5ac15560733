// Reads handwritten digits with a network written in tjit's text form, compiled for this machine.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <tjit/tjit.h>

namespace tf = tjit;

namespace {

/// Median seconds of a call, after one to warm up.
double median_seconds(const std::function<void()>& call) {
  call();
  std::vector<double> seconds;
  for (int i = 0; i < 51; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(seconds, seconds.begin() + 25);
  return seconds[25];
}

/// Draws `count` images of 8x8 pixels (0..16) side by side, with what they are read as and what they are.
void draw(const tf::Tensor& images, const tf::Tensor& labels, const tf::Tensor& predictions, int count) {
  const auto* pixels = images.data<std::uint8_t>();
  for (int row = 0; row < 8; ++row) {
    for (int n = 0; n < count; ++n) {
      for (int column = 0; column < 8; ++column) {
        const char shade = " .:-=+*#%"[pixels[(n * 8 + row) * 8 + column] / 2];
        std::printf("%c%c", shade, shade);
      }
      std::printf("  ");
    }
    std::printf("\n");
  }
  for (int n = 0; n < count; ++n)
    std::printf("read as %d (is %d)  ", static_cast<int>(predictions.data<std::int64_t>()[n]),
                labels.data<std::int32_t>()[n]);
  std::printf("\n\n");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: digits PROGRAM.tir DATA.npz\n";
    return 2;
  }
  const std::string file = argv[1], data = argv[2];
  const tf::Tensor images = tf::load_npz(data, "test_images"), labels = tf::load_npz(data, "test_labels");
  const tf::Program classify = tf::Program::load(file);

  const double compile_seconds = classify.compile({images});
  const tf::Tensor predictions = classify({images})[0];
  const bool same = tf::reduce_all(predictions == classify.eager({images})[0]).item<bool>();
  const auto right =
      tf::reduce_sum(tf::cast(predictions == tf::cast(labels, tf::int64), tf::int32)).item<std::int32_t>();

  draw(images, labels, predictions, 5);
  const auto total = static_cast<int>(images.shape()[0]);
  std::printf("accuracy      %.2f %% (%d of %d test images)\n", 100.0 * right / total, right, total);
  std::printf("compiled in   %.1f ms\n", compile_seconds * 1e3);
  std::printf("compiled run  %.3f ms for %d images\n", median_seconds([&] { classify({images}); }) * 1e3, total);
  std::printf("eager run     %.3f ms, %s predictions\n", median_seconds([&] { classify.eager({images}); }) * 1e3,
              same ? "the same" : "DIFFERENT");
  std::printf("see its IR    tjit compile %s --emit=opt --input=@%s:test_images\n", file.c_str(), data.c_str());
  return same && right * 100 >= total * 97 ? 0 : 1;
} catch (const tf::Error& e) {
  std::cerr << e.what() << "\n";
  return 1;
}
