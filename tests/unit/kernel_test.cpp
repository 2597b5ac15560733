// Every elementwise op on every element type: the kernels of each CPU level against the op's `eval` at width 1, in
// every memory layout.
#include <doctest/doctest.h>

#include "arrays.h"
#include "ir/ops/apply.h"
#include "ir/ops/ops.h"
#include "run_op.h"
#include "runtime/elementwise.h"

namespace tjit {
namespace {

using namespace test;

/// One op on one operand type, with one result type. `eval` computes element i at width 1.
struct Case {
  const OpDef* op;
  DType operand, result;
  void (*eval)(void* out, const void* const* in, std::int64_t i);
};

template <class Op, class T, class R>
void eval_scalar(void* out, const void* const* in, std::int64_t i) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto y =
        apply_op<Op, R>(Vec<OperandOf<Op, T, I>, 1>::load(static_cast<const OperandOf<Op, T, I>*>(in[I]) + i)...);
    static_cast<R*>(out)[i] = y[0];
  }(std::make_index_sequence<Op::info.arity>());
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = [] {
    std::vector<Case> list;
    AllOps::for_each([&]<class Op>(Tag<Op>) {
      if constexpr (std::is_base_of_v<Elementwise, Op>) {
        for_each_signature<Op>([&]<class T, class R>(Tag<T>, Tag<R>) {
          list.push_back({&def(kOpcode<Op>), dtype_of<T>, dtype_of<R>, eval_scalar<Op, T, R>});
        });
      }
    });
    return list;
  }();
  return cases;
}

const ElementwiseKernel& kernel_of(const Case& c) {
  return kernels().elementwise_kernel(c.op->code, c.operand, c.result);
}

std::vector<Array> operands_of(const Case& c, const Shape& shape, unsigned seed) {
  return elementwise_operands(*c.op, c.operand, c.result, shape, seed);
}

Array expected(const Case& c, const std::vector<Array>& operands) {
  Array out = Array::empty({c.result, operands[0].shape()});
  std::vector<Array> dense;
  const void* in[3];
  for (std::size_t k = 0; k < operands.size(); ++k) {
    dense.push_back(operands[k].contiguous());
    in[k] = dense[k].data();
  }
  for (std::int64_t i = 0; i < out.size(); ++i) c.eval(out.mutable_data(), in, i);
  return out;
}

void check_case(const Case& c, const std::vector<Array>& operands) {
  const Array want = expected(c, operands);
  const Array got = execute_one(*c.op, nullptr, operands, want.type());
  std::int64_t where = 0;
  const bool same_bits = identical(got, want, &where);
  INFO(c.op->info.name, " ", info(c.operand).ir_name, " -> ", info(c.result).ir_name, " ", shape_text(want.shape()),
       " at ", where, " level ", name(kernels().level));
  CHECK(same_bits);
  CHECK(got.is_contiguous());
}

TEST_CASE("every op has a kernel for exactly the types it takes") {
  at_each_level([] {
    for (const OpDef& op : op_table()) {
      if (op.form() != Form::Map) continue;
      for (const DTypeInfo& t : kDTypes)
        for (const DTypeInfo& r : kDTypes) {
          const bool listed = std::any_of(all_cases().begin(), all_cases().end(), [&](const Case& c) {
            return c.op == &op && c.operand == t.dtype && c.result == r.dtype;
          });
          INFO(op.info.name, " ", t.ir_name, " -> ", r.ir_name);
          CHECK((kernels().elementwise_kernel(op.code, t.dtype, r.dtype).run != nullptr) == listed);
          if (op.info.result != Result::Attribute)
            CHECK(listed == (contains(op.info.types, t.dtype) && result_dtype(op.info.result, t.dtype) == r.dtype));
        }
    }
  });
  CHECK(all_cases().size() > 150);
}

TEST_CASE("contiguous operands of every size") {
  at_each_level([] {
    for (const Case& c : all_cases())
      for (const std::int64_t n : {0, 1, 7, 16, 63, 64, 65, 129, 1500}) check_case(c, operands_of(c, {n}, 3));
  });
}

TEST_CASE("operands in every layout, mixed") {
  at_each_level([] {
    for (const Case& c : all_cases()) {
      for (const Shape& shape : {Shape{7, 33}, Shape{3, 700}, Shape{2, 3, 5}}) {
        const std::vector<Array> dense = operands_of(c, shape, 5);
        for (int first = 0; first < 4; ++first) {
          std::vector<Array> operands;
          for (std::size_t k = 0; k < dense.size(); ++k)
            operands.push_back(laid_out(dense[k], kLayouts[(static_cast<std::size_t>(first) + k) % 4]));
          check_case(c, operands);
        }
      }
    }
  });
}

TEST_CASE("broadcast operands") {
  const Shape shape{5, 321};
  const Dims row{0, 1}, column{1, 0}, scalar{0, 0};
  for (const Case& c : all_cases()) {
    const std::vector<Array> dense = operands_of(c, {2000}, 7);
    for (int form = 0; form < 3; ++form) {
      const Dims forms[] = {row, column, scalar};
      std::vector<Array> operands;
      for (std::size_t k = 0; k < dense.size(); ++k) {
        const Dims& strides = forms[(static_cast<std::size_t>(form) + k) % 3];
        operands.push_back(dense[k].view({shape, strides, 0}));
      }
      // Pairs that did not meet before may fail now; the others must be right.
      try {
        check_case(c, operands);
      } catch (const Error& e) {
        CHECK(c.op->can_fail);
      }
    }
  }
}

TEST_CASE("results beyond the caches, which are written past them") {
  const std::int64_t n = cache_sizes().l3 / 2 / 4 + 4321;
  at_each_level([&] {
    const Array x = tame_array({DType::F32, {n}}, 1), y = tame_array({DType::F32, {n}}, 2);
    const std::vector<Array> operands{x, y};
    const Array sum = execute_one(def(kOpcode<Add>), nullptr, operands, x.type());
    bool equal = true;
    for (std::int64_t i = 0; i < n; ++i) equal &= sum.data<float>()[i] == x.data<float>()[i] + y.data<float>()[i];
    CHECK(equal);
  });
}

TEST_CASE("an operand may be overwritten by the result") {
  at_each_level([] {
    for (const Case& c : all_cases()) {
      if (c.operand != c.result || c.op->info.mask_first) continue;
      std::vector<Array> operands = operands_of(c, {200}, 9);
      const Array want = expected(c, operands);
      const void* in[3];
      for (std::size_t k = 0; k < operands.size(); ++k) in[k] = operands[k].data();
      kernel_of(c).run(operands[0].mutable_data(), in, 200);
      INFO(c.op->info.name);
      CHECK(identical(operands[0], want));
    }
  });
}

TEST_CASE("the fast path gives the same, or leaves it to the general one") {
  for (const Case& c : all_cases()) {
    const std::vector<Array> operands = operands_of(c, {4, 5}, 11);
    const bool plain_op = c.op->info.arity <= 2 && kernel_of(c).first_failure == nullptr;
    const Array got = operands.size() == 1   ? elementwise_fast(c.op->code, c.result, operands[0])
                      : operands.size() == 2 ? elementwise_fast(c.op->code, c.result, operands[0], operands[1])
                                             : Array();
    CHECK(bool(got) == plain_op);
    if (got) CHECK(identical(got, expected(c, operands)));
  }
  const Array a = tame_array({DType::F32, {4, 5}}, 1);
  CHECK_FALSE(elementwise_fast(kOpcode<Add>, DType::F32, a, laid_out(a, Layout::Gaps)));
  CHECK_FALSE(elementwise_fast(kOpcode<Add>, DType::F32, a, tame_array({DType::F32, {20}}, 1)));
  CHECK_FALSE(elementwise_fast(kOpcode<Add>, DType::F32, a, tame_array({DType::F64, {4, 5}}, 1)));
}

TEST_CASE("few elements in whatever layout, and numbers, give what the general path gives") {
  const Shape shape{3, 4};
  // Whole windows, then what is broadcast; the last one is a number.
  const Shape forms[] = {shape, shape, shape, shape, {4}, {3, 1}, {1, 1}, {}, {}};
  constexpr std::size_t kForms = std::size(forms), kNumber = kForms - 1;
  at_each_level([&] {
    for (const Case& c : all_cases()) {
      INFO(c.op->info.name);
      const std::vector<Array> dense = operands_of(c, shape, 13);
      for (std::size_t i = 0; i < kForms * dense.size(); ++i) {
        std::vector<Array> in;
        std::vector<FewOperand> few;
        bool has_tensor = false, is_whole = false;
        for (std::size_t k = 0; k < dense.size(); ++k) {
          const std::size_t form = k == i / kForms ? i % kForms : (i + 2 * k) % kForms;
          Array x = dense[k].view({forms[form], row_major_strides(forms[form]), 0});
          if (form < std::size(kLayouts)) x = laid_out(x, kLayouts[form]);
          const bool is_number = form == kNumber && dense[k].dtype() == c.operand;
          few.push_back(is_number ? FewOperand{.element = x.data()} : FewOperand{.tensor = x.impl()});
          has_tensor |= !is_number;
          is_whole |= forms[form] == shape;
          Dims strides = Dims::filled(2, 0);
          for (int d = 0; d < x.rank(); ++d)
            if (x.shape()[d] != 1) strides[2 - x.rank() + d] = x.strides()[d];
          in.push_back(x);
          in.push_back(x.view({shape, strides, 0}));
        }
        if (!has_tensor || !is_whole) continue;
        const Array got = Array::adopt(elementwise_few(c.op->code, c.operand, c.result, few));
        std::vector<Array> wide;
        for (std::size_t k = 1; k < in.size(); k += 2) wide.push_back(in[k]);
        try {
          const Array want = execute_one(*c.op, nullptr, wide, {c.result, shape});
          REQUIRE(got);
          CHECK(identical(got, want));
        } catch (const Error&) {
          CHECK(c.op->can_fail);
          CHECK_FALSE(got);
        }
      }
    }
  });
}

TEST_CASE("few elements: shapes that widen each other, many elements beside a number, and what is too many") {
  const auto add = [](const Array& x, const Array& y) {
    return Array::adopt(elementwise_few(kOpcode<Add>, DType::F32, DType::F32,
                                        std::array{FewOperand{.tensor = x.impl()}, FewOperand{.tensor = y.impl()}}));
  };
  const auto iota = [](const Shape& shape) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < element_count(shape); ++i) values.push_back(static_cast<float>(i));
    return array_of(shape, values);
  };
  CHECK(values_of<float>(add(iota({2, 1}), iota({3}))) == std::vector<float>{0, 1, 2, 1, 2, 3});
  CHECK(add(iota({2, 1}), iota({1, 1, 3})).shape() == Shape{1, 2, 3});
  CHECK(add(iota({1, 0}), iota({5, 1})).shape() == Shape{5, 0});
  CHECK_FALSE(add(iota({2, 1}), iota({2, 3, 3})));
  CHECK_FALSE(add(iota({3}), iota({2})));
  const Array many = add(iota({70000}), iota({1}));
  CHECK(identical(many, iota({70000})));
  CHECK_FALSE(add(iota({200, 200}), iota({200})));
  CHECK_FALSE(add(iota({kFastElements + 1}), iota({})));
  const float half = 0.5f;
  const Array x = iota({3000});
  const Array sum = Array::adopt(elementwise_few(
      kOpcode<Add>, DType::F32, DType::F32, std::array{FewOperand{.element = &half}, FewOperand{.tensor = x.impl()}}));
  CHECK(sum.data<float>()[2999] == 2999.5f);
  CHECK(elementwise_few(kOpcode<Add>, DType::F32, DType::F32,
                        std::array{FewOperand{.element = &half}, FewOperand{.element = &half}}) == nullptr);
}

TEST_CASE("failures name the lowest index") {
  const OpDef& floor_div = def(kOpcode<FloorDiv>);
  for (const Layout layout : kLayouts) {
    Array y = Array::empty({DType::I32, {40, 60}});
    std::fill_n(static_cast<std::int32_t*>(y.mutable_data()), y.size(), 3);
    for (const int bad : {17 * 60 + 5, 17 * 60 + 6, 39 * 60}) static_cast<std::int32_t*>(y.mutable_data())[bad] = 0;
    const std::vector<Array> operands{y, laid_out(y, layout)};
    CHECK_THROWS_WITH_AS(execute_one(floor_div, nullptr, operands, y.type(), {"p.cc", 3, 9}),
                         "p.cc:3:9: error: floor_div: integer division by zero at index (17,5)", Error);
  }
  const std::vector<Array> scalars{Array::scalar(std::int64_t{2}), Array::scalar(std::int64_t{-1})};
  try {
    execute_one(def(kOpcode<Power>), nullptr, scalars, {DType::I64, {}});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Runtime);
    CHECK(e.message() == "power: negative integer power");
  }
}

}  // namespace
}  // namespace tjit
