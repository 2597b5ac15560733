// Machine facts, asked once.
#include "runtime/cpu.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace tjit {

namespace {

constexpr CpuLevel kLevels[] = {CpuLevel::Base, CpuLevel::V3, CpuLevel::V4};

CpuLevel chosen_level() {
  const CpuLevel hardware = hardware_level();
  const char* asked = std::getenv("TJIT_CPU_LEVEL");
  if (asked == nullptr || *asked == '\0') return hardware;
  std::string known;
  for (const CpuLevel level : kLevels) {
    if (level > hardware) break;
    if (name(level) == asked) return level;
    known += (known.empty() ? "" : ", ") + std::string(name(level));
  }
  const std::string text = "tjit: warning: TJIT_CPU_LEVEL is '" + std::string(asked) +
                           "', expected one of this machine's levels: " + known + "; using " +
                           std::string(name(hardware)) + "\n";
  std::fputs(text.c_str(), stderr);
  return hardware;
}

/// The number in a file such as `32768K` or `2`; 0 when there is none.
std::int64_t number_in(const std::string& path, std::string* word = nullptr) {
  std::ifstream file(path);
  std::string text;
  file >> text;
  if (word != nullptr) *word = text;
  return std::strtoll(text.c_str(), nullptr, 10);
}

/// The kernel's list of the caches of CPU 0. (glibc's sysconf multiplies the last level on some machines.)
CacheSizes ask_cache_sizes() {
  CacheSizes sizes{32 << 10, 512 << 10, 0};
  for (int i = 0; i < 8; ++i) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    std::string type;
    number_in(folder + "type", &type);
    const std::int64_t bytes = number_in(folder + "size") << 10;
    if (type == "Instruction" || bytes <= 0) continue;
    const std::int64_t level = number_in(folder + "level");
    (level == 1 ? sizes.l1 : level == 2 ? sizes.l2 : sizes.l3) = bytes;
  }
  if (sizes.l3 == 0) sizes.l3 = std::max<std::int64_t>(sizes.l2, 8 << 20);
  return sizes;
}

}  // namespace

std::string_view name(CpuLevel level) {
  switch (level) {
    case CpuLevel::Base: return "base";
    case CpuLevel::V3: return "v3";
    case CpuLevel::V4: return "v4";
  }
  __builtin_unreachable();
}

CpuLevel hardware_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return CpuLevel::V4;
  if (__builtin_cpu_supports("x86-64-v3")) return CpuLevel::V3;
#endif
  return CpuLevel::Base;
}

CpuLevel cpu_level() {
  static const CpuLevel level = chosen_level();
  return level;
}

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = ask_cache_sizes();
  return sizes;
}

}  // namespace tjit
