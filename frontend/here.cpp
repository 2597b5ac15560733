// The place that a function composed of ops stands for.
#include "frontend/here.h"

#include <algorithm>

#include "tjit/dtype.h"

namespace tjit {

constinit thread_local const Location* Here::outermost_ [[gnu::tls_model("initial-exec")]] = nullptr;

void Here::fail(const std::string& message) const {
  const Location& place = *outermost_;
  throw Error(Error::Kind::User, message).in(place.function, place);
}

Error in_api_words(const Error& error) {
  const std::string& from = error.message();
  const auto is_letter = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  std::string to;
  for (auto at = from.begin(); at != from.end();) {
    const auto end = std::find_if_not(at, from.end(), is_letter);
    const std::string_view word(at, end);
    const auto* type = std::ranges::find(kDTypes, word, &DTypeInfo::ir_name);
    to += type != std::end(kDTypes) ? type->name : word;
    at = std::find_if(end, from.end(), is_letter);
    to.append(end, at);
  }
  return {error.kind(), to, error.location()};
}

}  // namespace tjit
