// Every elementwise op on every element type: the kernels of each CPU level against the op's `eval` at width 1, in
// every memory layout, and against plain C++.
#include <cmath>
#include <doctest/doctest.h>
#include <optional>

#include "arrays.h"
#include "runtime/elementwise.h"
#include "runtime/execute.h"

namespace tjit {
namespace {

using namespace test;

/// One op on one operand type, with one result type. `eval` computes element i at width 1.
struct Case {
  const OpDef* op;
  DType operand, result;
  void (*eval)(void* out, const void* const* in, std::int64_t i);

  DType operand_type(int k) const { return k == 0 && op->info.mask_first ? DType::Bool : operand; }
};

template <class T>
bool plain(Mask<T, 1> m) {
  return m.raw;
}
template <class T>
T plain(Vec<T, 1> v) {
  return v[0];
}

template <class Op, class T, class R>
void eval_scalar(void* out, const void* const* in, std::int64_t i) {
  const auto at = [&](int k) { return Vec<T, 1>(static_cast<const T*>(in[k])[i]); };
  R* result = static_cast<R*>(out) + i;
  if constexpr (Op::info.result == Result::Attribute) {
    *result = plain(Op::template eval<R>(at(0)));
  } else if constexpr (Op::info.mask_first) {
    *result = plain(Op::eval(Vec<bool, 1>(static_cast<const bool*>(in[0])[i]), at(1), at(2)));
  } else if constexpr (Op::info.arity == 3) {
    *result = plain(Op::eval(at(0), at(1), at(2)));
  } else if constexpr (Op::info.arity == 2) {
    *result = plain(Op::eval(at(0), at(1)));
  } else {
    *result = plain(Op::eval(at(0)));
  }
}

template <class Op, class T, class R>
void add_case(std::vector<Case>& cases) {
  constexpr bool fits = [] {
    if constexpr (!contains(Op::info.types, dtype_of<T>)) return false;
    if constexpr (Op::info.result == Result::Same) return std::is_same_v<T, R>;
    if constexpr (Op::info.result == Result::Bool) return std::is_same_v<bool, R>;
    if constexpr (Op::info.result == Result::Attribute) return requires(Vec<T, 1> x) { Op::template eval<R>(x); };
  }();
  if constexpr (fits) cases.push_back({&def(kOpcode<Op>), dtype_of<T>, dtype_of<R>, eval_scalar<Op, T, R>});
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = [] {
    std::vector<Case> list;
    AllOps::for_each([&]<class Op>(Tag<Op>) {
      if constexpr (std::is_base_of_v<Elementwise, Op>) {
        for (const DTypeInfo& t : kDTypes)
          for (const DTypeInfo& r : kDTypes)
            dispatch(t.dtype,
                     [&]<class T>(Tag<T>) { dispatch(r.dtype, [&]<class R>(Tag<R>) { add_case<Op, T, R>(list); }); });
      }
    });
    return list;
  }();
  return cases;
}

const ElementwiseKernel& kernel_of(const Case& c) {
  return kernels().elementwise_kernel(c.op->code, c.operand, c.result);
}

/// Operands on which the op does not fail: where it would, the last operand is 1.
std::vector<Array> operands_of(const Case& c, const Shape& shape, unsigned seed) {
  std::vector<Array> in;
  for (int k = 0; k < c.op->info.arity; ++k)
    in.push_back(telling_array({c.operand_type(k), shape}, seed + static_cast<unsigned>(k)));
  const ElementwiseKernel& kernel = kernel_of(c);
  if (kernel.first_failure == nullptr) return in;
  const void* data[] = {in[0].data(), in[1].data()};
  for (std::int64_t i; (i = kernel.first_failure(data, in[0].size())) >= 0;)
    dispatch(c.operand, [&]<class T>(Tag<T>) { static_cast<T*>(in[1].mutable_data())[i] = T(1); });
  return in;
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
  const Array got = execute(*c.op, nullptr, operands, want.type());
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
      if (op.kind != OpKind::Elementwise) continue;
      for (const DTypeInfo& t : kDTypes)
        for (const DTypeInfo& r : kDTypes) {
          const bool listed = std::any_of(all_cases().begin(), all_cases().end(), [&](const Case& c) {
            return c.op == &op && c.operand == t.dtype && c.result == r.dtype;
          });
          INFO(op.info.name, " ", t.ir_name, " -> ", r.ir_name);
          CHECK((kernels().elementwise_kernel(op.code, t.dtype, r.dtype).run != nullptr) == listed);
          if (contains(op.info.types, t.dtype) && op.info.result == Result::Same && t.dtype == r.dtype) CHECK(listed);
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
    const Array sum = execute(def(kOpcode<Add>), nullptr, operands, x.type());
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

// ---- an oracle apart from tjit: what C++ and its library give ----

template <class T>
T wrapped(__int128 x) {
  return static_cast<T>(static_cast<std::uint64_t>(x));
}

template <class T>
std::optional<T> float_oracle(std::string_view op, T x, T y) {
  if (op == "add") return x + y;
  if (op == "subtract") return x - y;
  if (op == "multiply") return x * y;
  if (op == "divide") return x / y;
  if (op == "floor_div") return std::floor(x / y);
  if (op == "negative") return -x;
  if (op == "abs") return std::fabs(x);
  if (op == "sign") return x > 0 ? T(1) : x < 0 ? T(-1) : x;
  if (op == "reciprocal") return 1 / x;
  if (op == "square") return x * x;
  if (op == "sqrt") return std::sqrt(x);
  if (op == "floor") return std::floor(x);
  if (op == "ceil") return std::ceil(x);
  if (op == "round") return std::nearbyint(x);
  if (op == "trunc") return std::trunc(x);
  if (op == "maximum") return x != x || y != y ? kNan<T> : x == y ? (std::signbit(x) ? y : x) : std::max(x, y);
  if (op == "minimum") return x != x || y != y ? kNan<T> : x == y ? (std::signbit(x) ? x : y) : std::min(x, y);
  return {};
}

template <class T>
std::optional<T> integer_oracle(std::string_view op, T a, T b) {
  const __int128 x = a, y = b;
  const int width = 8 * sizeof(T);
  if (op == "add") return wrapped<T>(x + y);
  if (op == "subtract") return wrapped<T>(x - y);
  if (op == "multiply") return wrapped<T>(x * y);
  if (op == "floor_div") return wrapped<T>(x / y - (x % y != 0 && (x % y < 0) != (y < 0)));
  if (op == "mod") return wrapped<T>(x % y + (x % y != 0 && (x % y < 0) != (y < 0) ? y : 0));
  if (op == "power") {
    std::uint64_t result = 1, base = static_cast<std::uint64_t>(a);
    for (std::uint64_t e = static_cast<std::uint64_t>(b); e != 0; e >>= 1, base *= base) result *= e & 1 ? base : 1;
    return static_cast<T>(result);
  }
  if (op == "negative") return wrapped<T>(-x);
  if (op == "abs") return wrapped<T>(x < 0 ? -x : x);
  if (op == "sign") return static_cast<T>(x > 0 ? 1 : x < 0 ? -1 : 0);
  if (op == "square") return wrapped<T>(x * x);
  if (op == "maximum") return std::max(a, b);
  if (op == "minimum") return std::min(a, b);
  if (op == "bitwise_and") return static_cast<T>(a & b);
  if (op == "bitwise_or") return static_cast<T>(a | b);
  if (op == "bitwise_xor") return static_cast<T>(a ^ b);
  if (op == "bitwise_not") return static_cast<T>(~a);
  if (op == "shift_left") return y < 0 || y >= width ? T(0) : wrapped<T>(x << static_cast<int>(y));
  if (op == "shift_right") return wrapped<T>(x >> static_cast<int>(y < 0 || y >= width ? width : y));
  return {};
}

template <class T>
std::optional<bool> bool_oracle(std::string_view op, T x, T y) {
  if (op == "equal") return x == y;
  if (op == "not_equal") return x != y;
  if (op == "less") return x < y;
  if (op == "less_equal") return x <= y;
  if (op == "greater") return x > y;
  if (op == "greater_equal") return x >= y;
  if (op == "logical_and") return x && y;
  if (op == "logical_or") return x || y;
  if (op == "logical_xor") return bool(x) != bool(y);
  if (op == "logical_not") return !x;
  if constexpr (std::is_floating_point_v<T>) {
    if (op == "is_nan") return std::isnan(x);
    if (op == "is_inf") return std::isinf(x);
    if (op == "is_finite") return std::isfinite(x);
  }
  return {};
}

template <class R, class T>
R cast_oracle(T x) {
  if constexpr (std::is_same_v<R, bool>) {
    return x != 0;
  } else if constexpr (std::is_floating_point_v<T> && std::is_integral_v<R>) {
    if (x != x) return 0;
    // Compared as exact wide numbers: R's limits need not be a T.
    const long double wide = x, low = std::numeric_limits<R>::min(), high = std::numeric_limits<R>::max();
    return wide <= low    ? std::numeric_limits<R>::min()
           : wide >= high ? std::numeric_limits<R>::max()
                          : static_cast<R>(x);
  } else {
    return static_cast<R>(x);
  }
}

template <class T, class R>
std::optional<R> oracle(std::string_view op, T x, T y) {
  if constexpr (std::is_same_v<R, bool>) {
    if (const auto b = bool_oracle(op, x, y)) return b;
  }
  if (op == "cast") return cast_oracle<R>(x);
  if constexpr (std::is_same_v<T, R> && std::is_floating_point_v<T>) return float_oracle(op, x, y);
  if constexpr (std::is_same_v<T, R> && std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return integer_oracle(op, x, y);
  return {};
}

TEST_CASE("exact ops agree with C++") {
  int compared = 0;
  for (const Case& c : all_cases()) {
    if (c.op->info.arity > 2) continue;
    const std::vector<Array> in = operands_of(c, {3000}, 13);
    const Array got = execute(*c.op, nullptr, in, {c.result, {3000}});
    dispatch(c.operand, [&]<class T>(Tag<T>) {
      dispatch(c.result, [&]<class R>(Tag<R>) {
        for (int i = 0; i < 3000; ++i) {
          const T x = in[0].data<T>()[i], y = in.back().data<T>()[i];
          const std::optional<R> want = oracle<T, R>(c.op->info.name, x, y);
          if (!want) return;
          compared += i == 0;
          INFO(c.op->info.name, " ", info(c.operand).ir_name, " -> ", info(c.result).ir_name, " of ", +x, ", ", +y);
          if (!same(got.data<R>()[i], *want)) CHECK(got.data<R>()[i] == *want);
        }
      });
    });
  }
  // All but bitcast (8), the float math functions and mod.
  CHECK(compared >= 140);
}

TEST_CASE("clip, where and bitcast") {
  for (const Case& c : all_cases()) {
    const bool clip = c.op->code == kOpcode<Clip>, where = c.op->code == kOpcode<Where>;
    const bool bits = c.op->code == kOpcode<Bitcast>;
    if (!clip && !where && !bits) continue;
    const std::vector<Array> in = operands_of(c, {1000}, 17);
    const Array got = execute(*c.op, nullptr, in, {c.result, {1000}});
    if (bits) CHECK(std::memcmp(got.data(), in[0].data(), static_cast<std::size_t>(1000 * size_of(c.result))) == 0);
    dispatch(c.operand, [&]<class T>(Tag<T>) {
      for (std::int64_t i = 0; i < 1000 && !bits; ++i) {
        const T x = in[1].data<T>()[i], y = in[2].data<T>()[i], result = got.data<T>()[i];
        if (where) {
          CHECK(same(result, in[0].data<bool>()[i] ? x : y));
        } else {
          const T v = in[0].data<T>()[i];
          const T low = v != v || x != x ? static_cast<T>(v + x) : std::max(v, x);
          const T high = low != low || y != y ? static_cast<T>(low + y) : std::min(low, y);
          CHECK((result == high || (result != result && high != high)));
        }
      }
    });
  }
}

TEST_CASE("failures name the lowest index") {
  const OpDef& floor_div = def(kOpcode<FloorDiv>);
  for (const Layout layout : kLayouts) {
    Array y = Array::empty({DType::I32, {40, 60}});
    std::fill_n(static_cast<std::int32_t*>(y.mutable_data()), y.size(), 3);
    for (const int bad : {17 * 60 + 5, 17 * 60 + 6, 39 * 60}) static_cast<std::int32_t*>(y.mutable_data())[bad] = 0;
    const std::vector<Array> operands{y, laid_out(y, layout)};
    CHECK_THROWS_WITH_AS(execute(floor_div, nullptr, operands, y.type(), {"p.cc", 3, 9}),
                         "p.cc:3:9: error: floor_div: integer division by zero at index (17,5)", Error);
  }
  const std::vector<Array> scalars{Array::scalar(std::int64_t{2}), Array::scalar(std::int64_t{-1})};
  try {
    execute(def(kOpcode<Power>), nullptr, scalars, {DType::I64, {}});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Runtime);
    CHECK(e.message() == "power: negative integer power");
  }
}

}  // namespace
}  // namespace tjit
