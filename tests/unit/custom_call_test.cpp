// Functions written elsewhere: their results, what they may say, and what is said of them.
#include <doctest/doctest.h>

#include "ir/ops/custom.h"
#include "ir/ops/element.h"
#include "run_op.h"
#include "tests/custom_calls.h"
#include "tests/unit/both_ways.h"
#include "tests/unit/caught.h"
#include "tjit/tjit.h"

namespace tjit {
namespace {

using namespace test;

void register_all() {
  for (const TjitCustomCall* call = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION); call->name != nullptr; ++call)
    register_custom_call(*call);
}

TEST_CASE("custom calls take arrays of every type in every layout, and give several results") {
  register_all();
  CustomCall op;
  op.target = "backwards";
  for_each_type<CustomCall>([&]<class T>(Tag<T>) {
    const Array x = telling_array({dtype_of<T>, {3, 5}}, 7);
    for (const Layout layout : kLayouts) {
      const Array a = laid_out(x, layout);
      const OpDef& d = def(kOpcode<CustomCall>);
      const Type type = a.type();
      const Arrays both = execute(d, &op, {&a, 1}, d.infer(&op, {&type, 1}), {});
      REQUIRE(both.size() == 2);
      CHECK(both[1].item<std::int64_t>() == 15);
      for (std::int64_t i = 0; i < 15; ++i) REQUIRE(same(both[0].data<T>()[i], x.data<T>()[14 - i]));
    }
  });
}

TEST_CASE("custom calls of the API, eager and compiled") {
  register_all();
  auto f = function([](Tensor x) {
    const Tensor turned = custom_call("backwards", {x + 1})[0];
    return custom_call("scaled", {turned * 2}, "0.5")[0] - 1;
  });
  check_same(both_ways(f, constant({1.0f, 2.0f, 4.0f})), constant({4.0f, 2.0f, 1.0f}));
  auto count = function([](Tensor x) { return custom_call("backwards", {x})[1]; });
  CHECK(both_ways(count, zeros({4, 0})).item<std::int64_t>() == 0);
  Location line;
  auto failing = function([&](Tensor x) {
    line = std::source_location::current(), x = custom_call("backwards", {x}, "fail")[0];
    return x;
  });
  CHECK(message_at(error_both_ways(failing, zeros({3})), line) == "custom_call: backwards: asked to fail");
}

TEST_CASE("errors of custom calls") {
  register_all();
  const Tensor x = zeros({3}, int32);
  CHECK(error_here([&] { (void)custom_call("backward", {x}); }) ==
        "custom_call: no function 'backward' is registered; did you mean 'backwards'?");
  CHECK(contains(error_here([&] { (void)custom_call("something else", {x}); }),
                 "custom_call: no function 'something else' is registered; known are backwards, "));
  CHECK(error_here([&] { (void)custom_call("scaled", {x}); }) == "custom_call: scaled: takes one operand of float32");
  CHECK(error_here([&] { (void)custom_call("backwards", {x, x}); }) == "custom_call: backwards: takes one operand");

  TjitCustomCall call = *tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION);
  call.run = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION)[1].run;
  CHECK(caught([&] { register_custom_call(call); }).message() == "another function 'backwards' is registered");
  CHECK(caught([&] { register_custom_call({}); }).message() ==
        "a custom call needs a name, a shape rule and a function");
  CHECK(tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION + 1) == nullptr);
}

/// A function with a shape rule that gives no types.
template <int kMistake>
const char* mistaken(const char*, std::int32_t, const TjitArray*, std::int32_t* count, TjitArray* results) {
  *count = kMistake == 0 ? 0 : 1;
  results[0].dtype = kMistake == 1 ? nullptr : kMistake == 2 ? "f31" : "f32";
  results[0].rank = kMistake == 3 ? 9 : 1;
  results[0].sizes[0] = kMistake == 4 ? -2 : 1;
  return nullptr;
}

template <int kMistake>
std::string mistake() {
  const std::string name = "mistaken " + std::to_string(kMistake);
  const auto run = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION)->run;
  register_custom_call({name.c_str(), mistaken<kMistake>, run});
  const std::string start = "custom_call: the shape rule of '" + name + "' gives ";
  const std::string message = caught([&] { (void)custom_call(name, {zeros({3})}); }).message();
  return message.starts_with(start) ? message.substr(start.size()) : message;
}

TEST_CASE("shape rules that give no types are refused") {
  CHECK(mistake<0>() == "0 results");
  CHECK(mistake<1>() == "an unknown element type ''");
  CHECK(mistake<2>() == "an unknown element type 'f31'");
  CHECK(mistake<3>() == "a rank of 9");
  CHECK(mistake<4>() == "a size of -2");
}

TEST_CASE("libraries with custom calls") {
  CHECK(contains(caught([] { load_custom_calls("/nowhere/lib.so"); }).message(),
                 "cannot load '/nowhere/lib.so': /nowhere/lib.so: cannot open shared object file"));
  CHECK(caught([] { load_custom_calls("libm.so.6"); }).message() ==
        "cannot load 'libm.so.6': it has no function tjit_custom_calls");
}

}  // namespace
}  // namespace tjit
