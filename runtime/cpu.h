// What this machine offers: the level of native kernels it can run, and its cache sizes.
#pragma once

#include <cstdint>
#include <string_view>

namespace tjit {

/// Levels of native kernels, each a superset of those before it. On machines other than x86-64 there is only `Base`.
enum class CpuLevel : std::uint8_t { Base, V3, V4 };

std::string_view name(CpuLevel level);

/// The highest level that this machine supports.
CpuLevel hardware_level();

/// The level in use: the machine's, or a lower one that the environment variable TJIT_CPU_LEVEL names.
/// Another value of that is reported to standard error, once.
CpuLevel cpu_level();

struct CacheSizes {
  std::int64_t l1, l2, l3;  ///< bytes of the data caches; l3 is the last level's
};
const CacheSizes& cache_sizes();

}  // namespace tjit
