// The level's table, and copies past the caches.
#include <cstring>

#include "runtime/kernels/level.h"

namespace tjit::TJIT_LEVEL {

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

void fill(KernelTable& table) {
  table.level = kLevel;
  table.vector_bytes = kVectorBytes;
  ElementwiseLists::for_each([&]<class Ops>(Tag<Ops>) { table.add(elementwise_kernels<Ops>()); });
  for (const DTypeInfo& t : kDTypes) {
    const auto i = static_cast<std::size_t>(t.dtype);
    table.reduce[i] = reduce_kernels(t.dtype);
    table.extreme[i] = extreme_kernels(t.dtype);
    table.dot[i] = dot_kernels(t.dtype);
    table.conv[i] = conv_kernels(t.dtype);
    table.random_bits[i] = random_kernels(t.dtype);
    table.sort[i] = sort_kernel(t.dtype);
    table.sort_line[i] = sort_line_kernel(t.dtype);
  }
  table.stream = stream;
  table.stream_end = stream_end;
}

}  // namespace tjit::TJIT_LEVEL
