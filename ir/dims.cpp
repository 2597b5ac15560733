// Lists of sizes and the names of symbolic ones.
#include "tjit/dims.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "tjit/error.h"

namespace tjit {

namespace {

struct SymbolNames {
  std::mutex mutex;
  std::vector<const char*> names;
  std::unordered_map<const char*, std::size_t> positions;
};

SymbolNames& symbol_names() {
  static auto& names = *new SymbolNames;
  return names;
}

std::string joined(const Dims& dims, std::string_view separator) {
  std::string text;
  for (const std::int64_t d : dims) {
    if (!text.empty()) text += separator;
    text += size_text(d);
  }
  return text;
}

}  // namespace

Padding Padding::none(int rank) {
  Padding none;
  none.low = none.high = Dims::filled(rank, 0);
  return none;
}

Dims Dims::filled(int size, std::int64_t value) {
  Dims dims;
  for (int i = 0; i < size; ++i) dims.push_back(value);
  return dims;
}

int Dims::from_end(int i) const {
  if (i >= 0 || i < -size()) fail("index " + std::to_string(i) + " is outside of " + to_string(*this));
  return size() + i;
}

void Dims::push_back(std::int64_t value) {
  if (size_ == kMax) fail("a list of dimensions has at most " + std::to_string(kMax) + " entries");
  values_[size_++] = value;
}

void Dims::insert(int at, std::int64_t value) {
  push_back(value);
  std::rotate(begin() + at, end() - 1, end());
}

void Dims::erase(int at) {
  std::copy(begin() + at + 1, end(), begin() + at);
  --size_;
}

bool Dims::contains(std::int64_t value) const { return std::find(begin(), end(), value) != end(); }

bool operator==(const Dims& a, const Dims& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::int64_t symbol(std::string_view name) {
  if (name.empty()) return Dims::kUnknown;
  SymbolNames& table = symbol_names();
  const char* text = intern(name);
  const std::scoped_lock lock(table.mutex);
  const auto [it, fresh] = table.positions.try_emplace(text, table.names.size());
  if (fresh) table.names.push_back(text);
  return Dims::kUnknown + 1 + static_cast<std::int64_t>(it->second);
}

std::string_view symbol_name(std::int64_t size) {
  if (size == Dims::kUnknown) return {};
  SymbolNames& table = symbol_names();
  const std::scoped_lock lock(table.mutex);
  const auto position = static_cast<std::size_t>(size - Dims::kUnknown - 1);
  return position < table.names.size() ? table.names[position] : "";
}

bool is_dynamic(const Shape& shape) { return std::any_of(shape.begin(), shape.end(), is_symbolic); }

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t d : shape) {
    TJIT_CHECK(d >= 0);
    empty |= d == 0;
    if (__builtin_mul_overflow(count, std::max<std::int64_t>(d, 1), &count) || count > kMaxElements)
      fail("the shape " + shape_text(shape) + " has more than 2^48 elements");
  }
  return empty ? 0 : count;
}

Dims row_major_strides(const Shape& shape) {
  Dims strides = Dims::filled(shape.size(), 1);
  for (int d = shape.size() - 2; d >= 0; --d) strides[d] = strides[d + 1] * std::max<std::int64_t>(shape[d + 1], 1);
  return strides;
}

std::string size_text(std::int64_t size) {
  return is_symbolic(size) ? "?" + std::string(symbol_name(size)) : std::to_string(size);
}

std::string to_string(const Dims& dims) { return "[" + joined(dims, ", ") + "]"; }

std::string to_string(const Padding& padding) {
  std::string text = "[";
  for (int d = 0; d < padding.size(); ++d)
    text += (d == 0 ? "" : ", ") + to_string(Dims{padding.low[d], padding.high[d]});
  return text + "]";
}

std::string shape_text(const Shape& shape) { return "(" + joined(shape, ",") + ")"; }

std::string tuple_text(const Shape& shape) {
  std::string text = "(";
  for (int d = 0; d < shape.size(); ++d) {
    if (d != 0) text += ", ";
    text += is_symbolic(shape[d]) ? "None" : std::to_string(shape[d]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace tjit
