// Types and constant data.
#include "ir/type.h"

#include <cstring>
#include <utility>

#include "ir/dtypes.h"

namespace tjit {

std::string to_string(const Type& type) {
  std::string text(info(type.dtype).ir_name);
  text += '[';
  const std::string dims = to_string(type.shape);
  for (const char c : dims.substr(1))
    if (c != ' ') text += c;
  return text;
}

bool compatible(const Type& a, const Type& b) {
  if (a.dtype != b.dtype || a.shape.size() != b.shape.size()) return false;
  for (int d = 0; d < a.shape.size(); ++d) {
    const std::int64_t x = a.shape[d], y = b.shape[d];
    if (x != y && x != Dims::kUnknown && y != Dims::kUnknown) return false;
  }
  return true;
}

Literal Literal::copy(const Type& type, const void* data, bool splat) {
  const std::size_t size = static_cast<std::size_t>(splat ? size_of(type.dtype) : byte_count(type));
  std::shared_ptr<std::byte> bytes(static_cast<std::byte*>(::operator new(size + 1, std::align_val_t(64))),
                                   [](std::byte* p) { ::operator delete(p, std::align_val_t(64)); });
  if (size != 0) std::memcpy(bytes.get(), data, size);
  return Literal(type, std::move(bytes), splat);
}

std::int64_t Literal::first_integer() const {
  return dispatch_in < kInts | kBool > (type_.dtype, [&]<class T>(Tag<T>) {
                                 const T first = *as<T>();
                                 return std::in_range<std::int64_t>(+first) ? static_cast<std::int64_t>(first)
                                                                            : INT64_MAX;
                               });
}

bool operator==(const Literal& a, const Literal& b) {
  if (a.type_ != b.type_) return false;
  const std::size_t size = static_cast<std::size_t>(size_of(a.type_.dtype));
  if (a.splat_ == b.splat_)
    return a.bytes_ == b.bytes_ || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.stored_bytes())) == 0;
  const Literal& one = a.splat_ ? a : b;
  const Literal& all = a.splat_ ? b : a;
  const std::int64_t count = element_count(all.type_);
  for (std::int64_t i = 0; i < count; ++i)
    if (std::memcmp(one.data(), all.data() + static_cast<std::size_t>(i) * size, size) != 0) return false;
  return true;
}

}  // namespace tjit
