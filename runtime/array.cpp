// Concrete tensors: making, viewing and reading them.
#include "runtime/array.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "ir/ops/element.h"
#include "runtime/strided.h"
#include "runtime/tensor_impl.h"

namespace tjit {

static_assert(sizeof(TensorImpl) == 192, "three cache lines: the elements that follow start on a fourth");

constinit void (*destroy_other_tensor)(TensorImpl*) = nullptr;

namespace {

using Storage = TensorImpl::Storage;
using Owner = std::shared_ptr<const std::byte>;

/// Elements stand in the header's block up to this many bytes.
constexpr std::size_t kInlineBytes = 4096;
static_assert(sizeof(TensorImpl) + kInlineBytes <= kSmallLimit);

Owner& foreign_owner(TensorImpl* t) { return *std::launder(reinterpret_cast<Owner*>(t->inline_data())); }

TensorImpl& checked(TensorImpl* t) {
  TJIT_CHECK(t != nullptr && t->kind == TensorImpl::Kind::Concrete);
  return *t;
}

bool is_row_major(const Shape& shape, const Dims& strides) {
  std::int64_t expected = 1;
  bool gaps = false;
  for (int d = shape.size() - 1; d >= 0; --d) {
    if (shape[d] == 0) return true;
    gaps |= shape[d] != 1 && strides[d] != expected;
    expected *= shape[d];
  }
  return !gaps;
}

/// A header in a block with room for `inline_bytes` behind it.
[[gnu::always_inline]] inline TensorImpl* new_header(std::size_t inline_bytes, DType dtype, const Shape& shape,
                                                     const Dims& strides, std::int64_t size) {
  const int size_class = small_class(sizeof(TensorImpl) + inline_bytes);
  auto* t = new (allocate_small(size_class)) TensorImpl(dtype, shape, strides, size);
  t->block_class = static_cast<std::uint8_t>(size_class);
  return t;
}

[[gnu::noinline]] TensorImpl* new_large(std::size_t bytes, DType dtype, const Shape& shape, const Dims& strides,
                                        std::int64_t size) {
  void* block = allocate_large(bytes);
  TensorImpl* t = new_header(0, dtype, shape, strides, size);
  t->storage = Storage::Large;
  t->storage_bytes = bytes;
  t->data = static_cast<std::byte*>(block);
  return t;
}

[[gnu::always_inline]] inline TensorImpl* new_elements(DType dtype, const Shape& shape, const Dims& strides,
                                                       std::int64_t size) {
  const auto bytes = static_cast<std::size_t>(size) * static_cast<std::size_t>(size_of(dtype));
  if (bytes > kInlineBytes) return new_large(bytes, dtype, shape, strides, size);
  TensorImpl* t = new_header(bytes, dtype, shape, strides, size);
  t->data = t->inline_data();
  return t;
}

Array with_owner(const Type& type, Owner owner, const Dims& strides, bool contiguous) {
  TensorImpl* t = new_header(sizeof(Owner), type.dtype, type.shape, strides, element_count(type));
  t->storage = Storage::Foreign;
  t->contiguous = contiguous;
  // Nobody writes through this pointer: foreign elements are never `writable`.
  t->data = const_cast<std::byte*>(owner.get());
  new (t->inline_data()) Owner(std::move(owner));
  return Array::adopt(t);
}

}  // namespace

TensorImpl* new_tensor(const Type& type, const Dims& strides, std::int64_t size) {
  return new_elements(type.dtype, type.shape, strides, size);
}

TensorImpl* new_tensor_like(const TensorImpl& like, DType dtype) {
  return new_elements(dtype, like.type.shape, like.strides, like.size);
}

void destroy_tensor(TensorImpl* t) {
  if (t->kind != TensorImpl::Kind::Concrete) [[unlikely]]
    return destroy_other_tensor(t);
  switch (t->storage) {
    case Storage::Inline: break;
    case Storage::Large: free_large(t->data, t->storage_bytes); break;
    case Storage::Base: release(t->base); break;
    case Storage::Foreign: foreign_owner(t).~Owner(); break;
  }
  if (const void* beside = t->beside.load(std::memory_order_acquire); beside != nullptr && !t->contiguous)
    release(static_cast<TensorImpl*>(const_cast<void*>(beside)));
  free_small(t, t->block_class);
}

Array packed_copy(const TensorImpl& t) {
  Array copy = Array::empty(t.type);
  copy_elements(t.type.shape, size_of(t.type.dtype), copy.mutable_data(), copy.strides(), t.data, t.strides);
  return copy;
}

const std::byte* packed_elements(const TensorImpl& t) {
  if (t.contiguous) return t.data;
  const void* packed = t.beside.load(std::memory_order_acquire);
  if (packed != nullptr) return static_cast<const TensorImpl*>(packed)->data;
  Array copy = packed_copy(t);
  // Another thread may have been faster: then its copy is the one.
  if (!t.beside.compare_exchange_strong(packed, copy.impl(), std::memory_order_acq_rel))
    return static_cast<const TensorImpl*>(packed)->data;
  return copy.release()->data;
}

Array::Array(const Array& other) : impl_(other.impl_) {
  if (impl_ != nullptr) retain(impl_);
}

Array::~Array() {
  if (impl_ != nullptr) tjit::release(impl_);
}

Array Array::empty(const Type& type) {
  const int rank = type.shape.size();
  const std::int64_t* sizes = type.shape.begin();
  std::int64_t size = rank == 1 ? sizes[0] : -1;
  // element_count, without a call where nothing can overflow.
  if (static_cast<std::uint64_t>(size) > UINT32_MAX) size = element_count(type);
  TensorImpl* t = new_elements(type.dtype, type.shape, type.shape, size);
  std::int64_t* strides = t->strides.begin();
  std::int64_t stride = 1;
  for (int d = rank - 1; d >= 0; --d) {
    strides[d] = stride;
    stride *= std::max<std::int64_t>(sizes[d], 1);
  }
  return adopt(t);
}

Array Array::copy(const Type& type, const void* data) {
  Array a = empty(type);
  if (a.size() != 0)  // an empty vector has a null pointer, which memcpy may not get
    std::memcpy(a.impl_->data, data,
                static_cast<std::size_t>(a.size()) * static_cast<std::size_t>(size_of(type.dtype)));
  return a;
}

Array Array::of(const Literal& literal) {
  const Type& type = literal.type();
  const Dims strides = literal.is_splat() ? Dims::filled(type.shape.size(), 0) : row_major_strides(type.shape);
  return with_owner(type, literal.owner(), strides, is_row_major(type.shape, strides));
}

Array Array::wrap(const Type& type, Owner data) {
  return with_owner(type, std::move(data), row_major_strides(type.shape), true);
}

const Type& Array::type() const { return checked(impl_).type; }
std::int64_t Array::size() const { return checked(impl_).size; }
const Dims& Array::strides() const { return checked(impl_).strides; }
bool Array::is_contiguous() const { return checked(impl_).contiguous; }
const void* Array::data() const { return checked(impl_).data; }
bool Array::unique() const { return checked(impl_).writable(); }

void* Array::mutable_data() {
  TJIT_CHECK(unique() && is_contiguous());
  return impl_->data;
}

View Array::view() const { return {shape(), strides(), 0}; }

Array Array::view(const View& view) const {
  TensorImpl& own = checked(impl_);
  TensorImpl* base = own.storage == Storage::Base ? own.base : impl_;
  TensorImpl* t = new_header(0, own.type.dtype, view.shape, view.strides, element_count(view.shape));
  t->storage = Storage::Base;
  t->base = base;
  t->contiguous = is_row_major(view.shape, view.strides);
  if (t->contiguous) t->beside.store(own.numbers(), std::memory_order_relaxed);
  // A window without elements may name an offset outside the buffer.
  t->data = own.data + (t->size == 0 ? 0 : view.offset * size_of(own.type.dtype));
  retain(base);
  return adopt(t);
}

Array Array::contiguous() const { return is_contiguous() ? *this : packed_copy(*impl_); }

Literal Array::literal() const {
  TensorImpl& own = checked(impl_);
  bool splat = own.size > 0;
  for (int d = 0; d < rank(); ++d) splat &= own.type.shape[d] == 1 || own.strides[d] == 0;
  if (!splat && !own.contiguous) return contiguous().literal();
  TensorImpl* holder = own.storage == Storage::Base ? own.base : impl_;
  if (holder->storage == Storage::Foreign) return Literal(own.type, Owner(foreign_owner(holder), own.data), splat);
  return Literal(own.type, Owner(own.data, [keep = *this](const std::byte*) {}), splat);
}

bool identical(const Array& a, const Array& b, std::int64_t* where) {
  if (where != nullptr) *where = 0;
  if (a.type() != b.type()) return false;
  const Array x = a.contiguous(), y = b.contiguous();
  return dispatch(a.dtype(), [&]<class T>(Tag<T>) {
    const T* p = x.data<T>();
    const T* q = y.data<T>();
    for (std::int64_t i = 0; i < x.size(); ++i) {
      if (Element<T>::same(p[i], q[i])) continue;
      if (where != nullptr) *where = i;
      return false;
    }
    return true;
  });
}

std::vector<Type> types_of(std::span<const Array> arrays) {
  std::vector<Type> types;
  types.reserve(arrays.size());
  for (const Array& a : arrays) types.push_back(a.type());
  return types;
}

std::vector<Type> types_of(std::span<const TensorImpl* const> tensors) {
  std::vector<Type> types;
  types.reserve(tensors.size());
  for (const TensorImpl* t : tensors) types.push_back(t->type);
  return types;
}

}  // namespace tjit
