// The choice of a level of native kernels.
#include "runtime/kernels.h"

#include <vector>

namespace tjit {

// All that a level's code shows to the rest.
namespace kernels_base {
void fill(KernelTable& table);
}
#if defined(TJIT_X86_LEVELS)
namespace kernels_v3 {
void fill(KernelTable& table);
}
namespace kernels_v4 {
void fill(KernelTable& table);
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

void KernelTable::add(std::span<const ElementwiseEntry> kernels) {
  for (const ElementwiseEntry& e : kernels) {
    place_[static_cast<int>(e.op)][static_cast<int>(e.operand)][static_cast<int>(e.result)] =
        static_cast<std::uint16_t>(elementwise_.size());
    elementwise_.push_back(e.kernel);
  }
  TJIT_CHECK(elementwise_.size() <= UINT16_MAX);
}

std::span<const KernelTable* const> supported_kernels() {
  static const auto& tables = *[] {
    const auto filled = [](void (*fill)(KernelTable&)) {
      auto* const table = new KernelTable;
      fill(*table);
      return static_cast<const KernelTable*>(table);
    };
    auto* list = new std::vector{filled(kernels_base::fill)};
#if defined(TJIT_X86_LEVELS)
    if (hardware_level() >= CpuLevel::V3) list->push_back(filled(kernels_v3::fill));
    if (hardware_level() >= CpuLevel::V4) list->push_back(filled(kernels_v4::fill));
#endif
    return list;
  }();
  return tables;
}

void use_kernels(const KernelTable& table) { detail::active_kernels = &table; }

}  // namespace tjit
