// Errors and interned strings.
#include "tjit/error.h"

#include <mutex>
#include <set>

namespace tjit {

const char* intern(std::string_view text) {
  static std::mutex mutex;
  static auto& pool = *new std::set<std::string, std::less<>>;
  const std::scoped_lock lock(mutex);
  auto it = pool.find(text);
  if (it == pool.end()) it = pool.emplace(text).first;
  return it->c_str();
}

std::string to_string(const Location& loc) {
  if (!loc) return {};
  std::string text = loc.file != nullptr ? loc.file : "?";
  text += ":" + std::to_string(loc.line);
  if (loc.column != 0) text += ":" + std::to_string(loc.column);
  return text;
}

Error::Error(Kind kind, std::string message, Location loc) : kind_(kind), loc_(loc), message_(std::move(message)) {
  what_ = to_string(loc_);
  if (!what_.empty()) what_ += ": ";
  what_ += (kind_ == Kind::Internal ? "internal error: " : "error: ") + message_;
}

Error::~Error() = default;

Error Error::at(const Location& loc) const { return loc_ ? *this : Error(kind_, message_, loc); }

Error Error::in(std::string_view op, const Location& loc) const {
  return loc_ ? *this : Error(kind_, std::string(called_at(loc, op)) + ": " + message_, loc);
}

void fail(std::string message) { throw Error(Error::Kind::User, std::move(message)); }

void fail_at(const Location& loc, std::string message) { throw Error(Error::Kind::User, std::move(message), loc); }

void check_failed(const char* condition, const char* file, int line) {
  throw Error(Error::Kind::Internal, std::string("check failed: ") + condition,
              Location(file, static_cast<std::uint32_t>(line), 0));
}

}  // namespace tjit
