// Limits of control groups, of version 2 (one tree of groups) and 1 (one tree for memory).
#include "runtime/memory_limit.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <unistd.h>

namespace tjit {

namespace {

std::size_t machine_memory() {
  const auto pages = static_cast<std::size_t>(std::max(1L, sysconf(_SC_PHYS_PAGES)));
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// The number in a file; SIZE_MAX when there is none, as `max` says and as a group has that is not seen from here.
std::size_t limit_in(const std::string& file) {
  std::ifstream in(file);
  std::string text;
  in >> text;
  std::size_t limit = SIZE_MAX;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  return error == std::errc() ? limit : SIZE_MAX;
}

/// The least limit of a group and of those that it is in.
std::size_t limit_of_group(const std::string& tree, std::string group, const char* file) {
  std::size_t limit = SIZE_MAX;
  for (;; group.resize(group.rfind('/'))) {
    if (group.ends_with('/')) group.pop_back();
    limit = std::min(limit, limit_in(tree + group + '/' + file));
    if (group.find('/') == std::string::npos) return limit;
  }
}

}  // namespace

std::size_t memory_limit(const std::string& root) {
  std::size_t limit = machine_memory();
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:group
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") limit = std::min(limit, limit_of_group(root + "/sys/fs/cgroup", group, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos)
      limit = std::min(limit, limit_of_group(root + "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
  }
  return limit;
}

}  // namespace tjit
