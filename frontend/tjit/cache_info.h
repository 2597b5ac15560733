// How the cache of a captured function, or of a program from a file, is doing.
#pragma once

#include <cstdint>

#include "tjit/cxx20.h"

namespace tjit {

struct CacheInfo {
  std::int64_t hits = 0, misses = 0;  ///< calls that found their program, and those for which one had to be made
  std::int64_t size = 0;              ///< programs it holds
};

}  // namespace tjit
