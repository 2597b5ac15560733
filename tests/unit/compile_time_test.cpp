// Compilation takes time in proportion to the program, in each stage: programs of a shape in two sizes, compared.
//
// Processor time of this thread, the least of several runs that take turns: what else the machine does hardly counts.
#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <time.h>

#include "codegen/compile.h"
#include "ir/text.h"

namespace tjit {
namespace {

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Text of a program made of so many equal parts.
using Shape = std::function<std::string(int)>;

std::string repeated(int count, const std::function<std::string(std::string)>& part, const char* separator = "") {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : separator) + part(std::to_string(i));
  return text;
}

/// Eight times the parts may take this many times as long: 64 times would be quadratic.
constexpr double kMost = 24;

/// Passes; kernels and plan; LLVM IR and its passes; machine code. Each includes those before it.
constexpr Stage kCosts[] = {Stage::Opt, Stage::Kernel, Stage::Llvm, Stage::Obj};

void check_linear(const Shape& shape, int parts = 100) {
  const Module few = parse_or_throw(shape(parts)), many = parse_or_throw(shape(8 * parts));
  for (const Stage stage : kCosts) {
    const auto seconds = [&](const Module& module) {
      const double start = processor_seconds();
      CHECK(!emit(module, module.entry(), stage).empty());
      return processor_seconds() - start;
    };
    double least_few = seconds(few), least_many = seconds(many);
    for (int turn = 0; turn < 2; ++turn) {
      least_few = std::min(least_few, seconds(few));
      least_many = std::min(least_many, seconds(many));
    }
    CAPTURE(kStages[static_cast<std::size_t>(stage)].name);
    CHECK_MESSAGE(least_many <= kMost * least_few,
                  parts << " parts: " << least_few << " s, " << 8 * parts << " parts: " << least_many << " s");
    if (least_many > 1) break;  // later stages take as long again
  }
}

TEST_CASE("a long chain in one group") {
  check_linear([](int n) {
    const auto part = [](const std::string& i) {
      return "  %a" + i + " = multiply %v" + i + ", %c\n  %v" + std::to_string(std::stoi(i) + 1) + " = add %a" + i +
             ", %c\n";
    };
    return "func @main(%v0: f32[64], %c: f32[64]) -> (f32[64]) {\n" + repeated(n, part) + "  yield %v" +
           std::to_string(n) + "\n}\n";
  });
}

TEST_CASE("kernels of different sizes") {
  const Shape shape = [](int n) {
    const auto type = [](const std::string& i) { return "f32[" + std::to_string(std::stoi(i) + 20) + "]"; };
    const auto param = [&](const std::string& i) { return "%x" + i + ": " + type(i); };
    return "func @main(" + repeated(n, param, ", ") + ") -> (" + repeated(n, type, ", ") + ") {\n" +
           repeated(n, [](const std::string& i) { return "  %y" + i + " = negative %x" + i + "\n"; }) + "  yield " +
           repeated(n, [](const std::string& i) { return "%y" + i; }, ", ") + "\n}\n";
  };
  check_linear(shape, 30);
}

const auto kVector = [](const std::string&) { return std::string("f32[128]"); };

TEST_CASE("results that are copies of parameters") {
  const Shape shape = [](int n) {
    const auto param = [](const std::string& i) { return "%x" + i + ": f32[128]"; };
    return "func @main(" + repeated(n, param, ", ") + ") -> (" + repeated(n, kVector, ", ") + ") {\n  yield " +
           repeated(n, [](const std::string& i) { return "%x" + i; }, ", ") + "\n}\n";
  };
  check_linear(shape, 50);
}

TEST_CASE("variables that a loop rotates") {
  const Shape shape = [](int n) {
    const auto names = [n](const std::string& prefix, int from, const char* type) {
      const auto name = [&](const std::string& i) {
        return "%" + prefix + std::to_string((std::stoi(i) + from) % n) + type;
      };
      return repeated(n, name, ", ");
    };
    const std::string types = repeated(n, kVector, ", ");
    return "func @main(%k: i32[], " + names("x", 0, ": f32[128]") + ") -> (" + types +
           ") {\n  %zero = constant {value = 0} : i32[]\n  %one = constant {value = 1} : i32[]\n  %i, " +
           names("r", 0, "") + " = while %zero, " + names("x", 0, "") + " : i32[], " + types +
           "\n    test(%j: i32[], " + names("t", 0, ": f32[128]") +
           ") {\n      %go = less %j, %k\n      yield %go\n    }\n    body(%j: i32[], " + names("b", 0, ": f32[128]") +
           ") {\n      %n = add %j, %one\n      yield %n, " + names("b", 1, "") + "\n    }\n  yield " +
           names("r", 0, "") + "\n}\n";
  };
  check_linear(shape, 50);
}

TEST_CASE("results of rank 0") {
  const Shape shape = [](int n) {
    const auto part = [](const std::string& i) {
      return "  %v" + std::to_string(std::stoi(i) + 1) + " = add %v" + i + ", %c\n";
    };
    return "func @main(%v0: f32[], %c: f32[]) -> (" +
           repeated(
               n, [](const std::string&) { return std::string("f32[]"); }, ", ") +
           ") {\n" + repeated(n, part) + "  yield " +
           repeated(n, [](const std::string& i) { return "%v" + i; }, ", ") + "\n}\n";
  };
  check_linear(shape, 125);
}

TEST_CASE("scalars in one block") {
  check_linear([](int n) {
    const auto part = [](const std::string& i) {
      return "  %v" + std::to_string(std::stoi(i) + 1) + " = bitwise_xor %v" + i + ", %c\n";
    };
    return "func @main(%v0: i64[], %c: i64[]) -> (i64[]) {\n" + repeated(8 * n, part) + "  yield %v" +
           std::to_string(8 * n) + "\n}\n";
  });
}

TEST_CASE("checks of one divisor, and divisions by it") {
  for (const char* op : {"floor_div", "mod"}) {
    check_linear([&](int n) {
      const auto part = [&](const std::string& i) {
        return "  %v" + std::to_string(std::stoi(i) + 1) + " = " + op + " %v" + i + ", %c\n";
      };
      return "func @main(%v0: i32[], %c: i32[]) -> (i32[]) {\n" + repeated(n, part) + "  yield %v" + std::to_string(n) +
             "\n}\n";
    });
  }
}

TEST_CASE("operands of one concat") {
  const Shape shape = [](int n) {
    int size = 0;
    const auto param = [&](const std::string& i) {
      const int elements = std::stoi(i) % 7 + 3;
      size += elements;
      return "%x" + i + ": f32[" + std::to_string(elements) + "]";
    };
    const std::string params = repeated(n, param, ", ");
    return "func @main(" + params + ") -> (f32[" + std::to_string(size) + "]) {\n  %r = concat " +
           repeated(n, [](const std::string& i) { return "%x" + i; }, ", ") + " {axis = 0}\n  yield %r\n}\n";
  };
  check_linear(shape, 500);
}

TEST_CASE("branches one after another") {
  check_linear([](int n) {
    const auto part = [](const std::string& i) {
      return "  %v" + std::to_string(std::stoi(i) + 1) + " = cond %p\n    then() {\n      %a" + i + " = add %v" + i +
             ", %c\n      yield %a" + i + "\n    }\n    else() {\n      yield %v" + i + "\n    }\n";
    };
    return "func @main(%v0: f32[64], %c: f32[64], %p: bool[]) -> (f32[64]) {\n" + repeated(n, part) + "  yield %v" +
           std::to_string(n) + "\n}\n";
  });
}

}  // namespace
}  // namespace tjit
