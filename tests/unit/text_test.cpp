// Text: printing and parsing are inverse, every error has its message, and no input harms the parser.
#include "ir/text.h"

#include <algorithm>
#include <chrono>
#include <doctest/doctest.h>
#include <random>

#include "ir/builder.h"
#include "ir/ops/list.h"
#include "numbers.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

/// Data for `file(...)`: element number i is i.
Literal counted_data(const std::string&, const std::string&, const Type& type) {
  return dispatch(type.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::size_t count = static_cast<std::size_t>(element_count(type));
    const auto values = std::make_unique<T[]>(count + 1);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i);
    return Literal::copy(type, values.get(), false);
  });
}

ParseOptions options_for(const std::filesystem::path& path) {
  return {.file = path.filename().string(), .load_literal = counted_data};
}

PrintOptions print_options(const std::string& input) {
  const std::string wanted = directive(input, "print");
  return {.locations = wanted.find("locations") != wanted.npos, .header = wanted.find("header") != wanted.npos};
}

/// Prints, and checks that reading the print back gives the same print.
std::string print_checked(const Module& module, const PrintOptions& options, const std::filesystem::path& path) {
  const std::string text = print(module, options);
  CHECK(print(parse_or_throw(text, options_for(path)), options) == text);
  CHECK(verify(module) == std::vector<std::string>{});
  return text;
}

TEST_CASE("parse and print") {
  run_text_tests("ir", [](const std::string& input, const std::filesystem::path& path) {
    return print_checked(parse_or_throw(input, options_for(path)), print_options(input), path);
  });
}

TEST_CASE("specialize") {
  run_text_tests("specialize", [](const std::string& input, const std::filesystem::path& path) -> std::string {
    const Module module = parse_or_throw(input, options_for(path));
    const Module types = parse_or_throw("func @args(" + directive(input, "args") + ") -> () {\n  yield\n}\n");
    Module now;
    try {
      now = specialize(module, module.entry(), types.entry().param_types());
    } catch (const Error& e) {
      return std::string(e.what()) + "\n";
    }
    return print_checked(now, {}, path);
  });
}

struct Expected {
  std::uint32_t line;
  std::string text;
};

/// The `// error: text` comments of a file, of which a line may have several.
std::vector<Expected> expected_errors(std::string_view text) {
  constexpr std::string_view kHead = "// error: ";
  std::vector<Expected> expected;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    for (std::size_t at = line.find(kHead); at != line.npos; at = line.find(kHead)) {
      line.remove_prefix(at + kHead.size());
      std::string_view message = line.substr(0, line.find(kHead));
      while (message.ends_with(' ') || message.ends_with('\r')) message.remove_suffix(1);
      expected.push_back({number, std::string(message)});
    }
  }
  return expected;
}

TEST_CASE("errors") {
  for (const std::filesystem::path& path : text_files("error/parse")) {
    const std::string text = read_text(path);
    std::vector<Expected> expected = expected_errors(text);
    CHECK_MESSAGE(!expected.empty(), path.string() << " expects no error");
    const ParseResult result = parse(text, options_for(path));
    CHECK(result.module.functions.empty());
    for (const Diagnostic& d : result.errors) {
      const auto match = std::ranges::find_if(expected, [&](const Expected& e) {
        return e.line == d.loc.line && d.message.find(e.text) != d.message.npos;
      });
      CHECK_MESSAGE(match != expected.end(), "unexpected: " << to_string(d));
      if (match != expected.end()) expected.erase(match);
    }
    for (const Expected& e : expected) FAIL_CHECK(path.string() << ":" << e.line << ": no error says: " << e.text);
  }
}

TEST_CASE("the form of a message") {
  const std::string text = "func @main(%x: f32[4], %y: f32[3]) -> () {\n\t%z = add %x, %y\n  yield\n}\n";
  const ParseResult result = parse(text, {.file = "model.tir"});
  REQUIRE(result.errors.size() == 1);
  CHECK(to_string(result.errors[0]) ==
        "model.tir:2:7: error: add: operands differ in shape: f32[4] and f32[3]; insert `broadcast_to`\n"
        "\t%z = add %x, %y\n"
        "\t     ^\n");
  try {
    parse_or_throw(text, {.file = "model.tir"});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(std::string(e.what()) + "\n" == to_string(result.errors[0]));
    CHECK(e.location().line == 2);
  }
}

TEST_CASE("the caret counts characters, and long lines are cut") {
  Diagnostic d{Location("f", 1, 8), "m", "ä€ \t\x01x"};
  CHECK(to_string(d) == "f:1:8: error: m\nä€ \t?x\n   \t^\n");
  d = {Location("f", 1, 5001), "m", std::string(5000, 'a') + "b" + std::string(5000, 'c')};
  const std::string text = to_string(d);
  CHECK(text.size() < 400);
  const std::size_t line = text.find('\n') + 1, caret = text.find('^') - text.find('\n', line) - 1;
  CHECK(text[line + caret] == 'b');
}

TEST_CASE("at most max_errors messages") {
  std::string text = "func @main() -> () {\n";
  for (int i = 0; i < 100; ++i) text += "  nothing\n";
  CHECK(parse(text + "  yield\n}\n").errors.size() == 20);
  CHECK(parse(text + "  yield\n}\n", {.max_errors = 3}).errors.size() == 3);
}

TEST_CASE("the form of the text") {
  const std::string body = "func @main() -> () {\n  yield\n}\n";
  CHECK(parse("// tjit 1\n" + body).errors.empty());
  CHECK(parse("// tjit is a compiler\n" + body).errors.empty());
  const ParseResult result = parse("// tjit 2\n" + body);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].message == "the text has form 2, only form 1 is known");
  CHECK(parse("\r\n" + std::string("func @main() -> () {\r\n  yield\r\n}\r\n")).errors.empty());
}

TEST_CASE("places of ops") {
  const Module m = parse_or_throw("func @main(%x: f32[]) -> () {\n  %y = add %x, %x\n  yield\n}\n", {.file = "m.tir"});
  CHECK(to_string(m.functions[0].op({0}).loc) == "m.tir:2:8");
  CHECK(to_string(m.functions[0].loc) == "m.tir:1:6");
}

TEST_CASE("large literals go where save_literal says") {
  const std::string head = "func @main() -> (i32[65], i32[64]) {\n  %0 = constant {value = ";
  std::string list = "[0";
  for (int i = 1; i < 64; ++i) list += ", " + std::to_string(i);
  const std::string tail = "} : i32[65]\n  %1 = constant {value = " + list + "]} : i32[64]\n  yield %0, %1\n}\n";
  const Module m = parse_or_throw(head + list + ", 64]" + tail);
  CHECK(print(m) == head + list + ", 64]" + tail);
  int saved = 0;
  const std::string text = print(m, {.save_literal = [&](const Literal& l) {
                                   CHECK(element_count(l.type()) == 65);
                                   return std::pair<std::string, std::string>("d.npz", "c" + std::to_string(saved++));
                                 }});
  CHECK(text == head + "file(\"d.npz\", \"c0\")" + tail);
  CHECK(print(parse_or_throw(text, {.load_literal = counted_data})) == text);
}

TEST_CASE("every float reads back") {
  std::mt19937_64 random(1);
  for (const DTypeInfo& info : kDTypes) {
    dispatch(info.dtype, [&]<class T>(Tag<T>) {
      if constexpr (test::Floating<T>) {
        using Bits = test::BitsOf<T>;
        std::vector<T> values;
        for (int i = 0; i < 20000; ++i) values.push_back(std::bit_cast<T>(static_cast<Bits>(random())));
        const Literal all = Literal::copy({info.dtype, {20000}}, values.data(), false);
        const std::string type = to_string(all.type());
        const Module m =
            parse_or_throw("func @main() -> (" + type + ") {\n%0 = constant {value = " + print_literal(all) +
                           "} : " + type + "\nyield %0 }");
        const Literal* back = m.functions[0].constant({0});
        REQUIRE(back != nullptr);
        for (std::size_t i = 0; i < values.size(); ++i) {
          const T a = values[i], b = back->as<T>()[i];
          if (!test::same(a, b)) FAIL_CHECK(a << " reads back as " << b);
        }
      }
    });
  }
}

// ---- input from nowhere ----

/// No input may crash the parser; what it accepts must print and read back.
void check_harmless(const std::string& text, const std::string& what) {
  const ParseResult result = parse(text, {.load_literal = counted_data});
  for (const Diagnostic& d : result.errors) {
    const std::string message = to_string(d);
    CHECK_MESSAGE(message.find("internal error") == message.npos, what << ": " << message << "\n"
                                                                       << text.substr(0, 4000));
  }
  if (!result.errors.empty()) return;
  const std::string printed = print(result.module);
  const ParseResult again = parse(printed, {.load_literal = counted_data});
  CHECK_MESSAGE(again.errors.empty(), what << ": " << to_string(again.errors.front()) << "\n" << text);
  CHECK_MESSAGE(print(again.module) == printed, what << ": the print reads back as something else\n" << printed);
}

std::string mutated(std::string text, const std::vector<std::string>& all, std::mt19937& random) {
  static const std::vector<std::string> kTokens{"%0",    "%1",     "%x",      "@main", "@f",     "{",
                                                "}",     "(",      ")",       "[",     "]",      ",",
                                                ":",     "=",      "->",      "\n",    "-1",     "0",
                                                "1",     "3",      "?n",      "?",     "f32[]",  "f32[2]",
                                                "i32[]", "bool[]", "yield",   "func",  "then()", "else()",
                                                "test",  "body",   "cond",    "while", "call",   "constant",
                                                "add",   "cast",   "reshape", "nan",   "1e999",  "99999999999999999999",
                                                "\"",    "\\",     "//",      "true",  "loc",    "\xff"};
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (std::size_t count = 1 + below(3); count > 0; --count) {
    const std::size_t at = below(text.size()), length = below(std::min<std::size_t>(text.size() - at, 12));
    const std::string& token = kTokens[below(kTokens.size())];
    const std::string& other = all[below(all.size())];
    switch (below(7)) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, token); break;
      case 3: text.replace(at, length, token); break;
      case 4: text.insert(at, text, below(text.size()), below(80)); break;
      case 5: text.insert(at, other, below(other.size()), below(200)); break;
      case 6: {
        // A line somewhere else: names are used before their definition or outside of their block.
        const std::size_t start = text.rfind('\n', at) + 1, end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(start, end - start);
        text.erase(start, end - start);
        text.insert(text.find('\n', below(text.size())) + 1, line);
        break;
      }
    }
    if (text.empty()) text = " ";
  }
  return text;
}

TEST_CASE("mutated texts are harmless") {
  std::vector<std::string> all;
  for (const char* folder : {"ir", "specialize", "error/parse"})
    for (const auto& path : text_files(folder)) all.push_back(input_of(read_text(path)));
  std::mt19937 random(20240607);
  for (int round = 0; round < 6000; ++round) {
    const std::string& text = all[static_cast<std::size_t>(round) % all.size()];
    check_harmless(mutated(text, all, random), "round " + std::to_string(round));
  }
}

std::string repeated(std::string_view part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

TEST_CASE("endless texts are harmless") {
  constexpr int kMany = 100'000;
  const std::string head = "func @main(%x: f32[], %p: bool[]) -> () {\n  ";
  const auto start = std::chrono::steady_clock::now();
  for (const char* part : {"(",
                           ")",
                           "[",
                           "{",
                           "}",
                           "<",
                           "%",
                           "@",
                           "?",
                           "\"",
                           "\\",
                           "-",
                           "0",
                           "a",
                           ".",
                           ",",
                           ":",
                           "=",
                           "\n",
                           "/",
                           " ",
                           "%0 = ",
                           "func ",
                           "func @f",
                           "then() {",
                           "[1,",
                           "loc(",
                           "\xff",
                           "cond %p\n then() {\n"}) {
    const std::string many = repeated(part, kMany);
    check_harmless(many, part);
    check_harmless(head + many, part);
    check_harmless(head + "%y = constant {value = " + many + "} : f32[2]\n  yield\n}\n", part);
    check_harmless(head + "%y = add %x, " + many, part);
    check_harmless("func @main(" + many, part);
    check_harmless("func @main(%x: f32[" + many, part);
  }
  for (const char* part : {"(", "[", "{", "func ", "func @f ", "cond %p\n then() {\n"}) {
    const std::string many = repeated(part, 10 * kMany);
    check_harmless(many, part);
    check_harmless(head + many, part);
    check_harmless(head + "%y = constant {value = " + many, part);
  }
  check_harmless(std::string(kMany, '\0'), "zeros");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(120));  // far above what it takes
}

TEST_CASE("many functions, names and calls take linear time") {
  std::string chain = "func @main() -> () {\n  yield\n}\n", flat = "func @main() -> () {\n", sizes = "func @main(";
  for (int i = 0; i < 20000; ++i) {
    const std::string n = std::to_string(i);
    chain += "func @f" + n + "() -> () {\n  call {callee = @f" + std::to_string(i + 1) + "}\n  yield\n}\n";
    flat += "  call {callee = @g" + n + "}\n";
    sizes += "%p" + n + ": f32[?size" + n + "], ";
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK(parse(chain).errors.size() == 20);
  CHECK(parse(flat).errors.size() == 20);
  CHECK(parse(sizes).errors.size() == 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("sizes that add up to too much are an error, also where their sum wraps") {
  const auto error_of_concat = [](const std::string& type, int operands) {
    std::string text = "func @main(%x: " + type + ") -> () {\n  %r = concat %x";
    for (int i = 1; i < operands; ++i) text += ", %x";
    const ParseResult result = parse(text + " {axis = 0}\n  yield\n}\n");
    return result.errors.empty() ? "no error" : result.errors.front().message;
  };
  for (const int operands : {2, 32768, 65536})
    CHECK(error_of_concat("u8[281474976710656]", operands) ==
          "concat: a size of 281474976710656 + 281474976710656 is more than 2^48");
  CHECK(error_of_concat("u8[281474976710656,?n]", 32768).ends_with("is more than 2^48"));
  CHECK(error_of_concat("u8[140737488355328]", 2) == "no error");
}

TEST_CASE("sizes make copies of functions, up to a limit") {
  std::string text = "func @main() -> () {\n";
  for (int i = 0; i <= 10'000; ++i) {
    const std::string n = std::to_string(i);
    text += "  %x" + n + " = constant {value = 0} : u8[" + n + "]\n  call %x" + n + " {callee = @f}\n";
  }
  const Module module = parse_or_throw(text + "  yield\n}\nfunc @f(%x: u8[?n]) -> () {\n  yield\n}\n");
  std::string message;
  try {
    (void)specialize(module, module.entry(), {});
  } catch (const Error& e) {
    message = e.message();
  }
  // The entry is a copy, too.
  CHECK(message == "call: the sizes of this call need more than 10000 copies of functions");
}

TEST_CASE("data in files needs someone who reads them") {
  const ParseResult result =
      parse("func @main() -> () {\n  %a = constant {value = file(\"a.npy\")} : f32[]\n  yield\n}\n");
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].message == "data in files cannot be read here");
}

TEST_CASE("a long program takes linear time") {
  std::string text = "func @main(%v0: f32[64], %c: f32[64]) -> (f32[64]) {\n";
  for (int i = 0; i < 100000; ++i)
    text += "  %v" + std::to_string(i + 1) + " = add %v" + std::to_string(i) + ", %c : f32[64]\n";
  text += "  yield %v100000\n}\n";
  const auto start = std::chrono::steady_clock::now();
  const ParseResult result = parse(text);
  const std::chrono::duration<double> parsed = std::chrono::steady_clock::now() - start;
  REQUIRE(result.errors.empty());
  const std::string printed = print(result.module);
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;
  CHECK(print(parse_or_throw(printed)) == printed);
  MESSAGE("100,000 ops: parse and verify " << parsed.count() << " s, print " << (all - parsed).count() << " s");
  CHECK(all.count() < 10);  // far above what it takes, for slow builds
}

}  // namespace
}  // namespace tjit
