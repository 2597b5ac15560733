// The tensor handle.
#include "tjit/tensor.h"

#include "frontend/apply.h"
#include "runtime/float_state.h"
#include "runtime/format.h"

namespace tjit {

namespace {

/// What a handle holds that a count of `impl` was copied or assigned to; see `Trace::watch`.
TensorImpl* held(TensorImpl* impl) noexcept {
  return impl != nullptr && Trace::in_block() ? Trace::current()->watch(impl) : impl;
}

}  // namespace

Tensor::Tensor(const Tensor& other) noexcept : impl_(other.impl_) {
  if (impl_ == nullptr) return;
  retain(impl_);
  if (Trace::current() != nullptr) [[unlikely]]
    impl_ = held(impl_);
}

Tensor& Tensor::operator=(const Tensor& other) noexcept {
  Tensor copy(other);
  std::swap(impl_, copy.impl_);
  return *this;
}

void Tensor::assign(TensorImpl* impl) noexcept {
  TensorImpl* old = impl_;
  if (Trace::current() != nullptr) [[unlikely]]
    impl = held(impl);
  impl_ = impl;
  if (old != nullptr) tjit::release(old);
}

void Tensor::release() noexcept { tjit::release(impl_); }

bool Tensor::symbolic() const { return impl_ != nullptr && is_symbolic(impl_); }

namespace {

const TensorImpl& defined_impl(const TensorImpl* impl) {
  if (impl == nullptr) fail_undefined({});
  return *impl;
}

void require_dtype(const TensorImpl& impl, DType dtype, const Location& at) {
  if (impl.type.dtype != dtype)
    fail_at(at,
            "the elements are " + std::string(info(impl.type.dtype).name) + ", not " + std::string(info(dtype).name));
}

}  // namespace

DType Tensor::dtype() const { return defined_impl(impl_).type.dtype; }
const Shape& Tensor::shape() const { return defined_impl(impl_).type.shape; }
std::int64_t Tensor::size() const { return defined_impl(impl_).size; }

const void* Tensor::data_of(DType dtype, const Location& at) const {
  const TensorImpl* impl = concrete(*this, at, kToRead);
  require_dtype(*impl, dtype, at);
  return packed_elements(*impl);
}

void* Tensor::mutable_data_of(DType dtype, const Location& at) {
  TensorImpl* impl = concrete(*this, at, kToRead);
  require_dtype(*impl, dtype, at);
  // In a branch or body, writing is an assignment.
  if (!impl->contiguous || !impl->writable() || Trace::in_block()) {
    const Array shared = to_array(*this);
    *this = own(to_tensor(impl->contiguous ? Array::copy(shared.type(), shared.data()) : shared.contiguous()));
  }
  return impl_->data;
}

const void* Tensor::item_of(DType dtype, const Location& at) const {
  if (concrete(*this, at, kToBranch)->size != 1)
    fail_at(at, "item() needs one element, found shape " + shape_text(shape()));
  return data_of(dtype, at);
}

Tensor::operator bool() const {
  // A conversion takes no place. A symbolic tensor knows that of its op; else this stands after the last op.
  const Location& at = symbolic() ? Location() : last_op_place();
  const TensorImpl* impl = concrete(*this, at, kToBranch);
  if (impl->size != 1) {
    fail_at(at, "the truth value of a tensor with " + std::string(impl->size == 0 ? "no" : "more than one") +
                    " element is ambiguous; use reduce_any() or reduce_all()" +
                    (at ? "\nnote: it was asked for after the op at this place" : ""));
  }
  return with_default_floats([&] {
    return dispatch(impl->type.dtype,
                    [&]<class T>(Tag<T>) { return static_cast<bool>(*reinterpret_cast<const T*>(impl->data)); });
  });
}

std::string Tensor::numpy_text(const Location& at) const { return tjit::numpy_text(to_array(*this, at)); }

std::string Tensor::repr() const { return !defined() || symbolic() ? text() : tensor_repr(to_array(*this)); }

std::string Tensor::text() const {
  if (impl_ == nullptr) return "Tensor(undefined)";
  if (!symbolic()) return tensor_text(to_array(*this));
  const auto& t = static_cast<const SymbolicTensor&>(*impl_);
  const Function& f = t.trace->builder().function();
  const Value& v = f.value(t.value);
  const std::string name = v.op.valid() ? std::string(f.def(v.op).info.name) : "arg" + std::to_string(v.index);
  return "Tensor(\"" + name + ":" + std::to_string(v.op.valid() ? v.index : 0) + "\", shape=" + tuple_text(shape()) +
         ", dtype=" + std::string(info(dtype()).name) + ")";
}

}  // namespace tjit
