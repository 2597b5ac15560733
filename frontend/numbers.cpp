// Places of numbers, kept as long as the process lives.
#include "frontend/numbers.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>

#include "frontend/here.h"

namespace tjit {

const Location* keep_place(const Location& at) {
  if (!at) return nullptr;
  const auto less = [](const Location& a, const Location& b) {
    return std::tie(a.file, a.line, a.column, a.function) < std::tie(b.file, b.line, b.column, b.function);
  };
  static std::mutex mutex;
  static auto& places = *new std::set<Location, decltype(less)>;
  // A loop makes its tensors at few places again and again.
  static thread_local const Location* recent[16];
  const Location*& last = recent[(at.line + at.column) % std::size(recent)];
  if (last != nullptr && *last == at) return last;
  const std::scoped_lock lock(mutex);
  return last = &*places.insert(at).first;
}

const Location* numbers_of(std::span<const Operand* const> operands) {
  const Location* first = nullptr;
  for (const Operand* x : operands) {
    if (x->tensor() == nullptr) continue;
    const Location* at = x->tensor()->impl()->numbers();
    if (at == nullptr) return nullptr;
    if (first == nullptr) first = at;
  }
  return first != nullptr ? first : keep_place(Here::of(operands[0]->loc()));
}

std::string numbers_note(std::span<const Tensor> operands, DType a, DType b) {
  const auto decided = std::ranges::find_if(
      operands, [&](const Tensor& t) { return (t.dtype() == a || t.dtype() == b) && t.impl()->numbers() != nullptr; });
  if (decided == operands.end()) return "";
  const std::string_view is = info(decided->dtype()).name, wanted = info(decided->dtype() == a ? b : a).name;
  return "\nnote: the numbers at " + to_string(*decided->impl()->numbers()) + " are " + std::string(is) +
         ", as no tensor stands beside them; constant(x, " + std::string(wanted) + ") makes one " + std::string(wanted);
}

}  // namespace tjit
