// Traces and symbolic tensors.
#include "frontend/trace.h"

#include "ir/ops/structure.h"
#include "ir/text.h"

namespace tjit {

constinit thread_local Trace* Trace::current_ [[gnu::tls_model("initial-exec")]] = nullptr;

namespace {

const bool kHooked = [] {
  destroy_other_tensor = [](TensorImpl* t) { delete static_cast<SymbolicTensor*>(t); };
  return true;
}();

/// The numbers of the function's parameters that a value depends on through operands, as text.
std::string argument_list(const Function& f, ValueId id) {
  std::vector<char> seen(static_cast<std::size_t>(f.value_count()));
  std::vector<ValueId> work{id};
  std::string text;
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (std::exchange(seen[static_cast<std::size_t>(v.index)], 1) != 0) continue;
    const OpId op = f.value(v).op;
    if (op.valid()) {
      work.insert(work.end(), f.operands(op).begin(), f.operands(op).end());
    } else if (f.value(v).block == Function::kBody) {
      text += (text.empty() ? "" : ", ") + std::to_string(f.value(v).index);
    }
  }
  return text;
}

}  // namespace

void Trace::own(const Tensor& tensor) {
  TensorImpl* impl = origin(tensor.impl());
  constants_.try_emplace(impl, Constant{share(impl), {}});
}

std::string Trace::title() const {
  const std::string place = to_string(at_);
  return "'" + name() + "'" + (place.empty() ? "" : " (" + place + ")");
}

std::string Trace::describe(ValueId id) const {
  const Function& f = builder_.function();
  const Value& v = f.value(id);
  // What stands in a branch or body that is still open has no number yet.
  const int number = value_numbers(f)[static_cast<std::size_t>(id.index)];
  std::string text = (number >= 0 ? "%" + std::to_string(number) : "a tensor") + " (" + to_string(v.type) + ", ";
  if (!v.op.valid()) return text + (v.block == Function::kBody ? "an argument)" : "a loop variable)");
  const Location& at = f.op(v.op).loc;
  text += "`" + std::string(called_at(at, f.def(v.op).info.name)) + "`";
  const std::string place = to_string(at);
  return text + (place.empty() ? "" : " at " + place) + ")";
}

BlockId Trace::begin_block(std::span<const Type> params, const Location& at) {
  if (nested_ == kMostNested) fail_at(at, nested_too_deep_text());
  ++nested_;
  return builder_.begin_block(params);
}

void Trace::end_block(std::span<const ValueId> yields) {
  builder_.end_block(yields);
  --nested_;
}

Trace::Scope::~Scope() {
  current_->ended_ = true;
  current_ = previous_;
}

Tensor Trace::wrap(ValueId value) { return Tensor::adopt(symbol(value)); }

TensorImpl* Trace::symbol(ValueId value) {
  auto* t = new SymbolicTensor;
  t->kind = TensorImpl::Kind::Other;
  t->type = builder_.type(value);
  t->size = is_dynamic(t->type.shape) ? 0 : element_count(t->type);
  t->trace = shared_from_this();
  t->value = value;
  return t;
}

TensorImpl* Trace::origin(TensorImpl* impl) const {
  const auto it = origins_.find(impl);
  return it == origins_.end() ? impl : it->second;
}

TensorImpl* Trace::watch(TensorImpl* impl) {
  Array given = Array::adopt(impl), own, of;
  if (is_symbolic(impl)) {
    const auto& symbolic = static_cast<const SymbolicTensor&>(*impl);
    if (symbolic.trace.get() != this) return given.release();
    own = Array::adopt(symbol(symbolic.value));
    own.impl()->beside.store(symbolic.numbers(), std::memory_order_relaxed);
  } else {
    own = given.view(given.view());
    of = share(origin(impl));
    origins_.emplace(own.impl(), of.impl());
  }
  watched_.push_back({own, std::move(of)});
  return own.release();
}

std::string Trace::end_watch(std::size_t first) {
  std::string held;
  for (std::size_t i = first; i < watched_.size(); ++i) {
    TensorImpl* impl = watched_[i].tensor.impl();
    origins_.erase(impl);
    if (!held.empty() || impl->count.load(std::memory_order_acquire) == 1) continue;
    held = is_symbolic(impl) ? describe(static_cast<const SymbolicTensor&>(*impl).value)
                             : "the constant " + to_string(impl->type);
  }
  watched_.resize(first);
  return held;
}

ValueId Trace::value_of(const Tensor& tensor, const Location& at) {
  TensorImpl* impl = tensor.impl();
  if (impl == nullptr) fail_undefined(at);
  if (is_symbolic(impl)) {
    const auto& symbolic = static_cast<const SymbolicTensor&>(*impl);
    const Trace& owner = *symbolic.trace;
    if (&owner != this)
      fail_at(at, "the tensor belongs to the trace of " + owner.title() +
                      (owner.ended_ ? ", which has ended; return it from '" + owner.name() + "' instead"
                                    : ", which is another one; pass it as an argument instead"));
    if (!builder_.visible(symbolic.value))
      fail_at(at, describe(symbolic.value) +
                      " was made inside a branch or loop body that has ended; return it from there instead");
    return symbolic.value;
  }
  impl = origin(impl);
  Constant& constant = constants_[impl];
  if (constant.value.valid() && builder_.visible(constant.value)) return constant.value;
  if (!constant.elements) {
    captures_.push_back(impl->type);
    constant.elements = share(impl);
  }
  return constant.value = builder_.constant(constant.elements.literal(), at);
}

Function Trace::finish(std::span<const Tensor> results) {
  TJIT_CHECK(builder_.current_block() == Function::kBody);
  std::vector<ValueId> yields;
  for (const Tensor& t : results) yields.push_back(value_of(t, at_));
  // Symbolic tensors that outlive the capture still describe themselves, so the trace keeps its function.
  Function f = builder_.function();
  Builder done(f.name);
  Copier copy(f, done);
  copy.copy_params();
  for (const OpId op : f.body().ops) copy.copy(op);
  Function result = done.finish(copy(yields));
  result.loc = at_;
  return result;
}

void fail_undefined(const Location& at, std::string_view op) {
  const Error error(Error::Kind::User, "the tensor is undefined: it was declared and never given a value");
  throw op.empty() ? error.at(at) : error.in(op, at);
}

void fail_symbolic(const TensorImpl* t, const Location& at, std::string_view cure) {
  const auto& symbolic = static_cast<const SymbolicTensor&>(*t);
  const Trace& trace = *symbolic.trace;
  const Function& f = trace.builder().function();
  const OpId op = f.value(symbolic.value).op;
  const Location place = at ? at : op.valid() ? f.op(op).loc : trace.at();
  if (trace.ended())
    fail_at(place, "the tensor belongs to the trace of " + trace.title() + ", which has ended; return it from '" +
                       trace.name() + "' instead");
  const std::string arguments = argument_list(f, symbolic.value);
  fail_at(place, "the value of " + trace.describe(symbolic.value) + " is not known while tracing " + trace.title() +
                     "\nnote: " + (arguments.empty() ? "" : "it depends on argument " + arguments + "; ") +
                     std::string(cure));
}

TensorImpl* concrete(const Tensor& t, const Location& at, std::string_view cure) {
  if (t.impl() == nullptr) fail_undefined(at);
  if (is_symbolic(t.impl())) fail_symbolic(t.impl(), at, cure);
  return t.impl();
}

Tensor own(Tensor t) {
  if (Trace* trace = Trace::current(); trace != nullptr) trace->own(t);
  return t;
}

Array to_array(const Tensor& t, const Location& at) { return share(concrete(t, at, kToRead)); }

std::vector<Array> to_arrays(std::span<const Tensor> tensors) {
  std::vector<Array> arrays;
  arrays.reserve(tensors.size());
  for (const Tensor& t : tensors) arrays.push_back(to_array(t));
  return arrays;
}

}  // namespace tjit
