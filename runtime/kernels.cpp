// The choice of a level of native kernels.
#include "runtime/kernels.h"

#include <vector>

namespace tjit {

// The table accessors are all that a level's code shows to the rest.
namespace kernels_base {
const KernelTable& table();
}
#if defined(TJIT_X86_LEVELS)
namespace kernels_v3 {
const KernelTable& table();
}
namespace kernels_v4 {
const KernelTable& table();
}
#endif

namespace detail {

constinit std::atomic<const KernelTable*> active_kernels = nullptr;

const KernelTable& choose_kernels() {
  const KernelTable* chosen = nullptr;
  for (const KernelTable* table : supported_kernels())
    if (table->level <= cpu_level()) chosen = table;
  active_kernels = chosen;
  return *chosen;
}

}  // namespace detail

std::span<const KernelTable* const> supported_kernels() {
  static const auto& tables = *[] {
    auto* list = new std::vector{&kernels_base::table()};
#if defined(TJIT_X86_LEVELS)
    if (hardware_level() >= CpuLevel::V3) list->push_back(&kernels_v3::table());
    if (hardware_level() >= CpuLevel::V4) list->push_back(&kernels_v4::table());
#endif
    return list;
  }();
  return tables;
}

void use_kernels(const KernelTable& table) { detail::active_kernels = &table; }

}  // namespace tjit
