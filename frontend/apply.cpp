// Applying ops.
#include "frontend/apply.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "frontend/numbers.h"
#include "ir/builder.h"
#include "ir/literal_text.h"
#include "ir/ops/ops.h"
#include "runtime/elementwise.h"
#include "runtime/execute.h"
#include "runtime/float_state.h"

namespace tjit {

namespace {

template <class T>
bool holds(const Scalar& s) {
  if constexpr (std::is_same_v<T, bool>) return s.kind == Scalar::Kind::Bool;
  if (s.kind == Scalar::Kind::Bool) return false;
  if constexpr (Element<T>::is_complex) {
    return true;
  } else if constexpr (Element<T>::is_float) {
    // A finite number must not become an infinity.
    return s.kind == Scalar::Kind::Int || !std::isfinite(s.f) || std::isfinite(static_cast<T>(s.f));
  } else {
    return s.kind == Scalar::Kind::Int && s.i >= static_cast<std::int64_t>(std::numeric_limits<T>::min()) &&
           s.i <= static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
}

constinit thread_local Location last_op [[gnu::tls_model("initial-exec")]];

bool is_defined(const Operand& x) { return x.tensor() != nullptr && x.tensor()->defined(); }

/// The result for tensors that need no care, or an undefined tensor: the path of small eager programs.
template <class... Operands>
[[gnu::always_inline]] inline Tensor fast_elementwise(Opcode code, Result rule, const Operand& x,
                                                      const Operands&... rest) {
  if (Trace::current() != nullptr || !is_defined(x) || !(is_defined(rest) && ...)) return {};
  last_op = Here::of(x.loc());
  const TensorImpl& first = *x.tensor()->impl();
  try {
    TensorImpl* out = elementwise_fast(code, result_dtype(rule, first.type.dtype), first, *rest.tensor()->impl()...);
    if (out != nullptr && follows_operands(rule) && first.numbers() != nullptr) [[unlikely]]
      return of_numbers(Tensor::adopt(out), numbers_of(std::array{&x, &rest...}));
    return Tensor::adopt(out);
  } catch (const OutOfMemory& e) {
    throw e.in(def(code).info.name, last_op);
  }
}

/// The same for few elements and for numbers beside tensors.
Tensor few_elementwise(Opcode code, std::span<const Operand* const> operands) {
  const OpInfo& op = def(code).info;
  constexpr std::size_t kMost = 3;
  if (Trace::current() != nullptr || operands.size() > kMost) return {};
  const std::size_t values = op.mask_first ? 1 : 0;
  FewOperand given[kMost];
  DType dtype = DType::Bool;
  bool known = false, numbers = true;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Tensor* t = operands[k]->tensor();
    if (t == nullptr) continue;
    if (!t->defined() || is_symbolic(t->impl())) return {};
    const DType found = t->impl()->type.dtype;
    if (k < values ? found != DType::Bool : known && found != dtype) return {};
    given[k].tensor = t->impl();
    if (k < values) continue;
    dtype = found;
    known = true;
    numbers &= t->impl()->numbers() != nullptr;
  }
  alignas(16) std::byte elements[kMost][16];
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (given[k].tensor != nullptr) continue;
    if (k < values || !known || !element_of(operands[k]->scalar(), dtype, elements[k])) return {};
    given[k].element = elements[k];
  }
  last_op = Here::of(operands[0]->loc());
  try {
    TensorImpl* out = elementwise_few(code, dtype, result_dtype(op.result, dtype), std::span(given, operands.size()));
    if (out == nullptr || !numbers || !follows_operands(op.result)) [[likely]]
      return Tensor::adopt(out);
    return of_numbers(Tensor::adopt(out), numbers_of(operands.subspan(values)));
  } catch (const OutOfMemory& e) {
    throw e.in(op.name, last_op);
  }
}

/// Brings elementwise operands to one shape.
void broadcast(std::vector<Tensor>& operands, const Location& at) {
  Shape shape = operands[0].shape();
  bool same = true;
  for (const Tensor& t : operands) {
    same &= t.shape() == shape;
    shape = rules::broadcast(shape, t.shape());
  }
  if (same) return;
  for (Tensor& t : operands)
    if (t.shape() != shape) t = apply(BroadcastTo{.shape = shape}, {t}, at);
}

}  // namespace

std::string to_string(const Scalar& s) {
  if (s.kind == Scalar::Kind::Float) {
    std::string text;
    append_element(text, DType::F64, reinterpret_cast<const std::byte*>(&s.f));
    return text;
  }
  if (s.kind == Scalar::Kind::Bool) return s.i != 0 ? "true" : "false";
  return std::to_string(s.i);
}

void require_one_dtype(const Tensor& x, const Tensor& y, std::string_view op, const Location& at) {
  if (x.dtype() == y.dtype()) return;
  throw Error(Error::Kind::User, "operands differ in dtype: " + std::string(info(x.dtype()).name) + " and " +
                                     std::string(info(y.dtype()).name) + "; use cast(x, dtype) on one of them" +
                                     numbers_note(std::array{x, y}, x.dtype(), y.dtype()))
      .in(op, Here::of(at));
}

DType natural_dtype(const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::Bool: return DType::Bool;
    case Scalar::Kind::Float: return DType::F32;
    case Scalar::Kind::Int: return value.narrow && holds<std::int32_t>(value) ? DType::I32 : DType::I64;
  }
  __builtin_unreachable();
}

bool element_of(const Scalar& value, DType dtype, std::byte* element) {
  return with_default_floats([&] {
    return dispatch(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (!holds<T>(value)) return false;
      const T x = value.kind == Scalar::Kind::Float ? static_cast<T>(value.f) : static_cast<T>(value.i);
      std::memcpy(element, &x, sizeof(T));
      return true;
    });
  });
}

void write_element(const Scalar& value, DType dtype, std::byte* element) {
  if (element_of(value, dtype, element)) return;
  const bool is_rounding = value.kind == Scalar::Kind::Float && is_integer(dtype);
  fail(to_string(value) + (is_rounding ? ", a floating number, does" : " does") + " not fit " +
       std::string(info(dtype).name));
}

Tensor scalar_tensor(const Scalar& value, DType dtype) {
  Array rank0 = Array::empty({dtype, {}});
  write_element(value, dtype, static_cast<std::byte*>(rank0.mutable_data()));
  return to_tensor(std::move(rank0));
}

Tensor to_tensor(const Operand& operand, const Tensor& like, std::string_view op) {
  return in_op(op, operand.loc(), [&] {
    if (operand.tensor() != nullptr) {
      if (!operand.tensor()->defined()) fail_undefined({});
      return *operand.tensor();
    }
    if (!like.defined())
      return of_numbers(own(scalar_tensor(operand.scalar(), natural_dtype(operand.scalar()))),
                        keep_place(Here::of(operand.loc())));
    try {
      return own(scalar_tensor(operand.scalar(), like.dtype()));
    } catch (const Error& e) {
      fail(e.message() + "; cast the tensor to another dtype");
    }
  });
}

Dims first_axes(int n) {
  Dims axes;
  for (int d = 0; d < n; ++d) axes.push_back(d);
  return axes;
}

const Location& last_op_place() { return last_op; }

void require_static(const Shape& shape) {
  if (is_dynamic(shape)) fail("a size is below -2^62");
}

OpResults apply_all(Opcode code, const AttrsHere& attrs, std::span<const Tensor> operands, const Location& called_at) {
  const Location& at = last_op = Here::of(called_at);
  const OpDef& d = def(code);
  Trace* trace = Trace::current();
  for (const Tensor& t : operands) {
    if (!t.defined()) fail_undefined(at, d.info.name);
    if (trace == nullptr && t.symbolic()) fail_symbolic(t.impl(), at, kToRead);
  }
  const auto infer = [&](auto&& f) {
    try {
      return f();
    } catch (const rules::DTypesDiffer& e) {
      const Error said = in_api_words(e);
      throw Error(said.kind(), said.message() + numbers_note(operands, e.a, e.b), said.location()).in(d.info.name, at);
    } catch (const Error& e) {
      throw in_api_words(e).in(d.info.name, at);
    }
  };
  OpResults results;
  const auto keep_numbers = [&] {
    if (is_view(d.form())) mark_numbers(results.front(), operands[0].impl()->numbers());
  };
  if (trace != nullptr) {
    std::vector<ValueId> values;
    for (const Tensor& t : operands) values.push_back(trace->value_of(t, at));
    infer([&] {
      for (const ValueId v : trace->builder().append({code, attrs.kept(), values, {}, at})) {
        require_static(trace->builder().type(v).shape);
        results.push_back(trace->wrap(v));
      }
    });
    keep_numbers();
    return results;
  }
  ShortList<Array, 4> arrays;
  Types given;
  for (const Tensor& t : operands) {
    arrays.push_back(share(t.impl()));
    given.push_back(t.impl()->type);
  }
  const Types types = infer([&] {
    Types inferred = d.infer(attrs.attrs, given);
    for (const Type& t : inferred) require_static(t.shape);
    return inferred;
  });
  try {
    for (Array& x : execute(d, attrs.attrs, arrays, types, at)) results.push_back(to_tensor(std::move(x)));
    keep_numbers();
    return results;
  } catch (const Error&) {
    std::fflush(stdout);  // what was printed is visible before the error
    throw;
  }
}

Tensor apply_elementwise(Opcode code, std::span<const Operand* const> operands) {
  const OpInfo& op = def(code).info;
  const std::size_t first = op.mask_first ? 1 : 0;
  const Location& at = Here::of(operands[0]->loc());
  Tensor like;
  for (std::size_t i = first; i < operands.size() && !like.defined(); ++i)
    if (operands[i]->tensor() != nullptr) like = *operands[i]->tensor();
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < operands.size(); ++i)
    tensors.push_back(to_tensor(*operands[i], i < first ? Tensor() : like, op.name));
  for (std::size_t i = first + 1; i < tensors.size(); ++i) require_one_dtype(tensors[first], tensors[i], op.name, at);
  in_op(op.name, at, [&] { broadcast(tensors, at); });
  Tensor result = apply(code, {}, tensors, at);
  return follows_operands(op.result) ? of_numbers(std::move(result), numbers_of(operands.subspan(first))) : result;
}

/// The shortest way that the operands allow.
template <class Op, class... Operands>
Tensor elementwise(const Operands&... operands) {
  if constexpr (!Op::info.mask_first)
    if (Tensor t = fast_elementwise(kOpcode<Op>, Op::info.result, operands...); t.defined()) return t;
  const std::array list{&operands...};
  if (Tensor t = few_elementwise(kOpcode<Op>, list); t.defined()) return t;
  return apply_elementwise(kOpcode<Op>, list);
}

namespace detail {

template <class Op>
Tensor unary(const Operand& x) {
  return elementwise<Op>(x);
}

template <class Op>
Tensor binary(const Operand& x, const Operand& y) {
  return elementwise<Op>(x, y);
}

template <class Op>
Tensor ternary(const Operand& x, const Operand& y, const Operand& z) {
  return elementwise<Op>(x, y, z);
}

template <class Op>
Tensor reduce(const Operand& x, const Axes& axes, bool keepdims) {
  const Tensor t = to_tensor(x, Op::info.name);
  Op op;
  op.keepdims = keepdims;
  op.axes = axes.all ? first_axes(t.rank()) : axes.list;
  return apply(op, {t}, x.loc());
}

namespace {

/// Odr-uses the templates above for every op they serve, so that programs can link to them.
template <class Op>
constexpr const void* instance() {
  return nullptr;
}
template <class Op>
  requires(std::is_base_of_v<Elementwise, Op> && !requires { Op::fields; })
auto instance() {
  if constexpr (Op::info.arity == 1) {
    return &unary<Op>;
  } else if constexpr (Op::info.arity == 2) {
    return &binary<Op>;
  } else {
    return &ternary<Op>;
  }
}
template <class Op>
  requires std::is_base_of_v<ReduceAxes, Op>
auto instance() {
  return &reduce<Op>;
}

template <class... Op>
auto instances(TypeList<Op...>) {
  return std::tuple{instance<Op>()...};
}

}  // namespace

[[gnu::used]] const auto kInstances = instances(AllOps{});

}  // namespace detail

}  // namespace tjit
