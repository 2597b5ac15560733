// The level's table, and copies past the caches.
#include <cstring>

#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

namespace {

KernelTable make_table() {
  KernelTable table;
  table.level = kLevel;
  table.vector_bytes = kVectorBytes;
  for (const DTypeInfo& t : kDTypes) {
    const auto i = static_cast<std::size_t>(t.dtype);
    table.elementwise[i] = dispatch(t.dtype, []<class T>(Tag<T>) { return elementwise_kernels<T>(); });
    table.reduce[i] = reduce_kernels(t.dtype);
    table.extreme[i] = extreme_kernels(t.dtype);
    table.dot[i] = dot_kernels(t.dtype);
    table.conv[i] = conv_kernels(t.dtype);
    table.random_bits[i] = random_kernels(t.dtype);
  }
  table.stream = stream;
  table.stream_end = stream_end;
  return table;
}

}  // namespace

void stream(void* to, const void* from, std::size_t bytes) {
  using Block = Vec<std::uint8_t, kVectorBytes>;
  auto* target = static_cast<std::uint8_t*>(to);
  const auto* source = static_cast<const std::uint8_t*>(from);
  std::size_t i = 0;
  for (; i + kVectorBytes <= bytes; i += kVectorBytes)
    __builtin_nontemporal_store(Block::load(source + i).raw, reinterpret_cast<Block::Raw*>(target + i));
  if (i < bytes) std::memcpy(target + i, source + i, bytes - i);
}

void stream_end() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

const KernelTable& table() {
  static const KernelTable kernels = make_table();
  return kernels;
}

}  // namespace tjit::TJIT_LEVEL
