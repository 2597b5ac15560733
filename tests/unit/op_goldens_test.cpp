// Every op on every element type against what others gave (tests/golden/ops): eagerly, with operands in every layout,
// and compiled. Which pairs of op and element type have cases follows from the op table: a missing one fails.
#include <algorithm>
#include <array>
#include <cstdio>
#include <doctest/doctest.h>
#include <map>
#include <string>
#include <unordered_map>

#include "arrays.h"
#include "codegen/compile.h"
#include "ir/custom_calls.h"
#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "ir/text.h"
#include "runtime/execute.h"
#include "runtime/io/npz.h"
#include "tests/custom_calls.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

using namespace test;

using Goldens = std::unordered_map<std::string, Array>;

/// How many cases each op has on each element type.
using Counts = std::map<std::pair<Opcode, DType>, int>;

/// Whether a float is `want`, up to an error: absolute, or in units in the last place where that is negative.
template <class T>
bool is_near(T got, T want, double error, double ulp) {
  if (same(got, want)) return true;
  if (got != got || want != want) return false;
  const auto wide = static_cast<Wide<T>>(want);
  if (error >= 0) return std::fabs(static_cast<Wide<T>>(got) - wide) <= error;
  // What is expected is rounded itself.
  const bool signs_differ = std::signbit(static_cast<double>(got)) != std::signbit(static_cast<double>(want));
  return ulp > 0.5 && !(signs_differ && want == T(0)) && ulps(got, wide) <= ulp + 0.5;
}

/// Of complex numbers the error counts in units of the larger part.
template <class P>
bool is_near(Complex<P> got, Complex<P> want, double error, double ulp) {
  const P larger = std::max(std::fabs(want.re), std::fabs(want.im));
  const auto part = [&](P x, P y) {
    if (same(x, y) || error >= 0 || !(larger < kInf<P>)) return is_near(x, y, error, 0);
    return std::fabs(x - y) <= (ulp + 0.5) * (std::nextafter(larger, kInf<P>) - larger) && ulp > 0.5;
  };
  return part(got.re, want.re) && part(got.im, want.im);
}

template <class T>
bool is_near(T got, T want, double, double)
  requires std::is_integral_v<T>
{
  return got == want;
}

template <class T>
std::string shown(T x) {
  std::string text;
  append_element(text, dtype_of<T>, reinterpret_cast<const std::byte*>(&x));
  return text;
}

class GoldenFunction {
 public:
  GoldenFunction(const Module& module, const Function& function, const Goldens& goldens)
      : module_(module), function_(function), goldens_(goldens) {
    for (const std::string& name : function.param_names) args_.push_back(golden(name));
  }

  void check() const {
    INFO(function_.name);
    const auto compiled = compile(module_, function_);
    for (const Layout layout : kLayouts) {
      INFO("layout ", static_cast<int>(layout));
      std::vector<Array> args;
      for (const Array& a : args_) args.push_back(laid_out(a, layout));
      std::string printed;
      const PrintSink print = [&](std::string_view text) { printed += text; };
      check_results("eager", interpret(module_, function_, args, {.print = print}), printed);
      printed.clear();
      check_results("compiled", compiled->run(args, print), printed);
    }
  }

  /// An op counts for the type of the elements that it takes, or makes of nothing.
  void count(Counts& counts) const {
    for (std::int32_t i = 0; i < function_.op_count(); ++i) {
      const OpId id{i};
      const OpDef& op = function_.def(id);
      const auto operands = function_.operands(id);
      const ValueId of = operands.empty() ? function_.op(id).first_result : operands[op.info.mask_first ? 1 : 0];
      ++counts[{op.code, function_.type(of).dtype}];
    }
  }

 private:
  std::string key(const std::string& name) const { return function_.name + "." + name; }
  const Array& golden(const std::string& name) const {
    const auto found = goldens_.find(key(name));
    REQUIRE_MESSAGE(found != goldens_.end(), "no array ", key(name));
    return found->second;
  }

  void check_results(const std::string& way, const std::vector<Array>& results, const std::string& printed) const {
    INFO(way);
    const auto& values = function_.body().yields;
    REQUIRE(results.size() == values.size());
    for (std::size_t i = 0; i < results.size(); ++i) check_result(static_cast<int>(i), values[i], results[i]);
    const auto text = goldens_.find(key("printed"));
    const auto bytes = text == goldens_.end() ? std::vector<std::uint8_t>() : values_of<std::uint8_t>(text->second);
    CHECK(printed == std::string(bytes.begin(), bytes.end()));
  }

  void check_result(int number, ValueId value, const Array& result) const {
    const Array &want = golden(std::to_string(number)), dense = result.contiguous();
    REQUIRE(to_string(result.type()) == to_string(want.type()));
    const auto error = goldens_.find(key(std::to_string(number) + ".error"));
    const std::vector<double> errors = error == goldens_.end()
                                           ? std::vector<double>(static_cast<std::size_t>(want.size()), -1)
                                           : values_of<double>(error->second);
    const OpId op = function_.value(value).op;
    const OpDef& def = function_.def(op);
    const double ulp = def.form() == Form::Map && has_nan(want.dtype()) ? ulp_of(def.info.ulp, want.dtype()) : 0;
    dispatch(want.dtype(), [&]<class T>(Tag<T>) {
      for (std::int64_t i = 0; i < want.size(); ++i) {
        const T x = dense.data<T>()[i], y = want.data<T>()[i];
        if (is_near(x, y, errors[static_cast<std::size_t>(i)], ulp)) continue;
        FAIL_CHECK(print_op(function_, op), ": element ", i, " is ", shown(x), ", not ", shown(y));
        return;
      }
    });
  }

  const Module& module_;
  const Function& function_;
  const Goldens& goldens_;
  std::vector<Array> args_;
};

/// A row an op and a column an element type.
void print_counts(const Counts& counts) {
  std::printf("cases of each op and element type\n%-22s", "");
  for (const DTypeInfo& t : kDTypes) std::printf("%5s", std::string(t.ir_name).c_str());
  int all = 0;
  for (const OpDef& op : op_table()) {
    std::printf("\n%-22s", std::string(op.info.name).c_str());
    for (const DTypeInfo& t : kDTypes) {
      const auto found = counts.find({op.code, t.dtype});
      const int count = found == counts.end() ? 0 : found->second;
      std::printf("%5s", count == 0 ? "-" : std::to_string(count).c_str());
      all += count;
    }
  }
  std::printf("\n%d cases\n", all);
}

TEST_CASE("every op on every element type gives what others give, eager and compiled") {
  for (const TjitCustomCall* call = tjit_custom_calls(TJIT_CUSTOM_CALL_VERSION); call->name != nullptr; ++call)
    add_custom_call(*call);
  Counts counts;
  for (const auto& path : text_files("golden/ops")) {
    const Module module = parse_or_throw(read_text(path), {.file = path.filename().string()});
    Goldens goldens;
    for (auto& [name, array] : load_npz(std::filesystem::path(path).replace_extension(".npz")))
      goldens.emplace(name, array);
    for (const Function& function : module.functions) {
      const GoldenFunction golden(module, function, goldens);
      golden.check();
      golden.count(counts);
    }
  }
  print_counts(counts);
  for (const OpDef& op : op_table())
    for (const DTypeInfo& t : kDTypes)
      if (contains(op.info.types, t.dtype))
        CHECK_MESSAGE(counts.contains({op.code, t.dtype}), op.info.name, " of ", t.ir_name,
                      " has no case: tests/golden/make_op_goldens.py needs one");
}

}  // namespace
}  // namespace tjit
