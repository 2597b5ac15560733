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

namespace {

using Fill = void (*)(KernelTable&);

struct Level {
  CpuLevel level;
  Fill fill;
};
/// Lowest first.
constexpr Level kLevels[] = {
    {CpuLevel::Base, kernels_base::fill},
#if defined(TJIT_X86_LEVELS)
    {CpuLevel::V3, kernels_v3::fill},
    {CpuLevel::V4, kernels_v4::fill},
#endif
};

const KernelTable* filled(Fill fill) {
  auto* const table = new KernelTable;
  fill(*table);
  return table;
}

}  // namespace

namespace detail {

constinit std::atomic<const KernelTable*> active_kernels = nullptr;

const KernelTable& choose_kernels() {
  static const KernelTable& chosen = *filled([] {
    Fill fill = nullptr;
    for (const Level& l : kLevels)
      if (l.level <= cpu_level()) fill = l.fill;
    return fill;
  }());
  active_kernels = &chosen;
  return chosen;
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
    auto* const list = new std::vector<const KernelTable*>;
    for (const Level& l : kLevels)
      if (l.level <= hardware_level()) list->push_back(filled(l.fill));
    return list;
  }();
  return tables;
}

void use_kernels(const KernelTable& table) { detail::active_kernels = &table; }

}  // namespace tjit
