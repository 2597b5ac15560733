// Out of memory: the same text and line eagerly and compiled, after the same effects, and everything usable afterwards.
#include <sys/resource.h>
#include <unistd.h>

#include "check.h"

namespace {

using tf::Tensor;

constexpr std::int64_t kMany = 500'000'000;

/// What `f` writes to standard output.
template <class F>
std::string printed_by(F&& f) {
  std::fflush(stdout);
  FILE* file = std::tmpfile();
  const int old = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  f();
  std::fflush(stdout);
  dup2(old, STDOUT_FILENO);
  close(old);
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

/// The same error eagerly and compiled, which ends with `message`, once `printed` was printed.
template <class F>
void check_both(F f, const std::string& message, const std::string& printed = "") {
  const Tensor one = tf::constant({1.0f});
  std::string eager, compiled;
  check_equal(printed_by([&] { eager = text_of([&] { (void)f(one); }); }), printed);
  check(eager.ends_with(message) && eager.starts_with(__FILE__), "`" + eager + "` ends with `" + message + "`");
  auto captured = tf::function(f);
  check_equal(printed_by([&] { compiled = text_of([&] { (void)captured(one); }); }), printed);
  check_equal(compiled, eager);
  check_equal((tf::constant(1) + 1).numpy_text(), "2");
}

void check_limited() {
  const std::string no_memory = ": out of memory: cannot allocate 2000000000 bytes";
  check_both([](const Tensor& x) { return tf::broadcast_to(x, {kMany}) + 1.0f; }, "add" + no_memory);
  check_both(
      [](const Tensor& x) {
        tf::print("before {}", {x});
        return tf::broadcast_to(x, {kMany}) + 1.0f;
      },
      "add" + no_memory, "before [1.]\n");
  check_both(
      [](const Tensor& x) {
        tf::assert_that(x < 0.0f, "first");
        return tf::broadcast_to(x, {kMany}) + 1.0f;
      },
      "assertion failed: first at index (0)");
  check_both([](const Tensor& x) { return tf::concat({tf::broadcast_to(x, {kMany}), x}, 0); },
             "concat: out of memory: cannot allocate 2000000004 bytes");
  check_both([](const Tensor&) { return tf::iota({kMany}); }, "iota" + no_memory);
  check_both([](const Tensor& x) { return std::pair(tf::reverse(tf::broadcast_to(x, {kMany}) + 1.0f, {0}), x); },
             "add" + no_memory);
  // A constant that code would read from memory, of one element that is seen many times.
  auto constant = tf::function([](const Tensor&) { return tf::reverse(tf::zeros({kMany}), {0}); });
  check(constant(tf::constant({1.0f})).shape() == tf::Shape{kMany}, "as a view");
  // What a product reads is in memory between the two.
  check_both(
      [](const Tensor& x) {
        const Tensor y = tf::broadcast_to(x, {kMany}) + 1.0f;
        return tf::matmul(tf::reshape(y, {1, kMany}), tf::reshape(y, {kMany, 1}));
      },
      "add" + no_memory);
}

}  // namespace

int main() {
  auto plus = tf::function([](const Tensor& x) { return tf::broadcast_to(x, {kMany}) + 1.0f; });
  (void)tf::function([](const Tensor& x) { return x + 1.0f; })(tf::constant({1.0f}));  // the compiler is loaded
  rlimit old{};
  getrlimit(RLIMIT_AS, &old);
  const rlimit small{std::size_t{1200} << 20, old.rlim_max};
  setrlimit(RLIMIT_AS, &small);
  check_limited();
  check(!text_of([&] { (void)plus(tf::constant({1.0f})); }).empty(), "does not fit");
  setrlimit(RLIMIT_AS, &old);
  check(plus(tf::constant({1.0f})).shape() == tf::Shape{kMany}, "and then it fits");
  return 0;
}
