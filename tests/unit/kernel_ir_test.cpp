// Kernels: what they look like (tests/kernel), and that fused programs, run by the kernel interpreter, give what the
// interpreter of the tensor IR gives: results, errors and prints.
#include <doctest/doctest.h>

#include "arrays.h"
#include "codegen/kernel.h"
#include "ir/builder.h"
#include "ir/ops/arithmetic.h"
#include "ir/ops/convert.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/text.h"
#include "passes/fuse.h"
#include "tests/kernel_runner.h"
#include "tests/text_runner.h"

namespace tjit {
namespace {

std::vector<OpId> fusions(const Function& f) {
  std::vector<OpId> found;
  for (int i = 0; i < f.op_count(); ++i)
    if (f.op({i}).code == kOpcode<Fusion>) found.push_back({i});
  return found;
}

TEST_CASE("programs become these kernels") {
  run_text_tests("kernel", [](const std::string& input, const std::filesystem::path&) {
    const Function f = fuse(parse_or_throw(input).entry(), {});
    std::string text;
    for (const OpId op : fusions(f)) text += print(build_kernel(f, op));
    return text;
  });
}

struct Outcome {
  std::vector<Array> results;
  std::string error, printed;
};

Outcome outcome(auto&& run) {
  Outcome o;
  InterpretOptions options;
  options.print = [&](std::string_view text) { o.printed += text; };
  try {
    o.results = run(options);
  } catch (const Error& e) {
    o.error = e.what();
  }
  return o;
}

/// Returns whether the program ended without an error.
bool check_program(const Module& module, std::span<const Array> args, const std::string& name) {
  const Function& f = module.entry();
  const Outcome expected = outcome([&](const auto& options) { return interpret(module, f, args, options); });
  const Function fused = fuse(f, {});
  const Outcome found = outcome([&](const auto& options) { return run_kernels(module, fused, args, options); });
  CHECK_MESSAGE(found.error == expected.error, name);
  CHECK_MESSAGE(found.printed == expected.printed, name);
  REQUIRE_MESSAGE(found.results.size() == expected.results.size(), name);
  for (std::size_t i = 0; i < found.results.size(); ++i)
    CHECK_MESSAGE(identical(found.results[i], expected.results[i]), name << ": result " << i << "\n" << print(fused));
  return expected.error.empty();
}

/// Telling values, or ordinary ones with integers that are good indices (from `low` on).
std::vector<Array> arguments(const Function& f, unsigned seed, bool telling, int low) {
  std::vector<Array> args;
  for (const Type& t : f.param_types()) {
    if (telling) {
      args.push_back(test::telling_array(t, ++seed));
    } else if (t.dtype == DType::I32 || t.dtype == DType::I64) {
      args.push_back(test::tame_array(t, ++seed));
      dispatch_in<kIndices>(t.dtype, [&]<class T>(Tag<T>) {
        T* values = static_cast<T*>(args.back().mutable_data());
        for (std::int64_t i = 0; i < args.back().size(); ++i)
          values[i] = static_cast<T>(low + static_cast<int>(values[i]) % 3);
      });
    } else {
      args.push_back(test::tame_array(t, ++seed));
    }
  }
  return args;
}

TEST_CASE("kernels give what the interpreter gives") {
  for (const char* folder : {"kernel", "passes/fuse"}) {
    for (const std::filesystem::path& path : text_files(folder)) {
      const Module module = parse_or_throw(input_of(read_text(path)), {.file = path.filename().string()});
      bool any = false;
      for (unsigned seed = 0; seed < 3; ++seed) {
        any |= check_program(module, arguments(module.entry(), seed, false, 0), path.string());
        any |= check_program(module, arguments(module.entry(), seed, false, 1), path.string());
        any |= check_program(module, arguments(module.entry(), seed, false, -1), path.string());
        any |= check_program(module, arguments(module.entry(), seed, true, 0), path.string());
      }
      // Else only errors were compared.
      CHECK_MESSAGE((any || path.filename() == "gather_from_nothing.tir"), path.string() << " always fails");
    }
  }
}

/// `op` on reversed, broadcast and reshaped operands of type `t`.
Function elementwise_program(const OpDef& op, DType t, DType result) {
  Builder b("main");
  const Shape shape{3, 7};
  std::vector<ValueId> operands;
  for (int k = 0; k < op.info.arity; ++k) {
    const DType type = k == 0 && op.info.mask_first ? DType::Bool : t;
    operands.push_back(b.param({type, k == 0 ? Shape{21} : k == 1 ? Shape{3, 1} : Shape{3, 7}}));
  }
  for (int k = 0; k < op.info.arity; ++k) {
    ValueId& x = operands[static_cast<std::size_t>(k)];
    if (k == 0) x = b.append(Reverse{.axes = {1}}, {b.append(Reshape{.shape = shape}, {x})});
    if (k == 1) x = b.append(BroadcastTo{.shape = shape}, {x});
  }
  std::shared_ptr<OpAttrs> attrs = op.make_attrs != nullptr ? op.make_attrs() : nullptr;
  if (op.info.result == Result::Attribute) op.attrs[0].set(*attrs, result);
  const ValueId y = b.append({op.code, std::move(attrs), operands, {}, {}})[0];
  const ValueId z = b.append(Transpose{.perm = {1, 0}}, {y});
  return b.finish(std::array{y, b.append(Cast{.dtype = DType::F64}, {z})});
}

TEST_CASE("every elementwise op in a group") {
  int programs = 0;
  for (const OpDef& op : op_table()) {
    if (op.form() != Form::Map) continue;
    for (const DTypeInfo& t : kDTypes) {
      if (!contains(op.info.types, t.dtype)) continue;
      for (const DTypeInfo& result : kDTypes) {
        if (op.info.result != Result::Attribute && result.dtype != t.dtype) continue;
        Module module;
        try {
          module.functions.push_back(elementwise_program(op, t.dtype, result.dtype));
        } catch (const Error&) {
          continue;  // bitcast to another size
        }
        CHECK(fusions(fuse(module.entry(), {})).size() == 2);
        check_program(module, arguments(module.entry(), 7, true, 0), std::string(op.info.name));
        check_program(module, arguments(module.entry(), 8, false, 1), std::string(op.info.name));
        ++programs;
      }
    }
  }
  CHECK(programs > 150);
}

TEST_CASE("every reduction in a group, over every set of axes") {
  for (const OpDef& op : op_table()) {
    if (op.form() != Form::Reduction) continue;
    for (const DTypeInfo& t : kDTypes) {
      if (!contains(op.info.types, t.dtype)) continue;
      for (int set = 0; set < 8; ++set) {
        Dims axes;
        for (int d = 0; d < 3; ++d)
          if ((set >> d & 1) != 0) axes.push_back(d);
        Builder b("main");
        const ValueId x = b.param({t.dtype, {5, 3, 70}});
        std::shared_ptr<OpAttrs> attrs = op.make_attrs();
        op.attrs[0].set(*attrs, axes);
        op.attrs[1].set(*attrs, set % 2 == 0);
        const ValueId turned = b.append(Reverse{.axes = {0, 2}}, {x});
        const ValueId y = b.append({op.code, std::move(attrs), std::array{turned}, {}, {}})[0];
        Module module;
        module.functions.push_back(b.finish(std::array{y}));
        check_program(module, arguments(module.entry(), 9, true, 0), std::string(op.info.name) + to_string(axes));
      }
    }
  }
}

TEST_CASE("memory that an output may share") {
  const auto sharing = [](const char* text) {
    const Function f = fuse(parse_or_throw(text).entry(), {});
    const Kernel kernel = build_kernel(f, fusions(f).back());
    std::string pairs;
    for (int in = 0; in < static_cast<int>(kernel.buffers.size()); ++in)
      for (int out = 0; out < static_cast<int>(kernel.buffers.size()); ++out)
        if (can_share(kernel, in, out)) pairs += std::to_string(in) + ">" + std::to_string(out) + " ";
    return pairs;
  };
  // x and y, but not the row.
  CHECK(sharing("func @f(%x: f32[4,3], %y: i32[4,3], %r: f32[3]) -> (f32[4,3]) {\n"
                " %a = cast %y {dtype = f32}\n %b = broadcast_to %r {shape = [4, 3]}\n"
                " %c = add %x, %a\n %d = add %c, %b\n yield %d\n}") == "0>3 1>3 ");
  // Read in another order than it is written, or of another size.
  CHECK(sharing("func @f(%x: f32[3,3], %y: f64[3,3]) -> (f32[3,3]) {\n %t = transpose %x {perm = [1, 0]}\n"
                " %z = cast %y {dtype = f32}\n %c = add %t, %z\n yield %c\n}") == "");
  // A check behind a store would find its inputs overwritten.
  CHECK(sharing("func @f(%x: i32[4], %y: i32[4]) -> (i32[4]) {\n %c = floor_div %x, %y\n yield %c\n}") == "");
  // The window's place is checked before anything is written, the update is not: only the background.
  CHECK(sharing("func @f(%x: f32[9,2], %u: f32[9,2], %i: i32[]) -> (f32[9,2]) {\n %z = constant {value = 0} : i32[]\n"
                " %s = slice %u {begin = [0, 0], end = [1, 2]}\n"
                " %c = dynamic_update_slice %x, %s, %i, %z\n yield %c\n}") == "0>2 ");
  // The column reduction is stored where its epilogue reads the same element.
  CHECK(sharing("func @f(%x: f32[5,4], %b: f32[4]) -> (f32[4]) {\n %s = reduce_sum %x {axes = [0]}\n"
                " %c = add %s, %b\n yield %c\n}") == "1>2 ");
}

/// What building the group's kernel is told: a user's mistake, unless a pass made the group.
std::string refusal(const char* body, bool by_pass = false) {
  const std::string results = std::string(body).find("yield %a, %b") == std::string::npos ? "%0" : "%0, %1";
  const std::string text = "func @f(%x: f32[4,6], %y: f32[24]) -> (f32[]) {\n " + results +
                           " = fusion {kind = \"pointwise\"}\n  body() {\n" + body +
                           "  }\n %z = constant {value = 0.0} : f32[]\n yield %z\n}\n";
  try {
    const Module module = parse_or_throw(text);
    for (const OpId op : fusions(module.entry())) {
      const_cast<Fusion&>(module.entry().attrs<Fusion>(op)).by_pass = by_pass;
      (void)build_kernel(module.entry(), op);
    }
  } catch (const Error& e) {
    CHECK(e.kind() == (by_pass ? Error::Kind::Internal : Error::Kind::User));
    return e.message();
  }
  return "";
}

TEST_CASE("groups that are no kernels are refused by name") {
  CHECK(refusal("%a = exp %x\n %b = reshape %a {shape = [3, 8]}\n %c = exp %b\n yield %c\n") ==
        "fusion: reshape does not map indices affinely here");
  CHECK(refusal("%a = exp %x\n %b = reshape %a {shape = [3, 8]}\n %c = exp %b\n yield %c\n", true) ==
        "passes/fusion_group.cpp takes in what codegen/nest_builder.cpp refuses: "
        "fusion: reshape does not map indices affinely here");
  CHECK(refusal("%a = exp %x\n %b = exp %y\n yield %a, %b\n") ==
        "fusion: a result has other indices than the last op of the group");
  CHECK(refusal("%a = concat %y, %y {axis = 0}\n %b = exp %a\n yield %b\n") ==
        "fusion: concat must be the last op of its group and its only result");
  CHECK(refusal("%a = reduce_sum %x {axes = [0]}\n %b = reduce_sum %x {axes = [1]}\n yield %a, %b\n") ==
        "fusion: reduce_sum differs in shape or axes from another reduction of its group");
  CHECK(refusal("%a = reduce_max %x {axes = [1], keepdims = true}\n %b = broadcast_to %a {shape = [4, 6]}\n"
                " %c = subtract %x, %b\n %d = reduce_sum %c {axes = [1]}\n yield %d\n") ==
        "fusion: reduce_max reduces what the group does not");
  CHECK(refusal("%a = reduce_sum %x {axes = [0]}\n %b = reduce_sum %a {axes = [0]}\n yield %b\n") ==
        "fusion: reduce_sum differs in shape or axes from another reduction of its group");
  CHECK(refusal("%k = constant {value = [1, 2, 3, 4, 5, 6]} : f32[6]\n %b = broadcast_to %k {shape = [4, 6]}\n"
                " %c = add %x, %b\n yield %c\n") == "fusion: constant with several elements must stand outside");
  std::string many = "%c0 = exp %x\n";
  for (int i = 0; i < 4096; ++i) many += "%c" + std::to_string(i + 1) + " = exp %c" + std::to_string(i) + "\n";
  CHECK(refusal((many + "yield %c4096\n").c_str()) == "fusion: more than 4096 ops in a group");
  CHECK(refusal("%a = argmax %x {axis = 0}\n yield %a\n").starts_with("fusion: argmax cannot stand in a group"));
  CHECK(refusal("%a = dot %x, %x {lhs_contract = [1], rhs_contract = [1]}\n yield %a\n")
            .starts_with("fusion: dot cannot stand in a group"));
  CHECK(
      refusal("%a = reshape %x {shape = [2, 12]}\n %b = reshape %a {shape = [4, 6]}\n %d = reshape %b {shape = [24]}\n"
              " %e = reduce_sum %d {axes = [0]}\n yield %e\n") == "");
  CHECK(refusal("%r = exp %x\n %a = reshape %r {shape = [24]}\n"
                " %b = reduce_sum %a {axes = [0]}\n yield %b\n") ==
        "fusion: reshape would split the rows that a reduction joins by lanes");
}

TEST_CASE("groups stay small in long programs, and fusing them changes no result") {
  Builder b("main");
  ValueId x = b.param({DType::F32, {8}});
  const ValueId w = b.param({DType::F32, {8}});
  constexpr int kOps = 20000;
  for (int i = 0; i < kOps; ++i) x = b.append(Maximum{}, {w, b.append(Subtract{}, {x, w})});
  Module module;
  module.functions.push_back(b.finish(std::array{x}));
  const Function fused = fuse(module.entry(), {});
  const std::vector<OpId> groups = fusions(fused);
  CHECK(groups.size() >= 2 * kOps / 256);
  CHECK(groups.size() <= 2 * kOps / 256 + 1);
  CHECK(fused.op_count() == 2 * kOps + static_cast<int>(groups.size()));
  check_program(module, arguments(module.entry(), 1, false, 0), "long chain");
}

}  // namespace
}  // namespace tjit
